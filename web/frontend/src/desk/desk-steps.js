/* The step list: a code to read as sentences and to change where they stand; the drawing follows by itself. */

import { open } from './diagram/editor.js';
import { insertOn } from './diagram/insert.js';
import { keys } from './diagram/keyboard.js';
import { is, outgoing } from './diagram/model.js';
import { arrivesAt, shortName, typeName } from './diagram/names.js';
import { context, parts } from './diagram/panel.js';
import { missing } from './diagram/translate.js';
import { sections, sentences } from './diagram/walk.js';
import { button, h } from './dom.js';
import { help } from './help.js';
import { OpenList } from './open-list.js';
import { frame } from './shell.js';

const page = frame({
  views: [
    { label: 'Tekening', page: 'diagram' },
    { label: 'Stappenlijst', page: 'stappen', here: true },
  ],
});
const place = h('div');
const canvas = h('div', { class: 'desk-canvas desk-canvas--beside' });
page.body.append(h('div', { class: 'desk-list' }, help('stappen'), place), h('section', { class: 'desk-beside', 'aria-label': 'In de tekening' }, canvas));

function steps({ modeler, facts, show }) {
  const given = { ...context(modeler, facts, show), inList: true };

  /** A step after this one, on each of its ways out. */
  const more = (element) => {
    const flows = outgoing(element);
    const label = (flow) => (flows.length === 1 ? 'Stap hierna toevoegen' : `Stap toevoegen vóór ${shortName(arrivesAt(flow.target))}`);
    const add = (flow) => list.choose(insertOn(modeler, flow).id);
    return flows.length > 0 && h('div', { class: 'desk-buttons' }, flows.map((flow) => button(label(flow), () => add(flow), { id: `erbij-${flow.id}` })));
  };

  /** What was found about a step or about a term on its edge: the drawing has it marked. */
  const heavy = (element) => {
    const has = (kind) => [element, ...(element.attachers ?? [])].some((one) => modeler.get('canvas').hasMarker(one, `finding-${kind}`));
    return ['error', 'warning'].find(has);
  };

  const list = new OpenList(place, {
    sections: () =>
      sections(modeler).map(({ id, title, always, steps: items }) => ({
        id,
        title,
        items,
        hint: always && 'Dit kan op elk moment beginnen, wat er verder ook loopt.',
      })),
    describe: (element) => ({
      id: element.id,
      kind: typeName(element.businessObject),
      name: shortName(element),
      says: sentences(given, element),
      quiet: is(element, 'bpmn:EndEvent'),
      finding: heavy(element),
    }),
    form: (element) => [parts(given, element), more(element)],
    opened: show,
  });
  modeler.on(['elements.changed', 'import.done', 'commandStack.changed', 'meldcode.marked'], () => list.soon());
  modeler.on('selection.changed', ({ newSelection: [chosen] }) => {
    const element = chosen?.labelTarget ?? chosen;
    if (element && element.id !== list.chosen && list.items.has(element.id)) list.choose(element.id, { quietly: true });
  });
  list.draw();
}

open({
  frame: page,
  container: canvas,
  ready: (editor) => {
    canvas.append(keys(editor.modeler));
    steps(editor);
    page.bar.querySelector('.desk-tools').append(...editor.undo.tools);
    page.root.desk = { modeler: editor.modeler, missing };
  },
});
