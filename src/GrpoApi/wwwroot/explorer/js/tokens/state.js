// A real group: completions that the running policy sampled, token by token.
import { asFlag, asNumber, inAddress } from '../address.js';
import { answersOf } from '../answers.js';
import { batch, computed, signal } from '../view.js';
import { read } from '../numbers.js';
import { call } from '../service.js';
import { lossSettings } from '../group/requests.js';
import * as group from '../group/state.js';

/** Questions that tiny-r1 was trained for, with their answers. */
export const EXAMPLES = [
  ['What is 37 + 58?', '95'],
  ['What is 46 + 27?', '73'],
  ['What is 91 - 45?', '46'],
  ['What is 7 * 8?', '56'],
];

export const prompt = inAddress('prompt', EXAMPLES[0][0]);
export const answer = inAddress('answer', EXAMPLES[0][1]);
export const size = inAddress('group_size', '8');
export const temperature = inAddress('temperature', '1');
export const seed = inAddress('seed', '7');
export const weights = { accuracy: inAddress('w_accuracy', '1'), format: inAddress('w_format', '0.5'), language_consistency: inAddress('w_language', '0') };
export const sampledOnce = inAddress('sampled', false, asFlag);
/** Rewards set by hand, by completion. */
export const raised = inAddress('raised', {}, {
  write: rewards => Object.entries(rewards).map(([index, text]) => `${index}:${text}`).join(','),
  parse: text => Object.fromEntries(text.split(',').filter(Boolean).map(part => part.split(':'))),
});
/** How far the imagined update went: each sampled token's logit moves by this times its advantage. */
export const moved = inAddress('moved', 0.5, asNumber);
export const colourBy = inAddress('colour', 'gradient', { parse: text => (['logprob', 'ratio', 'gradient'].includes(text) ? text : undefined) });
export const chosen = inAddress('completion', 0, asNumber);

/** The group on show: { completions, policy, seed, tokens: Map of id to text }; null before the first. */
export const sampled = signal(null);
export const busy = signal(false);
export const trouble = signal(null);

/** What is typed into the form, as numbers, and what is wrong with it. */
export const form = computed(() => {
  const errors = {};
  const take = (place, { value, error }) => {
    if (error) errors[place] = error;
    return value;
  };
  const values = {
    size: take('size', read(size.value, { name: 'The group size', least: 1, most: 64, whole: true })),
    temperature: take('temperature', read(temperature.value, { name: 'The temperature', least: 0 })),
    seed: take('seed', read(seed.value, { name: 'The seed', least: 0, whole: true })),
    weights: Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, take(name, read(weight.value, { name: `The weight of ${name}` }))])),
  };
  if (prompt.value.trim() === '') errors.prompt = 'Type a question.';
  return { values, errors, ok: Object.keys(errors).length === 0 };
});

/** The body of POST /v1/rollouts. */
export const rolloutsRequest = computed(() => {
  const { values, ok } = form.value;
  return ok ? {
    prompts: [{ messages: [{ role: 'user', content: prompt.value }], reference: { answer: answer.value, language: 'en' } }],
    group_size: values.size,
    sampling: { temperature: values.temperature, seed: values.seed, max_tokens: 96 },
    rewards: Object.entries(values.weights).map(([name, weight]) => ({ name, weight })),
    advantages: { estimator: 'grpo', scale_rewards: 'group' },
    include: ['text', 'token_ids', 'logprobs', 'entropy'],
  } : null;
});

/** Asks the running policy for a group. A failure leaves what is on show. */
export async function sample() {
  const request = rolloutsRequest.peek();
  if (!request || busy.peek()) return;
  batch(() => {
    busy.value = true;
    trouble.value = null;
  });
  try {
    const response = await call('POST', 'v1/rollouts', request);
    const tokens = await namesOf(response.policy, response.groups[0].completions);
    batch(() => {
      if (sampled.peek()) raised.value = {};
      show(response.groups[0], { policy: response.policy, seed: response.seed, timing: response.timing, tokens });
      sampledOnce.value = true;
    });
  } catch (error) {
    trouble.value = error;
  } finally {
    busy.value = false;
  }
}

