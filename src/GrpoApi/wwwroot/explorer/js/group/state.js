// The group: G outputs of one prompt with their probabilities and rewards, and the settings of the loss.
import { asFlag, inAddress } from '../address.js';
import { batch, computed, signal } from '../view.js';
import { plain, random, read, sum } from '../numbers.js';

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

const GRPO = { epsilon: '0.2', epsilonHigh: '', beta: '0.04', lossType: 'grpo', level: '', aggregation: '', estimator: 'grpo', scaleRewards: 'group', klEstimator: 'k3' };
export const PRESETS = {
  grpo: { name: 'GRPO', settings: GRPO, note: 'The original: advantages from the group, the clipped surrogate averaged over each output and then over the group, a KL penalty.' },
  dr_grpo: { name: 'Dr. GRPO', settings: { ...GRPO, beta: '0', lossType: 'dr_grpo', estimator: 'dr_grpo' }, note: 'No division by the spread, which favours too easy and too hard prompts, nor by the output’s own length, which favours long wrong answers.' },
  dapo: { name: 'DAPO', settings: { ...GRPO, epsilonHigh: '0.28', beta: '0', lossType: 'dapo' }, note: 'Clip higher: unlikely good tokens have more room to grow. All tokens of the batch weigh the same.' },
  gspo: { name: 'GSPO', settings: { ...GRPO, epsilon: '0.0003', epsilonHigh: '0.0004', beta: '0', lossType: 'gspo' }, note: 'One ratio per output, the geometric mean of its tokens’, with a clip range that is narrow because that mean hardly moves.' },
  cispo: { name: 'CISPO', settings: { ...GRPO, epsilon: '1', epsilonHigh: '0.28', beta: '0', lossType: 'cispo' }, note: 'The clipped ratio is a constant weight: it is capped, but no token loses its gradient.' },
  ppo: { name: 'PPO', settings: { ...GRPO, beta: '0', lossType: 'ppo', estimator: 'remax' }, note: 'The advantage is the distance from what a critic, a second network, expects; not from the group’s mean.' },
};
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

// ---- from what was typed to requests -------------------------------------------------------------------------------------------

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

/** The body of POST /v1/advantages; null while something typed cannot be used. */
export const advantagesRequest = computed(() => {
  const { rows: numbers, settings, ok } = parsed.value;
  if (!ok) return null;
  const group = { rewards: numbers.map(row => row.reward) };
  if (estimator.value === 'remax') group.baselines = numbers.map(() => settings.critic);
  if (estimator.value === 'opo') group.lengths = numbers.map(row => row.tokens);
  return { estimator: estimator.value, scale_rewards: scaleRewards.value, groups: [group] };
});

/** The body of POST /v1/loss, given the advantages. An output of n tokens spreads its probability evenly over them. */
export function lossRequest(advantages) {
  const { rows: numbers, settings } = parsed.value;
  const spread = (logprob, tokens) => Array.from({ length: tokens }, () => logprob / tokens);
  return {
    loss_type: lossType.value,
    ...(level.value && { importance_sampling_level: level.value }),
    ...(aggregation.value && { aggregation: aggregation.value }),
    ...(lossType.value === 'dro' && { dro_beta: 0.05 }),
    epsilon: settings.epsilon,
    epsilon_high: settings.epsilon_high,
    beta: settings.beta,
    kl_estimator: klEstimator.value,
    gradients: true,
    explain: true,
    sequences: numbers.map((row, i) => ({
      logprobs: spread(row.now, row.tokens),
      old_logprobs: spread(row.old, row.tokens),
      ref_logprobs: spread(row.ref, row.tokens),
      advantage: advantages[i],
    })),
  };
}
