/* Findings beside the editor: what, why and how, each one press away from what it is about. */

import { button, h, later } from './dom.js';

const PAUSE = 500;
const PAGES = { bpmn: 'diagram', dmn: 'tabel', form: 'formulier' };
const KINDS = { error: 'Fout', warning: 'Let op', note: 'Opmerking', info: 'Opmerking' };

export class Findings {
  /** `show(finding)` brings its element into view, `mark(findings)` marks elements, `mend(finding)` mends it. */
  constructor(api, path, place, { write, show, mark, mend, canMend }) {
    Object.assign(this, { api, path, write, show, mark, mend, canMend });
    this.soon = later(() => this.#ask(), PAUSE);
    this.count = h('span', { class: 'desk-count' }, '…');
    this.list = h('ol', { class: 'desk-findings__list' });
    this.details = h(
      'details',
      { class: 'desk-findings', name: 'desk-foot' }, // of what lies below the editor one is open at a time
      h('summary', {}, 'Bevindingen', this.count),
      this.list,
    );
    // opens by itself when there is something to read, until somebody closes it
    this.details.firstChild.addEventListener('click', () => (this.chosen = true));
    place.append(this.details);
  }

  changed() {
    this.soon();
  }

  async #ask() {
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const content = await this.write();
      const answer = await this.api.findings(this.path, content, signal);
      if (signal.aborted) return;
      this.draw(answer.findings);
    } catch (problem) {
      if (problem.name !== 'AbortError') this.count.textContent = 'niet gecontroleerd';
    }
  }

  draw(findings) {
    const own = findings.filter((one) => !one.file || one.file === this.path);
    const other = findings.filter((one) => one.file && one.file !== this.path);
    const errors = findings.filter((one) => one.severity === 'error').length;
    this.count.textContent = told(findings.length, errors);
    this.count.dataset.kind = errors ? 'error' : findings.length ? 'warning' : 'none';
    this.list.replaceChildren(
      ...(findings.length
        ? [...own, ...other].map((one) => this.#item(one))
        : [h('li', { class: 'desk-finding' }, h('p', {}, 'Er zijn geen bevindingen.'))]),
    );
    const busy = document.querySelector('details[name="desk-foot"][open]') ?? this.details;
    if (!this.chosen && busy === this.details) this.details.open = findings.length > 0 && window.innerHeight > 700;
    this.mark(own);
  }

  /** What it is, as the way to its element; in another file that is another page. */
  #way(one, here) {
    if (here) {
      return one.element
        ? h('button', { type: 'button', class: 'desk-link', on: { click: () => this.show(one) } }, one.what)
        : h('span', {}, one.what);
    }
    const page = PAGES[/[^.]*$/.exec(one.file)[0]] ?? 'tekst';
    const anchor = one.element && page !== 'tekst' ? `#${encodeURIComponent(one.element)}` : '';
    return h('a', { class: 'desk-link desk-link--away', href: this.api.address(page, one.file) + anchor }, `${one.file}: ${one.what}`);
  }

  #item(one) {
    const here = !one.file || one.file === this.path;
    const kind = one.severity in KINDS ? one.severity : 'warning';
    return h(
      'li',
      { class: 'desk-finding', data: { kind } },
      h(
        'p',
        { class: 'desk-finding__what' },
        h('span', { class: 'desk-badge', data: { kind } }, KINDS[kind]),
        this.#way(one, here),
      ),
      one.why && line('Waarom', one.why, one.source && h('span', { class: 'desk-hint' }, ` (${one.source})`)),
      one.how && line('Zo herstelt u het', one.how),
      here && this.canMend?.(one) && button('Herstel', () => this.mend(one), { kind: 'secondary' }),
    );
  }
}

function line(label, ...text) {
  return h('p', { class: 'desk-finding__line' }, h('span', { class: 'desk-finding__label' }, label), h('span', {}, text));
}

function told(all, errors) {
  if (!all) return 'geen';
  const remarks = all - errors;
  return [errors && `${errors} ${errors === 1 ? 'fout' : 'fouten'}`, remarks && `${remarks} keer let op`]
    .filter(Boolean)
    .join(', ');
}
