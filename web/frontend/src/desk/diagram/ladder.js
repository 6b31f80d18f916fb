/*
 * Ladders: the reminders and escalations on the edge of a task. One level is a timer that does not interrupt,
 * the mail it sends and its end. Drawn like those of the shipped codes: under the task, one beside the other.
 */

import { compare, spoken } from './duration.js';
import { change, is, outgoing, roleOf, setTime, time, timerOf, together } from './model.js';

const PITCH = 122;
const MAIL = { width: 112, height: 60 };
const EVENT = 36;
const TO_MAIL = 42; // from the task's edge to the mail
const TO_END = 22;
const HEIGHT = TO_MAIL + MAIL.height + TO_END + EVENT + 14;
const COLOURS = { stroke: '#5f6b7a', fill: '#f4f6f8' };
const PURPOSES = new Set(['herinnering', 'escalatie']);
const NOT_IN_THE_WAY = ['bpmn:Lane', 'bpmn:Participant', 'bpmn:Group'];

/** The levels on a task in the order of their moments: `{timer, mail, end, text, calendar, purpose, to, template}`. */
export function levels(task) {
  return (task.attachers ?? [])
    .filter((one) => isLevel(one.businessObject))
    .map((timer) => {
      const { businessObject } = timer;
      const mail = outgoing(timer).map((flow) => flow.target).find((node) => is(node, 'bpmn:SendTask'));
      const end = mail && outgoing(mail).map((flow) => flow.target).find((node) => is(node, 'bpmn:EndEvent'));
      return {
        timer,
        mail,
        end,
        text: time(timerOf(businessObject)).text,
        calendar: businessObject.get('meldcode:calendar') ?? '',
        purpose: businessObject.get('meldcode:purpose'),
        to: mail?.businessObject.get('meldcode:to') ?? '',
        template: mail?.businessObject.get('meldcode:mail') ?? '',
      };
    })
    .sort((a, b) => compare(a.text, b.text));
}

function isLevel(businessObject) {
  return Boolean(
    timerOf(businessObject) &&
      businessObject.get('cancelActivity') === false &&
      PURPOSES.has(businessObject.get('meldcode:purpose')),
  );
}

/** *Na 2 werkdagen krijgt de leerkracht een herinnering.* `roles` maps keys to names for people. */
export function sentence(level, roles) {
  const when = `Na ${spoken(level.text, level.calendar)}`;
  if (!level.mail) return `${when} gebeurt er nog niets: er hoort een mail bij.`;
  const who = level.to ? roleName(level.to, roles, true) : 'nog niemand';
  return `${when} krijgt ${who} ${level.purpose === 'escalatie' ? 'bericht dat dit blijft liggen' : 'een herinnering'}.`;
}

/** Draws levels `[{text, calendar, purpose, to, template, name}]` on a task: one step of undo. */
export function addLadder(modeler, task, wanted) {
  together(modeler, () => {
    const first = room(modeler, task, levels(task).length + wanted.length, wanted.length);
    wanted.forEach((level, at) => drawLevel(modeler, task, level, first + at * PITCH));
  });
}

/** Makes the task wide and the space below it free enough; gives the middle of the first new level. */
function room(modeler, task, count, fresh) {
  const modeling = modeler.get('modeling');
  const taken = (task.attachers ?? []).filter((one) => one.y + one.height / 2 >= task.y + task.height - 2);
  const right = Math.max(task.x - 10, ...taken.map((one) => one.x + EVENT / 2 + MAIL.width / 2));
  const first = right + 10 + MAIL.width / 2;
  const wider = Math.ceil(first + (fresh - 1) * PITCH + MAIL.width / 2 - (task.x + task.width));
  if (wider > 0) {
    makeSpace(modeler, 'x', wider, task.x + task.width + 5);
    modeling.resizeShape(task, { x: task.x, y: task.y, width: task.width + wider, height: task.height });
  }
  const lower = missing(modeler, task, { left: right + 5, right: first + (fresh - 1) * PITCH + MAIL.width / 2 + 60 });
  if (lower > 0) makeSpace(modeler, 'y', lower, task.y + task.height + EVENT / 2 + 2);
  return first;
}

