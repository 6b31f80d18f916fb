/**
 * PostCSS plugin: keeps of the design system only what the pages use.
 *
 * The component library is 400 kB and the theme another 200 kB; the pages need a tenth of it. Two passes over
 * the whole stylesheet (Vite has put all imports in one by then):
 *  1. a rule goes when its selector names a block (`utrecht-breadcrumb-nav`) that is not in `blocks`;
 *  2. a custom property goes when nothing that stays reads it, directly or through another one.
 */

const BLOCK = /\.((?:utrecht|nl)-[a-z0-9]+(?:-[a-z0-9]+)*)/g;
const READ = /var\(\s*(--[\w-]+)/g;

/** Splits a selector list at its top-level commas (`:is(a, b), c` → two selectors). */
export function selectors(list) {
  const found = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < list.length; at += 1) {
    if (list[at] === '(') depth += 1;
    else if (list[at] === ')') depth -= 1;
    else if (list[at] === ',' && depth === 0) {
      found.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...found, list.slice(start).trim()];
}

function isUsed(selector, blocks) {
  return [...selector.matchAll(BLOCK)].every(([, name]) => blocks.has(name.replace(/(--|__).*$/, '')));
}

function dropForeignRules(root, blocks) {
  root.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)) return;
    const kept = selectors(rule.selector).filter((selector) => isUsed(selector, blocks));
    if (kept.length === 0) rule.remove();
    else rule.selector = kept.join(',');
  });
}

function dropUnreadProperties(root) {
  const readers = new Map(); // custom property → what its own value reads
  const wanted = new Set();
  root.walkDecls((declaration) => {
    const reads = [...declaration.value.matchAll(READ)].map(([, name]) => name);
    if (declaration.prop.startsWith('--') && !declaration.important) {
      readers.set(declaration.prop, [...(readers.get(declaration.prop) ?? []), ...reads]);
    } else reads.forEach((name) => wanted.add(name));
  });
  for (const name of wanted) (readers.get(name) ?? []).forEach((read) => wanted.add(read)); // grows as it goes
  root.walkDecls(/^--/, (declaration) => {
    if (!wanted.has(declaration.prop)) declaration.remove();
  });
}

function dropEmpty(root) {
  root.walk((node) => {
    if ((node.type === 'rule' || (node.type === 'atrule' && node.nodes)) && node.nodes.length === 0) node.remove();
  });
}

export default function onlyUsed(blocks) {
  return {
    postcssPlugin: 'only-used',
    OnceExit(root) {
      dropForeignRules(root, new Set(blocks));
      dropUnreadProperties(root);
      dropEmpty(root);
      dropEmpty(root); // an at-rule may be empty only now
    },
  };
}
onlyUsed.postcss = true;
