/* What the editors' scripts know by themselves, without a browser: `node --test tests/`. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { offered } from '../src/desk/diagram/completion.js';
import { comparisonsFor, firstRow, read, sentence, write } from '../src/desk/diagram/conditions.js';
import { differences } from '../src/desk/diagram/differences.js';
import { ascends, simple, spoken, written } from '../src/desk/diagram/duration.js';
import { told } from '../src/desk/diagram/keyboard.js';
import { DUTCH } from '../src/desk/diagram/nl.js';
import { opening } from '../src/desk/diagram/opening.js';
import { moment } from '../src/desk/dom.js';
import { about, all, asking, fresh, hiding, keyFrom, keys, opposite, shown, title } from '../src/desk/form/components.js';
import { Snapshots } from '../src/desk/form/history.js';
import { cellsOf, nameOfPlace, placeAt, placeOf } from '../src/desk/table/cells.js';
import { DUTCH as TABLE, FIXED } from '../src/desk/table/nl.js';
import { dictionaries, english, said, texts } from './own-words.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MODULES = fileURLToPath(new URL('../node_modules/', import.meta.url));
const SCHOOL = path.join(ROOT, 'processes/basisschool-het-voorbeeld/meldcode.bpmn');

async function files(folder, ending) {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));
}

async function shippedConditions() {
  const all = new Set();
  for (const file of await files(path.join(ROOT, 'processes'), '.bpmn')) {
    for (const [, body] of (await readFile(file, 'utf8')).matchAll(/<bpmn:conditionExpression[^>]*>([^<]*)</g)) {
      all.add(body.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&').replaceAll('&quot;', '"').replace(/^=\s*/, '').trim());
    }
  }
  return [...all];
}

test('a condition that rows can say comes back as the very same FEEL', async () => {
  const all = await shippedConditions();
  const known = all.filter((text) => read(text));

  assert.deepEqual(known.map((text) => write(read(text))), known);
  assert.ok(known.length / all.length > 0.9, `${known.length} of ${all.length}`);
});

test('a condition that rows cannot say is left alone', () => {
  for (const text of ['a = "x" and b = "y" or c = "z"', '(a = "x" or b = "y") and c = 1', 'a + 1 > b', 'not(a = "x")', 'a = b', 'date(a) > today()']) {
    assert.equal(read(text), null, text);
  }
});

test('a quote or an "and" inside a value is a value', () => {
  const text = 'keuze = "zeg \\"ja\\" and or" and ander != "b"';

  assert.equal(write(read(text)), text);
  assert.deepEqual(read(text).rows[0].values, [{ text: 'zeg "ja" and or', quoted: true }]);
});

test('a condition is told with the words of the form', () => {
  const variables = [{ path: 'melden', label: 'Is melden noodzakelijk?', type: 'radio', options: [{ value: 'nee', label: 'Nee' }] }];

  assert.equal(sentence('melden = "nee" and hulp != null', variables), 'als ‘Is melden noodzakelijk?’ is ‘Nee’ en ‘hulp’ is ingevuld');
  assert.deepEqual(firstRow(variables[0]), { path: 'melden', op: '=', values: [{ text: 'nee', quoted: true }] });
  assert.deepEqual(comparisonsFor({ type: 'date' }).map((one) => one.value), ['filled', 'empty']);
});

test('terms are read, told and written', () => {
  assert.deepEqual(['P5D', 'PT1H', 'P6W', 'P1D'].map((text) => spoken(text, 'werkdagen')), ['5 werkdagen', '1 uur', '6 weken', '1 werkdag']);
  assert.equal(spoken('P2D', 'klok'), '2 dagen');
  assert.equal(spoken('P2D', 'weekdagen'), '2 weekdagen');
  assert.deepEqual(['P5D', 'PT24H', 'P6W', 'P2M', 'P1Y'].map((text) => written(simple(text))), ['P5D', 'PT24H', 'P6W', 'P2M', 'P1Y']);
  assert.equal(spoken('P5D', 'vakantie'), '5 werkdagen voor de vakantie');
  assert.equal(simple('R3/P2D'), null);
  assert.equal(simple('= termijn'), null);
});

test('a ladder has to ascend', () => {
  assert.equal(ascends(['P1D', 'P2D', 'P3D']), true);
  assert.equal(ascends(['PT24H', 'P1D']), false);
  assert.equal(ascends(['P2D', 'P1D']), false);
  assert.equal(ascends(['P1D', '= termijn']), null);
});

