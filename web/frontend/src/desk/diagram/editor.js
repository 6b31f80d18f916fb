/* What the diagram page and the step list share: the modeler, its file, saving, undo and findings. */

import { chooseVersion } from '../conflict.js';
import { OpenFile, Revisions } from '../file.js';
import { Findings } from '../findings.js';
import { history } from '../history.js';
import { failed } from '../shell.js';
import { differences } from './differences.js';
import { reveal } from './keyboard.js';
import { canMend, mend } from './mends.js';
import { draw, makeModeler, written } from './modeler.js';

/** Opens the file of this page in a modeler that draws in `container`; `ready(editor)` once all is there. */
export async function open({ frame, container, ready }) {
  const { api, path, tell, foot, root } = frame;
  const modeler = makeModeler(container);
  const write = () => written(modeler);
  // the findings below may take some of its room
  new ResizeObserver(() => modeler.get('canvas').resized()).observe(container);
  const show = (element) => reveal(modeler, element);
  const file = new OpenFile(api, path, {
    write,
    tell,
    overtaken: (theirs) => chooseVersion(theirs, { mine: write, differences }),
    replace: (content) => draw(modeler, content, { keepView: true }),
  });
  try {
    const [content, facts] = await Promise.all([file.open(), api.facts()]);
    await draw(modeler, content);
    const findings = new Findings(api, path, foot, {
      write,
      show: (one) => {
        const element = modeler.get('elementRegistry').get(one.element);
        if (element) show(element);
      },
      mark: (all) => mark(modeler, all),
      mend: (one) => mend(modeler, one),
      canMend,
    });
    const changed = () => {
      file.changed();
      findings.changed();
    };
    modeler.on('commandStack.changed', ({ trigger }) => trigger !== 'clear' && changed());
    const undo = history({
      stack: () => modeler.get('commandStack'),
      draw: (older) => draw(modeler, older, { keepView: true }),
      file,
      revisions: new Revisions(api, path),
      again: () => findings.changed(),
    });
    const editor = { modeler, facts, file, show, findings, undo, root };
    ready(editor);
    findings.changed();
    root.dataset.ready = 'yes';
    return editor;
  } catch (problem) {
    failed(root, problem);
    throw problem;
  }
}

/** Marks the elements of findings in the drawing. */
function mark(modeler, findings) {
  const canvas = modeler.get('canvas');
  const registry = modeler.get('elementRegistry');
  for (const element of registry.getAll()) for (const kind of ['error', 'warning']) canvas.removeMarker(element, `finding-${kind}`);
  for (const one of findings) {
    const element = one.element && registry.get(one.element);
    if (element) canvas.addMarker(element, one.severity === 'error' ? 'finding-error' : 'finding-warning');
  }
}
