/* The diagram of a code: drawing, with the questions about what is chosen beside it. */

import { open } from './diagram/editor.js';
import { keys } from './diagram/keyboard.js';
import { Panel } from './diagram/panel.js';
import { toolbox } from './diagram/toolbox.js';
import { missing } from './diagram/translate.js';
import { button, h } from './dom.js';
import { frame } from './shell.js';

const page = frame({
  views: [
    { label: 'Tekening', page: 'diagram', here: true },
    { label: 'Stappenlijst', page: 'stappen' },
  ],
});
const canvas = h('div', { class: 'desk-canvas' });
const panel = h('section', { class: 'desk-panel', 'aria-label': 'Eigenschappen' });
const middle = h('div', { class: 'desk-middle' }, canvas);
page.body.append(
  h(
    'p',
    { class: 'desk-small' },
    'Tekenen gaat het beste op een computer met een muis. Op een telefoon kunt u de ',
    h('a', { href: page.api.address('stappen', page.path) }, 'stappenlijst'),
    ' gebruiken.',
  ),
  middle,
  panel,
);

open({
  frame: { ...page, foot: middle },
  container: canvas,
  ready: ({ modeler, facts, show, undo }) => {
    middle.before(toolbox(modeler));
    canvas.append(keys(modeler));
    new Panel(modeler, facts, panel, { show });
    const zoom = (step) => () => modeler.get('zoomScroll').stepZoom(step);
    page.bar.querySelector('.desk-tools').append(
      ...undo.tools,
      button('Kleiner', zoom(-1), { kind: 'subtle', id: 'kleiner' }),
      button('Groter', zoom(1), { kind: 'subtle', id: 'groter' }),
      button('Alles', () => modeler.get('canvas').zoom('fit-viewport', 'auto'), { kind: 'subtle', id: 'alles' }),
    );
    // the tests look here: the modeler itself, and what has no Dutch yet
    page.root.desk = { modeler, missing };
  },
});
