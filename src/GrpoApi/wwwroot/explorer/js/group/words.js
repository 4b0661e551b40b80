// What the numbers mean, in a sentence.
import { percent, show, showSigned } from '../numbers.js';
import { outputName } from './state.js';

/** What becomes of one output: { kind, short, long }. The kind is shown by shape and colour, the words say it. */
export function verdict({ advantage, token, lossType, beta }) {
  const moved = token.ratio > 1 ? `${percent(token.ratio - 1)} more likely than before` : `${percent(1 - token.ratio)} less likely than before`;
  const good = advantage > 0;
  if (advantage === 0 || advantage === null) {
    return { kind: 'still', short: 'no signal', long: 'Its advantage is 0, so the policy term says nothing about it.' };
  }
  if (token.clipped && lossType === 'cispo') {
    return { kind: good ? 'up' : 'down', short: good ? 'capped, learns' : 'capped, unlearns', long: `It is ${moved}. Its weight is capped at ${show(token.clipped_ratio, 2)}, but CISPO keeps the gradient.` };
  }
  if (token.clipped) {
    const why = good ? 'above 1 + ε' : token.ratio > 1 ? 'above the two-sided bound' : 'below 1 − ε';
    const rest = beta > 0 ? ' Only the pull towards the reference is left.' : '';
    return {
      kind: 'clipped',
      short: 'stops learning',
      long: `It is already ${moved}, ${why}. The min takes the clipped term, which does not change with the ratio: gradient 0, so it stops learning.${rest}`,
    };
  }
  if (good && token.min_term < token.clipped_term - 1e-12) {
    return { kind: 'up', short: 'pulled back up', long: `It is good, yet ${moved}. The min keeps the unclipped term there: it still learns, so the mistake can be repaired.` };
  }
  if (!good && token.min_term < token.clipped_term - 1e-12) {
    return { kind: 'down', short: 'pushed back down', long: `It is bad, yet ${moved}. The min keeps the unclipped term there: it is still pushed down.` };
  }
  return good
    ? { kind: 'up', short: 'learns', long: `Better than its group and inside the clip range: the step makes it more likely.` }
    : { kind: 'down', short: 'unlearns', long: `Worse than its group and inside the clip range: the step makes it less likely.` };
}

const list = names => (names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
const were = names => (names.length === 1 ? 'is' : 'are');

/** What an edit changed. */
export function changeSentence(edit, before, after) {
  const from = edit?.from !== undefined && edit.from !== '' ? ` from ${edit.from}` : '';
  const to = edit?.to !== undefined && edit.to !== '' ? ` to ${edit.to}` : '';
  const head = edit ? `You changed ${edit.what}${from}${to}.` : 'The numbers changed.';
  return [head, ...effects(before, after)].join(' ');
}

function effects(before, after) {
  const sentences = [];
  const clippedOf = answer => answer.loss.explanation.sequences.map(sequence => sequence.tokens[0].clipped);
  const was = clippedOf(before);
  const is = clippedOf(after);
  if (was.length === is.length) {
    const stopped = is.flatMap((clipped, i) => (clipped && !was[i] ? [outputName(i)] : []));
    const freed = is.flatMap((clipped, i) => (!clipped && was[i] ? [outputName(i)] : []));
    if (stopped.length) sentences.push(`${list(stopped)} ${were(stopped)} now clipped and ${stopped.length === 1 ? 'stops' : 'stop'} learning.`);
    if (freed.length) sentences.push(`${list(freed)} ${were(freed)} no longer clipped and ${freed.length === 1 ? 'learns' : 'learn'} again.`);
    const moved = after.group.advantages.filter((value, i) => Math.abs(value - before.group.advantages[i]) > 1e-9).length;
    if (moved > 0) sentences.push(moved === is.length ? 'Every advantage of the group moved, because each is measured against the others.' : `${moved} of ${is.length} advantages moved.`);
  }
  if (after.group.reward_std_is_zero && !before.group.reward_std_is_zero) sentences.push('All rewards are equal now: the group carries no signal.');
  const [one, other] = [before.loss.objective, after.loss.objective];
  if (one !== null && other !== null && Math.abs(one - other) > 1e-9) {
    sentences.push(`The objective ${other > one ? 'rose' : 'fell'} from ${show(one)} to ${show(other)} (${showSigned(other - one)}).`);
  } else {
    sentences.push('The objective stayed the same.');
  }
  return sentences;
}
