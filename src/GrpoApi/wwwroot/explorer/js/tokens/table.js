// Every number of every token of the chosen completion.
import { html, live } from '../view.js';
import { Scroll } from '../fields.js';
import { fixed, showSigned } from '../numbers.js';
import { tokensOf } from './completions.js';
import * as state from './state.js';

export const TokenTable = live(() => {
  const group = state.sampled.value;
  const answer = state.shown.value;
  const index = state.chosen.value;
  const completion = group?.completions[index];
  const explained = answer?.loss.explanation.sequences[index];
  if (!completion || !explained || explained.tokens.length !== completion.logprobs.length) return null;
  const request = answer.request.sequences[index];
  const grads = answer.loss.sequences[index].grad_logprobs;
  const name = state.completionName(index);
  return html`
    <h3>Token by token: ${name}</h3>
    <${Scroll} label="Tokens of ${name}">
      <table class="terms" data-stale=${answer.stale ? 'true' : 'false'} data-source=${answer.source}>
        <caption><span>The tokens of ${name}. The advantage is that of the whole completion, A = ${showSigned(answer.group.advantages[index], 3)}; every token carries it.</span></caption>
        <thead><tr><th scope="col">Token</th><th scope="col">log π<sub>old</sub></th><th scope="col">log π<sub>new</sub></th><th scope="col">Entropy</th><th scope="col">Ratio r</th><th scope="col">Clipped ratio</th>
          <th scope="col">r × A</th><th scope="col">clip(r) × A</th><th scope="col">min</th><th scope="col">β × KL</th><th scope="col">Push</th><th scope="col">So it</th></tr></thead>
        <tbody>${tokensOf(completion, group.tokens).map(({ text }, t) => {
          const token = explained.tokens[t];
          const takesClipped = token.clipped_term < token.unclipped_term;
          const push = -grads[t];
          return html`
            <tr class=${token.clipped ? 'is-clipped' : ''}>
              <th scope="row"><code lang="">${visible(text)}</code></th>
              <td>${fixed(request.old_logprobs[t], 3)}</td><td>${fixed(request.logprobs[t], 3)}</td><td>${fixed(completion.entropy?.[t], 2)}</td>
              <td data-number="token-ratio" data-value=${token.ratio}>${fixed(token.ratio, 3)}</td><td data-number="token-clipped-ratio" data-value=${token.clipped_ratio}>${fixed(token.clipped_ratio, 3)}</td>
              <td class=${takesClipped ? 'left' : 'taken'}>${fixed(token.unclipped_term, 3)}</td><td class=${takesClipped ? 'taken' : 'left'}>${fixed(token.clipped_term, 3)}</td><td>${fixed(token.min_term, 3)}</td>
              <td>${fixed(token.beta_kl, 5)}</td><td data-number="token-grad" data-value=${grads[t]}>${showSigned(push, 4)}</td>
              <td class="verdict ${token.clipped ? 'clipped' : push > 0 ? 'up' : push < 0 ? 'down' : 'still'}">${token.clipped ? '■ stops learning' : push > 0 ? '▲ more likely' : push < 0 ? '▼ less likely' : '· no signal'}</td>
            </tr>`;
        })}</tbody>
      </table>
    <//>`;
});

/** Spaces and line ends made visible. */
const visible = text => (text === '' ? '∅' : text.replaceAll(' ', '␣').replaceAll('\n', '⏎'));
