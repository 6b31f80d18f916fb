/* What our own scripts of the desk write on a page, and which of it is English: they speak Dutch. */

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** Where a string is for the browser or for the program, and nobody reads it. */
const UNREAD_KEYS = new Set(['class', 'className', 'id', 'href', 'for', 'type', 'role', 'name', 'rel', 'src', 'kind', 'code', 'uri', 'prefix', 'superClass', 'extends', 'allowedIn', 'tagAlias', 'xml', 'isMany']);
const UNREAD_CALLS = /^(querySelector(All)?|closest|matches|getElementById|addEventListener|removeEventListener|createElement|setAttribute|getAttribute|removeAttribute|get|is|on|once|fire|setItem|getItem|startsWith|endsWith|includes|split|join|replace|replaceAll|addMarker|removeMarker|hasMarker|test|warn|error)$/;
/** Where a string is read whatever it looks like: from which argument of `h` on, and which one of the others. */
const READ_ARGUMENTS = { h: 2, button: 0, field: 0, tick: 1 };
const READ_KEYS = new Set(['label', 'title', 'hint', 'error', 'summary', 'message', 'aria-label', 'placeholder']);
const WORD = /[a-zà-ÿ]{2,}(?:[’'][a-z]+)?/gi;

/** `[{text, place}]`: every piece of text in the scripts that a person can come to read or hear. */
export async function said(folder, skip) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js') && !skip(name));
  const all = await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')]));
  return all.flatMap(([name, source]) => texts(source).map((text) => ({ text, place: name })));
}

/** The texts of one script, in the order in which they stand. */
export function texts(source) {
  const found = [];
  const visit = (node, shown = false) => {
    if (!node || typeof node.type !== 'string') return;
    if (/^(Import|Export(All|Named))/.test(node.type) && node.source) return;
    if (node.type === 'Property' && !node.computed) {
      const called = node.key.name ?? node.key.value;
      if (!UNREAD_KEYS.has(called)) visit(node.value, READ_KEYS.has(called));
      return;
    }
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const called = node.callee.property?.name ?? node.callee.name;
      visit(node.callee);
      if (UNREAD_CALLS.test(called)) return;
      const from = READ_ARGUMENTS[called] ?? Infinity;
      node.arguments.forEach((one, at) => (called === 'h' && at === 0) || visit(one, called === 'h' ? at >= from : at === from));
      return;
    }
    if (node.type === 'BinaryExpression' && /^[!=]==?$|^in$/.test(node.operator)) return;
    if (node.type === 'MemberExpression') {
      visit(node.object);
      return;
    }
    if (node.type === 'SwitchCase') {
      node.consequent.forEach((one) => visit(one));
      return;
    }
    const text = node.type === 'TemplateElement' ? node.value.cooked : node.type === 'Literal' ? node.value : null;
    if (typeof text === 'string' && (shown || isProse(text))) found.push(text);
    const through = /^(Conditional|Logical)Expression$|^Template|^Array/.test(node.type);
    for (const [name, value] of Object.entries(node)) {
      const still = shown && through && name !== 'test';
      if (Array.isArray(value)) value.forEach((one) => visit(one, still));
      else if (value && typeof value === 'object' && name !== 'regex') visit(value, still);
    }
  };
  visit(parseAst(source));
  return found.filter((text) => words(text).length > 0);
}

/** More than one word, or one that begins with a capital: the rest are names in files and values. */
function isProse(text) {
  if (/^\s*[<[{]|[{}<>=]|^[a-z]+:[A-Z]|^\/|--|\w\.\w/.test(text)) return false;
  return /^\s*[A-ZÀ-Ý][a-zà-ÿ]/.test(text) || /[a-zà-ÿ]\s+[a-zà-ÿ]/i.test(text);
}

/** The words of a text, in small letters. */
export function words(text) {
  return (text.match(WORD) ?? []).map((one) => one.toLowerCase());
}

/** The English words in a text: those that the English pages use and the Dutch ones never do. */
export function english(text, { dutch, known }) {
  return words(text).filter((one) => known.has(one) && !dutch.has(one));
}

/** What the pages' catalogue and the tables of bpmn-js and dmn-js know: `dutch` words, and `known` English ones. */
export async function dictionaries(catalogue, ...tables) {
  const dutch = new Set();
  const known = new Set();
  const put = (set, text) => words(text).forEach((one) => set.add(one));
  for (const [, kind, text] of (await readFile(catalogue, 'utf8')).matchAll(/^(msg\w+)(?:\[\d\])? ((?:"[^\n]*"\n?)+)/gm)) put(kind === 'msgstr' ? known : dutch, text.replace(/%\(\w+\)s/g, ''));
  for (const table of tables) {
    for (const [before, after] of Object.entries(table)) {
      put(known, before);
      put(dutch, after);
    }
  }
  return { dutch, known };
}
