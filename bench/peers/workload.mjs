// The workload of the rollout benchmark for a peer: what Grpo.Bench passes as JSON, and how it is timed. Prints the seconds of each run as JSON.
export const options = JSON.parse(process.argv[2]);

// The same tokens as Grpo.Bench's PeerWorkload: none special, another prompt in each run.
export function prompt(run) {
  return Array.from({ length: options.promptTokens }, (_, i) => 2 + ((run * 7919 + i * 104729) % 40000));
}

export async function measure(rollout) {
  const seconds = [];
  for (let run = 0; run < options.warmUps + options.runs; run++) {
    const started = performance.now();
    const tokens = await rollout(run);
    if (tokens !== options.group * options.newTokens) throw new Error(`${tokens} tokens instead of ${options.group * options.newTokens}`);
    if (run >= options.warmUps) seconds.push((performance.now() - started) / 1000);
  }
  console.log(JSON.stringify({ seconds }));
}
