// The picture while a slider moves: advantages and loss of a small group, in the shapes of POST /v1/advantages and POST /v1/loss.
// The service's answer follows and replaces it; a test holds both to the same numbers. No imports, so that a test can run it anywhere.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const sum = values => values.reduce((total, value) => total + value, 0);
const finite = value => (Number.isFinite(value) ? value : null);

// ---- rewards to advantages ------------------------------------------------------------------------------------------------

// Rewards that differ by less than this fraction of the largest (float32's machine epsilon) count as equal.
const ROUNDING_RESIDUE = 2 ** -23;

/** Mean and standard deviation; a reward of null was not judged and is left out. */
export function statistics(rewards, ddof = 1) {
  const judged = rewards.filter(reward => reward !== null);
  if (judged.length === 0) return { count: 0, mean: NaN, std: NaN };
  const guess = sum(judged) / judged.length;
  const mean = guess + sum(judged.map(reward => reward - guess)) / judged.length;
  if (rewards.length === 1) return { count: 1, mean, std: 0 };
  if (judged.length <= ddof) return { count: judged.length, mean, std: NaN };
  const std = Math.sqrt(sum(judged.map(reward => (reward - mean) ** 2)) / (judged.length - ddof));
  const largest = Math.max(...judged.map(Math.abs));
  return { count: judged.length, mean, std: std <= ROUNDING_RESIDUE * largest ? 0 : std };
}

const centred = (rewards, { mean, std }, scale) => rewards.map(reward => (std > 0 && reward !== null ? (reward - mean) / scale : 0));

const ESTIMATORS = {
  grpo(rewards, stats, request) {
    return centred(rewards, stats, request.scale_rewards === 'none' ? 1 : stats.std + (request.std_epsilon ?? 1e-4));
  },
  dr_grpo: (rewards, stats) => centred(rewards, stats, 1),
  rloo: (rewards, stats) => centred(rewards, stats, (stats.count - 1) / stats.count),
  gpg(rewards, stats) {
    const nonzero = rewards.filter(reward => reward !== null && reward !== 0).length;
    return centred(rewards, stats, Math.max(nonzero, 1) / Math.max(stats.count, 1));
  },
  maxrl: (rewards, stats) => (stats.mean > 0 ? centred(rewards, stats, stats.mean) : rewards.map(() => 0)),
  remax: (rewards, _, request) => rewards.map((reward, i) => (reward === null ? 0 : reward - request.groups[0].baselines[i])),
  opo(rewards, stats, request) {
    const { lengths } = request.groups[0];
    const judged = rewards.map((reward, i) => (reward === null ? 0 : lengths[i]));
    const distance = sum(rewards.map((reward, i) => judged[i] * ((reward ?? 0) - stats.mean)));
    const total = sum(judged);
    return centred(rewards, { ...stats, mean: total > 0 ? stats.mean + distance / total : stats.mean }, 1);
  },
  grpo_passk(rewards, stats, request) {
    if (!(stats.std > 0)) return rewards.map(() => 0);
    const [first, second] = rewards.filter(reward => reward !== null).sort((one, other) => other - one);
    const scale = request.scale_rewards === 'none' ? 1 : stats.std + (request.std_epsilon ?? 1e-4);
    const best = rewards.indexOf(first);
    return rewards.map((_, i) => (i === best ? (first - second) / scale : 0));
  },
};

/** Whether `advantages` knows the request: one group of plain rewards. */
export const coversAdvantages = request => request.estimator in ESTIMATORS && request.groups.length === 1;

/** POST /v1/advantages for one group. */
export function advantages(request) {
  const { rewards } = request.groups[0];
  const stats = statistics(rewards, request.ddof ?? 1);
  const group = {
    advantages: ESTIMATORS[request.estimator](rewards, stats, request),
    mean: finite(stats.mean),
    std: finite(stats.std),
    reward_std_is_zero: stats.std === 0,
  };
  return { groups: [group] };
}

// ---- the divergence from the reference ------------------------------------------------------------------------------------

/** Estimators of KL(policy || reference) from one sampled token, with x = logprob - ref_logprob: [value, d value / d logprob]. */
export const KL_ESTIMATORS = {
  k1: x => [x, 1],
  k2: x => [(x * x) / 2, x],
  k3: x => [Math.max(Math.exp(-x) + x - 1, 0), 1 - Math.exp(-x)],
  abs: x => [Math.abs(x), Math.sign(x)],
};

// ---- the term of one token ------------------------------------------------------------------------------------------------

