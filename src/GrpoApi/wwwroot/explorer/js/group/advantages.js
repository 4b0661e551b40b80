// Table 2: what each output is compared with.
import { html, inView, still } from '../view.js';
import { Bar } from '../charts/bar.js';
import { Scroll } from '../fields.js';
import { show, showSigned } from '../numbers.js';
import { shown } from './answers.js';
import { Name } from './name.js';
import * as group from './state.js';

const AdvantageRow = still(({ index, reward, mean, advantage, most, selected }) => html`
  <tr class=${selected ? 'selected' : ''}>
    <${Name} index=${index} selected=${selected} />
    <td>${show(reward, 2)}</td>
    <td>${reward === null ? '–' : showSigned(reward - mean)}</td>
    <td data-number="advantage" data-value=${advantage}>${showSigned(advantage)}</td>
    <td class="wide"><${Bar} value=${advantage} most=${most} /></td>
  </tr>`);

export const Advantages = inView(() => {
  const answer = shown.value;
  if (!answer) return null;
  const { group: figures, advantagesRequest: request } = answer;
  const [asked] = request.groups;
  const baseline = request.estimator === 'remax' ? asked.baselines[0] : figures.mean;
  const most = Math.max(...figures.advantages.map(Math.abs), 1e-9);
  return html`<div>
    <p class="figures">${request.estimator === 'remax'
      ? html`The critic expects <b data-number="baseline" data-value=${baseline}>${show(baseline)}</b>; the group’s mean is <b>${show(figures.mean)}</b>.`
      : html`Mean <b data-number="mean" data-value=${figures.mean}>${show(figures.mean)}</b>, standard deviation <b data-number="std" data-value=${figures.std}>${show(figures.std)}</b>.`}
      ${figures.reward_std_is_zero && html` <strong class="badge">no signal: all rewards are equal</strong>`}</p>
    <${Scroll} label="Table 2, advantages">
      <table data-stale=${answer.stale ? 'true' : 'false'}>
        <caption><span>Table 2. The advantages: how much better than ${request.estimator === 'remax' ? 'the critic expected' : 'its own group'} each output was.</span></caption>
        <thead><tr><th scope="col">Output</th><th scope="col">Reward</th><th scope="col">Reward − ${request.estimator === 'remax' ? 'V' : 'mean'}</th><th scope="col">Advantage A</th><th scope="col" class="wide">worse | better</th></tr></thead>
        <tbody>${figures.advantages.map((advantage, i) => html`
          <${AdvantageRow} key=${i} index=${i} reward=${asked.rewards[i]} mean=${baseline} advantage=${advantage} most=${most} selected=${group.selected.value === i} />`)}</tbody>
      </table>
    <//>
  </div>`;
});
