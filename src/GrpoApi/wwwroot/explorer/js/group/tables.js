// The three tables: what is given, what it is compared with, what is learnt from it.
import { html, live, still } from '../view.js';
import { Scroll } from '../fields.js';
import { show, showSigned } from '../numbers.js';
import { shown } from './answers.js';
import * as group from './state.js';
import { verdict } from './words.js';

const Name = still(({ index, selected }) => html`
  <th scope="row"><button type="button" class="name" aria-pressed=${selected ? 'true' : 'false'} onClick=${() => (group.selected.value = index)}>${group.outputName(index)}</button></th>`);

const Input = still(({ index, column, text, error, label }) => html`
  <input class="cell" type="text" inputmode="decimal" autocomplete="off" aria-label="${label} of ${group.outputName(index)}" aria-invalid=${error ? 'true' : 'false'}
    title=${error ?? ''} value=${text} onInput=${event => group.editCell(index, column, event.target.value)} />`);

const Cell = properties => html`<td><${Input} ...${properties} /></td>`;

const GivenRow = still(({ index, row, errors, selected, logprobs }) => html`
  <tr class=${selected ? 'selected' : ''}>
    <${Name} index=${index} selected=${selected} />
    <${Cell} index=${index} column="old" label="Old probability" text=${row.old} error=${errors.old} />
    <td class="moving"><div>
      <${Input} index=${index} column="now" label="New probability" text=${row.now} error=${errors.now} />
      ${!logprobs && html`<input type="range" min="0.001" max="1" step="0.001" aria-label="New probability of ${group.outputName(index)}, slider" value=${Number(row.now) || 0.001}
        onInput=${event => group.editCell(index, 'now', event.target.value)} />`}
    </div></td>
    <${Cell} index=${index} column="ref" label="Reference probability" text=${row.ref} error=${errors.ref} />
    <${Cell} index=${index} column="reward" label="Reward" text=${row.reward} error=${errors.reward} />
    <${Cell} index=${index} column="tokens" label="Tokens" text=${row.tokens} error=${errors.tokens} />
  </tr>`);

const NO_ERRORS = {};
const errorsOf = (errors, index) => {
  const own = Object.entries(errors).filter(([place]) => place.startsWith(`${index}.`));
  return own.length === 0 ? NO_ERRORS : Object.fromEntries(own.map(([place, message]) => [place.split('.')[1], message]));
};

export const Given = live(() => {
  const { errors } = group.parsed.value;
  const { rows, asLogprobs } = group;
  const p = asLogprobs.value ? 'log π' : 'π';
  const messages = Object.entries(errors).filter(([place]) => place.includes('.')).map(([, message]) => message);
  return html`
    <${Scroll} label="Table 1, the group">
      <table class="given">
        <caption><span>Table 1. The group: what the policy sampled, and what each output earned. Every field can be changed.</span></caption>
        <thead><tr>
          <th scope="col">Output</th>
          <th scope="col"><abbr title="Probability under the policy that sampled">${p}<sub>old</sub></abbr></th>
          <th scope="col"><abbr title="Probability under the policy that is trained">${p}<sub>new</sub></abbr></th>
          <th scope="col"><abbr title="Probability under the frozen reference policy">${p}<sub>ref</sub></abbr></th>
          <th scope="col">Reward</th>
          <th scope="col">Tokens</th>
        </tr></thead>
        <tbody>${rows.value.map((row, i) => html`
          <${GivenRow} key=${i} index=${i} row=${row} errors=${errorsOf(errors, i)} selected=${group.selected.value === i} logprobs=${asLogprobs.value} />`)}</tbody>
      </table>
    <//>
    <div class="below">
      <label class="check"><input type="checkbox" checked=${asLogprobs.value} onChange=${event => group.switchUnit(event.target.checked)} /> Type log-probabilities instead</label>
      <${Sums} />
    </div>
    ${messages.length > 0 && html`<ul class="errors" role="alert">${messages.slice(0, 6).map(message => html`<li>${message}</li>`)}${messages.length > 6 && html`<li>and ${messages.length - 6} more</li>`}</ul>`}`;
});

const SUM_NAMES = { old: 'old', now: 'new', ref: 'reference' };
const Sums = live(() => html`
  <ul class="sums">${Object.entries(group.sums.value).filter(([, total]) => total !== null && total !== 1).map(([column, total]) => html`
    <li data-sum=${column}>The ${SUM_NAMES[column]} probabilities sum to ${show(total, 3)}, not 1${total > 1.0005 ? ', which no policy can do' : ': the rest belongs to outputs that were not sampled'}.
      <button type="button" class="quiet" onClick=${() => group.normalise(column)}>Scale to 1</button></li>`)}</ul>`);

const Bar = still(({ value, most }) => html`
  <svg class="bar" viewBox="-50 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <line x1="0" x2="0" y1="0" y2="10" />
    ${value !== 0 && html`<rect class=${value > 0 ? 'up' : 'down'} x=${value > 0 ? 0 : (49 * value) / most} y="2" width=${(49 * Math.abs(value)) / most} height="6" />`}
  </svg>`);

