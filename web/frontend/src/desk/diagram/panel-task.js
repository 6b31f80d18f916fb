/* The questions about a task: whose it is, with which form and words, what it counts as, when it reminds. */

import { ask, button, field, h, select, textarea, tick } from '../dom.js';
import { ascends, days, simple, UNITS, written } from './duration.js';
import { addLadder, changeLevel, levels, mailName, proposal, removeLevel, sentence, stem } from './ladder.js';
import { formOf, textOf } from './moddle.js';
import { change, laneOf, laneRole, roleOf, setForm, setText } from './model.js';

const NONE = { value: '', label: 'Kies …' };

export function roleOptions(facts) {
  return facts.roles.map((one) => ({ value: one.key, label: one.name }));
}

export function role({ modeler, facts, roles }, element) {
  const { businessObject } = element;
  const lane = laneOf(businessObject);
  const own = businessObject.get('meldcode:role') ?? '';
  const fromLane = lane ? laneRole(lane) : roleOf({ ...businessObject.$parent, $parent: businessObject.$parent?.$parent, get: businessObject.$parent?.get?.bind(businessObject.$parent) });
  const inherited = lane ? `Zoals de baan: ${roles.get(fromLane) ?? fromLane}` : 'Zoals het deel eromheen';
  return field(
    'Wie doet dit?',
    select('rol', own, [{ value: '', label: inherited }, ...roleOptions(facts)], (value) =>
      change(modeler, element, { 'meldcode:role': value }),
    ),
  );
}

export function form({ modeler, facts }, element) {
  const options = facts.forms.map((one) => ({ value: one.file, label: one.name || stem(one.file) }));
  const current = formOf(element.businessObject);
  const known = facts.forms.find((one) => one.file === current);
  return [
    field('Formulier', select('formulier', current, [{ value: '', label: 'Geen formulier' }, ...options], (value) => setForm(modeler, element, value))),
    known &&
      h(
        'p',
        { class: 'desk-hint desk-under' },
        h('a', { href: `${base()}/formulier/${known.file}` }, `Formulier openen (${known.fields.length} ${known.fields.length === 1 ? 'vraag' : 'vragen'})`),
      ),
  ];
}

function base() {
  return document.getElementById('ontwerp').dataset.base ?? '/ontwerp';
}

export function explanation({ modeler }, element) {
  const type = 'spiffworkflow:InstructionsForEndUser';
  return field(
    'Uitleg boven het formulier',
    textarea('uitleg', textOf(element.businessObject, type), (value) => setText(modeler, element, type, value), { rows: 5 }),
  );
}

export function steps({ modeler, facts }, element) {
  const chosen = new Set((element.businessObject.get('meldcode:step') ?? '').split(/\s+/).filter(Boolean));
  const set = (key, on) => {
    const next = new Set(chosen);
    if (on) next.add(key);
    else next.delete(key);
    const known = facts.steps.map((one) => one.key).filter((one) => next.has(one));
    const others = [...next].filter((one) => !known.includes(one));
    change(modeler, element, { 'meldcode:step': [...known, ...others].join(' ') });
  };
  return h(
    'details',
    { class: 'desk-more' },
    h('summary', {}, 'Wat voor stap is dit?'),
    h('p', { class: 'desk-hint' }, 'Hieraan herkent de controle de stappen van de wet.'),
    h('div', { class: 'desk-ticks', role: 'group', 'aria-label': 'Wat voor stap is dit?' },
      facts.steps.map((one) => tick(`stap-${one.key}`, one.label, chosen.has(one.key), (on) => set(one.key, on)))),
  );
}

export function decision({ modeler, facts }, element) {
  const type = 'spiffworkflow:CalledDecisionId';
  const current = textOf(element.businessObject, type);
  const known = facts.decisions.find((one) => one.id === current);
  return [
    field('Welke tabel beslist?', select('tabel', current, [NONE, ...facts.decisions.map((one) => ({ value: one.id, label: one.name || one.id }))], (value) => setText(modeler, element, type, value))),
    known && h('p', { class: 'desk-hint desk-under' }, h('a', { href: `${base()}/tabel/${known.file}` }, 'Tabel openen')),
  ];
}

