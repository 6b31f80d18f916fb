/* Reading and changing the parts of a diagram that mean something here; every change can be undone. */

import { FORM, extension } from './moddle.js';

/** Whether an element of the drawing, or a moddle element, is of a BPMN type or one derived from it. */
export function is(element, type) {
  const businessObject = element?.businessObject ?? element;
  return Boolean(businessObject?.$instanceOf?.(type));
}

/** Runs several changes as one step of undo. */
export function together(modeler, run) {
  modeler.get('commandStack').execute('meldcode.together', { run });
}

function TogetherHandler() {
  this.preExecute = (context) => {
    context.result = context.run();
  };
}

function registerTogether(commandStack) {
  commandStack.registerHandler('meldcode.together', TogetherHandler);
}
registerTogether.$inject = ['commandStack'];

export const togetherModule = { __init__: ['meldcodeTogether'], meldcodeTogether: ['type', registerTogether] };

export function change(modeler, element, properties) {
  const cleaned = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value === '' ? undefined : value]));
  modeler.get('modeling').updateProperties(element, cleaned);
}

/** Replaces the extension elements of one type by `made` (null: none); others stay as they are. */
function setExtension(modeler, element, type, made) {
  const { businessObject } = element;
  const factory = modeler.get('bpmnFactory');
  const before = businessObject.get('extensionElements');
  const kept = (before?.get('values') ?? []).filter((one) => one.$type !== type);
  const values = made ? [...kept, made] : kept;
  if (!values.length) return change(modeler, element, { extensionElements: undefined });
  const fresh = factory.create('bpmn:ExtensionElements', { values });
  fresh.$parent = businessObject;
  values.forEach((one) => {
    one.$parent = fresh;
  });
  return change(modeler, element, { extensionElements: fresh });
}

export function setText(modeler, element, type, text) {
  const made = text.trim() ? modeler.get('moddle').create(type, { text: text.trim() }) : null;
  setExtension(modeler, element, type, made);
}

export function setForm(modeler, element, file) {
  const moddle = modeler.get('moddle');
  const type = 'spiffworkflow:Properties';
  const others = (extension(element.businessObject, type)?.get('properties') ?? []).filter((one) => one.get('name') !== FORM);
  const properties = file ? [...others, moddle.create('spiffworkflow:Property', { name: FORM, value: file })] : others;
  const made = properties.length ? moddle.create(type, { properties }) : null;
  properties.forEach((one) => {
    one.$parent = made;
  });
  setExtension(modeler, element, type, made);
}

/** The timer, message, … definition of an event, or undefined. */
export function definition(businessObject, type) {
  return (businessObject.get('eventDefinitions') ?? []).find((one) => !type || one.$type === type);
}

export function timerOf(businessObject) {
  return is(businessObject, 'bpmn:Event') ? definition(businessObject, 'bpmn:TimerEventDefinition') : undefined;
}

const KINDS = ['timeDuration', 'timeCycle', 'timeDate'];

/** `{kind, text}` of a timer definition: *timeDuration*, *timeCycle* or *timeDate*. */
export function time(timer) {
  const kind = KINDS.find((one) => timer.get(one)) ?? 'timeDuration';
  return { kind, text: timer.get(kind)?.get('body')?.trim() ?? '' };
}

export function setTime(modeler, element, text) {
  const timer = timerOf(element.businessObject);
  const kind = /^R/.test(text) ? 'timeCycle' : /^\d{4}-/.test(text) ? 'timeDate' : 'timeDuration';
  const made = expression(modeler, text, timer);
  const properties = Object.fromEntries(KINDS.map((one) => [one, one === kind && text ? made : undefined]));
  modeler.get('modeling').updateModdleProperties(element, timer, properties);
}

export function expression(modeler, text, parent) {
  const made = modeler.get('bpmnFactory').create('bpmn:FormalExpression', { body: text });
  made.$parent = parent;
  return made;
}

/** The condition of a flow as FEEL without its leading `=`; '' without one. */
export function conditionOf(flow) {
  return (flow.get('conditionExpression')?.get('body') ?? '').trim().replace(/^=\s*/, '');
}

export function setCondition(modeler, connection, text) {
  const { businessObject } = connection;
  const value = text.trim() ? expression(modeler, `= ${text.trim()}`, businessObject) : undefined;
  modeler.get('modeling').updateProperties(connection, { conditionExpression: value });
}

/** Gateways whose outgoing flows are chosen by conditions. */
export function chooses(businessObject) {
  return is(businessObject, 'bpmn:ExclusiveGateway') || is(businessObject, 'bpmn:InclusiveGateway');
}

/** The flows out of a node, in the order of the file: the order in which conditions are tried. */
export function outgoing(element) {
  const order = element.businessObject.get('outgoing') ?? [];
  return (element.outgoing ?? [])
    .filter((one) => is(one, 'bpmn:SequenceFlow'))
    .sort((a, b) => order.indexOf(a.businessObject) - order.indexOf(b.businessObject));
}

export function incoming(element) {
  return (element.incoming ?? []).filter((one) => is(one, 'bpmn:SequenceFlow'));
}

/** The innermost lane a node stands in, as a moddle element, or undefined. */
export function laneOf(businessObject) {
  const inside = (lanes) => {
    for (const lane of lanes ?? []) {
      const deeper = inside(lane.get('childLaneSet')?.get('lanes'));
      if (deeper) return deeper;
      if ((lane.get('flowNodeRef') ?? []).includes(businessObject)) return lane;
    }
    return undefined;
  };
  for (const set of businessObject.$parent?.get?.('laneSets') ?? []) {
    const found = inside(set.get('lanes'));
    if (found) return found;
  }
  return undefined;
}

export function laneRole(lane) {
  return lane.get('meldcode:role') || (lane.get('name') ?? '').trim().toLowerCase().replace(/\s+/g, '-');
}

/** The role key of a task: its own, else its lane's, else that of the subprocess around it. */
export function roleOf(businessObject) {
  for (let node = businessObject; node && is(node, 'bpmn:FlowNode'); node = node.$parent) {
    const own = is(node, 'bpmn:Activity') ? node.get('meldcode:role') : '';
    if (own) return own;
    const lane = laneOf(node);
    if (lane) return laneRole(lane);
  }
  return '';
}
