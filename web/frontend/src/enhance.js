/*
 * Small comforts. Every page works whole without this file.
 */

// A form is sent once: a second press while the first is under way does nothing. (The server would answer
// the second press with the first one's result, so this saves a moment, not a mistake.)
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = 'yes';
});

// Coming back with the back button shows the page as it was: let its forms be sent again.
window.addEventListener('pageshow', () => {
  document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);
});

// The person's menu closes when one presses elsewhere or presses Escape.
const menu = document.querySelector('.who');
if (menu) {
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
}

// After a failed check the summary of problems gets the focus, so that it is read out first.
document.querySelector('.problems')?.focus();
