// Rollouts with llama.cpp through node-llama-cpp: one context with G sequences, which it decodes in one batch.
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import { measure, options, prompt } from "./workload.mjs";

const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, maxThreads: options.threads, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: options.model });
const context = await model.createContext({
  sequences: options.group, contextSize: options.promptTokens + options.newTokens + 8, batchSize: 512, threads: options.threads,
});
const sequences = Array.from({ length: options.group }, () => context.getSequence());

async function complete(sequence, tokens) {
  let count = 0;
  await sequence.clearHistory();
  for await (const _ of sequence.evaluate(tokens, { temperature: 1, topK: 0, topP: 1, minP: 0, yieldEogToken: true }))
    if (++count === options.newTokens) break;
  return count;
}

await measure(async (run) => {
  const counts = await Promise.all(sequences.map((sequence) => complete(sequence, prompt(run))));
  return counts.reduce((sum, count) => sum + count, 0);
});
await llama.dispose();