export function mail({ modeler, facts }, element) {
  const { businessObject } = element;
  const current = businessObject.get('meldcode:mail') ?? '';
  const known = facts.mails.find((one) => stem(one.file) === current);
  return [
    field('Welke mail?', select('mail', current, [NONE, ...mailOptions(facts)], (value) => change(modeler, element, { 'meldcode:mail': value }))),
    known && h('p', { class: 'desk-hint desk-under' }, h('a', { href: `${base()}/tekst/${known.file}` }, 'Mail openen')),
    field('Aan wie?', select('aan', businessObject.get('meldcode:to') ?? '', [NONE, ...roleOptions(facts)], (value) => change(modeler, element, { 'meldcode:to': value }))),
  ];
}

function mailOptions(facts) {
  return facts.mails.map((one) => ({ value: stem(one.file), label: one.subject ? `${stem(one.file)}: ${one.subject}` : stem(one.file) }));
}

export function route({ modeler, facts }, element) {
  const options = facts.processes.map((one) => ({ value: one.id, label: one.name || one.id }));
  return field('Welke route?', select('route', element.businessObject.get('calledElement') ?? '', [NONE, ...options], (value) => change(modeler, element, { calledElement: value })));
}

/** The reminders of a task as sentences, each to be changed where it stands; and a whole ladder at once. */
export function ladder(context, element) {
  const { modeler, facts, roles } = context;
  const all = levels(element);
  const add = async () => {
    const wanted = await askLadder(context, element);
    if (wanted) addLadder(modeler, element, wanted);
  };
  return h(
    'fieldset',
    { class: 'desk-group' },
    h('legend', {}, 'Herinneren'),
    all.length === 0 && h('p', { class: 'desk-hint' }, 'Blijft deze taak liggen, dan hoort niemand dat.'),
    ascends(all.map((one) => one.text)) === false && h('p', { class: 'desk-error' }, 'Elke volgende herinnering moet later komen dan die ervoor.'),
    all.map((level, at) =>
      h(
        'details',
        { class: 'desk-level' },
        h('summary', { id: `trap-${level.timer.id}` }, sentence(level, roles)),
        levelFields(`trap-${level.timer.id}`, level, facts, (given) => {
          const next = { ...level, ...given };
          changeLevel(modeler, level, { ...given, ...(named(level, roles) ? { name: mailName(next, roles) } : {}) });
        }),
        button('Weghalen', () => removeLevel(modeler, level), { kind: 'subtle', id: `weg-${level.timer.id}-${at}` }),
      ),
    ),
    button(all.length ? 'Nog een herinnering toevoegen' : 'Herinnering en escalatie toevoegen', add, { id: 'trap-toevoegen' }),
  );
}

/** Whether the mail still has the name that the ladder gave it. */
function named(level, roles) {
  const name = level.mail?.businessObject.get('name');
  return Boolean(level.mail) && (!name || name === mailName(level, roles));
}

/** When, how it counts, for whom and which mail; `change` hears one changed part at a time. */
export function levelFields(id, level, facts, change) {
  return [
    duration(`${id}-na`, 'Na', level.text, level.calendar, (text) => change({ text })),
    calendar(`${id}-kalender`, facts, level.calendar, (value) => change({ calendar: value })),
    field('Wat is het?', select(`${id}-doel`, level.purpose ?? '', purposes(facts).filter((one) => one.value !== 'termijn'), (value) => change({ purpose: value }))),
    field('Aan wie?', select(`${id}-aan`, level.to ?? '', [NONE, ...roleOptions(facts)], (value) => change({ to: value }))),
    field('Welke mail?', select(`${id}-mail`, level.template ?? '', [NONE, ...mailOptions(facts)], (value) => change({ template: value }))),
  ];
}

export function purposes(facts) {
  return facts.purposes.map((one) => ({ value: one.key, label: one.label }));
}

