/* The frame that every editor of the desk stands in: the bar above it, and who else is here. */

import { Api } from './api.js';
import { h, moment } from './dom.js';

const HEARTBEAT = 15_000;

const STATES = {
  saved: (detail) => (detail?.at ? `Opgeslagen ${moment(detail.at)}` : 'Alles is opgeslagen'),
  changed: () => 'Nog niet opgeslagen …',
  saving: () => 'Bezig met opslaan …',
  refused: (detail) => `Niet opgeslagen: ${detail.message}`,
  offline: (detail) => `Niet opgeslagen: ${detail.message} Wij proberen het opnieuw.`,
  overtaken: () => 'Niet opgeslagen: kies eerst een versie',
};

/** The root, the api and the places to fill: `bar`, `body`, `foot`; `tell` writes the status line. */
export function frame({ tools = [], views = [] } = {}) {
  const root = document.getElementById('ontwerp');
  const api = new Api(root);
  const { path } = root.dataset;
  const status = h('span', { class: 'desk-status', role: 'status' }, 'Bezig met laden …');
  const others = h('span', { class: 'desk-others', 'aria-live': 'polite' });
  const bar = h(
    'div',
    { class: 'desk-bar' },
    h('a', { class: 'desk-back', href: api.base }, 'Ontwerp'),
    h('span', { class: 'desk-name' }, root.dataset.name || path),
    status,
    others,
    h('div', { class: 'desk-tools' }, tools),
    views.length > 0 &&
      h(
        'nav',
        { class: 'desk-views', 'aria-label': 'Weergave' },
        views.map(({ label, page, here }) =>
          h('a', { href: api.address(page, path), 'aria-current': here ? 'page' : null }, label),
        ),
      ),
  );
  const body = h('div', { class: 'desk-body' });
  const foot = h('div', { class: 'desk-foot' });
  root.replaceChildren(bar, body, foot);
  presence(api, path, others);
  let last = '';
  const tell = (state, detail) => {
    root.dataset.state = state;
    const says = state === 'saved' && !detail?.at && last ? last : STATES[state](detail);
    if (state === 'saved') last = says;
    if (status.textContent !== says) status.textContent = says;
  };
  return { root, api, path, bar, body, foot, tell };
}

function presence(api, path, place) {
  const beat = async () => {
    if (document.visibilityState === 'hidden') return;
    const answer = await api.here(path).catch(() => null);
    if (answer) place.textContent = sentence(answer.others ?? [], path);
  };
  beat();
  window.setInterval(beat, HEARTBEAT);
}

/** *Daan werkt ook aan dit bestand.* */
export function sentence(others, path) {
  const here = others.filter((one) => one.path === path).map((one) => one.name);
  const elsewhere = others.filter((one) => one.path !== path).map((one) => one.name);
  if (here.length) return `${listed(here)} ${here.length > 1 ? 'werken' : 'werkt'} ook aan dit bestand.`;
  if (elsewhere.length) return `${listed(elsewhere)} ${elsewhere.length > 1 ? 'werken' : 'werkt'} ook aan het ontwerp.`;
  return '';
}

function listed(names) {
  return new Intl.ListFormat('nl').format([...new Set(names)]);
}

/** Says in the page itself that something could not be opened; the address of the desk stays reachable. */
export function failed(root, problem) {
  root.querySelector('.desk-body').replaceChildren(
    h(
      'div',
      { class: 'desk-failed', role: 'alert' },
      h('p', {}, h('strong', {}, 'Dit bestand kan niet worden geopend.')),
      h('p', {}, String(problem?.message ?? problem)),
    ),
  );
}
