/* bpmn-js in Dutch. */

import { translator } from '../translate.js';
import { DUTCH } from './nl.js';

const { translate, missing } = translator(DUTCH);

/** English texts that were asked for and have no Dutch; the tests look here. */
export { missing };

export const translateModule = { translate: ['value', translate] };
