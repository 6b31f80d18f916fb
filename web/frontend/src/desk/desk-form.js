/* Forms: the questions as a list to change where they stand, beside the colleague's own page. */

import { follow } from './anchor.js';
import { chooseVersion, lines } from './conflict.js';
import { sentence } from './diagram/conditions.js';
import { button, h } from './dom.js';
import { OpenFile, Revisions } from './file.js';
import { Findings } from './findings.js';
import { TYPES, about, all, fresh, keys, kind, asking, shown, title } from './form/components.js';
import { fields } from './form/fields.js';
import { Snapshots } from './form/history.js';
import { help } from './help.js';
import { history } from './history.js';
import { OpenList } from './open-list.js';
import { Remarks } from './remarks.js';
import { failed, frame } from './shell.js';

const page = frame();
const place = h('div');
const preview = h('iframe', { class: 'desk-phone', title: 'Zo ziet een collega het op een telefoon', src: page.api.address('voorbeeld', page.path) });
page.body.append(h('div', { class: 'desk-list' }, help('formulier'), place), h('section', { class: 'desk-beside desk-beside--phone', 'aria-labelledby': 'voorbeeld-kop' }, h('h2', { class: 'utrecht-heading-3', id: 'voorbeeld-kop' }, 'Zo ziet een collega het'), preview));

const snapshots = new Snapshots();

/** What a question is about, for who reads the list. */
function says(component, variables) {
  const said = [];
  if (component.description) said.push(component.description);
  if (component.values) said.push(`Antwoorden: ${component.values.map((one) => one.label).join(' · ')}`);
  if (TYPES[component.type]?.asks && !component.validate?.required) said.push('Mag leeg blijven.');
  const hide = component.conditional?.hide?.replace(/^=\s*/, '');
  const turned = hide && asking(hide);
  if (hide) said.push(turned ? `Alleen ${sentence(turned, variables)}.` : `Verborgen ${sentence(hide, variables)}.`);
  return said;
}

