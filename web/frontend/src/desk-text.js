/*
 * The page of a mail or another plain text of the draft: the preview follows what is typed. Without this
 * script the button *Bekijk* does the same.
 */
import { Api } from './desk/api.js';
import { remembered } from './desk/help.js';
import { Remarks } from './desk/remarks.js';

const form = document.querySelector('form[data-text-preview]');
const area = form.querySelector('textarea');
const preview = document.querySelector('#voorbeeld');
const needless = form.querySelector('[data-needless]');
const PAUSE = 300;

let timer = 0;
let latest = 0;

async function look() {
  latest += 1;
  const mine = latest;
  const answer = await fetch(form.dataset.textPreview, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': form.dataset.csrf },
    body: JSON.stringify({ content: area.value }),
  }).catch(() => null);
  // a newer change is under way, or the server cannot say: the preview stays as it is
  if (mine !== latest || !answer?.ok || answer.redirected) return;
  preview.innerHTML = await answer.text();
}

area.addEventListener('input', () => {
  window.clearTimeout(timer);
  timer = window.setTimeout(look, PAUSE);
});

if (needless) needless.hidden = true;

// Leaving with a text that was not kept: the browser asks.
const asIs = area.value;
let sent = false;
form.addEventListener('submit', () => {
  sent = true;
});
window.addEventListener('beforeunload', (event) => {
  if (!sent && area.value !== asIs) event.preventDefault();
});

const help = document.querySelector('[data-help]');
if (help) remembered(help, help.dataset.help);

const remarks = document.querySelector('[data-remarks]');
remarks.replaceChildren();
remarks.lang = 'nl'; // as everything the editors say
new Remarks(new Api(remarks), remarks.dataset.path, remarks);
