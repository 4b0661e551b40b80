// Reads cases of a request and the service's answer, one JSON object a line, and compares grpo.js with each answer.
// node preview.mjs GRPO_JS CASES: prints {"compared", "left_out", "failures"}.
import { readFileSync } from 'node:fs';

const [, , module, cases] = process.argv;
// As a data address: the file is a module wherever it lies, since it imports nothing.
const grpo = await import(`data:text/javascript;base64,${readFileSync(module).toString('base64')}`);

const failures = [];
let compared = 0;
let leftOut = 0;

for (const line of readFileSync(cases, 'utf8').split('\n').filter(Boolean)) {
  const { id, op, request, answer } = JSON.parse(line);
  const [covers, compute] = op === 'loss' ? [grpo.coversLoss, grpo.loss] : [grpo.coversAdvantages, grpo.advantages];
  if (!covers(request)) {
    leftOut++;
    continue;
  }
  compared++;
  compare(compute(request), answer, id);
}

console.log(JSON.stringify({ compared, left_out: leftOut, failures: failures.slice(0, 20) }));

/** Everything that the preview says must be in the answer: relative 1e-9, and absolute 1e-12 for what is 0 up to rounding. */
function compare(own, theirs, path) {
  if (own !== null && typeof own === 'object') {
    if (theirs === null || typeof theirs !== 'object' || (Array.isArray(own) && own.length !== theirs.length)) {
      failures.push(`${path}: ${JSON.stringify(own)} but ${JSON.stringify(theirs)}`);
      return;
    }
    for (const key of Object.keys(own)) compare(own[key], theirs[key], `${path}.${key}`);
  } else if (typeof own === 'number' && typeof theirs === 'number' ? Math.abs(own - theirs) > 1e-9 * Math.abs(theirs) + 1e-12 : own !== theirs) {
    failures.push(`${path}: ${own} but ${theirs}`);
  }
}