async function start() {
  const { api, path, root } = page;
  const tell = (state, detail) => {
    page.tell(state, detail);
    // the server makes the page from what is saved
    if (state === 'saved' && detail?.revision) preview.contentWindow?.location.replace(preview.src);
  };
  const file = new OpenFile(api, path, {
    write: async () => snapshots.write(),
    tell,
    overtaken: (theirs) => chooseVersion(theirs, { mine: async () => snapshots.write(), differences: lines }),
    replace: async (content) => {
      snapshots.read(content);
      list.draw();
    },
  });
  const [content, facts] = await Promise.all([file.open(), api.facts()]);
  snapshots.read(content);
  const find = (id) => all(snapshots.schema.components).find(({ component }) => component.id === id);
  const variables = () => {
    const own = all(snapshots.schema.components)
      .filter(({ component }) => component.key)
      .map(({ component }) => ({ path: component.key, label: title(component), type: component.type, options: component.values }));
    const names = new Set(own.map((one) => one.path));
    return [...own, ...facts.variables.filter((one) => !names.has(one.path))];
  };
  const marked = new Map(); // of a question: how heavy what was found about it is
  const changed = () => {
    list.soon();
    file.changed();
    findings.changed();
  };
  const change = (run) => snapshots.change(run) && changed();
  snapshots.moved = changed;

  const actions = (component) => {
    const { list: siblings } = find(component.id);
    const at = siblings.indexOf(component);
    const move = (by) =>
      change(() => {
        const { list: now } = find(component.id);
        now.splice(at + by, 0, ...now.splice(at, 1));
      });
    const add = (type, inside) => {
      const made = fresh(type, keys(snapshots.schema));
      change(() => {
        if (inside) find(component.id).component.components.push(made);
        else find(component.id).list.splice(at + 1, 0, made);
      });
      list.choose(made.id);
    };
    const remove = () => {
      list.chosen = '';
      change(() => find(component.id).list.splice(at, 1));
      list.draw();
    };
    return h(
      'div',
      { class: 'desk-buttons desk-buttons--foot' },
      adding(component.components ? 'In deze groep toevoegen' : 'Hierna toevoegen', 'erbij', (type) => add(type, Boolean(component.components))),
      button('Naar boven', () => move(-1), { kind: 'subtle', id: 'naar-boven', disabled: at === 0 }),
      button('Naar onder', () => move(1), { kind: 'subtle', id: 'naar-onder', disabled: at === siblings.length - 1 }),
      button('Verwijderen', remove, { kind: 'subtle', id: 'verwijderen' }),
    );
  };

  const list = new OpenList(place, {
    sections: () => [{ id: 'vragen', title: 'Vragen', items: snapshots.schema.components.map((one) => one.id) }],
    describe: (id) => {
      const { component } = find(id);
      return {
        id,
        kind: kind(component),
        name: title(component),
        says: says(component, variables()),
        quiet: !TYPES[component.type]?.asks,
        warning: !shown(component) && 'Dit onderdeel kan een collega niet worden getoond.',
        finding: marked.get(id),
        inside: (component.components ?? []).map((one) => one.id),
      };
    },
    opened: (id) => lookAt(find(id)?.component),
    form: (id) => {
      const found = find(id);
      if (!found) return [];
      const edit = (run) => change(() => run(find(id).component));
      return [fields(found.component, { schema: snapshots.schema, variables: variables(), edit }), actions(found.component)];
    },
  });
  const showFinding = (finding) => {
    const component = about(finding, snapshots.schema);
    if (component) list.choose(component.id);
  };
  const findings = new Findings(api, path, page.foot, {
    write: async () => snapshots.write(),
    show: showFinding,
    mark: (found) => {
      marked.clear();
      for (const one of [...found].reverse()) {
        const component = about(one, snapshots.schema);
        if (component) marked.set(component.id, one.severity);
      }
      list.soon();
    },
  });
  list.draw();
  const named = (id) => {
    const found = find(id);
    return found ? title(found.component) : '';
  };
  const remarks = new Remarks(api, path, page.foot, {
    chosen: () => (list.item ? { element: list.chosen, name: named(list.chosen) } : null),
    nameOf: named,
    show: showFinding,
  });
  list.moved = () => remarks.looked();
  const first = adding('Vraag toevoegen', 'nieuw', (type) => {
    const made = fresh(type, keys(snapshots.schema));
    change((schema) => schema.components.push(made));
    list.choose(made.id);
  });
  const undo = history({
    stack: () => snapshots,
    draw: async (older) => {
      snapshots.read(older);
      list.draw();
    },
    file,
    revisions: new Revisions(api, path),
    again: () => findings.changed(),
  });
  page.bar.querySelector('.desk-tools').append(...undo.tools, first);
  findings.changed();
  follow((element) => showFinding({ element }));
  root.desk = { snapshots };
  root.dataset.ready = 'yes';
}

/** Brings a question into view on the colleague's page, and nothing else; one that waits for an answer is not there. */
function lookAt(component) {
  const name = component?.key ?? component?.path;
  const { contentDocument, contentWindow } = preview;
  const asked = [...(contentDocument?.querySelectorAll('[name]') ?? [])].find((one) => name && one.name.split('.').includes(name));
  const around = asked?.closest('fieldset, [role=radiogroup], .utrecht-form-field') ?? asked;
  if (!around) return;
  const { top, height } = around.getBoundingClientRect();
  contentWindow.scrollBy(0, top - Math.max(0, (contentWindow.innerHeight - height) / 2));
}

/** A choice that adds what is chosen. */
function adding(label, id, add) {
  const choice = h(
    'select',
    { class: 'utrecht-select desk-adding', id: `toevoegen-${id}`, 'aria-label': label },
    h('option', { value: '' }, `${label} …`),
    Object.entries(TYPES).map(([type, { label: name }]) => h('option', { value: type }, name)),
  );
  choice.addEventListener('change', () => {
    const type = choice.value;
    choice.value = '';
    if (type) add(type);
  });
  return choice;
}

start().catch((problem) => {
  failed(page.root, problem);
  throw problem;
});
