/* A diagram as a list to read: every step once, in the order in which a case comes by them. */

import { spoken } from './duration.js';
import { sentence as rung, levels, roleName } from './ladder.js';
import { formOf } from './moddle.js';
import { sentence as condition } from './conditions.js';
import { chooses, conditionOf, is, outgoing, roleOf, time, timerOf } from './model.js';
import { arrivesAt, ended, shortName } from './names.js';

const TOP = ['bpmn:Participant', 'bpmn:SubProcess'];

/** `[{id, title, always, steps: [element]}]`: each process and each subprocess that can always begin is a part of its own. */
export function sections(modeler) {
  const registry = modeler.get('elementRegistry');
  const root = modeler.get('canvas').getRootElement();
  const holders = registry.filter((one) => one === root || (!one.labelTarget && TOP.some((type) => is(one, type))));
  return holders
    .map((holder) => ({ id: holder.id, title: shortName(holder), always: Boolean(holder.businessObject.triggeredByEvent), steps: walk(holder) }))
    .filter((one) => one.steps.length);
}

/** The nodes of one process or subprocess that say something: not the ladders, not the gateways that only join. */
function walk(holder) {
  const nodes = (holder.children ?? []).filter((one) => is(one, 'bpmn:FlowNode') && !one.labelTarget);
  const ladders = new Set(nodes.flatMap((one) => (one.attachers ? levels(one).flatMap((level) => [level.mail, level.end]) : [])));
  const starts = nodes.filter((one) => is(one, 'bpmn:StartEvent'));
  const seen = new Set();
  const visit = (first) => {
    const waiting = [first];
    while (waiting.length) {
      const node = waiting.pop();
      if (seen.has(node) || ladders.has(node)) continue;
      seen.add(node);
      const edges = (node.attachers ?? []).filter((one) => !levels(node).some((level) => level.timer === one));
      const next = [...outgoing(node), ...edges.flatMap(outgoing)].map((flow) => flow.target);
      waiting.push(...next.reverse());
    }
  };
  [...starts, ...nodes.filter((one) => !one.incoming.length && !one.host && !is(one, 'bpmn:SubProcess')), ...nodes.filter((one) => !one.host)].forEach(visit);
  return [...seen].filter(says);
}

function isLegal({ businessObject }) {
  return (businessObject.get('meldcode:step') ?? '').split(/\s+/).some((step) => LEGAL.includes(step));
}

function says(node) {
  if (is(node, 'bpmn:Gateway')) return outgoing(node).length > 1;
  return is(node, 'bpmn:Activity') || is(node, 'bpmn:EndEvent') || Boolean(timerOf(node.businessObject)) || is(node, 'bpmn:CatchEvent');
}

/** What happens at a step, in sentences. */
export function sentences({ facts, roles }, element) {
  const { businessObject } = element;
  const said = [];
  const who = roleOf(businessObject);
  const name = who ? capital(roleName(who, roles, true)) : 'Nog niemand';
  if (is(element, 'bpmn:UserTask')) {
    const form = facts.forms.find((one) => one.file === formOf(businessObject));
    said.push(form ? `${name} vult het formulier ‘${form.name}’ in.` : `${name} doet dit. Er hoort nog geen formulier bij.`);
  } else if (is(element, 'bpmn:ManualTask') || is(element, 'bpmn:ReceiveTask')) said.push(`${name} doet dit.`);
  else if (is(element, 'bpmn:SendTask')) {
    const to = businessObject.get('meldcode:to');
    said.push(to ? `${capital(roleName(to, roles, true))} krijgt een mail.` : 'Er gaat een mail uit, maar nog naar niemand.');
  } else if (is(element, 'bpmn:BusinessRuleTask')) said.push('Een tabel geeft een advies. Een mens beslist.');
  else if (is(element, 'bpmn:CallActivity')) {
    const route = facts.processes.find((one) => one.id === businessObject.get('calledElement'));
    said.push(route ? `De zaak volgt eerst de route ‘${route.name || route.id}’.` : 'De zaak volgt een andere route, maar die is nog niet gekozen.');
  } else if (is(element, 'bpmn:EndEvent')) {
    const outcome = businessObject.get('meldcode:outcome');
    said.push(outcome ? `Hier eindigt de zaak als ‘${outcome}’.` : 'Hier eindigt dit deel.');
  } else if (timerOf(businessObject)) said.push(`De zaak wacht ${spoken(time(timerOf(businessObject)).text, businessObject.get('meldcode:calendar'))}.`);
  else if (chooses(businessObject)) said.push(...outgoing(element).map((flow) => branch(facts, flow)));
  else if (is(element, 'bpmn:ParallelGateway')) said.push(ended(`Dit gebeurt tegelijk: ${list(outgoing(element).map((flow) => shortName(arrivesAt(flow.target))))}`));
  if (element.attachers) said.push(...levels(element).map((level) => rung(level, roles)));
  const next = outgoing(element);
  if (next.length === 1) said.push(`Daarna: ${ended(shortName(arrivesAt(next[0].target)))}`);
  return said;
}

export function branch(facts, flow) {
  const target = ended(shortName(arrivesAt(flow.target)));
  if (flow.source.businessObject.get('default') === flow.businessObject) return `In alle andere gevallen: ${target}`;
  const text = conditionOf(flow.businessObject);
  return text ? `${capital(condition(text, facts.variables))}: ${target}` : `Nog niet gekozen wanneer: ${target}`;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(names) {
  return new Intl.ListFormat('nl').format(names);
}
