/*
 * Small comforts. Every page works whole without this file.
 */

// A form is sent once: a second press while the first is under way does nothing. (The server would answer
// the second press with the first one's result, so this saves a moment, not a mistake.)
document.addEventListener('submit', (event) => {
  const form = event.target;
  // hiding is never held back
  if (form.dataset.sent && !event.submitter?.matches('.nl-button--hide')) event.preventDefault();
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
    replaceQuestions(questions, await answer.text());
  });
}

// Whatever was typed while the server was thinking stays: the new questions take over what stands in the old.
function replaceQuestions(questions, html) {
  const focused = document.activeElement;
  const caret = focused?.matches?.('textarea, input[type=text]') ? focused.selectionStart : null;
  const typed = new Map([...questions.querySelectorAll('[name]')].map((control) => [keyOf(control), control]));
  const fresh = document.createElement('template');
  fresh.innerHTML = html;
  for (const control of fresh.content.querySelectorAll('[name]')) {
    const before = typed.get(keyOf(control));
    if (!before || control.type === 'hidden') continue; // what the page itself keeps is the server's to say
    if (isTick(control)) control.checked = before.checked;
    else control.value = before.value;
  }
  questions.replaceChildren(fresh.content);
  const again = focused?.id && document.getElementById(focused.id);
  if (!again) return;
  again.focus();
  if (caret !== null) again.setSelectionRange(caret, caret);
}

// What is typed is kept as a draft: a moment after the last change, and when the page is left or put away.
// Without this script the button *Bewaren en later verder* does it.
const drafted = document.querySelector('form[data-draft]');
if (drafted) {
  const line = drafted.querySelector('[data-kept]');
  const pause = 2000;
  let changed = false;
  let timer = 0;
  let underWay = new AbortController();
  const keep = async (leaving) => {
    window.clearTimeout(timer);
    if (!changed || drafted.dataset.sent) return;
    changed = false;
    underWay = new AbortController();
    const answer = await fetch(drafted.dataset.draft, {
      method: 'POST',
      body: new FormData(drafted),
      keepalive: leaving,
      signal: underWay.signal,
    }).catch(() => null);
    if (answer?.ok && !answer.redirected) line.textContent = await answer.text();
    else changed = true; // the next change tries again
  };
  drafted.addEventListener('input', () => {
    changed = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => keep(false), pause);
  });
  // The form itself brings all that was typed: a draft that comes after it would be of a task that is done.
  drafted.addEventListener('submit', () => underWay.abort());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') keep(true);
  });
  window.addEventListener('pagehide', () => keep(true));
}

function isTick(control) {
  return control.type === 'radio' || control.type === 'checkbox';
}

function keyOf(control) {
  return isTick(control) ? `${control.name}=${control.value}` : control.name;
}
