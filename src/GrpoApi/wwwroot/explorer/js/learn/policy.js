// A policy that can do one thing: pick one of K outputs, by a softmax over K logits. It learns as a language model would, and fast enough to watch.
import { advantages, loss } from '../grpo.js';
import { random, sum } from '../numbers.js';

const softmax = logits => {
  const most = Math.max(...logits);
  const powers = logits.map(logit => Math.exp(logit - most));
  const total = sum(powers);
  return powers.map(power => power / total);
};

/** A run from its start: GRPO and PPO from the same policy, with the same luck. */
export function start({ probabilities, rewards, seed }) {
  const logits = probabilities.map(Math.log);
  const run = { rewards, reference: softmax(logits), draw: { grpo: random(seed), ppo: random(seed) }, step: 0, history: [], last: null };
  run.learners = { grpo: { logits: [...logits] }, ppo: { logits: [...logits], critic: 0 } };
  record(run, { grpo: 0, ppo: 0 });
  return run;
}

/**
 * One step of both: sample a group, estimate advantages, take some updates on the same samples (the ratio leaves 1 after the first, which is what the clip range is for).
 * settings: { size, updates, rate, criticRate, loss: the fields of POST /v1/loss that all sequences share }.
 */
export function step(run, settings) {
  const clipped = {};
  for (const name of ['grpo', 'ppo']) clipped[name] = learn(run, name, settings);
  run.step++;
  record(run, clipped);
}

function learn(run, name, settings) {
  const learner = run.learners[name];
  const old = softmax(learner.logits);
  const picks = Array.from({ length: settings.size }, () => pick(old, run.draw[name]()));
  const rewards = picks.map(k => run.rewards[k]);
  const request = name === 'ppo'
    ? { estimator: 'remax', groups: [{ rewards, baselines: rewards.map(() => learner.critic) }] }
    : { estimator: settings.estimator, scale_rewards: settings.scaleRewards, groups: [{ rewards }] };
  const figures = advantages(request).groups[0];
  let clipped = 0;
  for (let update = 0; update < settings.updates; update++) {
    const now = softmax(learner.logits);
    const body = {
      ...settings.loss,
      loss_type: name === 'ppo' ? 'ppo' : settings.loss.loss_type,
      sequences: picks.map((k, i) => ({ logprobs: [Math.log(now[k])], old_logprobs: [Math.log(old[k])], ref_logprobs: [Math.log(run.reference[k])], advantage: figures.advantages[i] })),
    };
    const answer = loss(body);
    clipped += answer.explanation.sequences.filter(sequence => sequence.tokens[0].clipped).length / picks.length;
    if (name === 'grpo') run.last = { request: body, answer };
    descend(learner.logits, now, picks, answer.sequences.map(sequence => sequence.grad_logprobs[0]), settings.rate);
  }
  if (name === 'ppo') learner.critic += settings.criticRate * (sum(rewards) / rewards.length - learner.critic);
  return clipped / settings.updates;
}

/** d log p_k / d logit_j = [j = k] - p_j. */
function descend(logits, probabilities, picks, grads, rate) {
  const total = sum(grads);
  const gradient = probabilities.map(probability => -probability * total);
  picks.forEach((k, i) => (gradient[k] += grads[i]));
  gradient.forEach((value, j) => (logits[j] -= rate * value));
}

function pick(probabilities, luck) {
  let left = luck;
  for (let k = 0; k < probabilities.length; k++) {
    left -= probabilities[k];
    if (left < 0) return k;
  }
  return probabilities.length - 1;
}

function record(run, clipped) {
  const of = name => {
    const probabilities = softmax(run.learners[name].logits);
    return {
      probabilities,
      reward: sum(probabilities.map((probability, k) => probability * run.rewards[k])),
      kl: sum(probabilities.map((probability, k) => (probability > 0 ? probability * Math.log(probability / run.reference[k]) : 0))),
      clipped: clipped[name],
      critic: run.learners[name].critic,
    };
  };
  run.history.push({ step: run.step, grpo: of('grpo'), ppo: of('ppo') });
}
