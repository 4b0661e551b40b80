// The estimators of the divergence from the reference, over x = log π − log π_ref.
import { html, inView } from '../view.js';
import { Frame, path, scales } from './axes.js';
import { KL_ESTIMATORS } from '../grpo.js';
import * as group from '../group/state.js';

const XS = Array.from({ length: 81 }, (_, i) => -2 + i / 20);
const scale = scales([-2, 2], [-1, 3]);
const LINES = Object.entries(KL_ESTIMATORS).map(([name, estimate]) => [name, path(XS.map(x => [x, estimate(x)[0]]).filter(([, y]) => y >= -1 && y <= 3), scale)]);

export const KlChart = inView(() => {
  const chosen = group.klEstimator.value;
  const { rows, ok } = group.parsed.value;
  const estimate = KL_ESTIMATORS[chosen];
  return html`
    <${Frame} scale=${scale} title="KL estimators" xLabel="x = log π − log π_ref, per token" yLabel="estimate" note=${NOTES[chosen]}>
      ${LINES.map(([name, line]) => html`
        <path class="kl ${name} ${name === chosen ? 'chosen' : ''}" d=${line} />`)}
      ${LABELS.map(([name, x, y]) => html`<text class="kl-label ${name === chosen ? 'chosen' : ''}" x=${scale.x(x)} y=${scale.y(y)}>${name}</text>`)}
      ${ok && estimate && rows.map((row, i) => {
        const x = (row.now - row.ref) / row.tokens;
        const y = estimate(x)[0];
        return Math.abs(x) <= 2 && y >= -1 && y <= 3 && html`<circle class="dot neutral ${group.selected.value === i ? 'chosen' : ''}" cx=${scale.x(x)} cy=${scale.y(y)} r="4" />`;
      })}
    <//>`;
});
const LABELS = [['k3', -1.62, 2.75], ['k2', 1.72, 1.85], ['abs', -1.95, 1.55], ['k1', -0.62, -0.85]];
const NOTES = {
  k1: 'k1 is right on average, but a single token can make it negative.',
  k2: 'k2 is never negative; on average it is a little off.',
  k3: 'k3 is right on average and never negative, which is why GRPO uses it. It punishes losing a token that the reference likes more than finding a new one.',
  abs: 'abs is never negative and not a divergence: it grows at the same speed everywhere.',
  full: 'full is the exact sum of p log(p / p_ref) over the outputs of the table, as if there were no others.',
};
