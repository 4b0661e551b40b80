// Advantage and gradient of each output as diverging bars.
import { html, inView } from '../view.js';
import { Frame, scales } from './axes.js';
import { shown } from '../group/answers.js';
import { outputName, selected } from '../group/state.js';

/** A nice bound: 1, 2 or 5 times a power of ten. */
function reach(values) {
  const most = Math.max(...values.map(Math.abs), 1e-12);
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].find(factor => factor * power >= most) * power;
}

export const Bars = ({ values, title, yLabel, note, marks }) => {
  const most = reach(values);
  const scale = scales([0, values.length], [-most, most]);
  const labels = values.length <= 12 ? values.map((_, i) => [i + 0.5, outputName(i)]) : [[0.5, outputName(0)], [values.length - 0.5, outputName(values.length - 1)]];
  const width = Math.max(scale.x(0.7) - scale.x(0), 1);
  return html`
    <${Frame} scale=${scale} title=${title} xLabel="" yLabel=${yLabel} xTicks=${labels} note=${note}>
      <g class="bars">${values.map((value, i) => html`
        <rect class="${value >= 0 ? 'up' : 'down'} ${selected.value === i ? 'chosen' : ''}" x=${scale.x(i + 0.15)} width=${width} y=${Math.min(scale.y(value), scale.y(0))} height=${Math.abs(scale.y(value) - scale.y(0))} />
        ${marks?.[i] && html`<rect class="dot clipped" x=${scale.x(i + 0.5) - 4} y=${scale.y(0) - 4} width="8" height="8" />`}`)}</g>
    <//>`;
};

export const AdvantageChart = inView(() => shown.value && html`
  <${Bars} values=${shown.value.group.advantages} title="Advantages" yLabel="A" note="Above the line: better than its group. Together the bars of GRPO sum to 0: what one gains, others lose." />`);

export const GradientChart = inView(() => {
  const answer = shown.value;
  if (!answer) return null;
  return html`
    <${Bars} values=${answer.loss.sequences.map(sequence => -sequence.grad_logprobs[0])} marks=${answer.loss.explanation.sequences.map(sequence => sequence.tokens[0].clipped)}
      title="Push on each token" yLabel="− d loss / d log π" note="A square marks a clipped token: the policy term gives it nothing. What is left there, if anything, is the KL penalty." />`;
});