test('names and values are offered while one types', () => {
  const variables = [
    { path: 'melden', label: 'Melden?', options: [{ value: 'ja', label: 'Ja' }, { value: 'nee', label: 'Nee' }] },
    { path: 'melding_datum', label: 'Datum' },
  ];

  assert.deepEqual(offered('mel', variables).map((one) => one.text), ['melden', 'melding_datum']);
  assert.deepEqual(offered('hulp = "x" and melden = ', variables).map((one) => one.text), ['"ja"', '"nee"']);
  assert.deepEqual(offered('melden = "n', variables), [{ text: '"nee"', label: 'Nee', from: 9 }]);
  assert.deepEqual(offered('1 + ', variables), []);
});

test('two versions of a diagram are compared by what they mean', async () => {
  const mine = await readFile(SCHOOL, 'utf8');
  const theirs = mine
    .replace(/(id="timer_wegen_2d">\s*<bpmn:timeDuration[^>]*>)P2D/, '$1P1D')
    .replace('= melden = "nee"', '= melden != "ja"')
    .replace('meldcode:to="leerkracht"', 'meldcode:to="directeur"')
    .replace('<dc:Bounds x="2126" y="505"', '<dc:Bounds x="2127" y="505"');
  const said = await differences(mine, theirs);

  assert.deepEqual(await differences(mine, mine), []);
  assert.equal(said.length, 3, said.join('\n'));
  assert.ok(said.some((one) => /de termijn is ‘1 \w*dag’ en bij u ‘2 \w*dagen’/.test(one)), said.join('\n'));
  assert.ok(said.some((one) => one.includes('de voorwaarde is ‘= melden != "ja"’')));
  assert.ok(said.some((one) => one.includes('aan wie is ‘directeur’ en bij u ‘leerkracht’')));
});

