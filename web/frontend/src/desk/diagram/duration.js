/* Terms: the text of the file (`P5D`) beside what a person reads and fills in (*5 werkdagen*). */

export const UNITS = [
  { value: 'D', label: 'dagen' },
  { value: 'W', label: 'weken' },
  { value: 'M', label: 'maanden' },
  { value: 'H', label: 'uren' },
  { value: 'Y', label: 'jaren' },
];
const NAMES = { D: ['dag', 'dagen'], W: ['week', 'weken'], M: ['maand', 'maanden'], H: ['uur', 'uur'], Y: ['jaar', 'jaar'] };
const PREFIXES = { werkdagen: 'werk', weekdagen: 'week' };
// about how long each takes, only to put one before the other
const HOURS = { H: 1, D: 24, W: 168, M: 730, Y: 8760 };

/** `{amount, unit}` of a plain duration with one part; null for anything else (FEEL, a date, a repetition). */
export function simple(text) {
  const found = /^P(?:T(\d+)H|(\d+)([DWMY]))$/.exec((text ?? '').trim());
  if (!found) return null;
  return found[1] ? { amount: Number(found[1]), unit: 'H' } : { amount: Number(found[2]), unit: found[3] };
}

export function written({ amount, unit }) {
  return unit === 'H' ? `PT${amount}H` : `P${amount}${unit}`;
}

/** What the unit *dagen* is called under a calendar: *werkdagen*, *weekdagen* or *dagen*. */
export function days(calendar) {
  return `${PREFIXES[calendar] ?? ''}dagen`;
}

/** *5 werkdagen*, *6 weken*, *1 uur*; the text itself when it is not a plain duration. */
export function spoken(text, calendar) {
  const known = simple(text);
  if (!known) return text || 'een nog niet ingevulde termijn';
  const [one, more] = NAMES[known.unit];
  const name = known.amount === 1 ? one : more;
  if (calendar === 'vakantie') return `${known.amount} ${known.unit === 'D' ? 'werk' : ''}${name} voor de vakantie`;
  return `${known.amount} ${known.unit === 'D' ? (PREFIXES[calendar] ?? '') : ''}${name}`;
}

/** Whether levels follow each other: true, false, or null when it cannot be told from the texts alone. */
export function ascends(texts) {
  const known = texts.map(simple);
  if (known.some((one) => !one)) return null;
  const hours = known.map((one) => one.amount * HOURS[one.unit]);
  return hours.every((value, at) => at === 0 || value > hours[at - 1]);
}

export function compare(one, other) {
  const [a, b] = [simple(one), simple(other)];
  if (!a || !b) return 0;
  return a.amount * HOURS[a.unit] - b.amount * HOURS[b.unit];
}
