/* The questions about one question of a form. */

import { conditionFields } from '../diagram/condition-fields.js';
import { button, field, h, select, textarea, textbox, tick } from '../dom.js';
import { TYPES, asking, hiding, keyFrom, keys, labelKey } from './components.js';

/** `edit(change)` runs `change(component)` as one step of undo; `variables` are the names a condition can read. */
export function fields(component, { schema, variables, edit }) {
  const { type } = component;
  const set = (key, value) => edit((one) => put(one, key, value));
  const rule = (key, value) =>
    edit((one) => {
      const next = put({ ...one.validate }, key, value);
      put(one, 'validate', Object.keys(next).length ? next : undefined);
    });
  const known = TYPES[type];
  if (!known) return h('p', { class: 'desk-hint' }, 'Dit onderdeel kan een collega niet worden getoond. Verwijder het, of vraag hetzelfde op een andere manier.');
  return [
    type === 'text' && field('Tekst', textarea('tekst', component.text, (value) => set('text', value), { rows: 6 }), { hint: '**vet**, een streepje voor een lijst, {{naam}} voor een antwoord.' }),
    (known.asks || known.holds) && question(component, schema, edit),
    known.asks && field('Uitleg onder de vraag', textbox('uitleg', component.description, (value) => set('description', value))),
    known.options && options(component, edit),
    type === 'datetime' &&
      field('Wat wordt gevraagd?', select('subsoort', component.subtype, [
        { value: 'date', label: 'Een datum' },
        { value: 'time', label: 'Een tijd' },
        { value: 'datetime', label: 'Een datum en een tijd' },
      ], (value) => edit((one) => subtype(one, value)))),
    type === 'number' && [
      field('Kleinste getal', number('kleinste', component.validate?.min, (value) => rule('min', value))),
      field('Grootste getal', number('grootste', component.validate?.max, (value) => rule('max', value))),
      field('Cijfers achter de komma', number('cijfers', component.decimalDigits, (value) => set('decimalDigits', value), { min: 0, max: 6 })),
    ],
    /^text(field|area)$/.test(type) && field('Hoogstens hoeveel tekens?', number('lengte', component.validate?.maxLength, (value) => rule('maxLength', value), { min: 1 })),
    known.asks && tick('verplicht', 'Deze vraag moet worden beantwoord', Boolean(component.validate?.required), (on) => rule('required', on || undefined)),
    when(component, variables, edit),
    (known.asks || type === 'dynamiclist') && name(component, schema, edit),
  ];
}

/** Sets or takes away a property, so that an empty one leaves nothing in the file. */
function put(one, key, value) {
  if (value === undefined || value === '' || value === false || Number.isNaN(value)) delete one[key];
  else one[key] = value;
  return one;
}

function number(id, value, set, more = {}) {
  return h('input', { type: 'number', step: 'any', class: 'utrecht-textbox', id, value: value ?? '', on: { change: (event) => set(event.target.value === '' ? undefined : Number(event.target.value)) }, ...more });
}

function question(component, schema, edit) {
  const key = labelKey(component);
  const label = TYPES[component.type].holds ? 'Kop' : 'Vraag';
  return field(
    label,
    textbox('vraag', component[key], (value) =>
      edit((one) => {
        one[key] = value;
        // the name follows the question as long as nobody gave it one
        if (/^nieuwe_vraag(_\d+)?$/.test(one.key ?? '')) one.key = keyFrom(value, keys(schema));
      }),
    ),
  );
}

function name(component, schema, edit) {
  const property = component.type === 'dynamiclist' ? 'path' : 'key';
  const change = (value) => {
    const made = keyFrom(value.replaceAll('_', ' '), new Set());
    const exact = /^[a-z][a-z0-9_]*$/.test(value) ? value : made;
    edit((one) => {
      one[property] = exact;
    });
  };
  return h(
    'details',
    { class: 'desk-more' },
    h('summary', {}, 'Naam in de zaak'),
    field('Naam', textbox('sleutel', component[property], change, { class: 'utrecht-textbox desk-code', 'data-refresh': 'yes' }), {
      hint: 'Met deze naam vragen voorwaarden en tabellen naar het antwoord. Verandert u hem, verander hem dan daar ook.',
    }),
  );
}

function subtype(one, value) {
  const before = labelKey(one);
  const label = one[before];
  one.subtype = value;
  const after = labelKey(one);
  if (after !== before) {
    delete one[before];
    one[after] = label;
  }
  if (value === 'datetime') one.timeLabel ??= 'Hoe laat?';
  if (value !== 'date') Object.assign(one, { timeSerializingFormat: one.timeSerializingFormat ?? 'utc_offset', timeInterval: one.timeInterval ?? 15, use24h: true });
}

function options(component, edit) {
  const { values = [] } = component;
  const change = (next) => edit((one) => {
    one.values = next;
  });
  const move = (at, by) => {
    const next = [...values];
    const [moved] = next.splice(at, 1);
    next.splice(at + by, 0, moved);
    change(next);
  };
  const label = (at, text) => {
    const others = new Set(values.filter((_, place) => place !== at).map((one) => one.value));
    const fixed = /^antwoord(_\d+)?$/.test(values[at].value) ? keyFrom(text, others) : values[at].value;
    change(values.map((one, place) => (place === at ? { label: text, value: fixed } : one)));
  };
  return h(
    'fieldset',
    { class: 'desk-group' },
    h('legend', {}, 'Antwoorden'),
    values.map((one, at) =>
      h(
        'div',
        { class: 'desk-option' },
        textbox(`antwoord-${at}`, one.label, (text) => label(at, text), { 'aria-label': `Antwoord ${at + 1}` }),
        button('↑', () => move(at, -1), { kind: 'subtle', id: `antwoord-op-${at}`, disabled: at === 0, name: `Antwoord ${at + 1} naar boven` }),
        button('↓', () => move(at, 1), { kind: 'subtle', id: `antwoord-neer-${at}`, disabled: at === values.length - 1, name: `Antwoord ${at + 1} naar onder` }),
        button('Weg', () => change(values.filter((_, place) => place !== at)), { kind: 'subtle', id: `antwoord-weg-${at}`, disabled: values.length < 2, name: `Antwoord ${at + 1} weghalen` }),
        h('span', { class: 'desk-hint', id: `antwoord-naam-${at}` }, `in voorwaarden: "${one.value}"`),
      ),
    ),
    button('Antwoord toevoegen', () => change([...values, { label: 'Nieuw antwoord', value: keyFrom('antwoord', new Set(values.map((one) => one.value))) }]), { id: `antwoord-erbij-${values.length}` }),
  );
}

/** form-js says when a question is hidden; people think of when it is asked. */
function when(component, variables, edit) {
  const hide = (component.conditional?.hide ?? '').replace(/^=\s*/, '');
  const turned = hide ? asking(hide) : '';
  const others = variables.filter((one) => one.path !== component.key);
  const set = (text) =>
    edit((one) => {
      if (text.trim()) one.conditional = { ...one.conditional, hide: `=${text.trim()}` };
      else delete one.conditional;
    });
  return h(
    'fieldset',
    { class: 'desk-group' },
    h('legend', {}, turned === null ? 'Verborgen als' : 'Wanneer op de pagina?'),
    !hide && h('p', { class: 'desk-hint', id: 'altijd' }, 'Altijd. Kies een antwoord om dit alleen dan te vragen.'),
    turned === null
      ? conditionFields(hide, others, 'verbergen', set)
      : conditionFields(turned, others, 'vragen', (text) => set(text.trim() ? hiding(text) : '')),
  );
}
