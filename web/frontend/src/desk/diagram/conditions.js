/*
 * Conditions as rows of *field, comparison, value*. Only what these rows can say is read from FEEL; anything
 * richer stays text, so that nothing is ever rewritten that was not understood.
 */

export const COMPARISONS = [
  { value: '=', label: 'is' },
  { value: '!=', label: 'is niet' },
  { value: 'in', label: 'is één van' },
  { value: 'contains', label: 'bevat' },
  { value: 'filled', label: 'is ingevuld' },
  { value: 'empty', label: 'is leeg' },
  { value: '<', label: 'is lager dan' },
  { value: '<=', label: 'is hoogstens' },
  { value: '>', label: 'is hoger dan' },
  { value: '>=', label: 'is minstens' },
];

const PATH = '[a-z_][\\w]*(?:\\.[a-z_][\\w]*)*';
const STRING = '"((?:[^"\\\\]|\\\\.)*)"';
const LITERAL = `${STRING}|(-?\\d+(?:\\.\\d+)?|true|false)`;
const PATTERNS = [
  [new RegExp(`^(${PATH})\\s*(=|!=)\\s*null$`, 'i'), ([, path, op]) => ({ path, op: op === '=' ? 'empty' : 'filled', values: [] })],
  [new RegExp(`^(${PATH})\\s*(!=|<=|>=|=|<|>)\\s*(?:${LITERAL})$`, 'i'), ([, path, op, string, other]) => ({ path, op, values: [literal(string, other)] })],
  [new RegExp(`^list contains\\(\\s*(${PATH})\\s*,\\s*${STRING}\\s*\\)$`, 'i'), ([, path, string]) => ({ path, op: 'contains', values: [literal(string)] })],
  [new RegExp(`^(${PATH})\\s+in\\s*\\(\\s*(${STRING}(?:\\s*,\\s*${STRING})*)\\s*\\)$`, 'i'), ([, path, list]) => ({ path, op: 'in', values: [...list.matchAll(new RegExp(STRING, 'g'))].map(([, string]) => literal(string)) })],
];

function literal(string, other) {
  if (string !== undefined) return { text: string.replace(/\\(.)/g, '$1'), quoted: true };
  return { text: other, quoted: false };
}

/** `{join: 'and' | 'or', rows: [{path, op, values: [{text, quoted}]}]}`, or null when rows cannot say it. */
export function read(feel) {
  const text = feel.trim().replace(/^=\s*/, '');
  if (!text) return { join: 'and', rows: [] };
  const parts = split(text);
  if (!parts) return null;
  const rows = [];
  for (const part of parts.texts) {
    const row = readRow(part);
    if (!row) return null;
    rows.push(row);
  }
  return { join: parts.join, rows };
}

function readRow(text) {
  for (const [pattern, make] of PATTERNS) {
    const found = pattern.exec(text.trim());
    if (found) return make(found);
  }
  return null;
}

/** Splits at `and` or at `or` outside texts and brackets; null when both are used. */
function split(text) {
  const cuts = [];
  const joins = new Set();
  let depth = 0;
  for (const found of text.matchAll(/"(?:[^"\\]|\\.)*"|[()[\]{}]|\b(?:and|or)\b/g)) {
    if (/[([{]/.test(found[0][0])) depth += 1;
    else if (/[)\]}]/.test(found[0][0])) depth -= 1;
    else if (depth === 0 && (found[0] === 'and' || found[0] === 'or')) {
      joins.add(found[0]);
      cuts.push([found.index, found.index + found[0].length]);
    }
  }
  if (joins.size > 1) return null;
  const texts = [];
  let start = 0;
  for (const [from, to] of cuts) {
    texts.push(text.slice(start, from));
    start = to;
  }
  return { join: [...joins][0] ?? 'and', texts: [...texts, text.slice(start)] };
}

/** The FEEL of rows; '' for none. */
export function write({ join, rows }) {
  return rows.map(writeRow).join(` ${join} `);
}

function writeRow({ path, op, values }) {
  const [first] = values.map(quoted);
  if (op === 'filled') return `${path} != null`;
  if (op === 'empty') return `${path} = null`;
  if (op === 'contains') return `list contains(${path}, ${first ?? '""'})`;
  if (op === 'in') return `${path} in (${values.map(quoted).join(', ') || '""'})`;
  return `${path} ${op} ${first ?? '""'}`;
}

function quoted({ text, quoted: isText }) {
  return isText ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

/** Which comparisons make sense for a field. */
export function comparisonsFor(variable) {
  const type = variable?.type ?? '';
  if (type === 'number') return pick('=', '!=', '<', '<=', '>', '>=', 'filled', 'empty');
  if (/checklist|list|taglist/.test(type)) return pick('contains', 'filled', 'empty');
  if (/date|time|textarea/.test(type)) return pick('filled', 'empty');
  if (/^(checkbox|boolean)$/.test(type)) return pick('=');
  return pick('=', '!=', 'in', 'filled', 'empty');
}

function pick(...values) {
  return COMPARISONS.filter((one) => values.includes(one.value));
}

/** A row of its own for a field: what somebody most likely means. */
export function firstRow(variable) {
  const [{ value: op }] = comparisonsFor(variable);
  return { path: variable.path, op, values: withValue(op) ? [firstValue(variable)] : [] };
}

export function withValue(op) {
  return op !== 'filled' && op !== 'empty';
}

export function firstValue(variable) {
  if (/^(checkbox|boolean)$/.test(variable?.type ?? '')) return { text: 'true', quoted: false };
  if (variable?.type === 'number') return { text: '1', quoted: false };
  return { text: String(variable?.options?.[0]?.value ?? ''), quoted: true };
}

/** The condition as a person says it: *Is melden noodzakelijk? is Nee*. */
export function sentence(feel, variables) {
  const known = read(feel);
  if (!known) return `als ${feel}`;
  const said = known.rows.map(({ path, op, values }) => {
    const variable = variables.find((one) => one.path === path);
    const words = values.map(({ text }) => `‘${variable?.options?.find((one) => String(one.value) === text)?.label ?? text}’`);
    const { label } = COMPARISONS.find((one) => one.value === op);
    return `‘${variable?.label ?? path}’ ${label}${words.length ? ` ${words.join(' of ')}` : ''}`;
  });
  return `als ${said.join(known.join === 'and' ? ' en ' : ' of ')}`;
}
