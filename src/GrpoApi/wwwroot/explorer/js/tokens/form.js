// What is asked of the running policy.
import { html, live } from '../view.js';
import { Field, Problem, Select, Slider } from '../fields.js';
import * as state from './state.js';

const examples = state.EXAMPLES.map(([question], i) => [String(i), question]);
const chooseExample = index => {
  if (index === '') return;
  const [question, right] = state.EXAMPLES[Number(index)];
  state.prompt.value = question;
  state.answer.value = right;
};
const setter = signal => text => (signal.value = text);
const SET = Object.fromEntries(['prompt', 'answer', 'size', 'temperature', 'seed'].map(name => [name, setter(state[name])]));
const WEIGHTS = Object.keys(state.weights).map(name => [name, `Weight of ${name}`, setter(state.weights[name])]);

async function submit(event) {
  event.preventDefault();
  await state.sample();
}

async function another() {
  state.seed.value = String((Number(state.seed.value) || 0) + 1);
  await state.sample();
}

export const Form = live(() => {
  const { errors, ok } = state.form.value;
  const example = state.EXAMPLES.findIndex(([question]) => question === state.prompt.value);
  return html`
    <form class="ask" onSubmit=${submit}>
      <${Select} label="Example" value=${example < 0 ? '' : String(example)} choices=${example < 0 ? [['', 'a question of your own'], ...examples] : examples} onChange=${chooseExample} />
      <${Field} label="Question" text=${state.prompt.value} error=${errors.prompt} onInput=${SET.prompt} />
      <${Field} label="Right answer" text=${state.answer.value} onInput=${SET.answer} />
      <${Field} label="Completions" text=${state.size.value} error=${errors.size} inputmode="numeric" onInput=${SET.size} />
      <${Field} label="Temperature" text=${state.temperature.value} error=${errors.temperature} inputmode="decimal" onInput=${SET.temperature} />
      <${Field} label="Seed" text=${state.seed.value} error=${errors.seed} inputmode="numeric" onInput=${SET.seed} />
      ${WEIGHTS.map(([name, label, set]) => html`<${Field} label=${label} text=${state.weights[name].value} error=${errors[name]} inputmode="decimal" onInput=${set} />`)}
      <div class="actions">
        <button type="submit" class="primary" disabled=${!ok || state.busy.value}>${state.busy.value ? 'Sampling…' : 'Sample a group'}</button>
        <button type="button" disabled=${!ok || state.busy.value} onClick=${another}>Another seed</button>
      </div>
    </form>
    <${Problem} problem=${state.trouble.value} retry=${state.sample} />`;
});

const setMoved = text => {
  if (Number.isFinite(Number(text)) && text.trim() !== '') state.moved.value = Number(text);
};

export const Move = live(() => state.sampled.value && html`
  <${Slider} label="Imagine an update of size" text=${String(state.moved.value)} min=${0} max=${3} step=${0.05} onInput=${setMoved}
    hint="The group is fresh: every ratio would be 1. So imagine that training has moved the logit of each sampled token by this times its advantage, and see who meets the clip range first: the tokens that were unlikely." />`);
