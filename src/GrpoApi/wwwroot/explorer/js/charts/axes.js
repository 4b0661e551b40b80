// What every chart shares: scales, ticks and the frame. Charts are images with a title; the tables say the same in text.
import { html } from '../view.js';
import { show } from '../numbers.js';

export const WIDTH = 360;
export const HEIGHT = 220;
const LEFT = 42;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 38;

/** x and y from data to the drawing, and back. */
export function scales([x0, x1], [y0, y1], height = HEIGHT) {
  const width = WIDTH - LEFT - RIGHT;
  const inner = height - TOP - BOTTOM;
  return {
    x: value => LEFT + (width * (value - x0)) / (x1 - x0),
    y: value => TOP + inner * (1 - (value - y0) / (y1 - y0)),
    xOf: pixel => x0 + ((pixel - LEFT) / width) * (x1 - x0),
    domain: [x0, x1],
    range: [y0, y1],
    height,
  };
}

export function ticks(low, high, count = 5) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(factor => factor * power >= rough) * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(10)));
}

export const Frame = ({ scale, title, xLabel, yLabel, xTicks, children, note, onPointerDown, onPointerMove, onPointerUp }) => {
  const { x, y, domain, range, height } = scale;
  const xs = xTicks ?? ticks(...domain);
  const decimals = Math.max(...ticks(...range).map(tick => (String(Math.abs(tick)).split('.')[1] ?? '').length), 0);
  return html`
    <figure class="chart">
      <figcaption>${title}</figcaption>
      <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label=${title} onPointerDown=${onPointerDown} onPointerMove=${onPointerMove} onPointerUp=${onPointerUp} onPointerCancel=${onPointerUp}>
        <g class="grid">
          ${ticks(...range).map(tick => html`<line x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(tick)} y2=${y(tick)} class=${tick === 0 ? 'zero' : ''} /><text x=${LEFT - 5} y=${y(tick) + 3.5} text-anchor="end">${show(tick, Math.min(decimals, 3))}</text>`)}
          ${xs.map(tick => { const [value, label] = Array.isArray(tick) ? tick : [tick, String(tick)]; return html`<line x1=${x(value)} x2=${x(value)} y1=${TOP} y2=${height - BOTTOM} class="faint" /><text x=${x(value)} y=${height - BOTTOM + 14} text-anchor="middle">${label}</text>`; })}
        </g>
        <text class="axis" x=${WIDTH - RIGHT} y=${height - 6} text-anchor="end">${xLabel}</text>
        <text class="axis" x=${LEFT} y=${9}>${yLabel}</text>
        ${children}
      </svg>
      ${note && html`<p class="note">${note}</p>`}
    </figure>`;
};

/** A line through points, pen up where a value is missing. */
export function path(points, { x, y }) {
  let pen = 'M';
  return points.map(([px, py]) => {
    if (py === null || !Number.isFinite(py)) { pen = 'M'; return ''; }
    const step = `${pen}${x(px).toFixed(1)},${y(py).toFixed(1)}`;
    pen = 'L';
    return step;
  }).join('');
}
