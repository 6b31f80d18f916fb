/* Two people changed the same file: nothing is thrown away without somebody choosing. */

import { ask, h, moment } from './dom.js';

/** `differences(mine, theirs)` gives sentences; the answer is `mine` or `theirs`. */
export async function chooseVersion(theirs, { mine, differences }) {
  let said = null;
  for (;;) {
    const chosen = await ask({
      title: 'Iemand anders heeft dit bestand ook veranderd',
      wide: Boolean(said),
      body: [
        h(
          'p',
          {},
          h('strong', {}, theirs.by),
          ` heeft ${moment(theirs.at)} een andere versie opgeslagen. Uw eigen versie staat nog op dit scherm.`,
        ),
        said ??
          h('p', { class: 'desk-hint' }, 'Wat u niet kiest, blijft bewaard bij de eerdere versies van dit bestand.'),
      ],
      buttons: [
        ...(said ? [] : [{ value: 'compare', label: 'Vergelijk', kind: 'primary' }]),
        { value: 'mine', label: 'Neem de mijne', kind: said ? 'primary' : 'secondary' },
        { value: 'theirs', label: `Neem die van ${theirs.by}`, kind: 'secondary' },
      ],
    });
    if (chosen !== 'compare') return chosen;
    said = told(await differences(await mine(), theirs.content), theirs.by);
  }
}

function told(differences, who) {
  if (!differences.length) {
    return h('p', {}, 'Er is geen verschil in betekenis: alleen de tekening of de opmaak is anders.');
  }
  return h(
    'div',
    {},
    h('p', {}, `Dit is anders bij ${who}:`),
    h('ul', { class: 'desk-differences' }, differences.slice(0, 60).map((one) => h('li', {}, one))),
    differences.length > 60 && h('p', { class: 'desk-hint' }, `… en nog ${differences.length - 60} verschillen.`),
  );
}

/** Differences of two texts line by line, for files that have no better way to be compared. */
export function lines(mine, theirs) {
  const own = new Set(mine.split('\n').map((line) => line.trim()));
  const other = new Set(theirs.split('\n').map((line) => line.trim()));
  return [
    ...[...other].filter((line) => line && !own.has(line)).map((line) => `Alleen bij de ander: ${line}`),
    ...[...own].filter((line) => line && !other.has(line)).map((line) => `Alleen bij u: ${line}`),
  ];
}
