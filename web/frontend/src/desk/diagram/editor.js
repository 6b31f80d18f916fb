/* What the diagram page and the step list share: the modeler, its file, saving, undo and findings. */

import { follow } from '../anchor.js';
import { chooseVersion } from '../conflict.js';
import { OpenFile, Revisions } from '../file.js';
import { Findings } from '../findings.js';
import { history } from '../history.js';
import { Remarks } from '../remarks.js';
import { failed } from '../shell.js';
import { differences } from './differences.js';
import { reveal } from './keyboard.js';
import { canMend, mend } from './mends.js';
import { draw, makeModeler, start, written } from './modeler.js';
import { shortName } from './names.js';

/** Opens the file of this page in a modeler that draws in `container`; `ready(editor)` once all is there. */
export async function open({ frame, container, ready }) {
  const { api, path, tell, foot, root } = frame;
  const modeler = makeModeler(container);
  const write = () => written(modeler);
  // the findings below may take some of its room
  new ResizeObserver(() => resized(modeler)).observe(container);
  const show = (element) => reveal(modeler, element);
  const file = new OpenFile(api, path, {
    write,
    tell,
    overtaken: (theirs) => chooseVersion(theirs, { mine: write, differences }),
    replace: (content) => draw(modeler, content, { keepView: true }),
  });
  try {
    // drawn while the server still gathers what there is to choose from
    const [facts] = await Promise.all([api.facts(), file.open().then((content) => draw(modeler, content))]);
    const findings = new Findings(api, path, foot, {
      write,
      show: (one) => showId(one.element),
      mark: (all) => mark(modeler, all),
      mend: (one) => mend(modeler, one),
      canMend,
    });
    const showId = (id) => {
      const element = modeler.get('elementRegistry').get(id);
      if (element) show(element);
    };
    const remarks = new Remarks(api, path, foot, {
      chosen: () => {
        const [one, ...more] = modeler.get('selection').get();
        const element = one?.labelTarget ?? one;
        return element && !more.length ? { element: element.id, name: shortName(element) } : null;
      },
      nameOf: (id) => {
        const element = modeler.get('elementRegistry').get(id);
        return element ? shortName(element) : '';
      },
      show: (one) => showId(one.element),
    });
    start(modeler); // again, now that findings and remarks have taken their room
    modeler.on('selection.changed', () => remarks.looked());
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
    follow(showId);
    root.dataset.ready = 'yes';
    return editor;
  } catch (problem) {
    failed(root, problem);
    throw problem;
  }
}

/** What is chosen stays in view when the drawing gets less room. */
function resized(modeler) {
  const canvas = modeler.get('canvas');
  const [chosen] = modeler.get('selection').get();
  const seen = ({ x, y, width, height }) =>
    chosen?.width && chosen.x >= x && chosen.y >= y && chosen.x + chosen.width <= x + width && chosen.y + chosen.height <= y + height;
  const before = seen(canvas.viewbox());
  canvas.resized();
  if (before && !seen(canvas.viewbox())) canvas.scrollToElement(chosen, { top: 20, bottom: 60, left: 40, right: 40 });
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
  modeler.get('eventBus').fire('meldcode.marked');
}
