/* The questions about events: a term, a message, a signal, how it ends. */

import { field, h, select, textbox, tick } from '../dom.js';
import { change, definition, is, time, timerOf, together } from './model.js';
import { calendar, duration, purposes } from './panel-task.js';
import { setTerm } from './terms.js';

export function timer({ modeler, facts }, element) {
  const { businessObject } = element;
  const { text } = time(timerOf(businessObject));
  const kind = businessObject.get('meldcode:calendar') ?? '';
  const edge = is(element, 'bpmn:BoundaryEvent');
  const set = (next, nextKind) => setTerm(modeler, element, next, nextKind);
  return [
    duration('termijn', edge ? 'Na' : 'Hoe lang?', text, kind, (next) => set(next, kind)),
    calendar('kalender', facts, kind, (next) => set(text, next)),
    field('Waar is het voor?', select('doel', businessObject.get('meldcode:purpose') ?? '', [{ value: '', label: 'Kies …' }, ...purposes(facts)], (value) => change(modeler, element, { 'meldcode:purpose': value }))),
    h(
      'details',
      { class: 'desk-more' },
      h('summary', {}, 'Als tekst'),
      field('Duur, herhaling, datum of berekening', textbox('termijn-tekst', text, (value) => set(value, kind), { class: 'utrecht-textbox desk-code', 'data-refresh': 'yes' }), {
        hint: 'P5D is 5 dagen, PT1H is 1 uur, R3/P2D is 3 keer na 2 dagen. Een berekening begint met =.',
      }),
    ),
  ];
}

const ROOTS = {
  'bpmn:MessageEventDefinition': { ref: 'messageRef', type: 'bpmn:Message', label: 'Welk bericht?' },
  'bpmn:SignalEventDefinition': { ref: 'signalRef', type: 'bpmn:Signal', label: 'Welk signaal?' },
  'bpmn:ErrorEventDefinition': { ref: 'errorRef', type: 'bpmn:Error', label: 'Welke fout?' },
  'bpmn:EscalationEventDefinition': { ref: 'escalationRef', type: 'bpmn:Escalation', label: 'Welke melding?' },
};

/** Which message, signal, error or escalation: one that exists, or a new one by its name. */
export function messages({ modeler }, element) {
  const { businessObject } = element;
  const receives = is(element, 'bpmn:ReceiveTask');
  const holder = receives ? businessObject : definition(businessObject);
  const root = receives ? ROOTS['bpmn:MessageEventDefinition'] : ROOTS[holder?.$type];
  if (!holder || !root) return null;
  const definitions = modeler.getDefinitions();
  const existing = definitions.get('rootElements').filter((one) => one.$type === root.type);
  const set = (name) => {
    const found = existing.find((one) => one.get('name') === name);
    const made = found ?? (name ? modeler.get('bpmnFactory').create(root.type, { name }) : undefined);
    together(modeler, () => {
      if (made && !found) {
        made.$parent = definitions;
        modeler.get('modeling').updateModdleProperties(element, definitions, { rootElements: [...definitions.get('rootElements'), made] });
      }
      modeler.get('modeling').updateModdleProperties(element, holder, { [root.ref]: made });
    });
  };
  const list = h('datalist', { id: 'bericht-namen' }, existing.map((one) => h('option', { value: one.get('name') ?? '' })));
  return [
    field(root.label, textbox('bericht', holder.get(root.ref)?.get('name') ?? '', set, { list: 'bericht-namen' }), {
      hint: root.type === 'bpmn:Message' ? 'Het bericht ‘acuut’ is de knop voor acuut gevaar.' : null,
    }),
    list,
  ];
}

/** Whether the task goes on, and as what the case ends. */
export function event({ modeler }, element) {
  const { businessObject } = element;
  const starts = is(element, 'bpmn:StartEvent') && businessObject.$parent?.triggeredByEvent;
  if (is(element, 'bpmn:BoundaryEvent') || starts) {
    const property = starts ? 'isInterrupting' : 'cancelActivity';
    return tick('breekt-af', starts ? 'De rest van de zaak stopt hierdoor' : 'De taak stopt hierdoor', businessObject.get(property) !== false, (on) =>
      change(modeler, element, { [property]: on }),
    );
  }
  if (!is(element, 'bpmn:EndEvent')) return null;
  return field('Hoe is het afgelopen?', textbox('uitkomst', businessObject.get('meldcode:outcome') ?? '', (value) => change(modeler, element, { 'meldcode:outcome': value.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') }), { 'data-refresh': 'yes' }), {
    hint: 'Eén woord, zoals gemeld of hulp. Alleen nodig waar de zaak eindigt.',
  });
}
