// The clip curve: what one token earns for moving its ratio, and the gradient that is left of it. The dots are this group's outputs.
import { computed, html, inView, live } from '../view.js';
import { Frame, path, scales } from './axes.js';
import { clipRange, coversLoss, loss } from '../grpo.js';
import { shown } from '../group/answers.js';
import * as group from '../group/state.js';
import { chosen as chosenCompletion, shown as tokenAnswer } from '../tokens/state.js';

const RATIOS = Array.from({ length: 151 }, (_, i) => 0.01 + (2.49 * i) / 150);

/** The settings that shape the curve; the same text, the same curve. */
const shape = computed(() => {
  const { errors, settings } = group.parsed.value;
  return errors.epsilon || errors.epsilonHigh ? null : JSON.stringify({ loss_type: group.lossType.value, epsilon: settings.epsilon, epsilon_high: settings.epsilon_high });
});

/** Objective and gradient of one token of advantage 1 or −1 over the ratio, as the loss type defines them. */
const curves = computed(() => {
  if (!shape.value) return null;
  const settings = JSON.parse(shape.value);
  // Ratios close to the bounds make the corner sharp.
  const ratios = [...RATIOS, ...clipRange(settings).flatMap(bound => [bound - 1e-6, bound + 1e-6])].filter(ratio => ratio > 0).sort((a, b) => a - b);
  const request = { ...settings, aggregation: 'token-sum', importance_sampling_level: null };
  if (!coversLoss(request)) return null;
  const curve = advantage => {
    const answer = loss({ ...request, sequences: ratios.map(ratio => ({ logprobs: [Math.log(ratio)], old_logprobs: [0], advantage })) });
    return {
      objective: ratios.map((ratio, i) => [ratio, answer.explanation.sequences[i].tokens[0].min_term]),
      gradient: ratios.map((ratio, i) => [ratio, -answer.sequences[i].grad_logprobs[0]]),
    };
  };
  return { up: curve(1), down: curve(-1), bounds: clipRange(settings), ofLogprob: ['cispo', 'reinforce'].includes(settings.loss_type) };
});

const { outputName } = group;
const sideOf = advantage => (advantage > 0 ? 'up' : 'down');

/** The dots of the group view: one per output. */
const outputs = () => shown.value && shown.value.loss.explanation.sequences.map((sequence, i) => ({
  index: i, name: outputName(i), token: sequence.tokens[0], advantage: shown.value.group.advantages[i], chosen: group.selected.value === i, named: group.rows.value.length <= 12,
}));

const Dots = inView(({ side, of, scale, points }) => html`
  <g class="dots ${side}">${points().filter(({ advantage, token }) => advantage !== 0 && sideOf(advantage) === side && token.ratio !== null).map(({ index, name, token, advantage, chosen, named }) => {
    const value = of === 'objective' ? token.min_term / Math.abs(advantage) : at(curves.value[side].gradient, token.ratio);
    const [px, py] = [scale.x(Math.min(token.ratio, scale.domain[1])), scale.y(Math.min(Math.max(value, scale.range[0]), scale.range[1]))];
    return html`<g data-output=${name ? index : undefined} class=${chosen ? 'chosen' : ''}>
      ${token.clipped ? html`<rect class="dot clipped" x=${px - 4} y=${py - 4} width="8" height="8" />` : html`<circle class="dot" cx=${px} cy=${py} r="4.5" />`}
      ${name && (chosen || named) && html`<text x=${px} y=${py - 8} text-anchor="middle">${name}</text>`}
    </g>`;
  })}</g>`);

/** The curve's value at a ratio, from the point nearest to it. */
function at(points, ratio) {
  return points.reduce((best, point) => (Math.abs(point[0] - ratio) < Math.abs(best[0] - ratio) ? point : best))[1];
}

/** Labels go where the curve is not: at the top for A > 0, at the bottom for A < 0. */
const Bounds = ({ scale, bounds, active }) => html`
  <g class="bounds">${bounds.map((bound, i) => bound > scale.domain[0] && bound < scale.domain[1] && html`
    <line class=${i === active ? 'active' : ''} x1=${scale.x(bound)} x2=${scale.x(bound)} y1=${scale.y(scale.range[1])} y2=${scale.y(scale.range[0])} />
    <text x=${scale.x(bound)} y=${active === 1 ? scale.y(scale.range[1]) + 10 : scale.y(scale.range[0]) - 4} text-anchor=${i === 0 ? 'end' : 'start'} dx=${i === 0 ? -3 : 3}>${i === 0 ? '1 − ε' : '1 + ε'}</text>`)}</g>`;

