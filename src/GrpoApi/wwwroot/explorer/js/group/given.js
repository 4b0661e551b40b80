// Table 1: the group as it is given, every field of it to be changed.
import { html, live, still } from '../view.js';
import { Scroll } from '../fields.js';
import { show } from '../numbers.js';
import { Name } from './name.js';
import * as group from './state.js';

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
