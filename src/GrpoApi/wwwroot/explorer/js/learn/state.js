// The run on show, and its settings.
import { asNumber, inAddress } from '../address.js';
import { batch, computed, signal } from '../view.js';
import { coversAdvantages, coversLoss } from '../grpo.js';
import { sum } from '../numbers.js';
import { call } from '../service.js';
import * as group from '../group/state.js';
import { start, step } from './policy.js';

export const MOST_STEPS = 400;
const STEPS_PER_SECOND = 20;

export const size = inAddress('learn_size', 8, asNumber);
export const rate = inAddress('learn_rate', 0.6, asNumber);
export const updates = inAddress('learn_updates', 4, asNumber);
const seed = inAddress('learn_seed', 1, asNumber);
const steps = inAddress('learned', 0, asNumber);

/** The run itself, which moves; the page sees copies of it. */
let current = null;
let origin = null;
/** Counts up whenever the run moves. */
const tick = signal(0);
export const running = signal(false);
export const checked = signal(null);

/** What the run starts from: the outputs of the group. As text, so that an edit of anything else does not start it anew. */
const beginning = computed(() => {
  const { rows, ok } = group.parsed.value;
  if (!ok || rows.some(row => row.reward === null)) return null;
  const probabilities = rows.map(row => Math.exp(row.old));
  const total = sum(probabilities);
  return JSON.stringify({ probabilities: probabilities.map(probability => probability / total), rewards: rows.map(row => row.reward), seed: seed.value });
});

/** The settings of a step; loss types and estimators that the page cannot compute itself give way to GRPO's. */
const settings = computed(() => {
  const { settings: numbers, errors } = group.parsed.value;
  if (errors.epsilon || errors.epsilonHigh || errors.beta) return null;
  const shared = { epsilon: numbers.epsilon, epsilon_high: numbers.epsilon_high, beta: numbers.beta, kl_estimator: group.klEstimator.value === 'full' ? 'k3' : group.klEstimator.value, explain: true };
  const loss = { ...shared, loss_type: group.lossType.value };
  const estimator = ['remax', 'opo'].includes(group.estimator.value) || !coversAdvantages({ estimator: group.estimator.value, groups: [{}] }) ? 'grpo' : group.estimator.value;
  return {
    size: size.value, updates: updates.value, rate: rate.value, criticRate: 0.1, estimator, scaleRewards: group.scaleRewards.value,
    loss: coversLoss(loss) ? loss : { ...shared, loss_type: 'grpo' },
  };
});
export const standIn = computed(() => settings.value && settings.value.loss.loss_type !== group.lossType.value);

/** The run as it is, from the start of the group as it is; a change of the group starts anew. */
export const run = computed(() => {
  tick.value;
  const from = beginning.value;
  if (from && from !== origin) {
    origin = from;
    current = start(JSON.parse(from));
  }
  return from && { ...current };
});

export function advance(count = 1) {
  if (!run.peek() || !settings.peek()) return;
  for (let i = 0; i < count && current.step < MOST_STEPS; i++) step(current, settings.peek());
  batch(() => {
    steps.value = current.step;
    tick.value++;
    if (current.step >= MOST_STEPS) running.value = false;
  });
}

export function reset(newSeed = false) {
  batch(() => {
    running.value = false;
    steps.value = 0;
    checked.value = null;
    if (newSeed) seed.value++;
    origin = null;
    tick.value++;
  });
}

let timer = 0;
export function play() {
  running.value = !running.value;
  clearInterval(timer);
  if (running.value) timer = setInterval(() => (running.peek() ? advance() : clearInterval(timer)), 1000 / STEPS_PER_SECOND);
  else check();
}

export function stepOnce() {
  advance();
  check();
}

/** Has the service compute the loss of the last update, too. */
async function check() {
  const last = run.peek()?.last;
  if (!last) return;
  try {
    const answer = await call('POST', 'v1/loss', last.request);
    checked.value = { loss: answer.loss, own: last.answer.loss };
  } catch (error) {
    checked.value = { problem: error };
  }
}

/** A link to a run runs it. */
export function resume() {
  const wanted = Math.min(steps.peek(), MOST_STEPS);
  if (wanted > 0) advance(wanted);
}
