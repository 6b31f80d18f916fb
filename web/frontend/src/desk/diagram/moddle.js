/* What our files hold beside BPMN itself, so that bpmn-js reads it, copies it and writes it back. */

const text = (name) => ({ name, superClass: ['Element'], properties: [{ name: 'text', type: 'String', isBody: true }], meta: { allowedIn: ['*'] } });
const attributes = (names) => names.map((name) => ({ name, isAttr: true, type: 'String' }));

/** Our tags: attributes straight on the BPMN elements (see docs/bpmn.md, *Our tags*). */
export const meldcode = {
  name: 'meldcode',
  prefix: 'meldcode',
  uri: 'urn:meldcode:bpmn:1',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'Task', extends: ['bpmn:Activity'], properties: attributes(['step', 'role']) },
    { name: 'Mail', extends: ['bpmn:SendTask'], properties: attributes(['mail', 'to']) },
    { name: 'Lane', extends: ['bpmn:Lane'], properties: attributes(['role']) },
    { name: 'Term', extends: ['bpmn:Event'], properties: attributes(['calendar', 'purpose']) },
    { name: 'End', extends: ['bpmn:EndEvent'], properties: attributes(['outcome']) },
  ],
};

/** Of SpiffWorkflow's namespace the three elements that are used, in `extensionElements`. */
export const spiffworkflow = {
  name: 'SpiffWorkflow',
  prefix: 'spiffworkflow',
  uri: 'http://spiffworkflow.org/bpmn/schema/1.0/core',
  xml: { tagAlias: 'lowerCase' },
  types: [
    {
      name: 'Properties',
      superClass: ['Element'],
      properties: [{ name: 'properties', type: 'Property', isMany: true }],
      meta: { allowedIn: ['*'] },
    },
    { name: 'Property', superClass: ['Element'], properties: attributes(['name', 'value']) },
    text('CalledDecisionId'),
    text('InstructionsForEndUser'),
  ],
};

export const extensions = { meldcode, spiffworkflow };

export const FORM = 'formJsonSchemaFilename';

/** The first extension element of a type (`spiffworkflow:Properties`), or undefined. */
export function extension(businessObject, type) {
  return businessObject.get('extensionElements')?.get('values')?.find((one) => one.$type === type);
}

/** The text of `spiffworkflow:CalledDecisionId` or `spiffworkflow:InstructionsForEndUser`; '' without one. */
export function textOf(businessObject, type) {
  return extension(businessObject, type)?.get('text') ?? '';
}

/** The form's file of a user task; '' without one. */
export function formOf(businessObject) {
  const properties = extension(businessObject, 'spiffworkflow:Properties')?.get('properties') ?? [];
  return properties.find((one) => one.get('name') === FORM)?.get('value') ?? '';
}
