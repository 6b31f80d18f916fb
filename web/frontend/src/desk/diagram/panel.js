/* What is chosen in the diagram, as a form in plain Dutch. */

import { button, field, h, select, textbox } from '../dom.js';
import { help } from '../help.js';
import { Kept } from '../kept.js';
import { DRAWN, NEXT } from './menus.js';
import { change, chooses, is, laneOf, laneRole, timerOf } from './model.js';
import { cannotRun, shortName, typeName } from './names.js';
import { choice, flow } from './panel-choice.js';
import { event, messages, timer } from './panel-event.js';
import { decision, explanation, form, ladder, mail, role, route, steps } from './panel-task.js';
import { place } from './toolbox.js';

export class Panel {
  constructor(modeler, facts, place, { show }) {
    this.modeler = modeler;
    this.context = context(modeler, facts, show);
    this.heading = h('h2', { class: 'utrecht-heading-3', tabindex: '-1' });
    const content = h('div', { class: 'desk-panel__content' });
    place.append(this.heading, content);
    this.kept = new Kept(content, () => this.made(), { lost: () => this.heading.focus({ preventScroll: true }) });
    modeler.on(['selection.changed', 'elements.changed', 'root.set', 'import.done'], () => this.kept.soon());
    this.kept.draw();
  }

  get element() {
    const chosen = this.modeler.get('selection').get();
    if (chosen.length > 1) return null;
    const element = chosen[0] ?? this.modeler.get('canvas').getRootElement();
    return element?.labelTarget ?? element;
  }

  made() {
    const { element } = this;
    this.heading.textContent = element ? title(element) : 'Meer onderdelen gekozen';
    return { key: element?.id ?? '', parts: element ? parts(this.context, element) : many(this.modeler) };
  }
}

/** What every question needs: the modeler, what there is to choose from, and how to show an element. */
export function context(modeler, facts, show) {
  return { modeler, facts, roles: new Map(facts.roles.map((one) => [one.key, one.name])), show };
}

function title(element) {
  if (is(element, 'bpmn:Process') || is(element, 'bpmn:Collaboration')) return 'Dit diagram';
  return typeName(element.businessObject);
}

function many(modeler) {
  return [
    h('p', {}, 'Verschuif ze samen, of verwijder ze.'),
    button('Verwijderen', () => modeler.get('modeling').removeElements(modeler.get('selection').get().slice())),
  ];
}

/** The questions about one element, in the order in which a designer thinks of them. */
export function parts(context, element) {
  const { businessObject } = element;
  const kind = (type) => is(element, type);
  if (kind('bpmn:Process') || kind('bpmn:Collaboration')) return diagram(context);
  return [
    cannotRun(businessObject) && warning(context, element),
    !kind('bpmn:SequenceFlow') && !kind('bpmn:TextAnnotation') && name(context, element),
    kind('bpmn:Lane') && lane(context, element),
    kind('bpmn:UserTask') || kind('bpmn:ManualTask') ? [role(context, element), kind('bpmn:UserTask') && form(context, element), explanation(context, element)] : null,
    kind('bpmn:SendTask') && mail(context, element),
    kind('bpmn:BusinessRuleTask') && decision(context, element),
    kind('bpmn:CallActivity') && route(context, element),
    (kind('bpmn:ReceiveTask') || kind('bpmn:SubProcess')) && role(context, element),
    kind('bpmn:Activity') && !kind('bpmn:SendTask') && !kind('bpmn:BusinessRuleTask') && [ladder(context, element), steps(context, element)],
    timerOf(businessObject) && timer(context, element),
    (kind('bpmn:Event') || kind('bpmn:ReceiveTask')) && [messages(context, element), event(context, element)],
    chooses(businessObject) && choice(context, element),
    kind('bpmn:SequenceFlow') && flow(context, element),
    !context.inList && following(context, element),
    technical(context, element),
  ];
}

function name({ modeler }, element) {
  const gateway = is(element, 'bpmn:Gateway');
  return field(
    gateway ? 'Vraag' : 'Naam',
    textbox('naam', element.businessObject.get('name'), (value) => modeler.get('modeling').updateLabel(element, value)),
    { hint: is(element, 'bpmn:BoundaryEvent') && timerOf(element.businessObject) ? 'Volgt vanzelf de termijn, tot u er iets anders neerzet.' : null },
  );
}

function lane({ modeler, facts }, element) {
  const { businessObject } = element;
  const options = facts.roles.map((one) => ({ value: one.key, label: one.name }));
  return field(
    'Wie werkt in deze baan?',
    select('baan-rol', laneRole(businessObject), options, (value) => change(modeler, element, { 'meldcode:role': value })),
  );
}

function warning({ modeler }, element) {
  const task = is(element, 'bpmn:Task');
  const mend = () => {
    const made = modeler.get('bpmnReplace').replaceElement(element, { type: 'bpmn:UserTask' });
    modeler.get('selection').select(made);
  };
  return h(
    'div',
    { class: 'desk-warning' },
    h('p', {}, h('strong', {}, 'Dit onderdeel wordt hier niet uitgevoerd.')),
    h('p', {}, task ? 'Maak er een taak van een mens van, of verwijder het.' : 'Teken het met onderdelen uit de lijst links, en verwijder dit.'),
    task && button('Maak er een taak van', mend, { id: 'maak-taak' }),
  );
}

/** What can be drawn after this, with real buttons: the same as the menu beside the element. */
function following({ modeler }, element) {
  const { businessObject } = element;
  if (!is(element, 'bpmn:FlowNode') || is(element, 'bpmn:EndEvent') || businessObject.get('triggeredByEvent')) return null;
  return h(
    'fieldset',
    { class: 'desk-group' },
    h('legend', {}, 'Hierna toevoegen'),
    h(
      'div',
      { class: 'desk-buttons' },
      NEXT.map((id) => button(DRAWN[id].label, () => place(modeler, DRAWN[id].shape), { kind: 'subtle', id: `hierna-${id}` })),
      is(element, 'bpmn:EventBasedGateway') && button(DRAWN.wait.label, () => place(modeler, DRAWN.wait.shape), { kind: 'subtle', id: 'hierna-wait' }),
    ),
  );
}

function technical({ modeler }, element) {
  return h(
    'details',
    { class: 'desk-more' },
    h('summary', {}, 'Meer'),
    h('p', { class: 'desk-hint' }, `Kenmerk in het bestand: ${element.businessObject.id}`),
    button('Verwijderen', () => modeler.get('modeling').removeElements([element]), { id: 'verwijderen' }),
  );
}

function diagram({ modeler, show }) {
  const found = modeler.get('elementRegistry').filter((one) => one.businessObject?.get && !one.labelTarget);
  const tasks = found.filter((one) => is(one, 'bpmn:Task') || is(one, 'bpmn:CallActivity')).filter((one) => !is(one, 'bpmn:SendTask'));
  const lanes = [...new Set(tasks.map((one) => laneOf(one.businessObject)?.get('name')).filter(Boolean))];
  return [
    help('tekening'),
    h('p', {}, 'Kies een onderdeel in de tekening om het te veranderen. U kunt ook hieronder een stap kiezen.'),
    h('p', { class: 'desk-hint', id: 'aantal' }, `${tasks.length} stappen${lanes.length ? `, banen: ${lanes.join(', ')}` : ''}.`),
    h(
      'ol',
      { class: 'desk-steps' },
      tasks.map((one) =>
        h('li', {}, h('button', { type: 'button', class: 'desk-link', id: `stap-${one.id}`, on: { click: () => show(one) } }, shortName(one))),
      ),
    ),
  ];
}
