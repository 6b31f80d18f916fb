/* The `translate` service of bpmn-js, in Dutch; what has no translation is shown as it is and remembered. */

import { DUTCH } from './nl.js';

/** English texts that were asked for and are not in nl.js; the tests look here. */
export const missing = new Set();

const ours = new Set(Object.values(DUTCH));

function translate(template, replacements = {}) {
  const known = Object.hasOwn(DUTCH, template);
  if (!known && !ours.has(template)) missing.add(template);
  const text = known ? DUTCH[template] : template;
  return text.replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

export const translateModule = { translate: ['value', translate] };
