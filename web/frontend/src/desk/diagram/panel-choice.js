/* Choices: each way out with the condition under which it is taken, built from fields, comparisons and values. */

import { field, h, select, textbox } from '../dom.js';
import { conditionFields } from './condition-fields.js';
import { sentence } from './conditions.js';
import { change, chooses, conditionOf, outgoing, setCondition, together } from './model.js';
import { arrivesAt, ended, shortName } from './names.js';

/** Every way out of a choice. */
export function choice(context, element) {
  const flows = outgoing(element);
  if (flows.length < 2) return h('p', { class: 'desk-hint', id: 'nog-geen-keuze' }, 'Trek minstens twee pijlen naar wat hierna kan komen. Daarna kiest u hier wanneer welke pijl wordt gevolgd.');
  return h(
    'fieldset',
    { class: 'desk-group' },
    h('legend', {}, 'Wanneer welke kant op?'),
    h('p', { class: 'desk-hint' }, 'De pijlen worden in deze volgorde geprobeerd.'),
    flows.map((one) =>
      h(
        'details',
        { class: 'desk-level' },
        h('summary', { id: `kant-${one.id}` }, summary(context, one)),
        flowFields(context, one, one.id),
      ),
    ),
  );
}

function summary({ facts }, connection) {
  const { businessObject } = connection;
  const target = `Naar ${shortName(arrivesAt(connection.target))}`;
  if (isDefault(connection)) return `${target}: in alle andere gevallen`;
  const condition = conditionOf(businessObject);
  return `${target}: ${condition ? sentence(condition, facts.variables) : 'nog niet gekozen'}`;
}

function isDefault(connection) {
  return connection.source.businessObject.get('default') === connection.businessObject;
}

/** One arrow. */
export function flow(context, element) {
  const from = element.source;
  return [
    h('p', { id: 'van-naar' }, ended(`Van ${shortName(from)} naar ${shortName(arrivesAt(element.target))}`)),
    chooses(from.businessObject) && outgoing(from).length > 1
      ? flowFields(context, element, element.id)
      : field('Naam', textbox('naam', element.businessObject.get('name'), (value) => context.modeler.get('modeling').updateLabel(element, value))),
  ];
}

function flowFields(context, connection, id) {
  const { modeler } = context;
  const fallback = isDefault(connection);
  const setDefault = (on) =>
    together(modeler, () => {
      change(modeler, connection.source, { default: on ? connection.businessObject : undefined });
      if (on) setCondition(modeler, connection, '');
    });
  return h(
    'div',
    {},
    field('Naam bij de pijl', textbox(`naam-${id}`, connection.businessObject.get('name'), (value) => modeler.get('modeling').updateLabel(connection, value))),
    field(
      'Wanneer?',
      select(`wanneer-${id}`, fallback ? 'default' : 'condition', [
        { value: 'condition', label: 'Als dit zo is:' },
        { value: 'default', label: 'In alle andere gevallen' },
      ], (value) => setDefault(value === 'default')),
    ),
    !fallback && condition(context, connection, id),
  );
}

function condition({ modeler, facts }, connection, id) {
  return conditionFields(conditionOf(connection.businessObject), facts.variables, id, (next) => setCondition(modeler, connection, next));
}