/** Moves everything beyond `start` aside; lanes and pools grow with it. */
export function makeSpace(modeler, axis, delta, start) {
  const root = modeler.get('canvas').getRootElement();
  const all = modeler.get('elementRegistry').filter((one) => one !== root && one.parent);
  const adjusted = modeler.get('spaceTool').calculateAdjustments([root, ...all], axis, delta, start);
  // tasks keep their size
  const resizingShapes = adjusted.resizingShapes.filter((one) => one.children?.length || is(one, 'bpmn:Lane'));
  const movingShapes = axis === 'x' ? glued(all, adjusted.movingShapes) : adjusted.movingShapes;
  const direction = axis === 'x' ? 'e' : 's';
  const by = axis === 'x' ? { x: delta, y: 0 } : { x: 0, y: delta };
  modeler.get('modeling').createSpace(movingShapes, resizingShapes, by, direction, start);
}

/** What moves, with every ladder on the side of its task: it goes along or stays with it, never half. */
function glued(all, moving) {
  const found = new Set(moving);
  for (const task of all.filter((one) => one.attachers?.length && !one.labelTarget)) {
    for (const part of task.attachers.flatMap((timer) => [timer, ...onlyFrom(timer)])) {
      for (const one of [part, ...part.labels]) {
        if (found.has(task)) found.add(one);
        else found.delete(one);
      }
    }
  }
  return [...found];
}

/** How far what stands below the task has to move down; 0 when the ladder fits. */
function missing(modeler, task, { left, right }) {
  const top = task.y + task.height + EVENT / 2 + 2;
  const bottom = task.y + task.height + HEIGHT;
  const all = modeler.get('elementRegistry').filter((one) => one.parent && !one.waypoints);
  const below = all.filter(
    (one) =>
      !one.host &&
      !one.labelTarget &&
      !NOT_IN_THE_WAY.some((type) => is(one, type)) &&
      !contains(one, task) &&
      one.x < right &&
      one.x + one.width > left &&
      one.y >= top - 20 &&
      one.y < bottom,
  );
  const edges = all
    .filter((one) => (is(one, 'bpmn:Lane') || contains(one, task)) && one.y <= task.y && one.y + one.height >= task.y + task.height && one.x <= task.x && one.x + one.width >= task.x)
    .map((one) => bottom - (one.y + one.height));
  return Math.max(0, ...below.map((one) => bottom - one.y), ...edges);
}

function contains(shape, child) {
  for (let parent = child.parent; parent; parent = parent.parent) if (parent === shape) return true;
  return false;
}

function drawLevel(modeler, task, level, middle) {
  const modeling = modeler.get('modeling');
  const factory = modeler.get('elementFactory');
  const parent = task.parent;
  const edge = task.y + task.height;
  const timer = modeling.createShape(
    factory.createShape({ type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false }),
    { x: middle, y: edge },
    task,
    { attach: true },
  );
  setTime(modeler, timer, level.text);
  change(modeler, timer, {
    name: spoken(level.text, level.calendar),
    'meldcode:calendar': level.calendar,
    'meldcode:purpose': level.purpose,
  });
  const mail = modeling.createShape(
    factory.createShape({ type: 'bpmn:SendTask', ...MAIL }),
    { x: middle, y: edge + TO_MAIL + MAIL.height / 2 },
    parent,
  );
  change(modeler, mail, { name: level.name, 'meldcode:mail': level.template, 'meldcode:to': level.to });
  const end = modeling.createShape(
    factory.createShape({ type: 'bpmn:EndEvent' }),
    { x: middle, y: edge + TO_MAIL + MAIL.height + TO_END + EVENT / 2 },
    parent,
  );
  change(modeler, end, { name: 'verstuurd' });
  const flows = [
    modeling.connect(timer, mail, { type: 'bpmn:SequenceFlow' }),
    modeling.connect(mail, end, { type: 'bpmn:SequenceFlow' }),
  ];
  modeling.setColor([timer, mail, end], COLOURS);
  modeling.setColor(flows, { stroke: COLOURS.stroke });
  beside(modeling, timer, { x: middle + 20, y: edge + 5, width: 74, height: 14 });
  beside(modeling, end, { x: middle + 22, y: end.y + 11, width: 52, height: 14 });
}

