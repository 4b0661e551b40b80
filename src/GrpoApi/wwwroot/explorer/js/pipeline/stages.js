// The four stages of DeepSeek-R1, each with what this service can do of it on its own small policy.
import { html, live, signal } from '../view.js';
import { Problem } from '../fields.js';
import { mean, percent, show, sum } from '../numbers.js';
import { call, callForLines, discover, operations } from '../service.js';

const QUESTIONS = [['What is 37 + 58?', '95'], ['What is 46 + 27?', '73'], ['What is 91 - 45?', '46'], ['What is 7 * 8?', '56'], ['What is 64 + 19?', '83'], ['What is 83 - 27?', '56']];
const prompts = () => QUESTIONS.map(([question, answer], i) => ({ id: `q${i}`, messages: [{ role: 'user', content: question }], reference: { answer, language: 'en' } }));
const dataset = () => ({ rows: QUESTIONS.map(([question, answer]) => ({ question, answer, language: 'en' })) });
const asked = { prompt: { messages: [{ role: 'user', content: '{question}' }] }, reference: { answer: '{answer}', language: '{language}' } };

/** Waits for a durable job to end, telling how far it is. */
async function finished(path, job, say) {
  let state = job;
  while (['queued', 'running'].includes(state.status)) {
    say(`${state.status}: ${state.progress?.done ?? 0} of ${state.progress?.total ?? '?'} samples`);
    state = await call('GET', `${path}/${state.id}?wait=5`);
  }
  if (state.status !== 'succeeded') throw new Error(`The job ${state.status}. ${state.error ?? ''}`.trim());
  return state;
}

const curate = (keep, extra) => async say => {
  const job = await finished('v1/curations', await call('POST', 'v1/curations', {
    dataset: dataset(), ...asked, samples_per_prompt: 8, sampling: { temperature: 1, max_tokens: 96, seed: 11 }, keep, output: 'sft_messages', ...extra,
  }), say);
  const dropped = Object.entries(job.dropped ?? {}).filter(([, count]) => count > 0).map(([reason, count]) => `${count} for ${reason.replaceAll('_', ' ')}`);
  const [first] = await callForLines(`v1/curations/${job.id}/results`);
  return [
    `Of ${job.progress.done} completions of ${QUESTIONS.length} questions ${job.kept} were kept${dropped.length ? `; left out: ${dropped.join(', ')}` : ''}.`,
    ...(first ? [`The first line of the dataset: “${first.messages.at(-1).content}”`] : []),
    `A trainer loads all of it from /v1/curations/${job.id}/results.`,
  ];
};

/** A batch of groups, its advantages and the loss that a trainer would step on. */
const reinforce = rewards => async say => {
  say('sampling');
  const rollouts = await call('POST', 'v1/rollouts', {
    prompts: prompts(), group_size: 8, sampling: { temperature: 1, max_tokens: 96, seed: 5 }, rewards, advantages: { estimator: 'grpo', scale_rewards: 'group' }, include: ['text', 'logprobs'],
  });
  say('computing the loss');
  const completions = rollouts.groups.flatMap(group => group.completions);
  const loss = await call('POST', 'v1/loss', { loss_type: 'grpo', sequences: completions.map(({ logprobs, advantage }) => ({ logprobs, advantage: advantage ?? 0 })) });
  const pushes = loss.sequences.flatMap(sequence => sequence.grad_logprobs.map(Math.abs));
  const silent = rollouts.groups.filter(group => group.reward_std_is_zero).length;
  return [
    `${completions.length} completions of ${rollouts.groups.length} questions earned ${show(mean(completions.map(({ reward }) => reward ?? 0)), 3)} on average.`,
    ...rewards.map(({ name }) => `${name}: ${show(mean(completions.map(({ scores }) => scores[name]?.score ?? 0)), 3)} on average.`),
    silent === 0 ? 'Every group carries a signal.' : `${silent} of ${rollouts.groups.length} groups have equal rewards and carry no signal.`,
    `The gradient reaches ${percent(pushes.filter(push => push > 0).length / pushes.length)} of the ${pushes.length} tokens; its sizes sum to ${show(sum(pushes), 3)}. A trainer calls logprobs.backward(grad) with it, posts its new weights, and samples again.`,
  ];
};

