// Numbers as text, and text as numbers.

/** 4 decimals with a true minus; small numbers keep 3 digits; null is a dash. */
export function show(value, decimals = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const text = size !== 0 && size < 0.5 * 10 ** -decimals ? size.toExponential(1) : size >= 1e6 ? size.toExponential(2) : size.toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? '−' : '') + text;
}

/** The same without exponents: what rounds to 0 is 0. */
export function fixed(value, decimals) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? '−' : '') + text;
}

/** With its sign. */
export const showSigned = (value, decimals = 4) => (value > 0 ? '+' : '') + show(value, decimals);

/** A number as short as it is exact enough to be typed again. */
export const plain = value => String(Number(value.toPrecision(6)));

export const percent = value => `${Math.abs(value * 100) < 10 ? Math.abs(value * 100).toFixed(1) : Math.abs(value * 100).toFixed(0)} %`;

/** { value } or { error } of what somebody typed. A comma counts as a decimal point. */
export function read(text, { name, above, least, most, whole } = {}) {
  const trimmed = String(text).trim().replace(',', '.').replace('−', '-');
  if (trimmed === '') return { error: `${name} is empty: type a number.` };
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { error: `${name}: “${text}” is not a number.` };
  if (above !== undefined && value <= above) return { error: `${name} must be above ${above}.` };
  if (least !== undefined && value < least) return { error: `${name} must be at least ${least}.` };
  if (most !== undefined && value > most) return { error: `${name} must be at most ${most}.` };
  if (whole && !Number.isInteger(value)) return { error: `${name} must be a whole number.` };
  return { value };
}

/** A random number generator of its own seed (mulberry32): the same seed, the same picture. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const sum = values => values.reduce((total, value) => total + value, 0);
export const mean = values => sum(values) / values.length;
