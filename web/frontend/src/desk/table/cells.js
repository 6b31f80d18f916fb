/* Which part of a decision table a finding is about, and that part on the page. */

/**
 * `{table, rule, column}` of a finding: its element is the table's id, with the number of a rule and the name of
 * a column as far as they are known (`weging/3/Ernst`, `weging/Ernst`, `weging regel 3`).
 */
export function placeOf({ element, code, what }, decisions) {
  const numbered = /^(.+) regel (\d+)$/.exec(element ?? '');
  if (numbered) return { table: numbered[1], rule: Number(numbered[2]), column: '' };
  const [table = '', ...rest] = (element ?? '').split('/');
  const rule = /^\d+$/.test(rest[0] ?? '') ? Number(rest.shift()) : 0;
  const place = { table, rule, column: rest.join('/') };
  const name = code === 'name-never-written' && /`([^`.]+)/.exec(what ?? '')?.[1];
  const decision = decisions.find((one) => one.id === table);
  return name && decision ? { ...place, ...reading(decision, name) } : place;
}

/** The first column or cell that reads a name. */
function reading({ decisionLogic }, name) {
  const reads = (text) => new RegExp(`(?<![\\w."])${name}(?![\\w"])`).test(text ?? '');
  const column = (decisionLogic.input ?? []).find((one) => reads(one.inputExpression?.text));
  if (column) return { rule: 0, column: nameOf(column) };
  const columns = [...(decisionLogic.input ?? []), ...decisionLogic.output];
  for (const [at, rule] of (decisionLogic.rule ?? []).entries()) {
    const cells = [...(rule.inputEntry ?? []), ...rule.outputEntry];
    const found = cells.findIndex((cell) => reads(cell.text));
    if (found >= 0) return { rule: at + 1, column: nameOf(columns[found]) };
  }
  return {};
}

/** As the server calls a column in a finding. */
function nameOf(column) {
  return column.label || column.inputExpression?.text || column.name || '';
}

/** The cells on the page that a place stands for: one, those of a row, those of a column with its head. */
export function cellsOf(container, { decisionLogic }, { rule, column }) {
  const row = decisionLogic.rule?.[rule - 1];
  if (rule && !row) return [];
  const columns = [...(decisionLogic.input ?? []), ...decisionLogic.output];
  const found = column && columns.find((one, at) => nameOf(one) === column || String(at + 1) === column);
  if (column && !found) return [];
  const rows = row ? `[data-row-id="${CSS.escape(row.id)}"]` : '';
  const cols = found ? `[data-col-id="${CSS.escape(found.id)}"]` : '';
  if (!rows && !cols) return [];
  return [...container.querySelectorAll(`${rows ? 'td' : ''}${rows}${cols}`)];
}

/** `{element, name}` of a cell on the page, for a remark about it; null when it is no cell of this table. */
export function placeAt(cell, decision) {
  const rules = decision?.decisionLogic.rule ?? [];
  const at = cell ? rules.findIndex((one) => one.id === cell.dataset.rowId) : -1;
  if (at < 0 || !cell.isConnected) return null;
  const columns = [...(decision.decisionLogic.input ?? []), ...decision.decisionLogic.output];
  const column = columns.find((one) => one.id === cell.dataset.colId);
  const place = { table: decision.id, rule: at + 1, column: column ? nameOf(column) : '' };
  return { element: [place.table, place.rule, place.column].filter(Boolean).join('/'), name: nameOfPlace(place, [decision]) };
}

/** *regel 3, kolom Ernst*; '' when there is no such table or rule. */
export function nameOfPlace({ table, rule, column }, decisions) {
  const decision = decisions.find((one) => one.id === table);
  if (!decision || rule > (decision.decisionLogic.rule ?? []).length) return '';
  const parts = [rule && `regel ${rule}`, column && `kolom ${column}`].filter(Boolean);
  return parts.join(', ') || decision.name || table;
}
