/* Decision tables: dmn-js in Dutch, with the tables only (one table is one decision here). */

import DecisionTableEditor from 'dmn-js-decision-table/lib/Editor';
import EditingManager from 'dmn-js-shared/lib/base/EditingManager';
import { is } from 'dmn-js-shared/lib/util/ModelUtil';
import { chooseVersion, lines } from './conflict.js';
import { button, h } from './dom.js';
import { OpenFile, Revisions } from './file.js';
import { Findings } from './findings.js';
import { history } from './history.js';
import { failed, frame } from './shell.js';
import { DUTCH } from './table/nl.js';
import { translator } from './translate.js';

const { translate, missing } = translator(DUTCH);

class Tables extends EditingManager {
  _getViewProviders() {
    return [
      {
        id: 'decisionTable',
        constructor: DecisionTableEditor,
        opens: (element) => is(element, 'dmn:Decision') && is(element.decisionLogic, 'dmn:DecisionTable'),
      },
    ];
  }
}

const page = frame();
const container = h('div', { class: 'desk-table' });
const tabs = h('div', { class: 'desk-tabs', role: 'group', 'aria-label': 'Tabellen' });
const middle = h('div', { class: 'desk-middle' }, tabs, container);
page.body.append(middle);

const manager = new Tables({
  container,
  decisionTable: { additionalModules: [{ translate: ['value', translate] }] },
});
const write = async () => (await manager.saveXML({ format: true })).xml;

/** Shows a file; the table that was open stays open. */
async function draw(xml) {
  const open = manager.getActiveView()?.element.id;
  const { warnings } = await manager.importXML(xml, { open: false });
  if (warnings.length) console.warn(warnings);
  const views = manager.getViews();
  if (!views.length) throw new Error('In dit bestand staat geen beslistabel die hier kan worden veranderd.');
  await manager.open(views.find((view) => view.element.id === open) ?? views[0]);
}

function drawTabs() {
  const active = manager.getActiveView();
  const views = manager.getViews();
  tabs.hidden = views.length < 2;
  tabs.replaceChildren(
    ...views.map((view) =>
      button(view.element.name || view.element.id, () => manager.open(view), { kind: 'subtle', pressed: view.element === active?.element }),
    ),
  );
}

/** The head of the column with the numbers of the rules is empty: then it is no head to read out. */
function nameNumbers() {
  for (const head of container.querySelectorAll('th.index-column:empty')) head.setAttribute('role', 'presentation');
}

async function start() {
  const { api, path, tell, root } = page;
  const file = new OpenFile(api, path, {
    write,
    tell,
    overtaken: (theirs) => chooseVersion(theirs, { mine: write, differences: lines }),
    replace: draw,
  });
  await draw(await file.open());
  const findings = new Findings(api, path, middle, { write, show: () => {}, mark: () => {} });
  new MutationObserver(nameNumbers).observe(container, { childList: true, subtree: true });
  const changed = () => {
    drawTabs();
    file.changed();
    findings.changed();
  };
  // each table has an editor of its own, made when it is first opened
  const listened = new WeakSet();
  const listen = () => {
    const viewer = manager.getActiveViewer();
    if (viewer && !listened.has(viewer)) {
      listened.add(viewer);
      viewer.on('elements.changed', changed);
      viewer.on('commandStack.changed', ({ trigger }) => trigger !== 'clear' && changed());
    }
    drawTabs();
    nameNumbers();
  };
  manager.on('views.changed', listen);
  listen();
  const undo = history({
    stack: () => manager.getActiveViewer()?.get('commandStack'),
    draw,
    file,
    revisions: new Revisions(api, path),
    again: () => findings.changed(),
  });
  page.bar.querySelector('.desk-tools').append(...undo.tools);
  findings.changed();
  root.desk = { manager, missing };
  root.dataset.ready = 'yes';
}

start().catch((problem) => {
  failed(page.root, problem);
  throw problem;
});
