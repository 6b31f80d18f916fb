/* What a form may hold (docs/formulieren.md): form-js's own JSON, of which we change only what we ask about. */

import { read, write } from '../diagram/conditions.js';

export const TYPES = {
  radio: { label: 'Keuzes (één antwoord)', asks: true, options: true },
  checklist: { label: 'Vinkjes (meer antwoorden)', asks: true, options: true },
  select: { label: 'Keuzelijst', asks: true, options: true },
  textfield: { label: 'Korte tekst', asks: true },
  textarea: { label: 'Lange tekst', asks: true },
  number: { label: 'Getal', asks: true },
  datetime: { label: 'Datum of tijd', asks: true },
  checkbox: { label: 'Eén vinkje', asks: true },
  text: { label: 'Tekst om te lezen' },
  group: { label: 'Groep vragen', holds: true },
  dynamiclist: { label: 'Lijst met rijen', holds: true },
  separator: { label: 'Lijn' },
  spacer: { label: 'Ruimte' },
};

/** Types that another designer may have used and that colleagues cannot be shown. */
export function shown(component) {
  return component.type in TYPES || component.type === 'button';
}

export function kind(component) {
  if (component.type === 'button') return 'Knop (wordt niet getoond)';
  return TYPES[component.type]?.label ?? component.type;
}

/** The question as a colleague reads it. */
export function title(component) {
  const text = component[labelKey(component)] ?? component.text ?? '';
  const plain = text.replace(/\{\{.*?\}\}/gs, '…').replace(/[*#>`]/g, '').replace(/\s+/g, ' ').trim();
  return (plain.length > 90 ? `${plain.slice(0, 90).replace(/\s\S*$/, '')} …` : plain) || kind(component).toLowerCase();
}

export function labelKey({ type, subtype }) {
  if (type !== 'datetime') return 'label';
  return subtype === 'time' ? 'timeLabel' : 'dateLabel';
}

const STOPWORDS = new Set(['de', 'het', 'een', 'is', 'er', 'en', 'of', 'u', 'uw', 'dat', 'die', 'van', 'in', 'op', 'te', 'bij', 'met', 'voor', 'hebt', 'wat', 'welke']);

/** A key from a question: *Is er direct gevaar?* → `direct_gevaar`; different from those in `taken`. */
export function keyFrom(text, taken = new Set()) {
  const words = text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter((word) => !STOPWORDS.has(word));
  const made = (telling.length ? telling : words).slice(0, 3).join('_').replace(/^[^a-z]+/, '') || 'vraag';
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? made : `${made}_${number}`;
    if (!taken.has(key)) return key;
  }
}

export function fresh(type, taken) {
  const id = `Field_${Math.random().toString(36).slice(2, 9)}`;
  const component = { type, id, layout: { row: `Row_${id.slice(6)}`, columns: null } };
  if (TYPES[type].asks) Object.assign(component, { key: keyFrom('nieuwe vraag', taken), [labelKey({ type, subtype: 'date' })]: 'Nieuwe vraag', validate: { required: true } });
  if (TYPES[type].options) component.values = [{ label: 'Ja', value: 'ja' }, { label: 'Nee', value: 'nee' }];
  if (type === 'datetime') component.subtype = 'date';
  if (type === 'text') component.text = 'Schrijf hier uw tekst.';
  if (type === 'group') Object.assign(component, { label: 'Nieuwe groep', showOutline: true, components: [] });
  if (type === 'dynamiclist') {
    Object.assign(component, { label: 'Nieuwe lijst', path: keyFrom('lijst', taken), isRepeating: true, allowAddRemove: true, defaultRepetitions: 1, showOutline: true, components: [] });
  }
  return component;
}

/** Every component with the list it stands in: `[{component, list}]`. */
export function all(components) {
  return components.flatMap((component) => [{ component, list: components }, ...all(component.components ?? [])]);
}

/**
 * The component that a finding is about: its element is a key, a path, an id or *onderdeel 3*; a name that nothing
 * writes belongs to the question that reads it.
 */
export function about({ element, code, what }, schema) {
  const every = all(schema.components).map(({ component }) => component);
  const found = every.find((one) => [one.id, one.key, one.path].includes(element));
  if (found) return found;
  const numbered = /^onderdeel (\d+)$/.exec(element ?? '');
  if (numbered) return schema.components[Number(numbered[1]) - 1];
  const name = code === 'name-never-written' && /`([^`.]+)/.exec(what ?? '')?.[1];
  const reads = (one) => new RegExp(`(?<![\\w."])${name}(?![\\w"])`).test(`${one.conditional?.hide ?? ''} ${one.text ?? ''}`);
  return name ? every.find(reads) : undefined;
}

export function keys(schema) {
  return new Set(all(schema.components).flatMap(({ component }) => [component.key, component.path]).filter(Boolean));
}

const OPPOSITE = { '=': '!=', '!=': '=', filled: 'empty', empty: 'filled', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };

/** When a question is asked, from when it is hidden; null when that cannot be turned around without changing it. */
export function asking(hide) {
  return negated(hide) ?? opposite(hide);
}

/** When a question is hidden, from when it is asked. */
export function hiding(ask) {
  return opposite(ask) ?? `not(${ask.trim()})`;
}

/** What stands in `not(…)`, when that is all there is. */
function negated(feel) {
  const inner = /^not\s*\(([\s\S]*)\)$/.exec(feel.trim())?.[1];
  if (inner === undefined) return null;
  let depth = 0;
  for (const [part] of inner.matchAll(/"(?:[^"\\]|\\.)*"|[()]/g)) {
    if (part === '(') depth += 1;
    else if (part === ')') depth -= 1;
    if (depth < 0) return null; // the last bracket closes another one
  }
  return inner.trim();
}

/** A condition with the opposite outcome, row by row; null when a row has none. */
export function opposite(feel) {
  const known = read(feel);
  if (!known || known.rows.some((row) => !(row.op in OPPOSITE))) return null;
  return write({ join: known.join === 'and' ? 'or' : 'and', rows: known.rows.map((row) => ({ ...row, op: OPPOSITE[row.op] })) });
}
