// The settings of the loss, beside everything that depends on them.
import { html, live } from '../view.js';
import { Select, Segments, Slider } from '../fields.js';
import { show } from '../numbers.js';
import { PRESETS } from './presets.js';
import * as group from './state.js';

const LOSS_TYPES = [
  ['grpo', 'grpo: mean over outputs of the mean over tokens'],
  ['dr_grpo', 'dr_grpo: sum over tokens / a constant'],
  ['dapo', 'dapo: mean over all tokens'],
  ['bnpo', 'bnpo: mean over all tokens'],
  ['ppo', 'ppo: mean over all tokens'],
  ['gspo', 'gspo: one ratio per output'],
  ['gspo_token', 'gspo_token: the output’s ratio, the token’s gradient'],
  ['luspo', 'luspo: one ratio per output, summed'],
  ['rloo', 'rloo: the product of the ratios'],
  ['gmpo', 'gmpo: geometric mean of clipped ratios'],
  ['cispo', 'cispo: the clipped ratio as a weight'],
  ['sapo', 'sapo: a soft gate instead of a clip'],
  ['vespo', 'vespo: a gamma-shaped weight'],
  ['importance_sampling', 'importance_sampling: no clip'],
  ['reinforce', 'reinforce: no ratio'],
  ['dro', 'dro: a quadratic pull to the old policy'],
  ['dppo_tv', 'dppo_tv: drops tokens by probability moved'],
  ['dppo_kl', 'dppo_kl: drops tokens by divergence'],
  ['tv_mask', 'tv_mask: a trust region of probabilities'],
  ['ratio_mask', 'ratio_mask: a trust region of ratios'],
];
const ESTIMATORS = [
  ['grpo', 'grpo: (r − mean) / std'],
  ['dr_grpo', 'dr_grpo: r − mean'],
  ['rloo', 'rloo: r − mean of the others'],
  ['remax', 'critic: r − V (PPO)'],
  ['opo', 'opo: r − mean weighted by length'],
  ['gpg', 'gpg: (r − mean) / share that earned'],
  ['grpo_passk', 'grpo_passk: only the best earns'],
  ['maxrl', 'maxrl: (r − mean) / mean'],
];
const LEVELS = [['', 'the loss type’s own'], ['token', 'token'], ['sequence', 'sequence'], ['sequence_token', 'sequence_token'], ['sequence_product', 'sequence_product'], ['sequence_clipped', 'sequence_clipped']];
const AGGREGATIONS = [['', 'the loss type’s own'], ['token-mean', 'token-mean'], ['seq-mean-token-mean', 'seq-mean-token-mean'], ['seq-mean-token-sum', 'seq-mean-token-sum'], ['seq-mean-token-sum-norm', 'seq-mean-token-sum-norm'], ['token-sum', 'token-sum']];
const KL = [['k1', 'k1: x'], ['k2', 'k2: x² / 2'], ['k3', 'k3: e⁻ˣ + x − 1'], ['abs', 'abs: |x|'], ['full', 'full: Σ p log(p / p_ref)']];

const bounds = () => {
  const low = Number(group.epsilon.value);
  const high = group.epsilonHigh.value.trim() === '' ? low : Number(group.epsilonHigh.value);
  return `clip range ${show(1 - low, 2)} to ${show(1 + high, 2)}`;
};
const setEpsilon = text => group.edit(group.epsilon, text, 'ε low');
const setEpsilonHigh = text => group.edit(group.epsilonHigh, text, 'ε high');
const setBeta = text => group.edit(group.beta, text, 'β');
const setCritic = text => group.edit(group.critic, text, 'the critic’s value');
const setSize = text => group.resize(Math.round(Number(text)));
const linkEpsilons = event => group.edit(group.epsilonHigh, event.target.checked ? '' : group.epsilon.value, 'ε high');
const describe = value => `${value}, ${bounds()}`;

export const Presets = live(() => html`
  <div class="presets">
    <${Segments} label="Presets" value=${group.preset.value} choices=${PRESET_CHOICES} onChoose=${group.choosePreset} />
    <p class="hint">${PRESETS[group.preset.value]?.note ?? 'Settings of your own.'}</p>
  </div>`);
const PRESET_CHOICES = Object.entries(PRESETS).map(([key, { name, note }]) => [key, name, note]);

export const Controls = live(() => {
  const { errors } = group.parsed.value;
  const linked = group.epsilonHigh.value.trim() === '';
  return html`
    <div class="controls">
      <${Slider} label="Group size G" text=${String(group.rows.value.length)} min=${2} max=${group.MAX_SIZE} step=${1} onInput=${setSize} />
      <${Slider} label="Clip range below, ε low" text=${group.epsilon.value} error=${errors.epsilon} min=${0} max=${1} step=${0.01} describe=${describe} onInput=${setEpsilon} />
      <${Slider} label="Clip range above, ε high" text=${linked ? group.epsilon.value : group.epsilonHigh.value} error=${errors.epsilonHigh} min=${0} max=${1} step=${0.01} describe=${describe} onInput=${setEpsilonHigh} />
      <label class="check"><input type="checkbox" checked=${linked} onChange=${linkEpsilons} /> ε high is ε low</label>
      <${Slider} label="KL weight β" text=${group.beta.value} error=${errors.beta} min=${0} max=${1} step=${0.01} onInput=${setBeta} />
      <${Select} label="Loss type" value=${group.lossType.value} choices=${LOSS_TYPES} onChange=${chooseLoss} />
      <${Select} label="Advantage estimator" value=${group.estimator.value} choices=${ESTIMATORS} onChange=${chooseEstimator} />
      ${group.estimator.value === 'remax' && html`
        <${Slider} label="Critic’s value V" text=${group.critic.value} error=${errors.critic} min=${-1} max=${2} step=${0.01} hint="What a trained critic expects for this prompt." onInput=${setCritic} />`}
      ${['grpo', 'grpo_passk'].includes(group.estimator.value) && html`
        <${Select} label="Divide by the spread of" value=${group.scaleRewards.value} choices=${SCALES} onChange=${chooseScale} />`}
      <${Select} label="KL estimator" value=${group.klEstimator.value} choices=${KL} onChange=${chooseKl} />
      <details class="more">
        <summary>What one ratio spans, and how tokens add up</summary>
        <${Select} label="Importance sampling level" value=${group.level.value} choices=${LEVELS} onChange=${chooseLevel} hint="It matters where outputs have more than one token." />
        <${Select} label="Aggregation" value=${group.aggregation.value} choices=${AGGREGATIONS} onChange=${chooseAggregation} />
      </details>
      <button type="button" class="quiet" onClick=${group.resetGroup}>Back to the example</button>
    </div>`;
});
const SCALES = [['group', 'the group'], ['none', 'nothing']];
const chooseLoss = value => group.edit(group.lossType, value, 'the loss type');
const chooseEstimator = value => group.edit(group.estimator, value, 'the advantage estimator');
const chooseScale = value => group.edit(group.scaleRewards, value, 'what advantages are divided by');
const chooseKl = value => group.edit(group.klEstimator, value, 'the KL estimator');
const chooseLevel = value => group.edit(group.level, value, 'the importance sampling level');
const chooseAggregation = value => group.edit(group.aggregation, value, 'the aggregation');