const AdvantageRow = still(({ index, reward, mean, advantage, most, selected }) => html`
  <tr class=${selected ? 'selected' : ''}>
    <${Name} index=${index} selected=${selected} />
    <td>${show(reward, 2)}</td>
    <td>${reward === null ? '–' : showSigned(reward - mean)}</td>
    <td data-number="advantage" data-value=${advantage}>${showSigned(advantage)}</td>
    <td class="wide"><${Bar} value=${advantage} most=${most} /></td>
  </tr>`);

export const Advantages = live(() => {
  const answer = shown.value;
  if (!answer) return null;
  const { group: figures, advantagesRequest: request } = answer;
  const [asked] = request.groups;
  const baseline = request.estimator === 'remax' ? asked.baselines[0] : figures.mean;
  const most = Math.max(...figures.advantages.map(Math.abs), 1e-9);
  return html`
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
    <//>`;
});

const MARKS = { up: '▲', down: '▼', clipped: '■', still: '·' };

const TermsRow = still(({ index, ratio, clippedRatio, unclipped, clipped, min, isClipped, kl, betaKl, grad, kind, short, takesClipped, selected }) => html`
  <tr class="${selected ? 'selected' : ''} ${isClipped ? 'is-clipped' : ''}">
    <${Name} index=${index} selected=${selected} />
    <td data-number="ratio" data-value=${ratio}>${show(ratio, 3)}</td>
    <td data-number="clipped_ratio" data-value=${clippedRatio}>${show(clippedRatio, 3)}</td>
    <td class=${takesClipped ? 'left' : 'taken'} data-number="unclipped_term" data-value=${unclipped}>${show(unclipped, 3)}</td>
    <td class=${takesClipped ? 'taken' : 'left'} data-number="clipped_term" data-value=${clipped}>${show(clipped, 3)}</td>
    <td data-number="min_term" data-value=${min}>${show(min, 3)}</td>
    <td data-number="kl" data-value=${kl}>${show(kl, 3)}</td>
    <td data-number="beta_kl" data-value=${betaKl}>${show(betaKl, 3)}</td>
    <td data-number="grad" data-value=${grad}>${showSigned(-grad, 3)}</td>
    <td class="verdict ${kind}"><span aria-hidden="true">${MARKS[kind]}</span> ${short}</td>
  </tr>`);

export const Terms = live(() => {
  const answer = shown.value;
  if (!answer) return null;
  const { loss, group: figures, request } = answer;
  return html`
    <${Scroll} label="Table 3, ratios and terms">
      <table class="terms" data-stale=${answer.stale ? 'true' : 'false'}>
        <caption><span>Table 3. From ratio to gradient, per ${request.sequences.some(sequence => sequence.logprobs.length > 1) ? 'token of each output (its tokens are alike)' : 'output'}. The term that the min takes is bold.</span></caption>
        <thead><tr>
          <th scope="col">Output</th>
          <th scope="col"><abbr title="new probability / old probability">Ratio r</abbr></th>
          <th scope="col"><abbr title="r, held between 1 − ε low and 1 + ε high">Clipped ratio</abbr></th>
          <th scope="col"><abbr title="r × A, the unclipped term">r × A</abbr></th>
          <th scope="col"><abbr title="clipped ratio × A, the clipped term">clip(r) × A</abbr></th>
          <th scope="col"><abbr title="the smaller of the two">min</abbr></th>
          <th scope="col">KL</th>
          <th scope="col">β × KL</th>
          <th scope="col"><abbr title="minus d loss / d log-probability: above 0 the step makes it more likely">Push</abbr></th>
          <th scope="col">So it</th>
        </tr></thead>
        <tbody>${loss.explanation.sequences.map((sequence, i) => {
          const token = sequence.tokens[0];
          const { kind, short } = verdict({ advantage: figures.advantages[i], token, lossType: request.loss_type, beta: request.beta });
          return html`<${TermsRow} key=${i} index=${i} ratio=${token.ratio} clippedRatio=${token.clipped_ratio} unclipped=${token.unclipped_term} clipped=${token.clipped_term} min=${token.min_term}
            isClipped=${token.clipped} kl=${token.kl} betaKl=${token.beta_kl} grad=${loss.sequences[i].grad_logprobs[0]} kind=${kind} short=${short}
            takesClipped=${token.clipped_term < token.unclipped_term} selected=${group.selected.value === i} />`;
        })}</tbody>
      </table>
    <//>`;
});

/** The formula with the selected output's numbers in it. */
export const Worked = live(() => {
  const answer = shown.value;
  const index = group.selected.value;
  const sequence = answer?.loss.explanation.sequences[index];
  if (!sequence) return null;
  const token = sequence.tokens[0];
  const advantage = answer.group.advantages[index];
  const { long, kind } = verdict({ advantage, token, lossType: answer.request.loss_type, beta: answer.request.beta });
  return html`
    <div class="worked">
      <p class="formula"><b>${group.outputName(index)}</b>: min(<span title="ratio">${show(token.ratio, 3)}</span> × <span title="advantage">${show(advantage, 3)}</span>, <span title="clipped ratio">${show(token.clipped_ratio, 3)}</span> × <span title="advantage">${show(advantage, 3)}</span>)
        = min(${show(token.unclipped_term, 3)}, ${show(token.clipped_term, 3)}) = <b>${show(token.min_term, 3)}</b></p>
      <p class="verdict ${kind}"><span aria-hidden="true">${MARKS[kind]}</span> ${long}</p>
    </div>`;
});
