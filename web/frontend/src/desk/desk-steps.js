/* The step list: a code to read as sentences and to change where they stand; the drawing follows by itself. */

import { open } from './diagram/editor.js';
import { insertOn } from './diagram/insert.js';
import { keys } from './diagram/keyboard.js';
import { is, outgoing } from './diagram/model.js';
import { arrivesAt, shortName, typeName } from './diagram/names.js';
import { context, parts } from './diagram/panel.js';
import { missing } from './diagram/translate.js';
import { sections, sentences } from './diagram/walk.js';
import { button, h, later } from './dom.js';
import { Kept } from './kept.js';
import { frame } from './shell.js';

const page = frame({
  views: [
    { label: 'Tekening', page: 'diagram' },
    { label: 'Stappenlijst', page: 'stappen', here: true },
  ],
});
const list = h('div', { class: 'desk-list' });
const canvas = h('div', { class: 'desk-canvas desk-canvas--beside' });
const beside = h('section', { class: 'desk-beside', 'aria-label': 'In de tekening' }, canvas);
page.body.classList.add('desk-body--list');
page.body.append(list, beside);

class Steps {
  constructor({ modeler, facts, show }) {
    Object.assign(this, { modeler, show, context: context(modeler, facts, show) });
    this.chosen = '';
    this.fields = h('div', { class: 'desk-fields' });
    this.form = new Kept(this.fields, () => this.#form(), { lost: () => document.getElementById(`wijzig-${this.chosen}`)?.focus() });
    this.soon = later(() => this.draw(), 0);
    modeler.on(['elements.changed', 'import.done', 'commandStack.changed'], () => this.soon());
    modeler.on('selection.changed', ({ newSelection }) => this.#selected(newSelection));
    list.addEventListener('pointerdown', () => (this.pressed = true));
    for (const end of ['pointerup', 'pointercancel']) {
      window.addEventListener(end, () => {
        if (!this.pressed) return;
        window.setTimeout(() => {
          this.pressed = false;
          this.draw();
        }, 0);
      });
    }
    this.draw();
  }

  get element() {
    return this.modeler.get('elementRegistry').get(this.chosen);
  }

  #form() {
    const { element } = this;
    if (!element) return { key: '', parts: [] };
    return { key: element.id, parts: [parts({ ...this.context, inList: true }, element), this.#more(element)] };
  }

  /** A step after this one, on each of its ways out. */
  #more(element) {
    const flows = outgoing(element);
    if (!flows.length) return null;
    return h(
      'div',
      { class: 'desk-buttons' },
      flows.map((flow) =>
        button(flows.length === 1 ? 'Stap hierna toevoegen' : `Stap toevoegen vóór ${shortName(arrivesAt(flow.target))}`, () => this.choose(insertOn(this.modeler, flow)), {
          id: `erbij-${flow.id}`,
        }),
      ),
    );
  }

  choose(element) {
    this.pressed = false;
    this.chosen = this.chosen === element.id ? '' : element.id;
    this.draw();
    this.form.draw();
    if (!this.chosen) return;
    this.show(element);
    document.getElementById('naam')?.focus({ preventScroll: true });
    document.getElementById(`item-${element.id}`)?.scrollIntoView({ block: 'nearest' });
  }

  #selected([element]) {
    const step = element?.labelTarget ?? element;
    if (!step || step.id === this.chosen || !document.getElementById(`item-${step.id}`)) return;
    this.chosen = step.id;
    this.draw();
    this.form.draw();
    document.getElementById(`item-${step.id}`).scrollIntoView({ block: 'nearest' });
  }

  draw() {
    // a press on a button counts only when the button is still there when it is let go
    if (this.pressed) return;
    const focused = list.contains(document.activeElement) && !this.fields.contains(document.activeElement) ? document.activeElement.id : '';
    const made = sections(this.modeler).map(({ id, title, kind, steps }) =>
      h(
        'section',
        { class: 'desk-section', 'aria-labelledby': `deel-${id}` },
        h('h2', { class: 'utrecht-heading-2', id: `deel-${id}` }, title),
        kind === 'Deelproces dat altijd kan beginnen' && h('p', { class: 'desk-hint' }, 'Dit kan op elk moment beginnen, wat er verder ook loopt.'),
        h('ol', { class: 'desk-items' }, steps.map((step) => this.#item(step))),
      ),
    );
    const within = document.activeElement && this.fields.contains(document.activeElement) ? document.activeElement : null;
    list.replaceChildren(...made);
    if (within?.isConnected) within.focus({ preventScroll: true });
    else if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (this.element) this.form.soon();
  }

  #item(step) {
    const here = step.id === this.chosen;
    const quiet = is(step, 'bpmn:EndEvent');
    return h(
      'li',
      { class: `desk-item${quiet ? ' desk-item--end' : ''}`, id: `item-${step.id}`, data: { here: String(here) } },
      h('p', { class: 'desk-item__kind' }, typeName(step.businessObject)),
      h('h3', { class: 'desk-item__name' }, shortName(step)),
      h('ul', { class: 'desk-item__says' }, sentences(this.context, step).map((one) => h('li', {}, one))),
      h(
        'button',
        { type: 'button', class: 'nl-button nl-button--subtle desk-item__change', id: `wijzig-${step.id}`, 'aria-expanded': String(here), 'aria-label': `${here ? 'Klaar' : 'Wijzigen'}: ${shortName(step)}`, on: { click: () => this.choose(step) } },
        here ? 'Klaar' : 'Wijzigen',
      ),
      here && this.fields,
    );
  }
}

open({
  frame: page,
  container: canvas,
  ready: ({ modeler, facts, show, undo }) => {
    canvas.append(keys(modeler));
    new Steps({ modeler, facts, show });
    page.bar.querySelector('.desk-tools').append(...undo.tools);
    page.root.desk = { modeler, missing };
  },
});
