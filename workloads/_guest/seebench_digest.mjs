// The digest of an answer, by the rules of seebench_digest.py: equal answers of Python, JavaScript and Java have equal
// digests.
//
// A number is a float and a bigint is an integer: JavaScript cannot tell 3 from 3.0. null, undefined and NaN are one
// value. Arrays and typed arrays are sequences, plain objects and maps have no order, and a `table` is its columns in
// their order.
import { createHash } from 'node:crypto';

const TABLE = Symbol('table');

/** A table of columns by name: `table({month: [1n, 2n], delay: [0.5, 1.5]})`. */
export function table(columns) {
  return { [TABLE]: columns };
}

/** The digest, as `sha256:` and 64 hexadecimal digits. */
export function digestOf(answer, digits = 6) {
  return `sha256:${createHash('sha256').update(canonical(answer, digits)).digest('hex')}`;
}

/** The canonical form that is hashed; of use when two digests differ. */
export function canonical(value, digits = 6) {
  const inner = (each) => canonical(each, digits);
  if (value === null || value === undefined) return 'N';
  if (typeof value === 'number') return float(value, digits);
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'boolean') return value ? 'b1' : 'b0';
  if (typeof value === 'string') return `s${[...value].length}:${value}`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${Array.from(value, inner).join(',')}]`;
  if (value[TABLE] !== undefined) return `(${pairs(Object.entries(value[TABLE]), inner).join(',')})`;
  if (value instanceof Map)
    return `{${pairs([...value], inner)
      .sort()
      .join(',')}}`;
  if (Object.getPrototypeOf(value) === Object.prototype) return canonical(new Map(Object.entries(value)), digits);
  throw new TypeError(`a value of ${value.constructor?.name} has no canonical form`);
}

function pairs(entries, inner) {
  return entries.map(([name, value]) => `${inner(name)}=${inner(value)}`);
}

/** In two steps, the first of which takes off the noise of summing in another order. */
function float(number, digits) {
  if (Number.isNaN(number)) return 'N';
  if (!Number.isFinite(number)) return number > 0 ? 'finf' : 'f-inf';
  return `f${significant(Number(significant(number, digits + 5)) || 0, digits)}`;
}

/** Digits of a double beyond these are zeros in all that lies half-way between two short decimals. */
const EXACT = 100;

/** As Python and C write it: half-way goes to the even digit, not up, and the exponent has two digits. */
function significant(number, digits) {
  let [mantissa, exponent] = number.toExponential(digits - 1).split('e');
  const exact = /^(-?)(\d)\.(\d+)e(.+)$/.exec(number.toExponential(EXACT));
  const all = exact[2] + exact[3];
  if (/^50*$/.test(all.slice(digits)) && Number(all[digits - 1]) % 2 === 0) {
    mantissa = `${exact[1]}${all[0]}${digits > 1 ? '.' : ''}${all.slice(1, digits)}`;
    exponent = exact[4];
  }
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
