/* A list to read, of which one item at a time is open to be changed where it stands. */

import { h, later } from './dom.js';
import { Kept } from './kept.js';

export class OpenList {
  /**
   * `sections()` gives `[{id, title, hint, items}]`; `describe(item)` gives `{id, kind, name, says, quiet, warning,
   * finding, inside}`: how heavy what was found about it is, and the list of what is inside it, if anything; `form(item)` its questions; `opened(item)` hears
   * which one was opened by a press.
   */
  constructor(place, { sections, describe, form, opened = () => {} }) {
    Object.assign(this, { place, sections, describe, opened });
    this.chosen = '';
    this.items = new Map();
    this.fields = h('div', { class: 'desk-fields' });
    const made = () => ({ key: this.chosen, parts: this.item ? form(this.item) : [] });
    this.form = new Kept(this.fields, made, { lost: () => document.getElementById(`wijzig-${this.chosen}`)?.focus() });
    this.soon = later(() => this.draw(), 0);
    // a press on a button counts only when the button is still there when it is let go
    place.addEventListener('pointerdown', () => (this.pressed = true));
    for (const end of ['pointerup', 'pointercancel']) {
      window.addEventListener(end, () => {
        if (!this.pressed) return;
        window.setTimeout(() => {
          this.pressed = false;
          if (this.waiting) this.draw();
        }, 0);
      });
    }
  }

  get item() {
    return this.items.get(this.chosen);
  }

  /** Opens an item, or closes it when it is open. */
  choose(id, { toggle = false, quietly = false } = {}) {
    this.pressed = false;
    this.chosen = toggle && this.chosen === id ? '' : id;
    this.draw();
    this.form.draw();
    this.moved?.();
    const item = this.item && document.getElementById(`item-${id}`);
    // of a long one the beginning is what somebody wants to see
    item?.scrollIntoView({ block: item.offsetHeight > window.innerHeight / 2 ? 'start' : 'nearest' });
    if (quietly || !item) return;
    this.opened(this.item);
    this.fields.querySelector('input, select, textarea')?.focus({ preventScroll: true });
  }

  draw() {
    this.waiting = this.pressed;
    if (this.pressed) return;
    const active = document.activeElement;
    const within = this.fields.contains(active) ? active : null;
    const focused = !within && this.place.contains(active) ? active.id : '';
    this.items.clear();
    const made = this.sections().map(({ id, title, hint, items }) =>
      h(
        'section',
        { class: 'desk-section', 'aria-labelledby': `deel-${id}` },
        h('h2', { class: 'utrecht-heading-2', id: `deel-${id}` }, title),
        hint && h('p', { class: 'desk-hint' }, hint),
        h('ol', { class: 'desk-items' }, items.map((item) => this.#item(item, 3))),
      ),
    );
    this.place.replaceChildren(...made);
    if (within?.isConnected) within.focus({ preventScroll: true });
    else if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (this.item) this.form.soon();
  }

  #item(item, level) {
    const { id, kind, name, says, quiet, warning, finding, inside = [] } = this.describe(item);
    this.items.set(id, item);
    const here = id === this.chosen;
    return h(
      'li',
      { class: `desk-item${quiet ? ' desk-item--end' : ''}`, id: `item-${id}`, data: { here: String(here), ...(finding && { finding }) } },
      h('p', { class: 'desk-item__kind' }, kind),
      h(`h${level}`, { class: 'desk-item__name' }, name),
      says.length > 0 && h('ul', { class: 'desk-item__says' }, says.map((one) => h('li', {}, one))),
      warning && h('p', { class: 'desk-warning' }, warning),
      h(
        'button',
        {
          type: 'button',
          class: 'nl-button nl-button--subtle desk-item__change',
          id: `wijzig-${id}`,
          'aria-expanded': String(here),
          'aria-label': `${here ? 'Klaar' : 'Wijzigen'}: ${name}`,
          on: { click: () => this.choose(id, { toggle: true }) },
        },
        here ? 'Klaar' : 'Wijzigen',
      ),
      here && this.fields,
      inside.length > 0 && h('ol', { class: 'desk-items desk-items--inside' }, inside.map((one) => this.#item(one, Math.min(level + 1, 6)))),
    );
  }
}
