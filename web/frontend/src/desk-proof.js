/*
 * While every case is being played: says how far it is, and shows the outcome when it is there. Without this
 * script reloading the page does the same.
 */
const line = document.querySelector('[data-proof]');
const EVERY = 1500;

async function look() {
  const answer = await fetch(line.dataset.proof).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const { state, looked_at: count } = await answer.json();
    line.querySelector('[data-proof-count]').textContent = count;
    if (state === 'done' || state === 'failed') {
      window.location.reload();
      return;
    }
  }
  window.setTimeout(look, EVERY);
}

if (line) window.setTimeout(look, EVERY);
