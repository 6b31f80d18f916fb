/* Names of fields and their values, offered while one types FEEL: arrows and Enter, Escape closes. */

import { fresh, h } from '../dom.js';

/** Adds the list to a field with a textarea; gives the field back. */
export function completed(made, variables) {
  const area = made.querySelector('textarea');
  const list = h('ul', { class: 'desk-offers', role: 'listbox', id: fresh('namen'), 'aria-label': 'Namen', hidden: true });
  area.after(list);
  area.setAttribute('role', 'combobox');
  area.setAttribute('aria-autocomplete', 'list');
  area.setAttribute('aria-controls', list.id);
  area.setAttribute('aria-expanded', 'false');
  let at = -1;

  const close = () => {
    list.hidden = true;
    at = -1;
    area.setAttribute('aria-expanded', 'false');
    area.removeAttribute('aria-activedescendant');
  };
  const take = (offer) => {
    area.setRangeText(offer.text, offer.from, area.selectionStart, 'end');
    close();
    area.focus();
  };
  const mark = (next) => {
    const items = [...list.children];
    at = (next + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute('aria-selected', String(place === at)));
    area.setAttribute('aria-activedescendant', items[at].id);
    items[at].scrollIntoView({ block: 'nearest' });
  };
  const show = () => {
    const offers = offered(area.value.slice(0, area.selectionStart), variables);
    if (!offers.length) return close();
    list.replaceChildren(
      ...offers.map((offer) => {
        const item = h('li', { role: 'option', id: fresh('naam'), 'aria-selected': 'false' }, h('code', {}, offer.text), offer.label && h('span', {}, offer.label));
        item.addEventListener('pointerdown', (event) => {
          event.preventDefault();
          take(offer);
        });
        item.offer = offer;
        return item;
      }),
    );
    list.hidden = false;
    area.setAttribute('aria-expanded', 'true');
    return mark(0);
  };
  area.addEventListener('input', show);
  area.addEventListener('blur', close);
  area.addEventListener('keydown', (event) => {
    if (list.hidden) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') mark(at + 1);
    else if (event.key === 'ArrowUp') mark(at - 1);
    else if (event.key === 'Enter' || event.key === 'Tab') take(list.children[at].offer);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return made;
}

/** What may follow `before`: values after a comparison with a known field, else names that begin so. */
export function offered(before, variables) {
  const compared = /([a-z_][\w.]*)\s*(?:=|!=|in\s*\([^)]*)\s*("?[^"]*)$/i.exec(before);
  const known = compared && variables.find((one) => one.path === compared[1]);
  if (known?.options?.length && !/\s(?:and|or)\s/.test(compared[2])) {
    const typed = compared[2];
    return known.options
      .map((one) => ({ text: `"${one.value}"`, label: one.label, from: before.length - typed.length }))
      .filter((one) => one.text.startsWith(typed) || !typed)
      .slice(0, 12);
  }
  const name = /[a-z_][\w.]*$/i.exec(before)?.[0];
  if (!name) return [];
  const wanted = name.toLowerCase();
  return variables
    .filter((one) => one.path !== name && (one.path.toLowerCase().startsWith(wanted) || (wanted.length > 2 && one.path.toLowerCase().includes(wanted))))
    .map((one) => ({ text: one.path, label: one.label, from: before.length - name.length }))
    .slice(0, 12);
}
