// The completions: text, rewards with their reasons, advantages.
import { html, live } from '../view.js';
import { Bar } from '../charts/bar.js';
import { Problem } from '../fields.js';
import { mean, plain, show, showSigned } from '../numbers.js';
import * as state from './state.js';

/** Shades from 0 to 6, by a value between 0 and 1. */
const shade = value => Math.min(6, Math.round(Math.max(value, 0) * 6));

/** The colour of a token: { name, text } of its class and its tooltip. */
export function colourOf(kind, token, logprob, push, mostPush) {
  if (kind === 'logprob') return { name: `heat-plain-${shade(-logprob / 4)}`, text: `log π ${show(logprob, 3)}` };
  if (kind === 'ratio') {
    const log = Math.log(token.ratio);
    return { name: `heat-${log >= 0 ? 'up' : 'down'}-${shade(Math.abs(log) / 0.5)}`, text: `ratio ${show(token.ratio, 3)}` };
  }
  return { name: `heat-${push >= 0 ? 'up' : 'down'}-${shade(Math.sqrt(Math.abs(push) / mostPush))}`, text: `push ${showSigned(push, 5)}` };
}

/** The tokens of a completion with their text; `thinking` while between <think> and </think>. */
export function tokensOf(completion, names) {
  let thinking = false;
  return completion.logprobs.map((_, t) => {
    const id = completion.token_ids?.[t];
    const text = names.get(id) ?? (id === undefined ? `·${t + 1} ` : `⟨${id}⟩`);
    if (text.includes('<think>')) thinking = true;
    const part = { text, thinking };
    if (text.includes('</think>')) thinking = false;
    return part;
  });
}

const Tokens = live(({ index }) => {
  const completion = state.sampled.value.completions[index];
  const answer = state.shown.value;
  const kind = state.colourBy.value;
  const explained = answer?.loss.explanation.sequences[index]?.tokens;
  const grads = answer?.loss.sequences[index]?.grad_logprobs ?? [];
  const mostPush = Math.max(...(answer?.loss.sequences ?? []).flatMap(sequence => sequence.grad_logprobs.map(Math.abs)), 1e-12);
  return html`<p class="tokens" lang="">${tokensOf(completion, state.sampled.value.tokens).map(({ text, thinking }, t) => {
    const token = explained?.[t];
    const usable = token && token.ratio !== null;
    const colour = usable ? colourOf(kind, token, completion.logprobs[t], -grads[t], mostPush) : { name: '', text: '' };
    return html`<span class="token ${colour.name} ${thinking ? 'thinking' : ''} ${usable && token.clipped ? 'clipped' : ''}" title="${colour.text}${usable && token.clipped ? ', clipped' : ''}">${text}</span>`;
  })}</p>`;
});

const Completion = live(({ index }) => {
  const { completions } = state.sampled.value;
  const completion = completions[index];
  const name = state.completionName(index);
  const reward = state.rewards.value[index];
  const answer = state.shown.value;
  const advantage = answer?.group.advantages[index];
  const most = Math.max(...(answer?.group.advantages ?? []).map(Math.abs), 1e-9);
  const clipped = answer?.loss.explanation.sequences[index]?.tokens.filter(token => token.clipped).length ?? 0;
  const chosen = state.chosen.value === index;
  const byHand = index in state.raised.value;
  return html`
    <li class="completion ${chosen ? 'selected' : ''}">
      <div class="head">
        <button type="button" class="name" aria-pressed=${chosen ? 'true' : 'false'} aria-label="${name}, show its tokens" onClick=${() => (state.chosen.value = index)}>${name}</button>
        <label class="reward">reward <input class="cell" type="text" inputmode="decimal" autocomplete="off" aria-label="Reward of ${name}" aria-invalid=${reward.error ? 'true' : 'false'}
          value=${byHand ? state.raised.value[index] : completion.reward === null || completion.reward === undefined ? '' : plain(completion.reward)} onInput=${event => state.raise(index, event.target.value)} /></label>
        <span class="advantage" data-number="completion-advantage" data-value=${advantage}>A ${showSigned(advantage, 3)}</span>
        <span class="barbox"><${Bar} value=${advantage} most=${most} /></span>
        <span class="aside">${completion.logprobs.length} tokens${clipped > 0 ? `, ${clipped} clipped` : ''}${completion.finish_reason === 'length' ? ', cut off at the limit' : ''}</span>
      </div>
      ${reward.error && html`<p class="error">${reward.error}</p>`}
      <${Tokens} index=${index} />
      ${(completion.scores || byHand) && html`<ul class="reasons">
        ${Object.entries(completion.scores ?? {}).map(([rule, score]) => html`<li><b>${rule}</b> ${show(score.score, 2)}: ${score.reason}</li>`)}
        ${byHand && html`<li>The reward is set by hand. <button type="button" class="quiet" onClick=${() => forget(index)}>Undo</button></li>`}</ul>`}
    </li>`;
});

function forget(index) {
  const { [index]: _, ...others } = state.raised.value;
  state.raised.value = others;
}

const COLOURS = [['gradient', 'Push (A × gradient)'], ['ratio', 'Ratio'], ['logprob', 'Log-probability']];
const LEGENDS = {
  gradient: 'Blue tokens are made more likely by the next step, orange ones less; the stronger, the darker. Underlined ones are clipped: they get nothing from the policy term.',
  ratio: 'Blue tokens have become more likely since they were sampled, orange ones less likely.',
  logprob: 'The darker, the more surprising the token was to the policy.',
};

export const Completions = live(() => {
  const group = state.sampled.value;
  if (!group) return null;
  const answer = state.shown.value;
  const figures = answer?.group;
  return html`
    <div class="below">
      <p class="figures">${figures && html`${group.policy ? html`Sampled by <b>${group.policy}</b>. ` : ''}Mean reward <b data-number="group-mean" data-value=${figures.mean}>${show(figures.mean, 3)}</b>, standard deviation <b>${show(figures.std, 3)}</b>.`}
        ${figures?.reward_std_is_zero && html` <strong class="badge">no signal: all rewards are equal</strong>`}</p>
      <div class="colours"><span id="colour-by">Colour tokens by</span> <div class="segments" role="group" aria-labelledby="colour-by">${COLOURS.map(([key, text]) => html`
        <button type="button" aria-pressed=${state.colourBy.value === key ? 'true' : 'false'} onClick=${() => (state.colourBy.value = key)}>${text}</button>`)}</div></div>
    </div>
    <p class="hint">${LEGENDS[state.colourBy.value]}</p>
    <${Problem} problem=${state.problem.value} retry=${() => state.ask()} />
    <ol class="completions">${group.completions.map((_, i) => html`<${Completion} key=${i} index=${i} />`)}</ol>
    <p class="remark" role="status">${remark(group, figures)}</p>`;
});

/** What the group as a whole says. */
function remark(group, figures) {
  if (!figures) return '';
  const rewards = state.rewards.value.map(reward => reward.value).filter(value => value !== null && value !== undefined);
  if (figures.reward_std_is_zero) return 'Every completion earned the same, so none is better than the group: all advantages are 0 and this prompt teaches nothing. Set one reward by hand and watch.';
  const best = figures.advantages.indexOf(Math.max(...figures.advantages));
  const above = rewards.filter(value => value > mean(rewards)).length;
  return `${above} of ${rewards.length} completions earned more than the mean of ${show(figures.mean, 2)}. ${state.completionName(best)} is pushed up the most. The fewer succeed, the larger the advantage of those that do.`;
}
