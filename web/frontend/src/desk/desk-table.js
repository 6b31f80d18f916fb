/* Decision tables: dmn-js in Dutch, with the tables only (one table is one decision here). */

import DecisionTableEditor from 'dmn-js-decision-table/lib/Editor';
import EditingManager from 'dmn-js-shared/lib/base/EditingManager';
import { is } from 'dmn-js-shared/lib/util/ModelUtil';
import { follow } from './anchor.js';
import { chooseVersion, lines } from './conflict.js';
import { button, h } from './dom.js';
import { OpenFile, Revisions } from './file.js';
import { Findings } from './findings.js';
import { help } from './help.js';
import { history } from './history.js';
import { Remarks } from './remarks.js';
import { failed, frame } from './shell.js';
import { cellsOf, nameOfPlace, placeAt, placeOf } from './table/cells.js';
import { DUTCH, FIXED } from './table/nl.js';
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
const middle = h('div', { class: 'desk-middle' }, help('tabel'), tabs, container);
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

const ENGLISH = Object.keys(FIXED).flatMap((words) => [`[title="${words}"]`, `[aria-label="${words}"]`]).join();

/** The head of the column with the numbers of the rules is empty: then it is no head to read out. */
function tidy() {
  for (const element of container.querySelectorAll(ENGLISH)) {
    for (const name of ['title', 'aria-label']) {
      const words = FIXED[element.getAttribute(name)];
      if (words) element.setAttribute(name, words);
    }
  }
  for (const head of container.querySelectorAll('th.index-column:empty')) head.setAttribute('role', 'presentation');
}

const tables = () => manager.getViews().map((view) => view.element);
let marked = [];
let chosen = null; // the cell that was last gone into

/** Marks the cells of findings in the table that is open; without findings those of last time. */
function mark(findings = marked) {
  marked = findings;
  for (const cell of container.querySelectorAll('[data-finding]')) delete cell.dataset.finding;
  const open = manager.getActiveView()?.element;
  for (const one of [...marked].reverse()) {
    const place = placeOf(one, tables());
    if (place.table !== open?.id) continue;
    for (const cell of cellsOf(container, open, place)) cell.dataset.finding = one.severity;
  }
}

/** Opens the table of a finding and goes to its cell. */
async function show(finding) {
  const place = placeOf(finding, tables());
  const view = manager.getViews().find((one) => one.element.id === place.table);
  if (!view) return;
  if (manager.getActiveView() !== view) await manager.open(view);
  const [cell] = cellsOf(container, view.element, place);
  const field = cell?.querySelector('[contenteditable], input, select, textarea') ?? cell;
  if (!field) {
    container.scrollTo({ top: 0, behavior: 'smooth' });
    return;
  }
  cell.scrollIntoView({ block: 'center', inline: 'center' });
  if (field === cell) cell.tabIndex = -1;
  field.focus({ preventScroll: true });
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
  const findings = new Findings(api, path, middle, { write, show, mark });
  const remarks = new Remarks(api, path, middle, {
    chosen: () => placeAt(chosen, manager.getActiveView()?.element),
    nameOf: (element) => nameOfPlace(placeOf({ element }, tables()), tables()),
    show,
  });
  container.addEventListener('focusin', ({ target }) => {
    chosen = target.closest('td[data-row-id]');
    remarks.looked();
  });
  new MutationObserver(tidy).observe(container, { childList: true, subtree: true });
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
    tidy();
    mark();
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
  follow((element) => show({ element }));
  root.desk = { manager, missing };
  root.dataset.ready = 'yes';
}

start().catch((problem) => {
  failed(page.root, problem);
  throw problem;
});
