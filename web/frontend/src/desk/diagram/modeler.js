/* bpmn-js as this desk uses it: no palette of its own, only what runs here, in Dutch, with our tags. */

import Modeler from 'bpmn-js/lib/Modeler';
import PaletteModule from 'bpmn-js/lib/features/palette';
import GlobalConnectModule from 'diagram-js/lib/features/global-connect';
import HandToolModule from 'diagram-js/lib/features/hand-tool';
import LassoToolModule from 'diagram-js/lib/features/lasso-tool';
import { behaviorModule } from './behavior.js';
import { menusModule } from './menus.js';
import { togetherModule } from './model.js';
import { extensions } from './moddle.js';
import { opening } from './opening.js';
import { translateModule } from './translate.js';

// Other programs give each name in a drawing the room it needs in Arial; our own letters are wider, and names
// would break into more lines and lie on arrows.
const LETTERS = 'Arial, "Liberation Sans", "Noto Sans", sans-serif';

class DeskModeler extends Modeler {}

// the tools come along with the palette that is left out
DeskModeler.prototype._modules = [
  ...Modeler.prototype._modules.filter((module) => module !== PaletteModule),
  GlobalConnectModule,
  HandToolModule,
  LassoToolModule,
];

export function makeModeler(container) {
  return new DeskModeler({
    container,
    additionalModules: [translateModule, togetherModule, menusModule, behaviorModule],
    moddleExtensions: extensions,
    textRenderer: {
      defaultStyle: { fontFamily: LETTERS, fontSize: 12 },
      externalStyle: { fontFamily: LETTERS, fontSize: 11 },
    },
  });
}

/** The diagram as the text of its file. */
export async function written(modeler) {
  const { xml } = await modeler.saveXML({ format: true });
  return xml;
}

/** Draws a file; throws with a sentence when it cannot be read as BPMN. */
export async function draw(modeler, xml, { keepView = false } = {}) {
  const canvas = modeler.get('canvas');
  const view = keepView ? canvas.viewbox() : null;
  await modeler.importXML(xml).catch((problem) => {
    const what = /no diagram to display/.test(problem.message) ? 'er staat geen tekening in' : problem.message.split('\n')[0];
    throw new Error(`Dit bestand kan niet als diagram worden getekend: ${what}. Zet een eerdere versie terug, of upload het opnieuw.`);
  });
  if (view?.width) canvas.viewbox({ x: view.x, y: view.y, width: view.width, height: view.height });
  else start(modeler);
}

/** Shows the beginning of the diagram at a size that can be read; a whole code would be a grey smudge. */
export function start(modeler) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() >= 0.6) return;
  const { inner, outer } = canvas.viewbox();
  const begin = modeler.get('elementRegistry').find((one) => one.type === 'bpmn:StartEvent' && one.parent?.type !== 'bpmn:SubProcess') ?? inner;
  canvas.viewbox(opening(inner, outer, begin));
}