test('everything bpmn-js can say has Dutch words', async () => {
  const wanted = new Set();
  const skip = new Set([' + shift + ']); // a number, in the drawing of a picture
  for (const folder of ['bpmn-js/lib', 'diagram-js/lib', 'diagram-js-direct-editing/lib']) {
    for (const file of await files(path.join(MODULES, folder), '.js')) {
      const source = (await readFile(file, 'utf8')).replace(/^\s*(\/\/|\*).*$/gm, '');
      for (const [, one] of source.matchAll(/translate\(\s*'([^']+)'/g)) wanted.add(one);
      if (/PopupEntries\.js$|ReplaceOptions\.js$/.test(file)) {
        for (const [, one] of source.matchAll(/label: '([^']+)'/g)) wanted.add(one);
      }
    }
  }
  for (const one of ['left', 'center', 'right', 'top', 'middle', 'bottom']) wanted.add(`Align elements ${one}`);
  const missing = [...wanted].filter((one) => !skip.has(one) && !Object.hasOwn(DUTCH, one));

  assert.ok(wanted.size > 100, `only ${wanted.size} texts found: has bpmn-js changed?`);
  assert.deepEqual(missing, []);
  assert.deepEqual(Object.keys(DUTCH).filter((one) => !wanted.has(one) && !one.startsWith('Empty pool')), []);
});

test('everything dmn-js can say of a table has Dutch words', async () => {
  const wanted = new Set();
  // there is no drawing of tables here, and one language only
  for (const folder of ['dmn-js-decision-table/lib', 'dmn-js-shared/lib', 'table-js/lib']) {
    for (const file of await files(path.join(MODULES, folder), '.js')) {
      const source = (await readFile(file, 'utf8')).replace(/^\s*(\/\/|\*).*$/gm, '');
      for (const [, one] of source.matchAll(/translate\(\s*'([^']+)'/g)) wanted.add(one);
      if (file.endsWith('HitPolicies.js')) for (const [, one] of source.matchAll(/(?:label|explanation): '([^']+)'/g)) wanted.add(one);
      if (/simple-[a-z-]+\/Utils\.js$/.test(file)) for (const [, one] of source.matchAll(/return '([A-Z][^']+ must [^']+)'/g)) wanted.add(one);
    }
  }

  assert.ok(wanted.size > 100, `only ${wanted.size} texts found: has dmn-js changed?`);
  assert.deepEqual([...wanted].filter((one) => !Object.hasOwn(TABLE, one)), []);
});

test('what dmn-js writes without asking for a translation has Dutch words too', async () => {
  const wanted = new Set();
  for (const folder of ['dmn-js-decision-table/lib', 'dmn-js-shared/lib', 'table-js/lib']) {
    for (const file of await files(path.join(MODULES, folder), '.js')) {
      const source = await readFile(file, 'utf8');
      for (const [, one] of source.matchAll(/"(?:title|aria-label|placeholder)": "([A-Z][^"]*)"/g)) wanted.add(one);
      for (const [, kinds] of source.matchAll(/title = `Move \$\{[^?]+\? ([^}]+)\}`/g)) {
        for (const [, kind] of kinds.matchAll(/'(\w+)'/g)) wanted.add(`Move ${kind}`);
      }
    }
  }

  assert.deepEqual([...wanted].sort(), Object.keys(FIXED).sort());
});

const CATALOGUE = path.join(ROOT, 'web/translations/en/LC_MESSAGES/messages.po');
/** English by its letters, and Dutch all the same; and what a person never reads, though it looks like a sentence. */
const DUTCH_TOO = ['upload'];
const UNREAD = new Set(['signed out', 'Row_', '^list contains\\(\\s*(', 'list contains(', 'Change element']);

async function ownWords() {
  const given = await dictionaries(CATALOGUE, DUTCH, TABLE, FIXED);
  for (const one of DUTCH_TOO) given.dutch.add(one);
  return given;
}

test('everything our own scripts of the desk say is Dutch', async () => {
  const given = await ownWords();
  const all = await said(path.join(ROOT, 'web/frontend/src'), (name) => name.endsWith('nl.js') || name === 'enhance.js');
  const wrong = all.filter(({ text }) => !UNREAD.has(text) && english(text, given).length);

  assert.ok(all.length > 350, `only ${all.length} texts found: are they written in another way now?`);
  assert.deepEqual(wrong, []);
  assert.deepEqual([...UNREAD].filter((one) => !all.some(({ text }) => text === one)), []);
});

test('an English label, hint, word of a state or piece of a sentence is seen among our own words', async () => {
  const given = await ownWords();
  const seen = (source) => texts(source).flatMap((text) => english(text, given));

  assert.deepEqual(seen("h('p', { class: 'change file' }, 'Your changes are saved')"), ['your', 'changes', 'are', 'saved']);
  assert.deepEqual(seen("button('remove', () => press('remove'))"), ['remove']);
  assert.deepEqual(seen("field('Naam', box, { hint: some ? `Choose ${name} first` : null })"), ['choose', 'first']);
  assert.deepEqual(seen("h('span', {}, busy && 'saving', done ? 'klaar' : 'not yet')"), ['saving', 'not', 'yet']);
  assert.deepEqual(seen("root.querySelector('.change .file'); switch (kind) { case 'choose a file': run(); }"), []);
});

test('who stands in the drawing without a mouse hears names on both sides of a join', () => {
  const node = (id, type, name) => ({
    id,
    incoming: [],
    outgoing: [],
    businessObject: { id, $type: `bpmn:${type}`, get: (key) => (key === 'name' ? name : undefined), $instanceOf: (one) => one === `bpmn:${type}` || (one === 'bpmn:Gateway' && /Gateway/.test(type)) },
  });
  const arrow = (source, target) => {
    const flow = { source, target, businessObject: { $instanceOf: (one) => one === 'bpmn:SequenceFlow' } };
    source.outgoing.push(flow);
    target.incoming.push(flow);
  };
  const [one, two, join, last] = [node('a', 'UserTask', 'Een'), node('b', 'UserTask', 'Twee'), node('g', 'ExclusiveGateway'), node('c', 'UserTask', 'Drie')];
  arrow(one, join);
  arrow(two, join);
  arrow(join, last);

  assert.equal(told(last), 'Taak “Drie”. Hiervoor: Een en Twee.');
  assert.equal(told(join), 'Hier komen wegen samen. Hiervoor: Een en Twee. Hierna: Drie.');
  assert.equal(told(one), 'Taak “Een”. Hierna: Drie.');

  const question = node('d', 'ExclusiveGateway', 'Melden?');
  arrow(last, question);
  assert.equal(told(last), 'Taak “Drie”. Hiervoor: Een en Twee. Hierna: Melden?');
});

async function shippedForms() {
  return Promise.all((await files(path.join(ROOT, 'processes'), '.form')).map((file) => readFile(file, 'utf8')));
}

test('a form that is opened and not changed is written as it was, byte for byte', async () => {
  for (const text of await shippedForms()) {
    const snapshots = new Snapshots();
    snapshots.read(text);
    assert.equal(snapshots.write(), text);
    snapshots.change((schema) => schema.components.push(fresh('text', new Set())));
    assert.notEqual(snapshots.write(), text);
    snapshots.undo();
    assert.equal(snapshots.write(), text);
  }
});

test('when a question is hidden and when it is asked are each other\'s opposite', async () => {
  const hidden = new Set();
  for (const text of await shippedForms()) {
    for (const { component } of all(JSON.parse(text).components)) {
      assert.ok(shown(component), component.type);
      if (component.conditional) hidden.add(component.conditional.hide.replace(/^=\s*/, ''));
    }
  }
  const turned = [...hidden].filter((feel) => opposite(feel) !== null);

  assert.equal(opposite('melden != "nee" or hulp = null'), 'melden = "nee" and hulp != null');
  assert.equal(opposite('list contains(a, "b")'), null);
  assert.ok(turned.length / hidden.size > 0.7, `${turned.length} of ${hidden.size}`);
  for (const feel of turned) assert.equal(opposite(opposite(feel)), write(read(feel)), feel);
});

test('what rows say only one way is asked when it is not hidden, and stays rows', () => {
  for (const ask of ['list contains(vormen, "lichamelijk")', 'keuze in ("a", "b") and ander = "c"']) {
    assert.equal(hiding(ask), `not(${ask})`);
    assert.equal(asking(hiding(ask)), ask);
    assert.ok(read(asking(hiding(ask))));
  }
  assert.equal(hiding('a = "b"'), 'a != "b"');
  // hidden while something is chosen is not turned into words that rows cannot say
  assert.equal(asking('list contains(vormen, "lichamelijk")'), null);
  // two brackets that are not each other's
  assert.equal(asking('not(a) and (b)'), null);
  assert.equal(asking('not(a = ")")'), 'a = ")"');
});

test('the time that something was saved is that of the organisation, wherever the computer stands', () => {
  const at = '2026-07-01T00:30:00+02:00';
  assert.equal(moment(at, Date.parse('2026-07-01T20:00:00Z')), 'vandaag om 0.30 uur');
  assert.equal(moment(at, Date.parse('2026-06-30T22:40:00Z')), 'vandaag om 0.30 uur');
  assert.equal(moment(at, Date.parse('2026-07-01T22:40:00Z')), 'op 1 juli om 0.30 uur');
});

test('a question gets a name of its own from its words', () => {
  assert.equal(keyFrom('Is er nu direct gevaar?'), 'nu_direct_gevaar');
  assert.equal(keyFrom('Coördinatie geregeld?', new Set(['coordinatie_geregeld'])), 'coordinatie_geregeld_2');
  assert.equal(keyFrom('112 gebeld?'), 'gebeld');
  assert.equal(keyFrom('???'), 'vraag');
  const schema = { components: [fresh('group', new Set())] };
  schema.components[0].components.push({ ...fresh('radio', keys(schema)), key: 'binnenin' });
  assert.deepEqual([...keys(schema)], ['binnenin']);
  assert.equal(title({ type: 'text', text: '**Gemeld op {{datum_melding}}** bij' }), 'Gemeld op … bij');
});

const DECISION = {
  id: 'weging',
  name: 'Weging',
  decisionLogic: {
    input: [
      { id: 'in_1', label: 'Ernst', inputExpression: { text: 'ernst' } },
      { id: 'in_2', inputExpression: { text: 'kind.leeftijd' } },
    ],
    output: [{ id: 'uit', name: 'advies' }],
    rule: [
      { id: 'rij_1', inputEntry: [{ text: '"hoog"' }, { text: '-' }], outputEntry: [{ text: '"melden"' }] },
      { id: 'rij_2', inputEntry: [{ text: '-' }, { text: '< grens' }], outputEntry: [{ text: 'eerder' }] },
    ],
  },
};

test('a finding on a table is about a cell, a rule, a column or the whole', () => {
  const place = (element, more) => placeOf({ element, ...more }, [DECISION]);

  assert.deepEqual(place('weging/2/Ernst'), { table: 'weging', rule: 2, column: 'Ernst' });
  assert.deepEqual(place('weging/Ernst of/en wat'), { table: 'weging', rule: 0, column: 'Ernst of/en wat' });
  assert.deepEqual(place('weging regel 2'), { table: 'weging', rule: 2, column: '' });
  assert.deepEqual(place('weging'), { table: 'weging', rule: 0, column: '' });
  assert.deepEqual(place(null), { table: '', rule: 0, column: '' });
});

test('a name that nothing writes is looked up where the table reads it', () => {
  const read = (name) => placeOf({ element: 'weging', code: 'name-never-written', what: `Niets vult \`${name}\` ooit in` }, [DECISION]);

  assert.deepEqual(read('kind.leeftijd'), { table: 'weging', rule: 0, column: 'kind.leeftijd' });
  assert.deepEqual(read('grens'), { table: 'weging', rule: 2, column: 'kind.leeftijd' });
  assert.deepEqual(read('eerder'), { table: 'weging', rule: 2, column: 'advies' });
  // a word in a text is not a name
  assert.deepEqual(read('melden'), { table: 'weging', rule: 0, column: '' });
});

test('a place in a table is found on the page by its row and column, and told in words', () => {
  globalThis.CSS ??= { escape: (text) => text };
  const asked = (place) => {
    let selector = null;
    cellsOf({ querySelectorAll: (given) => [(selector = given)] }, DECISION, place);
    return selector;
  };

  assert.equal(asked({ rule: 2, column: 'Ernst' }), 'td[data-row-id="rij_2"][data-col-id="in_1"]');
  assert.equal(asked({ rule: 1, column: '' }), 'td[data-row-id="rij_1"]');
  assert.equal(asked({ rule: 0, column: 'kind.leeftijd' }), '[data-col-id="in_2"]');
  assert.equal(asked({ rule: 9, column: 'Ernst' }), null);
  assert.equal(asked({ rule: 0, column: '' }), null);
  assert.deepEqual(placeAt({ isConnected: true, dataset: { rowId: 'rij_2', colId: 'in_1' } }, DECISION), { element: 'weging/2/Ernst', name: 'regel 2, kolom Ernst' });
  assert.equal(placeAt(null, DECISION), null);
  assert.equal(nameOfPlace({ table: 'weging', rule: 3, column: '' }, [DECISION]), '');
  assert.equal(nameOfPlace({ table: 'weging', rule: 0, column: '' }, [DECISION]), 'Weging');
});

test('a finding on a form is about the question it names, or the one that reads a name', () => {
  const schema = {
    id: 'formulier',
    components: [
      { id: 'a', key: 'gevaar', type: 'radio' },
      { id: 'b', type: 'group', components: [{ id: 'c', key: 'wie', conditional: { hide: '=gevar != "ja"' } }] },
    ],
  };

  assert.equal(about({ element: 'gevaar' }, schema).id, 'a');
  assert.equal(about({ element: 'c' }, schema).id, 'c');
  assert.equal(about({ element: 'onderdeel 2' }, schema).id, 'b');
  assert.equal(about({ element: 'formulier', code: 'name-never-written', what: 'Niets vult `gevar` ooit in' }, schema).id, 'c');
  assert.equal(about({ element: 'formulier', code: 'form-unused', what: '' }, schema), undefined);
});

test('a large diagram opens at its upper left corner, with its start in view', () => {
  const screen = { width: 880, height: 520 };
  const box = (x, y) => ({ x, y, width: 36, height: 36 });
  const school = { x: 160, y: 80, width: 6126, height: 1570 };
  for (const down of [82, 467, 562, 700]) {
    const view = opening(school, screen, box(247, 80 + down));
    assert.deepEqual([view.x, view.y], [130, 50], `the corner, with the start ${down} below it`);
    assert.ok(view.y + view.height >= 80 + down + 36, `the start, ${down} below the corner`);
    assert.ok(screen.width / view.width >= 0.549, 'large enough to read');
  }
});

test('a large diagram whose start lies far from its corner opens at the start', () => {
  const screen = { width: 880, height: 520 };
  const view = opening({ x: 0, y: 0, width: 7070, height: 1940 }, screen, { x: 87, y: 1082, width: 36, height: 36 });
  assert.ok(view.y < 1082 && view.y + view.height > 1118);
  const last = opening({ x: 0, y: 0, width: 7070, height: 1940 }, screen, { x: 5000, y: 1900, width: 36, height: 36 });
  assert.ok(last.x < 5000 && last.y + last.height <= 1970.5);
});