const SIDES = {
  up: { name: 'A > 0, better than the group', range: [0, 2.2], bound: 1 },
  down: { name: 'A < 0, worse than the group', range: [-2.2, 0], bound: 0 },
};

// Dragging a dot changes the output's new probability.
let dragged = null;
function startDrag(event) {
  const dot = event.target.closest('[data-output]');
  if (!dot) return;
  dragged = Number(dot.dataset.output);
  group.selected.value = dragged;
  event.currentTarget.setPointerCapture(event.pointerId);
  event.preventDefault();
}
const drag = scale => event => {
  if (dragged === null) return;
  const box = event.currentTarget.getBoundingClientRect();
  const ratio = Math.min(Math.max(scale.xOf(((event.clientX - box.left) / box.width) * 360), 0.02), 2.5);
  const row = group.parsed.peek().rows[dragged];
  if (row.old === undefined || row.tokens !== 1) return;
  const logprob = Math.min(row.old + Math.log(ratio), 0);
  group.editCell(dragged, 'now', String(Number((group.asLogprobs.peek() ? logprob : Math.exp(logprob)).toPrecision(4))));
};
const endDrag = () => (dragged = null);

const Clip = inView(({ side, points, ready }) => {
  if (!ready.value) return null;
  const { name, range, bound } = SIDES[side];
  const objective = scales([0, 2.5], range, 190);
  const gradient = scales([0, 2.5], side === 'up' ? [-0.2, 2.2] : [-2.2, 0.6], 150);
  const drawn = curves.value;
  if (!drawn) return html`<p class="note">The clip curve is drawn for loss types with a ratio per token; ${group.lossType.value} is not among them. Its numbers in Table 3 are the service’s.</p>`;
  const stops = drawn.up.gradient.at(-1)[1] === 0;
  return html`
    <div class="pair">
      <${Frame} scale=${objective} title="${name}: what it earns" xLabel="ratio r" yLabel="objective / |A|" xTicks=${[0, 0.5, 1, 1.5, 2, 2.5]}
        onPointerDown=${startDrag} onPointerMove=${drag(objective)} onPointerUp=${endDrag}>
        <${Bounds} scale=${objective} bounds=${drawn.bounds} active=${bound} />
        ${!drawn.ofLogprob && html`<path class="curve ${side}" d=${path(drawn[side].objective.filter(([, value]) => value >= range[0] && value <= range[1]), objective)} />
        <${Dots} side=${side} of="objective" scale=${objective} points=${points} />`}
        ${drawn.ofLogprob && html`<text class="axis" x="190" y="90" text-anchor="middle">reads log π itself: see the gradient below</text>`}
      <//>
      <${Frame} scale=${gradient} title="${name}: the gradient that is left" xLabel="ratio r" yLabel="gradient / |A|" xTicks=${[0, 0.5, 1, 1.5, 2, 2.5]}
        note=${stops ? (side === 'up' ? 'Right of 1 + ε what it earns is flat, so the gradient is 0: the token stops learning.' : 'Left of 1 − ε what it earns is flat, so the gradient is 0: the token stops unlearning.') : 'This loss type leaves no token without a gradient.'}>
        <${Bounds} scale=${gradient} bounds=${drawn.bounds} active=${bound} />
        <path class="curve ${side}" d=${path(drawn[side].gradient.filter(([, value]) => Math.abs(value) <= 2.2), gradient)} />
        <${Dots} side=${side} of="gradient" scale=${gradient} points=${points} />
      <//>
    </div>`;
});

const outputsReady = computed(() => shown.value !== null);
export const ClipCurves = () => html`<div class="charts">${['up', 'down'].map(side => html`<${Clip} side=${side} points=${outputs} ready=${outputsReady} />`)}</div>`;

/** The same curves with the tokens of a sampled group on them. */
const tokens = () => tokenAnswer.value && tokenAnswer.value.loss.explanation.sequences.flatMap((sequence, i) =>
  sequence.tokens.map(token => ({ index: i, name: '', token, advantage: tokenAnswer.value.group.advantages[i], chosen: chosenCompletion.value === i })));

const tokensReady = computed(() => tokenAnswer.value !== null);
export const TokenClipCurves = live(() => tokensReady.value && html`
  <h3>Every token of the group on the clip curve</h3>
  <p class="hint">The tokens of the chosen completion are ringed.</p>
  <div class="charts">${['up', 'down'].map(side => html`<${Clip} side=${side} points=${tokens} ready=${tokensReady} />`)}</div>`);
