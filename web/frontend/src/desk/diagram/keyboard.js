/* The diagram without a mouse: Alt with an arrow follows the flow, a spoken line says where one is. */

import { h } from '../dom.js';
import { is, incoming, outgoing } from './model.js';
import { arrivesAt, ended, leavesFrom, shortName, spokenName } from './names.js';

const ARROWS = { ArrowRight: 'next', ArrowLeft: 'previous', ArrowDown: 'down', ArrowUp: 'up' };

/** Adds the keys to a modeler and gives the line to place in the page. */
export function keys(modeler) {
  const line = h('p', { class: 'desk-spoken', 'aria-live': 'polite', id: 'desk-gesproken' });
  const selection = modeler.get('selection');
  const svg = modeler.get('canvas')._svg;
  svg.setAttribute('role', 'application');
  svg.setAttribute('aria-label', 'Tekening. Met Alt en een pijltje volgt u de weg; Enter gaat naar de eigenschappen, Escape weer terug.');
  svg.setAttribute('aria-describedby', line.id);

  modeler.on(['selection.changed', 'elements.changed'], () => {
    const chosen = selection.get();
    const says = chosen.length === 1 ? told(chosen[0]) : chosen.length ? `${chosen.length} onderdelen gekozen` : '';
    if (line.textContent !== says) line.textContent = says;
  });
  svg.addEventListener('keydown', (event) => {
    const [current] = selection.get();
    if (event.key === 'Enter' && current && !event.altKey) {
      document.querySelector('.desk-panel input, .desk-panel select, .desk-panel textarea, .desk-panel button')?.focus();
      event.preventDefault();
    }
    if (!event.altKey || !(event.key in ARROWS)) return;
    event.preventDefault();
    event.stopPropagation();
    const next = current ? step(current, ARROWS[event.key]) : start(modeler);
    if (next) reveal(modeler, next);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && event.target.closest?.('.desk-panel')) svg.focus();
  });
  return line;
}

/** The element that Alt with an arrow goes to. */
function step(from, direction) {
  const element = from.labelTarget ?? from;
  if (element.waypoints) return direction === 'previous' ? element.source : direction === 'next' ? element.target : null;
  if (direction === 'next') return outgoing(element)[0]?.target ?? null;
  if (direction === 'previous') return incoming(element)[0]?.source ?? element.host ?? null;
  const beside = neighbours(element);
  const at = beside.indexOf(element);
  return beside[at + (direction === 'down' ? 1 : -1)] ?? (direction === 'down' ? element.attachers?.[0] : element.host) ?? null;
}

/** The other ways out of the same choice, or the other timers on the same task. */
function neighbours(element) {
  if (element.host) return [...element.host.attachers].sort((a, b) => a.x - b.x);
  const before = incoming(element)[0]?.source;
  return before ? outgoing(before).map((flow) => flow.target) : [element];
}

function start(modeler) {
  const registry = modeler.get('elementRegistry');
  return registry.find((one) => is(one, 'bpmn:StartEvent') && !is(one.parent, 'bpmn:SubProcess')) ?? registry.find((one) => is(one, 'bpmn:FlowNode'));
}

/** *Taak “Wegen”. Hiervoor: … Hierna: …* */
export function told(given) {
  const element = given.labelTarget ?? given;
  const names = (all) => new Intl.ListFormat('nl').format([...new Set(all.map(shortName))]);
  if (element.waypoints) return ended(`${spokenName(element)}. Van ${shortName(element.source)} naar ${shortName(element.target)}`);
  const before = incoming(element).flatMap((flow) => leavesFrom(flow.source));
  const after = outgoing(element).map((flow) => arrivesAt(flow.target));
  const edge = (element.attachers ?? []).length;
  return [
    `${spokenName(element)}.`,
    element.host && ended(`Op de rand van ${shortName(element.host)}`),
    before.length > 0 && ended(`Hiervoor: ${names(before)}`),
    after.length > 0 && ended(`Hierna: ${names(after)}`),
    edge > 0 && `Met ${edge === 1 ? 'één termijn' : `${edge} termijnen`} op de rand: Alt met pijl omlaag.`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Selects an element and brings it into view, large enough to read. */
export function reveal(modeler, element) {
  const canvas = modeler.get('canvas');
  const root = canvas.findRoot(element);
  if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
  if (canvas.zoom() < 0.5) canvas.zoom(0.8);
  canvas.scrollToElement(element, { top: 90, bottom: 120, left: 90, right: 90 });
  modeler.get('selection').select(element);
}
