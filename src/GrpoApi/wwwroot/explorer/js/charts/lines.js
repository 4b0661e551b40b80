// Curves over the steps of a run.
import { html } from '../view.js';
import { Frame, path, scales, ticks } from './axes.js';

/** `lines`: [{ name, side: a class of the style sheet, values }]; the last point carries the name. */
export const Lines = ({ title, yLabel, lines, range, note }) => {
  const length = Math.max(lines[0].values.length - 1, 10);
  const all = lines.flatMap(line => line.values);
  const bounds = range ?? nice(Math.min(0, ...all), Math.max(...all, 1e-3));
  const scale = scales([0, length * 1.12], bounds);
  const labels = spread(lines.map(line => scale.y(line.values.at(-1))), scale.y(bounds[0]));
  return html`
    <${Frame} scale=${scale} title=${title} xLabel="step" yLabel=${yLabel} xTicks=${ticks(0, length)} note=${note}>
      ${lines.map(({ name, side, values }, i) => html`
        <path class="run ${side}" d=${path(values.map((value, t) => [t, value]), scale)} />
        ${name && html`<text class="run-name ${side}" x=${scale.x(values.length - 1) + 3} y=${labels[i] + 3.5}>${name}</text>`}`)}
    <//>`;
};

function nice(low, high) {
  const [first, second] = ticks(low, high);
  const width = second === undefined ? high - low : second - first;
  return [Math.floor(low / width) * width, Math.ceil(high / width) * width || 1];
}

/** Keeps labels from lying on each other and on the axis. */
function spread(positions, bottom) {
  const order = positions.map((y, i) => [y, i]).sort((one, other) => other[0] - one[0]);
  let last = bottom + 6;
  const placed = [];
  for (const [y, i] of order) last = placed[i] = Math.min(y, last - 10);
  return placed;
}
