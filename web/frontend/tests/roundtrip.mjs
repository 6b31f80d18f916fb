/* Reads diagrams and writes them again, as the editor does: `node roundtrip.mjs FILE…` → JSON {file: xml}. */

import { readFile } from 'node:fs/promises';
import { BpmnModdle } from 'bpmn-moddle';
import { extensions } from '../src/desk/diagram/moddle.js';

const found = {};
for (const file of process.argv.slice(2)) {
  const moddle = new BpmnModdle(extensions);
  const { rootElement, warnings } = await moddle.fromXML(await readFile(file, 'utf8'));
  if (warnings.length) throw new Error(`${file}: ${warnings.map((one) => one.message)}`);
  found[file] = (await moddle.toXML(rootElement, { format: true })).xml;
}
process.stdout.write(JSON.stringify(found));
