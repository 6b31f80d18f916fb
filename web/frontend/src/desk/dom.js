/* Elements of a page, made without ever reading a text as HTML: labels of a draft are anybody's text. */

let numbered = 0;

/** A fresh id, for a control and its label. */
export function fresh(prefix) {
  numbered += 1;
  return `${prefix}-${numbered}`;
}

/** `h('p', {class: 'muted', on: {click}}, 'text', element)`; null and false are left out. */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, data = {}, ...attributes } = given ?? {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'value' || name === 'checked' || name === 'selected') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  Object.assign(element.dataset, data);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  if (tag === 'select' && 'value' in attributes) element.value = attributes.value ?? '';
  return element;
}

/** A button of the design system; `kind` is primary, secondary or subtle; `name` when the label is a sign. */
export function button(label, press, { kind = 'secondary', id, name, describedby, pressed, disabled } = {}) {
  return h(
    'button',
    {
      type: 'button',
      class: `nl-button nl-button--${kind}`,
      id,
      'aria-label': name,
      'aria-describedby': describedby,
      'aria-pressed': pressed === undefined ? null : String(pressed),
      disabled,
      on: { click: press },
    },
    label,
  );
}

/** A label above its control, with an explanation and, when something is wrong with it, why. */
export function field(label, control, { hint, error } = {}) {
  control.id ||= fresh('veld');
  const said = [];
  if (hint) said.push(h('p', { class: 'desk-hint', id: `${control.id}-uitleg` }, hint));
  if (error) said.push(h('p', { class: 'desk-error', id: `${control.id}-fout` }, error));
  if (said.length) control.setAttribute('aria-describedby', said.map((one) => one.id).join(' '));
  if (error) control.setAttribute('aria-invalid', 'true');
  return h(
    'div',
    { class: 'desk-field' },
    h('label', { class: 'utrecht-form-label', for: control.id }, label),
    ...said,
    control,
  );
}

export function textbox(id, value, change, more = {}) {
  return h('input', {
    type: 'text',
    class: 'utrecht-textbox',
    id,
    value: value ?? '',
    autocomplete: 'off',
    on: { change: (event) => change(event.target.value.trim()) },
    ...more,
  });
}

export function textarea(id, value, change, more = {}) {
  return h('textarea', {
    class: 'utrecht-textarea',
    id,
    rows: 4,
    value: value ?? '',
    on: { change: (event) => change(event.target.value) },
    ...more,
  });
}

/** A choice; a value that is not among `options` ([{value, label}]) is shown all the same, never lost. */
export function select(id, value, options, change, more = {}) {
  const known = options.some((option) => option.value === (value ?? ''));
  const all = known ? options : [...options, { value, label: `${value} (bestaat niet)` }];
  return h(
    'select',
    {
      class: 'utrecht-select',
      id,
      on: { change: (event) => change(event.target.value) },
      ...more,
      value: value ?? '',
    },
    all.map((option) => h('option', { value: option.value, selected: option.value === (value ?? '') }, option.label)),
  );
}

export function tick(id, label, checked, change, more = {}) {
  return h(
    'label',
    { class: 'desk-tick', for: id },
    h('input', { type: 'checkbox', id, checked, on: { change: (event) => change(event.target.checked) }, ...more }),
    h('span', {}, label),
  );
}

/** A dialog that is there until it is answered; the promise gives the value of the button that was pressed. */
export function ask({ title, body, buttons, wide = false }) {
  return new Promise((resolve) => {
    const heading = fresh('kop');
    const dialog = h('dialog', { class: wide ? 'desk-dialog desk-dialog--wide' : 'desk-dialog', 'aria-labelledby': heading });
    const close = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    dialog.append(
      h('h2', { class: 'utrecht-heading-3', id: heading }, title),
      h('div', { class: 'desk-dialog__body' }, body),
      h(
        'div',
        { class: 'desk-buttons' },
        buttons.map(({ value, label, kind, check }) =>
          button(label, () => (check && !check() ? null : close(value)), { kind }),
        ),
      ),
    );
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (buttons.some((one) => one.value === null)) close(null);
    });
    document.getElementById('ontwerp').append(dialog);
    dialog.showModal();
  });
}

/** Calls `run` once, `pause` ms after the last call. `.now()` does not wait; `.stop()` forgets. */
export function later(run, pause) {
  let timer = 0;
  const waiting = (...given) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      timer = 0;
      run(...given);
    }, pause);
  };
  waiting.now = (...given) => {
    window.clearTimeout(timer);
    timer = 0;
    return run(...given);
  };
  waiting.stop = () => window.clearTimeout(timer);
  return waiting;
}

/** *vandaag om 9.03 uur*; *op 12 november om 9.03 uur* on another day: the clock of the organisation, as in `iso`. */
export function moment(iso, now = Date.now()) {
  const [, day, hours, minutes] = /^(.{10})T(\d\d):(\d\d)/.exec(iso);
  const ahead = Date.parse(`${iso.slice(0, 19)}Z`) - Date.parse(iso);
  const time = `om ${Number(hours)}.${minutes} uur`;
  if (new Date(now + ahead).toISOString().startsWith(day)) return `vandaag ${time}`;
  const date = new Date(`${day}T12:00Z`).toLocaleDateString('nl-NL', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return `op ${date} ${time}`;
}
