// Lints diagrams with bpmnlint's recommended rules and reads them with bpmn-moddle, as bpmn-js does.
// Arguments: the folder of node_modules, then files. Prints {file: [[rule, element, message], ...]}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const Linter = require("bpmnlint/lib/linter");
const NodeResolver = require("bpmnlint/lib/resolver/node-resolver");
const { BpmnModdle } = await import(require.resolve("bpmn-moddle")).then((m) => ({ BpmnModdle: m.BpmnModdle ?? m.default }));

const found = {};
for (const file of files) {
  const { rootElement, warnings } = await new BpmnModdle().fromXML(readFileSync(file, "utf-8"));
  // a linter for each: some rules remember the ids of the file before
  const linter = new Linter({ config: { extends: "bpmnlint:recommended" }, resolver: new NodeResolver({ require }) });
  const reports = await linter.lint(rootElement);
  found[file] = warnings.map((warning) => ["import", "", warning.message]);
  for (const [rule, ones] of Object.entries(reports)) {
    for (const one of ones) if (one.category === "error") found[file].push([rule, one.id, one.message]);
  }
}
process.stdout.write(JSON.stringify(found));
