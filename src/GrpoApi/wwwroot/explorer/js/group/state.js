// The group: G outputs of one prompt with their probabilities and rewards, and the settings of the loss.
import { asFlag, inAddress } from '../address.js';
import { batch, computed, signal } from '../view.js';
import { plain, random, read, sum } from '../numbers.js';
import { PRESETS } from './presets.js';

const COLUMNS = ['old', 'now', 'ref', 'reward', 'tokens'];
export const MAX_SIZE = 64;

/** What the page opens with: one output of each kind there is to tell apart. */
const OLD = [0.3, 0.2, 0.18, 0.14, 0.1, 0.08];
const NOW = [0.33, 0.15, 0.25, 0.19, 0.04, 0.04];
const REF = [0.28, 0.2, 0.18, 0.15, 0.11, 0.08];
const REWARDS = [1, 0, 1, 0, 0.2, 1];
const example = OLD.map((old, i) => ({ old: plain(old), now: plain(NOW[i]), ref: plain(REF[i]), reward: plain(REWARDS[i]), tokens: '1' }));

const writeRows = rows => COLUMNS.map(column => rows.map(row => row[column].replace(/[,;]/g, '.')).join(',')).join(';');

function parseRows(text) {
  const columns = text.split(';').map(column => column.split(','));
  if (columns.length !== COLUMNS.length || columns.some(column => column.length !== columns[0].length) || columns[0].length > MAX_SIZE) return undefined;
  return columns[0].map((_, i) => Object.fromEntries(COLUMNS.map((column, c) => [column, columns[c][i]])));
}

/** The outputs as typed: text, so that nothing that somebody typed is lost. */
export const rows = inAddress('outputs', example, { write: writeRows, parse: parseRows });

export const epsilon = inAddress('epsilon', '0.2');
/** Empty: the same as epsilon. */
export const epsilonHigh = inAddress('epsilon_high', '');
export const beta = inAddress('beta', '0.04');
export const lossType = inAddress('loss_type', 'grpo');
export const level = inAddress('level', '');
export const aggregation = inAddress('aggregation', '');
export const estimator = inAddress('estimator', 'grpo');
export const scaleRewards = inAddress('scale_rewards', 'group');
export const klEstimator = inAddress('kl', 'k3');
/** What the critic says that the prompt is worth; read by the estimator remax, which here stands for PPO's critic. */
export const critic = inAddress('critic', '0.5');
export const asLogprobs = inAddress('logprobs', false, asFlag);
export const selected = inAddress('output', 2, { parse: text => (Number.isInteger(Number(text)) ? Number(text) : undefined) });

/** The last edit, for the sentence about it. */
export const lastEdit = signal(null);

const FIELDS = { epsilon, epsilonHigh, beta, lossType, level, aggregation, estimator, scaleRewards, klEstimator };

/** The preset whose settings are in force; empty when none. */
export const preset = computed(() => Object.keys(PRESETS).find(name => Object.entries(PRESETS[name].settings).every(([field, value]) => FIELDS[field].value === value)) ?? '');

export function choosePreset(name) {
  batch(() => {
    for (const [field, value] of Object.entries(PRESETS[name].settings)) FIELDS[field].value = value;
    lastEdit.value = { what: `${PRESETS[name].name}’s settings` };
  });
}

/** Changes a setting, and remembers what it was. */
export function edit(state, value, what) {
  batch(() => {
    lastEdit.value = { what, from: lastEdit.value?.what === what && lastEdit.value.open ? lastEdit.value.from : state.value, to: value, open: true };
    state.value = value;
  });
}

const COLUMN_NAMES = { old: 'the old probability', now: 'the new probability', ref: 'the reference probability', reward: 'the reward', tokens: 'the token count' };

export function editCell(index, column, text) {
  batch(() => {
    const what = `${COLUMN_NAMES[column]} of ${outputName(index)}`;
    lastEdit.value = { what, from: lastEdit.value?.what === what && lastEdit.value.open ? lastEdit.value.from : rows.value[index][column], to: text, open: true };
    rows.value = rows.value.map((row, i) => (i === index ? { ...row, [column]: text } : row));
  });
}

export const outputName = index => `o${index + 1}`;

