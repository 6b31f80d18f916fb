/* The `translate` service of bpmn-js and dmn-js, in Dutch; what has no translation is remembered for the tests. */

/** `{translate, missing}` for one table of words; `missing` holds the English texts that are not in it. */
export function translator(words) {
  const missing = new Set();
  const ours = new Set(Object.values(words));
  const translate = (template = '', replacements = {}) => {
    const known = Object.hasOwn(words, template);
    if (!known && !ours.has(template)) missing.add(template);
    const text = known ? words[template] : template;
    return text.replace(/{\s*([^}]+?)\s*}/g, (whole, key) => replacements?.[key] ?? whole);
  };
  return { translate, missing };
}
