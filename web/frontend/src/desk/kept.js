/*
 * A form that is drawn anew after every change, but keeps its fields as long as it asks the same things: so that
 * focus, presses and half-typed texts are never lost.
 */

import { later } from './dom.js';

export class Kept {
  /** `make()` gives `{key, parts}`: what the form is about and its elements. */
  constructor(place, make, { lost = () => {} } = {}) {
    Object.assign(this, { place, make, lost });
    this.signature = null;
    this.soon = later(() => this.draw(), 0);
    this.pressed = false;
    place.addEventListener('pointerdown', () => (this.pressed = true));
    window.addEventListener('pointerup', this.#released);
    window.addEventListener('pointercancel', this.#released);
  }

  #released = () => {
    if (!this.pressed) return;
    // after the press has had its effect on the button that is there now
    window.setTimeout(() => {
      this.pressed = false;
      if (this.waiting) this.soon();
    }, 0);
  };

  draw() {
    this.waiting = this.pressed;
    if (this.pressed) return;
    const { key, parts } = this.make();
    const made = document.createElement('div');
    made.append(...[parts].flat(Infinity).filter(Boolean));
    const signature = `${key}|${[...made.querySelectorAll('[id], summary')].map((one) => one.id || one.textContent).join()}`;
    if (signature === this.signature) refresh(this.place, made);
    else this.#replace(made, key === this.key);
    this.signature = signature;
    this.key = key;
  }

  #replace(made, same) {
    const { place } = this;
    const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
    const open = same ? new Set([...place.querySelectorAll('details[open] > summary')].map(nameOf)) : new Set();
    place.replaceChildren(...made.childNodes);
    for (const summary of place.querySelectorAll('summary')) if (open.has(nameOf(summary))) summary.parentElement.open = true;
    if (focused === null) return;
    const again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
    else this.lost();
  }
}

function nameOf(summary) {
  return summary.id || summary.textContent;
}

/** The same questions as before: only what they hold is changed. */
function refresh(old, made) {
  for (const fresh of made.querySelectorAll('[id]')) {
    const before = old.querySelector(`#${CSS.escape(fresh.id)}`);
    if (!before) continue;
    if (fresh.matches('select')) {
      const { value } = fresh;
      before.replaceChildren(...fresh.childNodes);
      before.value = value;
    } else if (fresh.matches('input[type=checkbox], input[type=radio]')) before.checked = fresh.checked;
    else if (fresh.matches('input, textarea')) {
      if (before !== document.activeElement || before.dataset.refresh) before.value = fresh.value;
    } else if (fresh.dataset.says !== undefined) before.replaceChildren(...fresh.childNodes);
  }
}
