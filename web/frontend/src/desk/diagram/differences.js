/* What differs in meaning between two versions of a diagram, as sentences. Where things are drawn is no matter. */

import { BpmnModdle } from 'bpmn-moddle';
import { spoken } from './duration.js';
import { extensions, formOf, textOf } from './moddle.js';
import { is } from './model.js';
import { typeName } from './names.js';

/** `differences(mine, theirs)`: two files as text; the sentences say what theirs has other than mine. */
export async function differences(mine, theirs) {
  const moddle = new BpmnModdle(extensions);
  const [own, other] = await Promise.all([mine, theirs].map(async (xml) => facts((await moddle.fromXML(xml)).rootElement)));
  const said = [];
  for (const [id, { name, means }] of other) {
    const before = own.get(id);
    if (!before) said.push(`${name} is erbij gekomen.`);
    else {
      for (const key of new Set([...Object.keys(means), ...Object.keys(before.means)])) {
        if (means[key] === before.means[key]) continue;
        said.push(`${before.name}: ${key} is ${shown(means[key])} en bij u ${shown(before.means[key])}.`);
      }
    }
  }
  for (const [id, { name }] of own) if (!other.has(id)) said.push(`${name} is weg.`);
  return said;
}

function shown(value) {
  if (!value) return 'leeg';
  return value.length > 90 ? `‘${value.slice(0, 90)}…’` : `‘${value}’`;
}

/** id → what an element means, as words. */
function facts(definitions) {
  const found = new Map();
  const visit = (node) => {
    if (node.id && (is(node, 'bpmn:FlowElement') || is(node, 'bpmn:Lane'))) {
      const name = node.get('name') ? `${typeName(node)} ‘${node.get('name').replace(/\s+/g, ' ')}’` : `${typeName(node)} ${node.id}`;
      found.set(node.id, { name, means: meaning(node) });
    }
    for (const key of ['flowElements', 'laneSets', 'lanes', 'rootElements']) for (const child of node.get?.(key) ?? []) visit(child);
    if (is(node, 'bpmn:Lane') && node.get('childLaneSet')) visit(node.get('childLaneSet'));
  };
  visit(definitions);
  return found;
}

function meaning(node) {
  const means = { naam: node.get('name') ?? '' };
  const put = (key, value) => {
    if (value) means[key] = String(value);
  };
  if (is(node, 'bpmn:SequenceFlow')) {
    put('de voorwaarde', node.get('conditionExpression')?.get('body')?.trim());
    put('van', node.get('sourceRef')?.id);
    put('naar', node.get('targetRef')?.id);
  }
  if (is(node, 'bpmn:Lane')) {
    put('de rol', node.get('meldcode:role'));
    put('wat in de baan staat', (node.get('flowNodeRef') ?? []).map((one) => one.id).sort().join(', '));
  }
  if (is(node, 'bpmn:Activity')) {
    put('de rol', node.get('meldcode:role'));
    put('het soort stap', node.get('meldcode:step'));
    put('het formulier', formOf(node));
    put('de uitleg', textOf(node, 'spiffworkflow:InstructionsForEndUser'));
    put('de tabel', textOf(node, 'spiffworkflow:CalledDecisionId'));
  }
  if (is(node, 'bpmn:SendTask')) {
    put('de mail', node.get('meldcode:mail'));
    put('aan wie', node.get('meldcode:to'));
  }
  if (is(node, 'bpmn:CallActivity')) put('de route', node.get('calledElement'));
  if (is(node, 'bpmn:Gateway')) put('de weg in alle andere gevallen', node.get('default')?.id);
  if (is(node, 'bpmn:EndEvent')) put('de uitkomst', node.get('meldcode:outcome'));
  if (is(node, 'bpmn:BoundaryEvent')) {
    put('of de taak stopt', node.get('cancelActivity') === false ? 'nee' : 'ja');
    put('aan welke taak', node.get('attachedToRef')?.id);
  }
  if (is(node, 'bpmn:Event')) {
    for (const one of node.get('eventDefinitions') ?? []) {
      const text = ['timeDuration', 'timeCycle', 'timeDate'].map((key) => one.get(key)?.get('body')).find(Boolean);
      if (text) put('de termijn', spoken(text.trim(), node.get('meldcode:calendar')));
    }
    put('hoe de dagen tellen', node.get('meldcode:calendar'));
    put('waar de termijn voor is', node.get('meldcode:purpose'));
  }
  return means;
}