function beside(modeling, element, bounds) {
  const label = element.labels?.[0];
  if (label) modeling.moveShape(label, { x: bounds.x - label.x, y: bounds.y - label.y });
}

/** Changes one level; the timer's name follows as long as nobody gave it one of its own. */
export function changeLevel(modeler, level, { text, calendar, purpose, to, template, name }) {
  const { timer, mail } = level;
  together(modeler, () => {
    const before = spoken(level.text, level.calendar);
    if (text !== undefined) setTime(modeler, timer, text);
    const properties = {};
    if (calendar !== undefined) properties['meldcode:calendar'] = calendar;
    if (purpose !== undefined) properties['meldcode:purpose'] = purpose;
    if (!timer.businessObject.get('name') || timer.businessObject.get('name') === before) {
      properties.name = spoken(text ?? level.text, calendar ?? level.calendar);
    }
    change(modeler, timer, properties);
    if (!mail) return;
    const mailed = {};
    if (to !== undefined) mailed['meldcode:to'] = to;
    if (template !== undefined) mailed['meldcode:mail'] = template;
    if (name !== undefined) mailed.name = name;
    if (Object.keys(mailed).length) change(modeler, mail, mailed);
  });
}

/** Takes a level away with the mail and the end that only it leads to. */
export function removeLevel(modeler, level) {
  together(modeler, () => modeler.get('modeling').removeElements([level.timer, ...onlyFrom(level.timer)]));
}

/** The send tasks and ends that nothing but this timer leads to. */
export function onlyFrom(timer) {
  const found = [];
  let from = timer;
  for (;;) {
    const next = outgoing(from).map((flow) => flow.target);
    if (next.length !== 1 || next[0].incoming.length !== 1) return found;
    if (!is(next[0], 'bpmn:SendTask') && !is(next[0], 'bpmn:EndEvent')) return found;
    found.push(next[0]);
    [from] = next;
  }
}

/** What a first ladder may look like: the person herself, then whoever stands behind her. */
export function proposal(task, facts) {
  const own = roleOf(task.businessObject);
  const other = facts.roles.find((role) => role.key !== own && /begeleider|aandacht|leiding|directeur|manager/i.test(`${role.key} ${role.name}`));
  const templates = facts.mails.map((one) => stem(one.file));
  const mail = (wanted) => templates.find((one) => wanted.test(one)) ?? templates[0] ?? '';
  const given = { calendar: 'werkdagen' };
  return [
    { ...given, text: 'P2D', purpose: 'herinnering', to: own, template: mail(/herinnering/) },
    { ...given, text: 'P4D', purpose: 'escalatie', to: other?.key ?? own, template: mail(/aan-de-beurt|escalatie|herinnering/) },
  ];
}

/** `mails/herinnering.md` → `herinnering`. */
export function stem(file) {
  return file.replace(/^.*\//, '').replace(/\.md$/, '');
}

// roles that are not *de*: het bevoegd gezag, het bestuur, het teamhoofd
const NEUTER = /(gezag|bestuur|team|hoofd|management|bureau|secretariaat|lid)$/i;

/** A role inside a sentence: without what stands between brackets or a capital; with its article if asked. */
export function roleName(key, roles, article = false) {
  const name = (roles.get(key) ?? key).replace(/\s*\(.*\)$/, '');
  const inside = /^[A-Z]{2}/.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
  return article ? `${NEUTER.test(inside) ? 'het' : 'de'} ${inside}` : inside;
}

/** The name a mail of a ladder gets in the drawing: *Herinnering: leerkracht*. */
export function mailName(level, roles) {
  const kind = level.purpose === 'escalatie' ? 'Escalatie' : 'Herinnering';
  return `${kind}: ${roleName(level.to, roles)}`;
}
