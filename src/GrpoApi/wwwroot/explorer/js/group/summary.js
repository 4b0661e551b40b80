// The one line that it all comes to, and the sentence about the last edit.
import { effect, html, live, signal } from '../view.js';
import { Problem } from '../fields.js';
import { show } from '../numbers.js';
import { ask, problem, shown } from './answers.js';
import { lastEdit, rows } from './state.js';
import { changeSentence } from './words.js';

const SETTLED_MS = 300;

/** Says what the last edit changed, once the hand rests; read out by screen readers. */
export const sentence = signal('Change any number: this line says what followed from it.');

export function keepSentence() {
  let settled = null;
  let timer = 0;
  effect(() => {
    const answer = shown.value;
    if (!answer || answer.stale) return;
    settled ??= answer;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const edit = lastEdit.peek();
      if (edit) sentence.value = changeSentence(edit, settled, answer);
      settled = answer;
      lastEdit.value = edit && { ...edit, open: false };
    }, SETTLED_MS);
  });
}

const SOURCES = {
  service: 'from the service',
  preview: 'preview, the service is asked',
  stale: 'last valid numbers: something typed cannot be used',
};

export const Source = live(() => {
  const answer = shown.value;
  const state = !answer ? 'preview' : answer.stale ? 'stale' : answer.source;
  return html`<p class="source" data-state=${state}><span class="dot" aria-hidden="true"></span>${!answer ? 'waiting for the service' : SOURCES[state]}${state === 'service' ? `, ${show(answer.took, 0)} ms` : ''}</p>`;
});

export const Summary = live(() => {
  const answer = shown.value;
  const explanation = answer?.loss.explanation;
  const clipped = explanation ? explanation.sequences.filter(sequence => sequence.tokens.some(token => token.clipped)).length : 0;
  return html`
    <dl class="summary" data-stale=${answer?.stale ? 'true' : 'false'}>
      <div><dt>Average of the min terms</dt><dd data-number="surrogate" data-value=${explanation?.surrogate}>${show(explanation?.surrogate)}</dd></div>
      <div><dt>− β × KL</dt><dd data-number="kl_penalty" data-value=${explanation?.kl_penalty}>${show(explanation?.kl_penalty)}</dd></div>
      <div class="total"><dt>= objective</dt><dd data-number="objective" data-value=${answer?.loss.objective}>${show(answer?.loss.objective)}</dd></div>
      <div><dt>Loss to minimise</dt><dd data-number="loss" data-value=${answer?.loss.loss}>${show(answer?.loss.loss)}</dd></div>
      <div><dt>Clipped outputs</dt><dd data-number="clipped" data-value=${clipped}>${clipped} of ${rows.value.length}</dd></div>
    </dl>`;
});

export const Sentence = live(() => html`<p class="sentence" role="status" aria-live="polite">${sentence.value}</p>`);

export const Trouble = live(() => html`<${Problem} problem=${problem.value} retry=${() => ask()} />`);
