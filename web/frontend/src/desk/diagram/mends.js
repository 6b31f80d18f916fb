/* What the button *Herstel* does for a finding: `finding.mend = {kind, …}`, each one step of undo. */

import { change, setForm, setText, together } from './model.js';
import { setTerm } from './terms.js';

const KINDS = {
  /** `{attribute, value}` on the element itself, such as `meldcode:calendar`. */
  attribute: (modeler, element, { attribute, value }) => change(modeler, element, { [attribute]: value }),
  time: (modeler, element, { value }) => setTerm(modeler, element, value),
  form: (modeler, element, { value }) => setForm(modeler, element, value),
  decision: (modeler, element, { value }) => setText(modeler, element, 'spiffworkflow:CalledDecisionId', value),
  remove: (modeler, element) => modeler.get('modeling').removeElements([element]),
  replace: (modeler, element, { type }) => modeler.get('bpmnReplace').replaceElement(element, { type }),
};

export function canMend(finding) {
  return Boolean(finding.mend && finding.mend.kind in KINDS);
}

export function mend(modeler, finding) {
  const element = modeler.get('elementRegistry').get(finding.mend.element ?? finding.element);
  if (element) together(modeler, () => KINDS[finding.mend.kind](modeler, element, finding.mend));
}
