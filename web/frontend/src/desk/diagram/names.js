/* What the things of a diagram are called, for panel, spoken line and step list. */

import { definition, incoming, is, outgoing } from './model.js';

const TYPES = {
  UserTask: 'Taak',
  ManualTask: 'Taak zonder formulier',
  SendTask: 'Mail',
  ReceiveTask: 'Taak die op een bericht wacht',
  BusinessRuleTask: 'Beslistabel',
  CallActivity: 'Zijroute',
  SubProcess: 'Deelproces',
  ExclusiveGateway: 'Keuze',
  InclusiveGateway: 'Keuze: één of meer wegen',
  ParallelGateway: 'Tegelijk',
  EventBasedGateway: 'Wachten op wat het eerst komt',
  StartEvent: 'Begin',
  EndEvent: 'Einde',
  IntermediateThrowEvent: 'Tussenpunt',
  IntermediateCatchEvent: 'Wachten',
  BoundaryEvent: 'Gebeurtenis op de rand',
  SequenceFlow: 'Pijl',
  MessageFlow: 'Berichtenpijl',
  Association: 'Stippellijn',
  Lane: 'Baan',
  Participant: 'Deelnemer',
  Process: 'Diagram',
  Collaboration: 'Diagram',
  TextAnnotation: 'Toelichting',
  Group: 'Groep',
  DataObjectReference: 'Gegevens',
  Task: 'Taak zonder soort',
  ServiceTask: 'Taak van een ander systeem',
  ScriptTask: 'Script',
};
const EVENTS = {
  'bpmn:TimerEventDefinition': { BoundaryEvent: 'Termijn', IntermediateCatchEvent: 'Wachttijd', StartEvent: 'Begin op een tijd' },
  'bpmn:MessageEventDefinition': { BoundaryEvent: 'Bericht', IntermediateCatchEvent: 'Wachten op een bericht', StartEvent: 'Begin bij een bericht', EndEvent: 'Einde met een bericht', IntermediateThrowEvent: 'Bericht geven' },
  'bpmn:SignalEventDefinition': { BoundaryEvent: 'Signaal', IntermediateCatchEvent: 'Wachten op een signaal', EndEvent: 'Einde met een signaal', IntermediateThrowEvent: 'Signaal geven' },
  'bpmn:ErrorEventDefinition': { BoundaryEvent: 'Fout', EndEvent: 'Einde met een fout' },
  'bpmn:EscalationEventDefinition': { BoundaryEvent: 'Melding van binnen', EndEvent: 'Einde met melding naar buiten', IntermediateThrowEvent: 'Melding naar buiten' },
  'bpmn:TerminateEventDefinition': { EndEvent: 'Einde van alles' },
};

/** Elements that are drawn in other tools and cannot run here. */
const NOT_RUN = new Set(['bpmn:Task', 'bpmn:ServiceTask', 'bpmn:ScriptTask', 'bpmn:ComplexGateway', 'bpmn:AdHocSubProcess', 'bpmn:Transaction', 'bpmn:DataStoreReference']);
const EVENTS_NOT_RUN = new Set(['bpmn:ConditionalEventDefinition', 'bpmn:LinkEventDefinition', 'bpmn:CompensateEventDefinition', 'bpmn:CancelEventDefinition']);

export function typeName(businessObject) {
  const type = businessObject.$type.replace('bpmn:', '');
  if (is(businessObject, 'bpmn:Event')) {
    const event = EVENTS[definition(businessObject)?.$type]?.[type];
    if (event) return event;
  }
  if (is(businessObject, 'bpmn:SubProcess') && businessObject.get('triggeredByEvent')) return 'Deelproces dat altijd kan beginnen';
  return TYPES[type] ?? type;
}

/** *Taak “4 Wegen van het geweld”* */
export function spokenName(element) {
  const businessObject = element.labelTarget?.businessObject ?? element.businessObject;
  const name = businessObject.get?.('name')?.replace(/\s+/g, ' ').trim();
  if (!name && joins(element)) return 'Hier komen wegen samen';
  return name ? `${typeName(businessObject)} “${name}”` : `${typeName(businessObject)} zonder naam`;
}

/** A name for in a list; a node without a name is called by its kind. */
export function shortName(element) {
  return element.businessObject.get('name')?.replace(/\s+/g, ' ').trim() || typeName(element.businessObject).toLowerCase();
}

/** With a full stop, unless what it ends with, such as the name of a choice, has its own end. */
export function ended(words) {
  return /[.?!]$/.test(words) ? words : `${words}.`;
}

/** A gateway without a name that only brings ways together. */
function joins(element) {
  return is(element, 'bpmn:Gateway') && !element.businessObject.get('name') && outgoing(element).length === 1;
}

/** What one came from before an arrow: past gateways that only bring ways together. */
export function leavesFrom(element, seen = new Set()) {
  if (!joins(element) || seen.has(element)) return [element];
  seen.add(element);
  const before = incoming(element).flatMap((flow) => leavesFrom(flow.source, seen));
  return before.length ? before : [element];
}

/** What one comes to after an arrow: past gateways that only bring ways together. */
export function arrivesAt(element) {
  const seen = new Set();
  let at = element;
  while (joins(at) && !seen.has(at)) {
    seen.add(at);
    at = outgoing(at)[0].target;
  }
  return at;
}

export function cannotRun(businessObject) {
  return NOT_RUN.has(businessObject.$type) || EVENTS_NOT_RUN.has(is(businessObject, 'bpmn:Event') ? definition(businessObject)?.$type : undefined);
}
