// A gradient step on the group's own probabilities, as if they were a softmax policy over these outputs.
import { batch, html, live } from '../view.js';
import { plain, sum } from '../numbers.js';
import { shown } from './answers.js';
import * as group from './state.js';

const STEP_SIZE = 0.6;

/** Moves the new policy along the gradient shown: d loss / d logit_k = p_k-weighted differences of the gradients of the log-probabilities. */
function takeStep() {
  const answer = shown.peek();
  const { rows, ok } = group.parsed.peek();
  if (!answer || answer.stale || !ok) return;
  // The gradient of an output's log-probability is that of one of its tokens: the output's is spread evenly over them.
  const grads = answer.loss.sequences.map(sequence => sum(sequence.grad_logprobs) / sequence.grad_logprobs.length);
  const before = rows.map(row => Math.exp(row.now));
  const mass = sum(before);
  const total = sum(grads);
  const logits = rows.map((row, i) => row.now - STEP_SIZE * rows.length * 0.5 * (grads[i] - (before[i] / mass) * total));
  const scale = mass / sum(logits.map(Math.exp));
  const typed = logit => plain(group.asLogprobs.peek() ? logit + Math.log(scale) : Math.exp(logit) * scale);
  batch(() => {
    group.setRows(group.rows.peek().map((row, i) => ({ ...row, now: typed(logits[i]) })), 'the new policy by one gradient step');
  });
}

/** The new policy becomes the one that samples: ratios are 1 again. */
function startIteration() {
  group.setRows(group.rows.peek().map(row => ({ ...row, old: row.now })), 'the old policy: it is the new one now, and every ratio is 1');
}

export const Steps = live(() => html`
  <div class="actions">
    <button type="button" class="primary" disabled=${!group.parsed.value.ok} onClick=${takeStep}>Take a gradient step</button>
    <button type="button" disabled=${!group.parsed.value.ok} onClick=${startIteration}>Sample anew: old := new</button>
    <p class="hint">Press the first a few times and watch outputs reach the bound of the clip range and stop.</p>
  </div>`);
