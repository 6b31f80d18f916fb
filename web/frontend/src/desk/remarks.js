/* Remarks of colleagues beside the editor: about the file, or about what is chosen in it. */

import { button, field, h, moment } from './dom.js';

const EVERY = 60_000;
const LONGEST = 2000;

/** Not `crypto.randomUUID`: a desk that is opened without HTTPS has none. */
function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, '0')).join('');
}

export class Remarks {
  /**
   * `chosen()` gives `{element, name}` of what is chosen, or null; `nameOf(element)` what people call an element, ''
   * when it is gone; `show({element})` brings it into view. Call `looked()` when something else is chosen.
   */
  constructor(api, path, place, { chosen = () => null, nameOf = () => '', show = () => {} } = {}) {
    Object.assign(this, { api, path, chosen, nameOf, show });
    this.remarks = [];
    this.key = freshKey();
    this.count = h('span', { class: 'desk-count' }, '…');
    this.list = h('ul', { class: 'desk-remarks__list' });
    this.text = h('textarea', { class: 'utrecht-textarea', id: 'opmerking', rows: 2, maxlength: LONGEST });
    this.about = h('span', {});
    this.problem = h('p', { class: 'desk-error', role: 'alert' });
    const form = h(
      'form',
      { class: 'desk-remarks__form', on: { submit: (event) => this.#send(event) } },
      field('Uw opmerking', this.text),
      h('p', { class: 'desk-hint', id: 'opmerking-over' }, 'Gaat over: ', this.about, '. Schrijf hier nooit iets over een echte zaak.'),
      this.problem,
      h('div', { class: 'desk-buttons' }, h('button', { type: 'submit', class: 'nl-button nl-button--secondary' }, 'Plaatsen')),
    );
    this.text.setAttribute('aria-describedby', 'opmerking-over');
    this.details = h(
      'details',
      { class: 'desk-findings desk-remarks', name: 'desk-foot' },
      h('summary', {}, 'Opmerkingen', this.count),
      h('div', { class: 'desk-remarks__inside' }, this.list, form),
    );
    place.append(this.details);
    this.load();
    window.setInterval(() => document.visibilityState === 'visible' && this.load(), EVERY);
  }

  async load() {
    try {
      ({ remarks: this.remarks } = await this.api.remarks(this.path));
      this.looked();
    } catch {
      this.count.textContent = 'niet geladen';
    }
  }

  /** Draws anew for what is chosen now: what was said about that comes first. */
  looked() {
    const chosen = this.chosen();
    const about = (one) => Boolean(chosen) && one.element === chosen.element;
    const here = this.remarks.filter(about);
    this.about.textContent = chosen ? `‘${chosen.name}’` : 'het hele bestand';
    this.count.textContent = here.length ? `${this.remarks.length}, waarvan ${here.length} hierover` : this.remarks.length || 'geen';
    this.count.dataset.kind = this.remarks.length ? 'warning' : 'none';
    const all = [...here, ...this.remarks.filter((one) => !about(one))];
    const signature = JSON.stringify([all, here.length]);
    if (signature === this.drawn) return;
    this.drawn = signature;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.id : '';
    this.list.replaceChildren(...all.map((one) => this.#item(one, about(one))));
    if (focused) (document.getElementById(focused) ?? this.details.firstChild).focus();
  }

  #item(one, here) {
    const name = one.element && this.nameOf(one.element);
    return h(
      'li',
      { class: 'desk-remark', data: { here: String(here) } },
      h('p', { class: 'desk-remark__who' }, `${one.by}, ${moment(one.at)}`, one.element && ' · ', one.element && (name ? h('button', { type: 'button', class: 'desk-link', on: { click: () => this.show(one) } }, name) : 'een onderdeel dat er niet meer is')),
      h('p', { class: 'desk-remark__text' }, one.text),
      button('Afgehandeld', () => this.#settle(one), { kind: 'subtle', id: `klaar-${one.id}`, name: `Afgehandeld: ${one.text.slice(0, 60)}` }),
    );
  }

  async #send(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    if (!text) {
      this.text.focus();
      return;
    }
    // pressed twice, or again after a reply that got lost: with the same key it is the same remark
    await this.#ask(() => this.api.remark(this.path, this.chosen()?.element ?? null, text, this.key), () => {
      this.text.value = '';
      this.key = freshKey();
    });
  }

  #settle(one) {
    return this.#ask(() => this.api.settle(one.id));
  }

  /** What was typed stays when the server says no. */
  async #ask(run, done = () => {}) {
    try {
      await run();
      this.problem.textContent = '';
      done();
      await this.load();
    } catch (problem) {
      this.problem.textContent = problem.message;
    }
  }
}