// Each answers { clipped_ratio, unclipped_term, clipped_term, min_term, clip: 'low' | 'high' | 'delta' | null, gradLogRatio, gradLogprob }.
function clippedSurrogate({ ratio, advantage }, request) {
  const [low, high] = clipRange(request);
  const clippedRatio = clamp(ratio, low, high);
  const bounded = request.delta == null ? ratio : Math.min(ratio, request.delta);
  let clip = null;
  if (advantage > 0 && ratio > high) clip = 'high';
  else if (advantage < 0 && ratio < low) clip = 'low';
  else if (advantage < 0 && ratio > bounded) clip = 'delta';
  const unclipped = advantage === 0 ? 0 : bounded * advantage;
  const clipped = clippedRatio * advantage;
  return { clippedRatio, unclipped, clipped, min: Math.min(unclipped, clipped), clip, gradLogRatio: clip ? 0 : unclipped, gradLogprob: 0 };
}

function clippedWeight({ ratio, advantage, logprob }, request) {
  const [epsilonLow, epsilonHigh] = clipRange(request);
  const high = request.cispo_clip_max ?? epsilonHigh;
  const low = request.cispo_clip_min ?? (request.cispo_clip_max == null ? Math.max(epsilonLow, 0) : 0);
  const weight = clamp(ratio, low, high);
  const clip = advantage > 0 && ratio > high ? 'high' : advantage < 0 && ratio < low ? 'low' : null;
  const term = weight * advantage * logprob;
  return { clippedRatio: weight, unclipped: ratio * advantage * logprob, clipped: term, min: term, clip, gradLogRatio: 0, gradLogprob: weight * advantage };
}

function sigmoidGate({ ratio, advantage }, request) {
  const temperature = advantage > 0 ? request.sapo_temperature_pos ?? 1 : request.sapo_temperature_neg ?? 1.05;
  const gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
  const term = (advantage * gate * 4) / temperature;
  return { clippedRatio: ratio, unclipped: ratio * advantage, clipped: term, min: term, clip: null, gradLogRatio: 4 * advantage * gate * (1 - gate) * ratio, gradLogprob: 0 };
}

function importanceWeighted({ ratio, advantage }) {
  const term = advantage === 0 ? 0 : ratio * advantage;
  return { clippedRatio: ratio, unclipped: term, clipped: term, min: term, clip: null, gradLogRatio: term, gradLogprob: 0 };
}

function logLikelihood({ ratio, advantage, logprob }) {
  const term = advantage * logprob;
  return { clippedRatio: ratio, unclipped: term, clipped: term, min: term, clip: null, gradLogRatio: 0, gradLogprob: advantage };
}

/** [1 - epsilon, 1 + epsilon_high], the ratios between which nothing is clipped. */
export const clipRange = request => [1 - (request.epsilon ?? 0.2), 1 + (request.epsilon_high ?? request.epsilon ?? 0.2)];

// ---- loss types: the term, the aggregation and the level of the ratio that each was published with ---------------------------

const LOSS_TYPES = {
  grpo: [clippedSurrogate, 'seq-mean-token-mean', 'token'],
  bnpo: [clippedSurrogate, 'token-mean', 'token'],
  dr_grpo: [clippedSurrogate, 'seq-mean-token-sum-norm', 'token'],
  dapo: [clippedSurrogate, 'token-mean', 'token'],
  ppo: [clippedSurrogate, 'token-mean', 'token'],
  gspo: [clippedSurrogate, 'seq-mean-token-mean', 'sequence'],
  gspo_token: [clippedSurrogate, 'seq-mean-token-mean', 'sequence_token'],
  luspo: [clippedSurrogate, 'seq-mean-token-sum', 'sequence'],
  rloo: [clippedSurrogate, 'seq-mean-token-mean', 'sequence_product'],
  cispo: [clippedWeight, 'token-mean', 'token'],
  sapo: [sigmoidGate, 'seq-mean-token-mean', 'token'],
  gmpo: [importanceWeighted, 'seq-mean-token-mean', 'sequence_clipped'],
  importance_sampling: [importanceWeighted, 'token-sum', 'token'],
  reinforce: [logLikelihood, 'token-mean', 'token'],
};

/** The weight of each token of a sequence with `own` tokens in the loss; the counts of a normalizer stand in for those of the request. */
const AGGREGATIONS = {
  'token-mean': ({ tokens }) => 1 / tokens,
  'token-sum': () => 1,
  'seq-mean-token-mean': ({ rows }, own) => 1 / (rows * own),
  'seq-mean-token-sum': ({ rows }) => 1 / rows,
  'seq-mean-token-sum-norm': ({ rows, longest }) => 1 / (rows * longest),
};

const sizesOf = (batch, normalizer) => ({
  rows: normalizer?.global_batch_size ?? batch.length,
  tokens: normalizer?.num_items_in_batch ?? sum(batch.map(sequence => sequence.count)),
  longest: normalizer?.loss_scale_factor ?? normalizer?.max_completion_length ?? Math.max(...batch.map(sequence => sequence.logprobs.length)),
});

