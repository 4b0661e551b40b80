// PPO beside GRPO: the same rewards against a critic's expectation and against the group's mean.
import { computed, effect, html, live, signal } from '../view.js';
import { Problem, Scroll, Slider } from '../fields.js';
import { advantages as preview } from '../grpo.js';
import { show, showSigned } from '../numbers.js';
import { call } from '../service.js';
import * as group from './state.js';

/** Both requests as text: the same text, nothing to ask or draw. */
const requests = computed(() => {
  const { rows, settings, ok } = group.parsed.value;
  if (!ok) return null;
  const rewards = rows.map(row => row.reward);
  return JSON.stringify({
    critic: { estimator: 'remax', groups: [{ rewards, baselines: rewards.map(() => settings.critic) }] },
    group: { estimator: 'grpo', scale_rewards: 'none', groups: [{ rewards }] },
  });
});

const answer = signal(null);
const problem = signal(null);

async function ask(wanted, cancel) {
  try {
    const [critic, own] = await Promise.all([call('POST', 'v1/advantages', wanted.critic, { cancel }), call('POST', 'v1/advantages', wanted.group, { cancel })]);
    answer.value = { critic: critic.groups[0], group: own.groups[0], wanted };
    problem.value = null;
  } catch (error) {
    if (error.name !== 'AbortError') problem.value = error;
  }
}

export function keepComparing() {
  let timer = 0;
  let running;
  effect(() => {
    if (!requests.value) return;
    const wanted = JSON.parse(requests.value);
    answer.value = { critic: preview(wanted.critic).groups[0], group: preview(wanted.group).groups[0], wanted };
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const { signal: cancel } = running;
    timer = setTimeout(() => ask(wanted, cancel), 150);
  });
}

const retry = () => ask(JSON.parse(requests.peek()));

const criticError = computed(() => group.parsed.value.errors.critic);
const setCritic = text => group.edit(group.critic, text, 'the critic’s value');

export const Beside = live(() => {
  const figures = answer.value;
  if (!figures) return null;
  const { rewards, baselines: [critic] } = figures.wanted.critic.groups[0];
  const difference = figures.group.mean === null ? null : critic - figures.group.mean;
  return html`
    <${Slider} label="What the critic expects of this prompt, V" text=${group.critic.value} error=${criticError.value} min=${-1} max=${2} step=${0.01} onInput=${setCritic} />
    <${Scroll} label="PPO beside GRPO">
      <table class="beside">
        <caption><span>The same rewards, two baselines. Neither is divided by a spread here.</span></caption>
        <thead><tr><th scope="col">Output</th><th scope="col">Reward</th><th scope="col">PPO: r − V</th><th scope="col">GRPO: r − mean</th></tr></thead>
        <tbody>${figures.group.advantages.map((advantage, i) => html`
          <tr><th scope="row">${group.outputName(i)}</th><td>${show(rewards[i], 2)}</td>
            <td data-number="critic-advantage" data-value=${figures.critic.advantages[i]}>${showSigned(figures.critic.advantages[i])}</td>
            <td data-number="group-advantage" data-value=${advantage}>${showSigned(advantage)}</td></tr>`)}</tbody>
      </table>
    <//>
    <${Problem} problem=${problem.value} retry=${retry} />
    <p class="remark">${difference === null ? '' : Math.abs(difference) < 0.005
      ? 'The critic is right: both baselines agree. It took a second network of the policy’s size to learn that; the group’s mean came with the samples.'
      : `The critic expects ${show(Math.abs(difference), 2)} too ${difference > 0 ? 'much: every output looks worse than it is, and the policy is taught that it fails' : 'little: every output looks better than it is, and even bad ones are encouraged'}. The group’s mean cannot be off in this way, but it needs several answers to every prompt.`}</p>`;
});