/** Fewer: the last go. More: new ones of the same kind, for which the others make room, so that each column keeps its sum. */
export function resize(size) {
  if (!(size >= 1 && size <= MAX_SIZE)) return;
  const current = rows.value;
  const draw = random(size * 7919);
  const added = Array.from({ length: Math.max(size - current.length, 0) }, () => {
    const old = (0.4 + draw()) / size;
    return { old, now: old * Math.exp(1.2 * (draw() - 0.5)), ref: old * Math.exp(0.4 * (draw() - 0.5)), reward: draw() < 0.45 ? 1 : 0 };
  });
  const resized = current.slice(0, size).map(row => ({ ...row }));
  for (const column of ['old', 'now', 'ref']) {
    const before = sum(current.map(row => Number(row[column])));
    const extra = sum(added.map(row => row[column]));
    const room = before / (before + extra);
    if (added.length > 0 && Number.isFinite(room) && !asLogprobs.value) for (const row of resized) row[column] = plain(Number(row[column]) * room);
    for (const row of added) row[column] = Number.isFinite(room) ? row[column] * room : row[column];
  }
  batch(() => {
    lastEdit.value = { what: 'the group size', from: current.length, to: size };
    rows.value = [...resized, ...added.map(row => ({ old: typed(row.old), now: typed(row.now), ref: typed(row.ref), reward: plain(row.reward), tokens: '1' }))];
    if (selected.value >= size) selected.value = size - 1;
  });
}

const typed = probability => plain(asLogprobs.value ? Math.log(probability) : probability);

export function resetGroup() {
  batch(() => {
    rows.value = example;
    asLogprobs.value = false;
    selected.value = 2;
    critic.value = '0.5';
    choosePreset('grpo');
    lastEdit.value = { what: 'everything, back to the example' };
  });
}

export function setRows(next, what) {
  batch(() => {
    rows.value = next;
    selected.value = Math.min(selected.value, next.length - 1);
    lastEdit.value = { what };
  });
}

/** Probabilities or their logarithms: the same numbers, typed in the other way. */
export function switchUnit(toLogprobs) {
  if (toLogprobs === asLogprobs.value) return;
  const convert = text => (text.trim() !== '' && Number.isFinite(Number(text)) && (toLogprobs ? Number(text) > 0 : true) ? String(Number((toLogprobs ? Math.log : Math.exp)(Number(text)).toPrecision(12))) : text);
  batch(() => {
    asLogprobs.value = toLogprobs;
    rows.value = rows.value.map(row => ({ ...row, old: convert(row.old), now: convert(row.now), ref: convert(row.ref) }));
  });
}

/** Scales a column to the sum 1. */
export function normalise(column) {
  const values = parsed.value.rows.map(row => Math.exp(row[column]));
  const total = sum(values);
  setRows(rows.value.map((row, i) => ({ ...row, [column]: typed(values[i] / total) })), `${COLUMN_NAMES[column]} of every output, scaled to the sum 1`);
}

// ---- from what was typed to numbers -------------------------------------------------------------------------------------------

function readProbability(text, name) {
  if (!asLogprobs.value) {
    const { value, error } = read(text, { name, above: 0, most: 1 });
    return error ? { error } : { value: Math.log(value) };
  }
  return read(text, { name, most: 0 });
}

/** Numbers, errors by place, and remarks. Probabilities come out as natural logarithms. */
export const parsed = computed(() => {
  const errors = {};
  const take = (place, { value, error }) => {
    if (error) errors[place] = error;
    return value;
  };
  const numbers = rows.value.map((row, i) => ({
    old: take(`${i}.old`, readProbability(row.old, `The old probability of ${outputName(i)}`)),
    now: take(`${i}.now`, readProbability(row.now, `The new probability of ${outputName(i)}`)),
    ref: take(`${i}.ref`, readProbability(row.ref, `The reference probability of ${outputName(i)}`)),
    reward: row.reward.trim() === '' ? null : take(`${i}.reward`, read(row.reward, { name: `The reward of ${outputName(i)}` })),
    tokens: take(`${i}.tokens`, read(row.tokens, { name: `The token count of ${outputName(i)}`, least: 1, most: 64, whole: true })),
  }));
  const settings = {
    epsilon: take('epsilon', read(epsilon.value, { name: 'ε low', least: 0 })),
    epsilon_high: epsilonHigh.value.trim() === '' ? null : take('epsilonHigh', read(epsilonHigh.value, { name: 'ε high', least: 0 })),
    beta: take('beta', read(beta.value, { name: 'β', least: 0 })),
    critic: take('critic', read(critic.value, { name: 'The critic’s value' })),
  };
  return { rows: numbers, settings, errors, ok: Object.keys(errors).length === 0 };
});

/** Sums of the columns, where they are not 1. */
export const sums = computed(() => {
  const { rows: numbers } = parsed.value;
  return Object.fromEntries(['old', 'now', 'ref'].map(column => {
    const total = numbers.every(row => row[column] !== undefined) ? sum(numbers.map(row => Math.exp(row[column]))) : null;
    return [column, total !== null && Math.abs(total - 1) < 5e-4 ? 1 : total];
  }));
});
