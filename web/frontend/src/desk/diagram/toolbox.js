/* What can be drawn, as real buttons: press to place it after what is chosen, or drag it onto the canvas. */

import { h } from '../dom.js';
import { DRAWN } from './menus.js';
import { is } from './model.js';

const TOOLS = {
  hand: { label: 'Schuiven', icon: 'bpmn-icon-hand-tool', press: (modeler, event) => modeler.get('handTool').activateHand(event, true) },
  lasso: { label: 'Kiezen', icon: 'bpmn-icon-lasso-tool', press: (modeler, event) => modeler.get('lassoTool').activateSelection(event, true) },
  space: { label: 'Ruimte', icon: 'bpmn-icon-space-tool', press: (modeler, event) => modeler.get('spaceTool').activateSelection(event, true) },
  arrow: { label: 'Pijl', icon: 'bpmn-icon-connection-multi', press: (modeler, event) => modeler.get('globalConnect').start(event, true) },
};
const POOL = { label: 'Deelnemer', icon: 'bpmn-icon-participant', shape: { type: 'bpmn:Participant' } };
const NOTE = { label: 'Toelichting', icon: 'bpmn-icon-text-annotation', shape: { type: 'bpmn:TextAnnotation' } };

export function toolbox(modeler) {
  const drawn = { ...DRAWN, note: NOTE, pool: POOL };
  return h(
    'div',
    { class: 'desk-toolbox', role: 'group', 'aria-label': 'Tekenen' },
    h('div', { class: 'desk-toolbox__group' }, Object.values(TOOLS).map((tool) => entry(tool, (event) => tool.press(modeler, event)))),
    h(
      'div',
      { class: 'desk-toolbox__group' },
      Object.entries(drawn).map(([id, one]) => {
        const made = entry(one, () => place(modeler, one.shape));
        made.id = `teken-${id}`;
        drag(made, (event) => modeler.get('create').start(event, modeler.get('elementFactory').createShape({ ...one.shape })));
        return made;
      }),
    ),
  );
}

/** A press on a mouse button that moves before it is let go starts a drag; anything else is a press. */
function drag(element, start) {
  element.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return;
    const moved = (event) => {
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < 6) return;
      stop();
      start(event);
    };
    const stop = () => {
      window.removeEventListener('pointermove', moved);
      window.removeEventListener('pointerup', stop);
    };
    window.addEventListener('pointermove', moved);
    window.addEventListener('pointerup', stop);
  });
}

function entry({ label, icon }, press) {
  return h(
    'button',
    { type: 'button', class: 'desk-tool', on: { click: press } },
    h('span', { class: icon, 'aria-hidden': 'true' }),
    h('span', { class: 'desk-tool__label' }, label),
  );
}

/** Draws after what is chosen, or in the middle of what is in view. */
export function place(modeler, attributes) {
  const shape = modeler.get('elementFactory').createShape({ ...attributes });
  const selection = modeler.get('selection');
  const [chosen] = selection.get();
  const follows = chosen && is(chosen, 'bpmn:FlowNode') && !is(chosen, 'bpmn:EndEvent') && is(shape, 'bpmn:FlowNode') && !is(shape, 'bpmn:StartEvent');
  if (follows) {
    modeler.get('autoPlace').append(chosen, shape);
    return shape;
  }
  const canvas = modeler.get('canvas');
  const view = canvas.viewbox();
  const middle = { x: Math.round(view.x + view.width / 2), y: Math.round(view.y + view.height / 2) };
  let target = canvas.getRootElement();
  if (is(target, 'bpmn:Collaboration') && !is(shape, 'bpmn:Participant') && !is(shape, 'bpmn:TextAnnotation')) {
    const pools = modeler.get('elementRegistry').filter((one) => is(one, 'bpmn:Participant') && one.children.length);
    const inside = (one) => middle.x > one.x && middle.x < one.x + one.width && middle.y > one.y && middle.y < one.y + one.height;
    target = pools.find(inside) ?? pools[0] ?? target;
    if (is(target, 'bpmn:Participant') && !inside(target)) Object.assign(middle, { x: target.x + 120, y: target.y + target.height / 2 });
  }
  const made = modeler.get('modeling').createShape(shape, middle, target);
  selection.select(made);
  return made;
}