export function calendar(id, facts, value, set) {
  return field('Hoe tellen de dagen?', select(id, value ?? '', [...(value ? [] : [NONE]), ...facts.calendars.map((one) => ({ value: one.key, label: one.label }))], set));
}

/** A term as number and unit; one that a number cannot say stays text. */
export function duration(id, label, text, calendarKind, set) {
  const known = simple(text) ?? (text ? null : { amount: '', unit: 'D' });
  if (!known) {
    const box = h('input', { type: 'text', class: 'utrecht-textbox desk-code', id, value: text, on: { change: (event) => set(event.target.value.trim()) } });
    return field(label, box, { hint: 'Een duur (P5D), een herhaling (R3/P2D), een datum, of een berekening na =.' });
  }
  const amount = h('input', { type: 'number', min: 1, max: 999, class: 'utrecht-textbox', id, value: known.amount });
  const unit = h('select', { class: 'utrecht-select', id: `${id}-eenheid`, 'aria-label': `${label}: eenheid`, value: known.unit },
    UNITS.map((one) => h('option', { value: one.value, selected: one.value === known.unit }, one.value === 'D' ? days(calendarKind) : one.label)));
  const changed = () => {
    if (Number(amount.value) >= 1 && Number.isInteger(Number(amount.value))) set(written({ amount: Number(amount.value), unit: unit.value }));
  };
  amount.addEventListener('change', changed);
  unit.addEventListener('change', changed);
  const made = field(label, amount);
  const pair = h('div', { class: 'desk-pair' });
  amount.replaceWith(pair);
  pair.append(amount, unit);
  return made;
}

/** Asks for the levels of a ladder; they have to come one after the other. Gives levels to draw, or null. */
async function askLadder({ facts, roles }, element) {
  const existing = levels(element);
  let wanted = proposal(element, facts);
  if (existing.length) {
    const last = existing.at(-1);
    const known = simple(last.text);
    wanted = [{ calendar: last.calendar, text: known ? written({ ...known, amount: known.amount + 2 }) : 'P10D', purpose: 'escalatie', to: last.to, template: last.template }];
  }
  const list = h('div', { class: 'desk-rungs' });
  const problem = h('p', { class: 'desk-error', role: 'alert' });
  const draw = () => {
    list.replaceChildren(
      ...wanted.map((level, at) =>
        h(
          'fieldset',
          { class: 'desk-group' },
          h('legend', {}, sentence({ ...level, mail: true }, roles)),
          levelFields(`nieuw-${at}`, level, facts, (given) => {
            Object.assign(level, given);
            draw();
          }),
          wanted.length > 1 && button('Weghalen', () => { wanted = wanted.filter((one) => one !== level); draw(); }, { kind: 'subtle' }),
        ),
      ),
    );
  };
  draw();
  const more = button('Nog een erbij', () => {
    const last = wanted.at(-1);
    const known = simple(last.text);
    wanted = [...wanted, { ...last, purpose: 'escalatie', text: known ? written({ ...known, amount: known.amount + 2 }) : 'P10D' }];
    draw();
  }, { kind: 'subtle' });
  const check = () => {
    const order = ascends([...existing.map((one) => one.text), ...wanted.map((one) => one.text)]);
    if (wanted.some((one) => !one.to || !one.template)) problem.textContent = 'Kies bij elke herinnering aan wie hij gaat en welke mail het is.';
    else if (order === false) problem.textContent = 'Elke volgende herinnering moet later komen dan die ervoor.';
    else return true;
    return false;
  };
  const chosen = await ask({
    title: 'Herinnering en escalatie toevoegen',
    wide: true,
    body: [h('p', {}, 'Zo blijft deze taak niet ongemerkt liggen. Wat u hier kiest, wordt in één keer getekend.'), list, more, problem],
    buttons: [
      { value: 'draw', label: 'Tekenen', kind: 'primary', check },
      { value: null, label: 'Annuleren' },
    ],
  });
  return chosen ? wanted.map((one) => ({ ...one, name: mailName(one, roles) })) : null;
}

