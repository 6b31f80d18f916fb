/* A condition as rows of field, comparison and value, with its FEEL text one press away. */

import { button, field, h, select } from '../dom.js';
import { completed } from './completion.js';
import { comparisonsFor, firstRow, firstValue, read, withValue, write } from './conditions.js';

/** `set(text)` hears every change; `id` is different for every condition on the page. */
export function conditionFields(text, variables, id, set) {
  const known = read(text);
  const area = h('textarea', {
    class: 'utrecht-textarea desk-code',
    id: `feel-${id}`,
    rows: 3,
    value: text,
    spellcheck: 'false',
    'data-refresh': 'yes',
    on: { change: (event) => set(event.target.value) },
  });
  return h(
    'div',
    { class: 'desk-condition' },
    known
      ? rows(known, variables, id, (next) => set(write(next)))
      : h('p', { class: 'desk-hint', id: `rijk-${id}` }, 'Deze voorwaarde is te uitgebreid om hier te kiezen. U kunt de tekst veranderen.'),
    h('details', { class: 'desk-more', open: !known }, h('summary', {}, 'Als FEEL-tekst'), completed(field('Voorwaarde (FEEL)', area), variables)),
  );
}

function rows(known, variables, id, set) {
  const put = (at, row) => set({ ...known, rows: known.rows.map((one, place) => (place === at ? row : one)) });
  const options = variables.map((one) => ({ value: one.path, label: one.label ? `${one.label} (${one.path})` : one.path }));
  return [
    known.rows.length > 1 &&
      field('Hoe horen de regels bij elkaar?', select(`samen-${id}`, known.join, [
        { value: 'and', label: 'Alle regels zijn zo' },
        { value: 'or', label: 'Minstens één regel is zo' },
      ], (join) => set({ ...known, join }))),
    known.rows.map((row, at) => {
      const variable = variables.find((one) => one.path === row.path);
      const key = `${id}-${at}`;
      return h(
        'div',
        { class: 'desk-rule', role: 'group', 'aria-label': `Regel ${at + 1}` },
        select(`veld-${key}`, row.path, options, (path) => put(at, firstRow(variables.find((one) => one.path === path))), { 'aria-label': 'Antwoord' }),
        h(
          'div',
          { class: 'desk-pair' },
          select(`is-${key}`, row.op, offered(variable, row.op), (op) => put(at, { ...row, op, values: withValue(op) ? (row.values.length ? (op === 'in' ? row.values : row.values.slice(0, 1)) : [firstValue(variable)]) : [] }), { 'aria-label': 'Vergelijking' }),
          withValue(row.op) && value(row, variable, key, (values) => put(at, { ...row, values })),
        ),
        button('Regel weghalen', () => set({ ...known, rows: known.rows.filter((_, place) => place !== at) }), { kind: 'subtle', id: `regel-weg-${key}` }),
      );
    }),
    variables.length > 0 &&
      button(known.rows.length ? 'Nog een regel' : 'Kies een antwoord', () => set({ ...known, rows: [...known.rows, firstRow(variables[0])] }), { id: `regel-erbij-${id}-${known.rows.length}` }),
  ];
}

function offered(variable, op) {
  const fitting = comparisonsFor(variable);
  return fitting.some((one) => one.value === op) ? fitting : [...fitting, ...comparisonsFor(null), ...comparisonsFor({ type: 'number' }), ...comparisonsFor({ type: 'checklist' })].filter((one, at, all) => all.findIndex((other) => other.value === one.value) === at);
}

function value(row, variable, key, set) {
  const { options = [], type } = variable ?? {};
  const chosen = row.values.map((one) => one.text);
  const name = { 'aria-label': 'Waarde' };
  if (/^(checkbox|boolean)$/.test(type ?? '')) {
    return select(`waarde-${key}`, chosen[0], [{ value: 'true', label: 'aangekruist' }, { value: 'false', label: 'niet aangekruist' }], (text) => set([{ text, quoted: false }]), name);
  }
  const known = options.map((one) => ({ value: String(one.value), label: one.label || String(one.value) }));
  if (row.op === 'in' && known.length) {
    const all = [...known, ...chosen.filter((text) => !known.some((one) => one.value === text)).map((text) => ({ value: text, label: text }))];
    // in the order in which they were chosen: who takes back what she ticked has the same text again
    return h('div', { class: 'desk-ticks', role: 'group', ...name }, all.map((one, at) =>
      h('label', { class: 'desk-tick', for: `waarde-${key}-${at}` },
        h('input', { type: 'checkbox', id: `waarde-${key}-${at}`, checked: chosen.includes(one.value), on: { change: (event) => set([...chosen.filter((text) => text !== one.value), ...(event.target.checked ? [one.value] : [])].map((text) => ({ text, quoted: true }))) } }),
        h('span', {}, one.label))));
  }
  if (known.length) return select(`waarde-${key}`, chosen[0], known, (text) => set([{ text, quoted: true }]), name);
  const numeric = type === 'number';
  return h('input', {
    type: numeric ? 'number' : 'text',
    step: 'any',
    class: 'utrecht-textbox',
    id: `waarde-${key}`,
    value: chosen[0] ?? '',
    on: { change: (event) => event.target.value && set([{ text: event.target.value, quoted: !numeric }]) },
    ...name,
  });
}

