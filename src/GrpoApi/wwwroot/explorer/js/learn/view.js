// Steps, runs, and what becomes of the policy.
import { html, live } from '../view.js';
import { Slider } from '../fields.js';
import { percent, show } from '../numbers.js';
import { Lines } from '../charts/lines.js';
import { outputName } from '../group/state.js';
import * as state from './state.js';

const whole = (signal, low, high) => text => {
  const value = Math.round(Number(text));
  if (value >= low && value <= high) signal.value = value;
};
const setSize = whole(state.size, 2, 64);
const setUpdates = whole(state.updates, 1, 10);
const setRate = text => {
  if (Number(text) > 0 && Number(text) <= 3) state.rate.value = Number(text);
};
const restart = () => state.reset();
const luck = () => state.reset(true);

const Charts = live(() => {
  const run = state.run.value;
  if (!run) return html`<p class="problem">Give every output of the group above a probability and a reward: the run starts from them.</p>`;
  const { history } = run;
  const of = (name, figure) => history.map(point => point[name][figure]);
  const outputs = run.rewards.map((_, k) => ({ k, values: history.map(point => point.grpo.probabilities[k]) }))
    .sort((one, other) => other.values.at(-1) - one.values.at(-1)).slice(0, 8);
  const best = Math.max(...run.rewards);
  return html`
    <div class="charts four">
      <${Lines} title="Probability of each output (GRPO)" yLabel="π" range=${[0, 1]} lines=${outputs.map(({ k, values }) => ({ name: outputName(k), side: run.rewards[k] === best ? 'up' : run.rewards[k] > 0 ? 'mid' : 'down', values }))}
        note="Blue outputs earn the most, orange ones nothing." />
      <${Lines} title="Expected reward" yLabel="Σ π r" lines=${[{ name: 'GRPO', side: 'up', values: of('grpo', 'reward') }, { name: 'PPO', side: 'down', values: of('ppo', 'reward') }]}
        note="PPO’s critic starts by expecting 0 and has to learn what is usual first." />
      <${Lines} title="Distance from the reference" yLabel="KL(π ‖ π_ref)" lines=${[{ name: 'GRPO', side: 'up', values: of('grpo', 'kl') }, { name: 'PPO', side: 'down', values: of('ppo', 'kl') }]}
        note="β pulls this down. With β = 0 the policy goes as far as the rewards drive it." />
      <${Lines} title="Clipped share" yLabel="of the updates’ tokens" range=${[0, 1]} lines=${[{ name: 'GRPO', side: 'up', values: of('grpo', 'clipped') }, { name: 'PPO', side: 'down', values: of('ppo', 'clipped') }]}
        note="The first update of a group is never clipped, since its ratios are 1. More updates per group, or a larger step, meet the bound." />
    </div>`;
});

const Report = live(() => {
  const run = state.run.value;
  if (!run) return null;
  const now = run.history.at(-1);
  const checked = state.checked.value;
  return html`
    <p class="remark" role="status" data-step=${run.step}>${run.step === 0 ? 'Nothing learnt yet.' : html`After <b>${run.step}</b> steps GRPO earns <b data-number="learn-reward" data-value=${now.grpo.reward}>${show(now.grpo.reward, 3)}</b> on average and PPO <b>${show(now.ppo.reward, 3)}</b>; GRPO is ${show(now.grpo.kl, 3)} nats from the reference, and ${percent(now.grpo.clipped)} of its last updates’ tokens were clipped.`}
      ${checked && !checked.problem && html` <span class="soft">The service computes ${show(checked.loss, 6)} for the loss of the last update, the page ${show(checked.own, 6)}.</span>`}
      ${checked?.problem && html` <span class="error">${checked.problem.message}</span>`}</p>`;
});

const Settings = live(() => html`
  <div class="ask">
    <${Slider} label="Samples per step" text=${String(state.size.value)} min=${2} max=${64} step=${1} onInput=${setSize} />
    <${Slider} label="Updates per group" text=${String(state.updates.value)} min=${1} max=${10} step=${1} onInput=${setUpdates} />
    <${Slider} label="Learning rate" text=${String(state.rate.value)} min=${0.05} max=${3} step=${0.05} onInput=${setRate} />
    <div class="actions">
      <button type="button" onClick=${state.stepOnce}>Step</button>
      <button type="button" class="primary" aria-pressed=${state.running.value ? 'true' : 'false'} onClick=${state.play}>${state.running.value ? 'Pause' : 'Run'}</button>
      <button type="button" onClick=${restart}>Reset</button>
      <button type="button" onClick=${luck}>Reset with other luck</button>
    </div>
  </div>
  ${state.standIn.value && html`<p class="hint">The chosen loss type is computed by the service only; the run uses the loss of GRPO instead.</p>`}`);

export const Learning = () => html`
  <p>A policy that can only pick one of the outputs of the group above learns from its own samples, step by step. It starts from π<sub>old</sub>, its rewards are those of Table 1, and
    ε, β and the loss type are those of the settings. PPO learns beside it from the same start, with a critic instead of the group’s mean.</p>
  <${Settings} /><${Report} /><${Charts} />
  <ul class="try">
    <li>Set β to 1 and run again: the policy stays near the reference and earns less.</li>
    <li>Set ε to 0.02: every step is small, whatever the learning rate says.</li>
    <li>Set the samples per step to 2: many groups have equal rewards and teach nothing.</li>
  </ul>`;
