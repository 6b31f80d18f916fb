// Evaluates a batch of FEEL texts with feelin: one process, JSON in on stdin, JSON out on stdout.
// Argument: the address of feelin's module. Every item: { kind, text, context, value }.
import { text as readAll } from 'node:stream/consumers';

const { evaluate, unaryTest, isRange } = await import(process.argv[2]);

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { is: 'not finite' };
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'function') return { is: 'function' };
  if (Array.isArray(value)) return value.map(plain);
  if (isRange(value)) {
    return { is: 'range', start: plain(value.start), end: plain(value.end) };
  }
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return { is: 'context', entries: Object.fromEntries(Object.entries(value).map(([ k, v ]) => [ k, plain(v) ])) };
  }
  return { is: 'moment', text: String(value) };
}

function answer({ kind, text, context, value }) {
  try {
    const result = kind === 'cell'
      ? unaryTest(text, { ...context, '?': value })
      : evaluate(text, context);
    return { value: plain(result.value) };
  } catch (error) {
    return { error: String(error.message) };
  }
}

const items = JSON.parse(await readAll(process.stdin));
process.stdout.write(JSON.stringify(items.map(answer)));
