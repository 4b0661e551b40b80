// From the group to the bodies of requests.
import { computed } from '../view.js';
import * as state from './state.js';

/** The body of POST /v1/advantages; null while something typed cannot be used. */
export const advantagesRequest = computed(() => {
  const { rows, settings, ok } = state.parsed.value;
  if (!ok) return null;
  const estimator = state.estimator.value;
  const group = { rewards: rows.map(row => row.reward) };
  if (estimator === 'remax') group.baselines = rows.map(() => settings.critic);
  if (estimator === 'opo') group.lengths = rows.map(row => row.tokens);
  return { estimator, scale_rewards: state.scaleRewards.value, groups: [group] };
});

/** What a body of POST /v1/loss says besides its sequences. */
export function lossSettings() {
  const { epsilon, epsilon_high, beta } = state.parsed.value.settings;
  const [lossType, level, aggregation] = [state.lossType.value, state.level.value, state.aggregation.value];
  return {
    loss_type: lossType,
    ...(level && { importance_sampling_level: level }),
    ...(aggregation && { aggregation }),
    ...(lossType === 'dro' && { dro_beta: 0.05 }),
    epsilon,
    epsilon_high,
    beta,
    kl_estimator: state.klEstimator.value,
    gradients: true,
    explain: true,
  };
}

/** The body of POST /v1/loss, given the advantages. An output of n tokens spreads its probability evenly over them. */
export function lossRequest(advantages) {
  const spread = (logprob, tokens) => Array.from({ length: tokens }, () => logprob / tokens);
  return {
    ...lossSettings(),
    sequences: state.parsed.value.rows.map((row, i) => ({
      logprobs: spread(row.now, row.tokens),
      old_logprobs: spread(row.old, row.tokens),
      ref_logprobs: spread(row.ref, row.tokens),
      advantage: advantages[i],
    })),
  };
}
