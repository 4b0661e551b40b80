// Before and after: the probability of each output under the old and the new policy, and where the next step would take it.
import { html, inView } from '../view.js';
import { Frame, scales } from './axes.js';
import { shown } from '../group/answers.js';
import { outputName, parsed, selected } from '../group/state.js';

export const ShiftChart = inView(() => {
  const answer = shown.value;
  if (!answer || !parsed.value.ok) return null;
  const { rows } = parsed.value;
  const most = Math.min(1, Math.max(...rows.flatMap(row => [Math.exp(row.old), Math.exp(row.now)])) * 1.15);
  const scale = scales([0, rows.length], [0, most]);
  const labels = rows.length <= 12 ? rows.map((_, i) => [i + 0.5, outputName(i)]) : [[0.5, outputName(0)], [rows.length - 0.5, outputName(rows.length - 1)]];
  return html`
    <${Frame} scale=${scale} title="Before and after" xLabel="" yLabel="π(output)" xTicks=${labels} note="Ring: the policy that sampled. Dot: the policy now. Triangle: where the next step pushes it; none where the gradient is 0.">
      <g class="shift">${rows.map((row, i) => {
        const x = scale.x(i + 0.5);
        const [old, now] = [scale.y(Math.exp(row.old)), scale.y(Math.exp(row.now))];
        const push = -answer.loss.sequences[i].grad_logprobs[0];
        const side = answer.group.advantages[i] >= 0 ? 'up' : 'down';
        const tip = now + (push > 0 ? -13 : 13);
        return html`<g class=${selected.value === i ? 'chosen' : ''}>
          <line class=${side} x1=${x} x2=${x} y1=${old} y2=${now} />
          <circle class="ring" cx=${x} cy=${old} r="4" />
          <circle class="dot ${side}" cx=${x} cy=${now} r="4" />
          ${Math.abs(push) > 1e-12 && html`<path class="next ${push > 0 ? 'up' : 'down'}" d="M${x - 3.5},${tip + (push > 0 ? 6 : -6)}L${x + 3.5},${tip + (push > 0 ? 6 : -6)}L${x},${tip}Z" />`}
        </g>`;
      })}</g>
    <//>`;
});