const evaluate = async say => {
  const job = await finished('v1/evaluations', await call('POST', 'v1/evaluations', {
    name: 'explorer', dataset: dataset(), ...asked, samples_per_prompt: 4, sampling: { temperature: 0.6, max_tokens: 96, seed: 7 }, rewards: [{ name: 'accuracy' }], metrics: ['pass@1', 'maj@4'],
  }), say);
  return Object.entries(job.metrics).map(([name, metric]) => `${name}: ${show(metric.value, 3)}${metric.ci ? ` (95 % interval ${show(metric.ci.lower, 2)} to ${show(metric.ci.upper, 2)})` : ''}.`);
};

const ACCURACY = { name: 'accuracy', weight: 1 };
const FORMAT = { name: 'format', weight: 0.5 };
const LANGUAGE = { name: 'language_consistency', weight: 0.5 };

const STAGES = [
  {
    name: 'Cold start', story: 'A few thousand long and readable chains of thought fine-tune the base model, so that reinforcement learning does not begin with gibberish. Here: sample, and keep what is right, well-formed and readable.',
    actions: [['Curate a cold-start set', 'post /v1/curations', curate({ min_reward: 1.5, max_per_prompt: 2, filters: ['mixed_language', 'truncated', 'duplicates'] }, { rewards: [ACCURACY, FORMAT] })]],
  },
  {
    name: 'Reasoning RL', story: 'GRPO with rewards that rules can check: is the answer right, is the format kept, is the reasoning in one language. The last of these costs a little accuracy; R1 took it for readability.',
    actions: [['Sample groups and compute the loss', 'post /v1/rollouts', reinforce([ACCURACY, FORMAT, LANGUAGE])]],
  },
  {
    name: 'Rejection sampling and fine-tuning', story: 'The trained policy answers many questions several times, only the best right answers are kept, and the base model is fine-tuned on them together with other data.',
    actions: [['Keep the best of 8', 'post /v1/curations', curate({ min_reward: 1, best_of: 1, filters: ['mixed_language', 'long_paragraphs', 'code_blocks', 'truncated', 'duplicates'] }, { rewards: [ACCURACY, FORMAT] })]],
  },
  {
    name: 'RL for all scenarios', story: 'A second round of GRPO: rules where an answer can be checked, a model of human preferences elsewhere. This service’s small policy only does arithmetic, so rules alone stand in here; then its ability is measured.',
    actions: [
      ['Sample groups and compute the loss', 'post /v1/rollouts', reinforce([ACCURACY, { ...FORMAT, weight: 0.2 }])],
      ['Measure pass@1 and maj@4', 'post /v1/evaluations', evaluate],
    ],
  },
];

/** What became of each action: { busy } or { lines } or { problem }, by stage and action. */
const outcomes = signal({});
const put = (key, outcome) => (outcomes.value = { ...outcomes.value, [key]: outcome });

async function act(key, action) {
  put(key, { busy: 'starting' });
  try {
    put(key, { lines: await action(busy => put(key, { busy })) });
  } catch (error) {
    put(key, { problem: error });
  }
}

const Action = live(({ id, label, operation, action }) => {
  const outcome = outcomes.value[id] ?? {};
  if (operations.value && !operations.value.has(operation)) {
    return html`<p class="absent"><b>${label}</b>: not available, this service has no <code>${operation.replace('post', 'POST')}</code>.</p>`;
  }
  return html`
    <button type="button" disabled=${outcome.busy !== undefined} onClick=${() => act(id, action)}>${label}</button>
    <div role="status">${outcome.busy && html`<p class="hint">${outcome.busy}…</p>`}${outcome.lines && html`<ul class="outcome">${outcome.lines.map(line => html`<li>${line}</li>`)}</ul>`}</div>
    <${Problem} problem=${outcome.problem} />`;
});

export const Stages = () => html`
  <p>R1 was not trained in one go. Four stages take turns between imitation and reinforcement; each is a call to this service plus a trainer’s forward and backward pass.</p>
  <ol class="stages">${STAGES.map(({ name, story, actions }, i) => html`
    <li><h3>${i + 1}. ${name}</h3><p>${story}</p>${actions.map(([label, operation, action], a) => html`<${Action} id="${i}.${a}" label=${label} operation=${operation} action=${action} />`)}</li>`)}</ol>`;

/** Asks which operations there are once the stages come into view: nothing that first paint needs. */
export function keepDiscovering(element) {
  const watcher = new IntersectionObserver(entries => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    watcher.disconnect();
    discover();
  }, { rootMargin: '400px' });
  watcher.observe(element);
}
