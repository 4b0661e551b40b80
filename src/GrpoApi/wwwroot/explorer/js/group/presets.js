// The published settings. Names of fields as in state.js.
const GRPO = { epsilon: '0.2', epsilonHigh: '', beta: '0.04', lossType: 'grpo', level: '', aggregation: '', estimator: 'grpo', scaleRewards: 'group', klEstimator: 'k3' };
export const PRESETS = {
  grpo: { name: 'GRPO', settings: GRPO, note: 'The original: advantages from the group, the clipped surrogate averaged over each output and then over the group, a KL penalty.' },
  dr_grpo: { name: 'Dr. GRPO', settings: { ...GRPO, beta: '0', lossType: 'dr_grpo', estimator: 'dr_grpo' }, note: 'No division by the spread, which favours too easy and too hard prompts, nor by the output’s own length, which favours long wrong answers.' },
  dapo: { name: 'DAPO', settings: { ...GRPO, epsilonHigh: '0.28', beta: '0', lossType: 'dapo' }, note: 'Clip higher: unlikely good tokens have more room to grow. All tokens of the batch weigh the same.' },
  gspo: { name: 'GSPO', settings: { ...GRPO, epsilon: '0.0003', epsilonHigh: '0.0004', beta: '0', lossType: 'gspo' }, note: 'One ratio per output, the geometric mean of its tokens’, with a clip range that is narrow because that mean hardly moves.' },
  cispo: { name: 'CISPO', settings: { ...GRPO, epsilon: '1', epsilonHigh: '0.28', beta: '0', lossType: 'cispo' }, note: 'The clipped ratio is a constant weight: it is capped, but no token loses its gradient.' },
  ppo: { name: 'PPO', settings: { ...GRPO, beta: '0', lossType: 'ppo', estimator: 'remax' }, note: 'The advantage is the distance from what a critic, a second network, expects; not from the group’s mean.' },
};
