// Table 3: what is learnt from each output, and the chosen one worked out.
import { html, inView, live, still } from '../view.js';
import { Scroll } from '../fields.js';
import { show, showSigned } from '../numbers.js';
import { shown } from './answers.js';
import { Name } from './name.js';
import * as group from './state.js';
import { verdict } from './words.js';

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

export const Terms = inView(() => {
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