// The log ratio of each token, and the way back: from d / d log ratio to d / d logprob.
const LEVELS = {
  token: {
    logRatios: differences,
    pullBack: grads => grads,
  },
  sequence: {
    once: true,
    logRatios: sequence => fill(sequence, sum(differences(sequence)) / sequence.count),
    pullBack: (grads, sequence) => fill(sequence, sum(grads) / sequence.count),
  },
  sequence_token: {
    logRatios: sequence => fill(sequence, sum(differences(sequence)) / sequence.count),
    pullBack: grads => grads,
  },
  sequence_product: {
    once: true,
    logRatios: sequence => fill(sequence, sum(differences(sequence))),
    pullBack: (grads, sequence) => fill(sequence, sum(grads)),
  },
  sequence_clipped: {
    once: true,
    logRatios: (sequence, request) => fill(sequence, sum(clippedDifferences(sequence, request)) / sequence.count),
    pullBack(grads, sequence, request) {
      const free = clippedDifferences(sequence, request);
      const own = differences(sequence);
      const share = sum(grads) / sequence.count;
      return own.map((difference, t) => (sequence.mask[t] && difference === free[t] ? share : 0));
    },
  },
};

function differences(sequence) {
  return sequence.logprobs.map((logprob, t) => (sequence.mask[t] ? logprob - sequence.old[t] : 0));
}

/** GMPO clips log ratios, on the side where they would earn more. */
function clippedDifferences(sequence, request) {
  const epsilon = request.epsilon ?? 0.2;
  return differences(sequence).map((difference, t) => {
    const clamped = clamp(difference, -epsilon, request.epsilon_high ?? epsilon);
    return sequence.advantages[t] > 0 ? Math.min(difference, clamped) : Math.max(difference, clamped);
  });
}

const fill = (sequence, value) => sequence.logprobs.map((_, t) => (sequence.mask[t] ? value : 0));

// ---- the loss -------------------------------------------------------------------------------------------------------------

// Settings that are left to the service, with the values under which they change nothing.
const LEFT_OUT = {
  dual_clip: null, log_ratio_min: null, log_ratio_max: null, kl_input_clamp: null, kl_output_clamp: null, kl_straight_through: false, kl_clamp_after_weight: false,
  off_policy_mask_threshold: null, top_entropy_quantile: 1, entropy_coef: 0, rollout_correction: null, trainer_config: null,
};
const LEFT_OUT_COUNTS = { token_epsilon: 0, ratio_epsilon: 0, row_epsilon: 0, prompt_sizes: null, empty_rows: 'count' };
const untouched = (settings, defaults) => Object.entries(defaults).every(([name, value]) => settings[name] === undefined || settings[name] === value);

/** Whether `loss` knows the request. */
export const coversLoss = request =>
  request.loss_type in LOSS_TYPES &&
  (request.importance_sampling_level == null || request.importance_sampling_level in LEVELS) &&
  (request.aggregation == null || request.aggregation in AGGREGATIONS) &&
  (request.kl_estimator ?? 'k3') in { ...KL_ESTIMATORS, full: 1 } &&
  ['none', 'ratio'].includes(request.kl_weight ?? 'none') &&
  untouched(request, LEFT_OUT) && untouched(request.normalizer ?? {}, LEFT_OUT_COUNTS) &&
  (request.sequences ?? []).every(sequence => !sequence.rollout_is_weights);

/** POST /v1/loss with gradients and explanation. */
export function loss(request) {
  const [term, ownAggregation, ownLevel] = LOSS_TYPES[request.loss_type];
  const level = LEVELS[request.importance_sampling_level ?? ownLevel];
  const weigh = AGGREGATIONS[request.aggregation ?? ownAggregation];
  const beta = request.beta ?? 0;
  const estimator = request.kl_estimator ?? 'k3';
  const batch = request.sequences.map(readSequence);
  const sizes = sizesOf(batch, request.normalizer);
  // DeepSeek-V3.2 multiplies the divergence by the ratio, which makes its gradient unbiased.
  const weighKl = request.use_bias_correction_kl || request.kl_weight === 'ratio';
  const totals = { policy: 0, kl: 0, klSum: 0, ratio: 0, approxKl: 0, finite: 0, low: 0, high: 0, nonfinite: 0, outcomes: null };

  const results = batch.map(sequence => {
    const weight = sequence.count === 0 ? 0 : weigh(sizes, sequence.count);
    return explainSequence(sequence, { term, level, weight, beta, estimator, weighKl, request, totals });
  });
  if (estimator === 'full' && beta !== 0) addOutcomes(batch, results, beta, totals);

  const tokens = sum(batch.map(sequence => sequence.count));
  const ratios = level.once ? batch.length : tokens;
  return {
    loss: finite(totals.policy + totals.kl),
    objective: finite(0 - (totals.policy + totals.kl)),
    policy_loss: finite(totals.policy),
    kl_loss: finite(totals.kl),
    metrics: {
      kl: beta === 0 ? null : finite(totals.outcomes ?? totals.klSum / tokens),
      'clip_ratio/low_mean': finite(totals.low / ratios),
      'clip_ratio/high_mean': finite(totals.high / ratios),
      'clip_ratio/region_mean': finite((totals.low + totals.high) / ratios),
      'ratio/mean': finite(totals.ratio / totals.finite),
      approx_kl: finite(totals.approxKl / totals.finite),
      nonfinite_tokens: totals.nonfinite,
    },
    sequences: results.map(result => ({ grad_logprobs: result.grads })),
    explanation: {
      sequences: results.map((result, i) => ({ advantage: request.sequences[i].advantage ?? null, tokens: result.tokens })),
      surrogate: finite(0 - totals.policy),
      kl_penalty: finite(totals.kl),
      objective: finite(0 - totals.policy - totals.kl),
    },
  };
}

