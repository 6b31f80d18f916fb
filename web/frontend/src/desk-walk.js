/*
 * A story walked over the drawing without leaving the page: the buttons and the arrow keys put the next step in
 * its place, and the drawing slides to where it happens. Without this script each step is a page of its own.
 */
const walk = document.querySelector('[data-walk]');
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
const known = new Map();

/** The page of a step; asked for once. */
function page(address) {
  const [bare] = address.split('#');
  if (!known.has(bare)) {
    known.set(
      bare,
      fetch(bare).then(async (answer) => {
        if (!answer.ok || answer.redirected) throw new Error('signed out');
        return new DOMParser().parseFromString(await answer.text(), 'text/html');
      }),
    );
  }
  return known.get(bare);
}

let latest = 0;

async function go(address) {
  latest += 1;
  const mine = latest;
  let made;
  try {
    made = await page(address);
  } catch {
    window.location.assign(address); // the server says itself what is wrong
    return;
  }
  if (mine !== latest) return;
  const focused = walk.contains(document.activeElement) ? document.activeElement.dataset.go : null;
  for (const part of walk.querySelectorAll('[data-part]')) {
    const fresh = made.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh) {
      window.location.assign(address);
      return;
    }
    part.dataset.element = fresh.dataset.element ?? '';
    part.replaceChildren(...document.importNode(fresh, true).childNodes);
  }
  window.history.replaceState(null, '', address);
  if (focused) walk.querySelector(`a[data-go="${focused}"], [aria-current]`)?.focus({ preventScroll: true });
  show(calm.matches ? 'auto' : 'smooth');
  ahead();
}

/** Slides the drawing to the element of this step, with its sentence beside it. */
function show(behavior) {
  const picture = walk.querySelector('[data-part="picture"]');
  walk.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const id = picture?.dataset.element;
  const element = id && picture.querySelector(`[data-element="${CSS.escape(id)}"]`);
  if (!element) return;
  const outer = picture.getBoundingClientRect();
  const box = element.getBoundingClientRect();
  const left = box.left - outer.left + picture.scrollLeft;
  const top = box.top - outer.top + picture.scrollTop;
  const bubble = document.createElement('p');
  bubble.className = 'walk__bubble';
  bubble.setAttribute('aria-hidden', 'true'); // the same sentence is read out above
  bubble.textContent = walk.querySelector('.walk__says').textContent;
  picture.append(bubble);
  const most = picture.scrollWidth - bubble.offsetWidth - 8;
  bubble.style.insetInlineStart = `${Math.max(8, Math.min(left + box.width / 2 - bubble.offsetWidth / 2, most))}px`;
  bubble.style.insetBlockStart = `${top + box.height + 14}px`;
  const height = box.height + bubble.offsetHeight + 14;
  picture.scrollTo({
    left: left + box.width / 2 - picture.clientWidth / 2,
    top: top + height / 2 - picture.clientHeight / 2,
    behavior,
  });
}

/** The next step is fetched before somebody asks for it. */
function ahead() {
  const next = walk.querySelector('a[data-go="on"]');
  if (next) page(next.href).catch(() => known.clear());
}

if (walk) {
  walk.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-go]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href);
  });
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const way = { ArrowRight: 'on', ArrowLeft: 'back' }[event.key];
    if (!way || event.target.closest('input, select, textarea')) return;
    const link = walk.querySelector(`a[data-go="${way}"]`);
    if (!link) return;
    event.preventDefault();
    go(link.href);
  });
  show('auto');
  ahead();
}
