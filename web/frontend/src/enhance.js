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

// Questions that depend on an answer appear at once: the server renders them anew for what is filled in now.
// Without this script the same happens when the form is sent.
const form = document.querySelector('form[data-live]');
if (form) {
  const names = new Set(form.dataset.liveNames.split(' '));
  const questions = form.querySelector('#vragen');
  let latest = 0;
  form.addEventListener('change', async (event) => {
    if (!names.has(event.target.name.split('.')[0])) return;
    latest += 1;
    const mine = latest;
    const answer = await fetch(form.dataset.live, { method: 'POST', body: new FormData(form) }).catch(() => null);
    // a newer change is under way, or the server cannot say: the page stays as it is
    if (mine !== latest || !answer?.ok || answer.redirected) return;
    const focused = document.activeElement?.id;
    questions.innerHTML = await answer.text();
    if (focused) document.getElementById(focused)?.focus();
  });
}