/** The text of each token, in one request. */
async function namesOf(policy, completions) {
  const ids = [...new Set(completions.flatMap(completion => completion.token_ids ?? []))];
  if (ids.length === 0 || !policy) return new Map();
  const { tokens } = await call('POST', `v1/policies/${encodeURIComponent(policy.split('@')[0])}/detokenize`, { token_ids: ids });
  return new Map(ids.map((id, i) => [id, tokens[i]]));
}

function show({ completions }, { policy, seed: usedSeed, timing, tokens }) {
  batch(() => {
    sampled.value = { completions, policy, seed: usedSeed, timing, tokens };
    if (chosen.peek() >= completions.length) chosen.value = 0;
  });
}

/** Shows a group that came as JSON. */
export async function showGroup(loaded, { policy, seed: usedSeed }) {
  raised.value = {};
  show(loaded, { policy, seed: usedSeed, tokens: new Map() });
  const tokens = await namesOf(policy, loaded.completions).catch(() => new Map());
  show(loaded, { policy, seed: usedSeed, tokens });
}

export function raise(index, text) {
  raised.value = { ...raised.value, [index]: text };
}

export const completionName = index => `c${index + 1}`;

/** The reward of each completion, by hand where somebody typed one: { value } or { error }. */
export const rewards = computed(() => sampled.value?.completions.map((completion, i) => {
  if (!(i in raised.value)) return { value: completion.reward ?? null };
  return raised.value[i].trim() === '' ? { value: null } : read(raised.value[i], { name: `The reward of ${completionName(i)}` });
}));

/** An advantage that came with the sequence, as in a loss request that was loaded, stands. */
const given = () => sampled.value.completions.every(completion => completion.reward === null && completion.advantage !== undefined);

const advantagesRequest = computed(() => {
  if (!rewards.value || rewards.value.some(reward => reward.error)) return null;
  const values = given() ? sampled.value.completions.map(completion => completion.advantage) : rewards.value.map(reward => reward.value);
  const asked = { rewards: values };
  let estimator = group.estimator.value;
  if (estimator === 'remax') {
    if (group.parsed.value.settings.critic === undefined) return null;
    asked.baselines = values.map(() => group.parsed.value.settings.critic);
  }
  if (estimator === 'opo') asked.lengths = sampled.value.completions.map(completion => completion.logprobs.length);
  if (given()) [estimator, asked.baselines] = ['remax', values.map(() => 0)];
  const { errors } = group.parsed.value;
  return errors.epsilon || errors.epsilonHigh || errors.beta ? null : { estimator, scale_rewards: group.scaleRewards.value, groups: [asked] };
});

/** log p of a token whose logit was moved by delta while the others stayed: exact for a softmax. */
const afterMove = (logprob, delta) => {
  const probability = Math.exp(logprob);
  return Math.min(logprob + delta - Math.log(1 - probability + probability * Math.exp(delta)), 0);
};

function lossRequest(advantages) {
  const settings = lossSettings();
  return {
    ...settings,
    // The divergence over outcomes needs all of them; a sample is not.
    kl_estimator: settings.kl_estimator === 'full' ? 'k3' : settings.kl_estimator,
    sequences: sampled.value.completions.map((completion, i) => {
      const old = completion.old_logprobs ?? completion.logprobs;
      return {
        logprobs: completion.old_logprobs ? completion.logprobs : completion.logprobs.map(logprob => afterMove(logprob, moved.value * advantages[i])),
        old_logprobs: old,
        ref_logprobs: completion.ref_logprobs ?? old,
        ...(completion.mask && { mask: completion.mask }),
        advantage: advantages[i],
      };
    }),
  };
}

export const { shown, problem, ask, keepAsking } = answersOf(advantagesRequest, lossRequest);
