// JSON from elsewhere becomes the page's state.
import { batch } from './view.js';
import { plain } from './numbers.js';
import * as group from './group/state.js';
import { showGroup } from './tokens/state.js';

/** Takes the JSON over and says what it was; throws what is wrong with it. */
export function load(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${error.message}`);
  }
  if (Array.isArray(json?.groups) && Array.isArray(json.groups[0]?.completions)) return loadRollouts(json);
  if (Array.isArray(json?.sequences)) return loadLoss(json);
  if (Array.isArray(json?.groups)) return loadAdvantages(json);
  throw new Error('This JSON is none of the three: a request of /v1/loss has "sequences", one of /v1/advantages has "groups" with "rewards", an answer of /v1/rollouts has "groups" with "completions".');
}

function loadRollouts(answer) {
  showGroup(answer.groups[0], { policy: answer.policy, seed: answer.seed });
  return `Loaded ${answer.groups[0].completions.length} completions into the real group below.`;
}

const SETTINGS = [['epsilon', 'epsilon'], ['epsilon_high', 'epsilonHigh'], ['beta', 'beta'], ['loss_type', 'lossType'], ['importance_sampling_level', 'level'], ['aggregation', 'aggregation'], ['kl_estimator', 'klEstimator']];
const total = values => values.reduce((sum, value) => sum + value, 0);

function loadLoss(request) {
  const bad = request.sequences.findIndex(sequence => !Array.isArray(sequence?.logprobs) || sequence.logprobs.length === 0);
  if (bad >= 0) throw new Error(`sequences[${bad}].logprobs is missing or empty.`);
  batch(() => {
    for (const [name, field] of SETTINGS) if (name in request) group[field].value = request[name] === null ? '' : String(request[name]);
    if (request.sequences.length <= group.MAX_SIZE) loadOutputs(request.sequences);
    group.lastEdit.value = { what: 'everything, by loading JSON' };
  });
  if (request.sequences.some(sequence => sequence.logprobs.length > 1)) {
    showGroup({ completions: request.sequences.map((sequence, index) => ({ ...sequence, index, ref_logprobs: sequence.ref_logprobs, reward: null })) }, { policy: null });
    return `Loaded ${request.sequences.length} sequences: each as one output above, token by token in the real group below.`;
  }
  return `Loaded ${request.sequences.length} sequences.`;
}

/** A sequence is one output; the product of its tokens' probabilities is its own. The advantage takes the place of the reward. */
function loadOutputs(sequences) {
  group.asLogprobs.value = true;
  group.setRows(sequences.map(sequence => ({
    old: plain(total(sequence.old_logprobs ?? sequence.logprobs)),
    now: plain(total(sequence.logprobs)),
    ref: plain(total(sequence.ref_logprobs ?? sequence.old_logprobs ?? sequence.logprobs)),
    reward: plain(sequence.advantage ?? sequence.advantages?.[0] ?? 0),
    tokens: String(Math.min(sequence.logprobs.length, 64)),
  })), 'the outputs');
}

function loadAdvantages(request) {
  const rewards = request.groups[0]?.rewards;
  if (!Array.isArray(rewards) || rewards.length < 1) throw new Error('groups[0].rewards is missing.');
  if (rewards.length > group.MAX_SIZE) throw new Error(`groups[0] has ${rewards.length} rewards; the page shows at most ${group.MAX_SIZE}.`);
  batch(() => {
    if (request.estimator) group.estimator.value = request.estimator;
    group.resize(rewards.length);
    group.setRows(group.rows.peek().map((row, i) => ({ ...row, reward: rewards[i] === null ? '' : String(rewards[i]) })), 'the rewards, by loading JSON');
  });
  return `Loaded ${rewards.length} rewards.`;
}