function readSequence(sequence) {
  const mask = sequence.mask ?? sequence.logprobs.map(() => 1);
  return {
    logprobs: sequence.logprobs,
    old: sequence.old_logprobs ?? sequence.logprobs,
    ref: sequence.ref_logprobs,
    mask,
    advantages: sequence.advantages ?? sequence.logprobs.map(() => sequence.advantage),
    count: mask.filter(value => value !== 0).length,
  };
}

const MASKED = { ratio: null, clipped_ratio: null, unclipped_term: null, clipped_term: null, min_term: null, clipped: false, kl: null, beta_kl: null, objective: null, weight: 0 };

function explainSequence(sequence, { term, level, weight, beta, estimator, weighKl, request, totals }) {
  const logRatios = level.logRatios(sequence, request);
  const share = level.once ? 1 / Math.max(sequence.count, 1) : 1;
  const gradRatios = sequence.logprobs.map(() => 0);
  const direct = sequence.logprobs.map(() => 0);
  const tokens = sequence.logprobs.map((logprob, t) => {
    if (!sequence.mask[t]) return MASKED;
    const ratio = Math.exp(logRatios[t]);
    const terms = term({ ratio, advantage: sequence.advantages[t], logprob }, request);
    const [rawKl, gradKl] = beta === 0 || estimator === 'full' ? [0, 0] : KL_ESTIMATORS[estimator](logprob - sequence.ref[t]);
    const kl = weighKl ? ratio * rawKl : rawKl;
    const gradLogRatio = weight * ((weighKl ? beta * ratio * rawKl : 0) - terms.gradLogRatio);
    const gradLogprob = weight * (beta * (weighKl ? ratio : 1) * gradKl - terms.gradLogprob);
    if (Number.isFinite(ratio) && Number.isFinite(gradLogRatio + gradLogprob) && Number.isFinite(terms.min + kl)) {
      gradRatios[t] = gradLogRatio;
      direct[t] = gradLogprob;
      totals.ratio += share * ratio;
      totals.approxKl += share * (ratio - 1 - logRatios[t]);
      totals.finite += share;
    } else {
      totals.nonfinite++;
    }
    totals.policy -= weight * terms.min;
    totals.kl += weight * beta * kl;
    totals.klSum += kl;
    if (terms.clip === 'low') totals.low += share;
    if (terms.clip === 'high') totals.high += share;
    return {
      ratio: finite(ratio),
      clipped_ratio: finite(terms.clippedRatio),
      unclipped_term: finite(terms.unclipped),
      clipped_term: finite(terms.clipped),
      min_term: finite(terms.min),
      clipped: terms.clip !== null,
      kl: finite(kl),
      beta_kl: finite(beta * kl),
      objective: finite(terms.min - beta * kl),
      weight,
    };
  });
  const pulled = level.pullBack(gradRatios, sequence, request);
  return { tokens, grads: direct.map((grad, t) => grad + pulled[t]) };
}

/** The exact divergence over the sequences as outcomes: sum of p log(p / p_ref). */
function addOutcomes(batch, results, beta, totals) {
  totals.outcomes = 0;
  batch.forEach((sequence, i) => {
    if (sequence.count === 0) return;
    const inLoss = values => sum(values.filter((_, t) => sequence.mask[t]));
    const log = inLoss(sequence.logprobs);
    const probability = Math.exp(log);
    const part = probability === 0 ? 0 : probability * (log - inLoss(sequence.ref));
    totals.outcomes += part;
    results[i].grads = results[i].grads.map((grad, t) => (sequence.mask[t] && probability > 0 ? grad + beta * (part + probability) : grad));
  });
  totals.kl += beta * totals.outcomes;
}
