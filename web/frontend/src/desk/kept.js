/*
 * A form that is drawn anew after every change: what its controls do is then about what there is now. What the
 * person is doing stays: where she is, what she has half typed, what she has folded open, what she is pressing.
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
    const values = [...made.querySelectorAll('input, select, textarea')].map((one) => `${one.value}${one.checked}`);
    const signature = [key, made.innerHTML, ...values].join('|');
    if (signature !== this.signature) this.#replace(made, key === this.key);
    this.signature = signature;
    this.key = key;
  }

  #replace(made, same) {
    const { place } = this;
    const active = place.contains(document.activeElement) ? document.activeElement : null;
    const doing = active && { id: active.id, value: active.value, from: active.selectionStart, to: active.selectionEnd };
    const open = same ? new Set([...place.querySelectorAll('details[open] > summary')].map(nameOf)) : new Set();
    place.replaceChildren(...made.childNodes);
    for (const summary of place.querySelectorAll('summary')) if (open.has(nameOf(summary))) summary.parentElement.open = true;
    if (!doing) return;
    const again = doing.id && document.getElementById(doing.id);
    if (!again) {
      this.lost();
      return;
    }
    again.focus({ preventScroll: true });
    if (!same || !again.matches('input:not([type=checkbox], [type=radio]), textarea')) return;
    if (!again.dataset.refresh) again.value = doing.value;
    if (doing.from !== null && again.type !== 'number') again.setSelectionRange(doing.from, doing.to);
  }
}

function nameOf(summary) {
  return summary.id || summary.textContent;
}
