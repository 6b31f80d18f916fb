/* A term and the name beside it change together, as long as nobody gave the name words of its own. */

import { spoken } from './duration.js';
import { change, setTime, time, timerOf, together } from './model.js';

export function setTerm(modeler, element, text, calendar = element.businessObject.get('meldcode:calendar') ?? '') {
  const { businessObject } = element;
  const before = time(timerOf(businessObject)).text;
  const name = businessObject.get('name');
  const ours = !name || name === spoken(before, businessObject.get('meldcode:calendar'));
  together(modeler, () => {
    if (text !== before) setTime(modeler, element, text);
    change(modeler, element, { 'meldcode:calendar': calendar, ...(ours ? { name: spoken(text, calendar) } : {}) });
  });
}
