// Rollouts with transformers.js: one generate call over G copies of the prompt, which is how it samples a group.
import { AutoModelForCausalLM, Tensor, env } from "@huggingface/transformers";
import path from "node:path";
import { measure, options, prompt } from "./workload.mjs";

env.allowRemoteModels = false;
env.localModelPath = path.dirname(options.model);
const model = await AutoModelForCausalLM.from_pretrained(path.basename(options.model), {
  dtype: options.dtype, device: "cpu", session_options: { intraOpNumThreads: options.threads, interOpNumThreads: 1 },
});
await measure(async (run) => {
  const ids = prompt(run).map(BigInt);
  const shape = [options.group, ids.length];
  const output = await model.generate({
    inputs: new Tensor("int64", BigInt64Array.from(Array(options.group).fill(ids).flat()), shape),
    attention_mask: new Tensor("int64", new BigInt64Array(shape[0] * shape[1]).fill(1n), shape),
    max_new_tokens: options.newTokens, min_new_tokens: options.newTokens, do_sample: true, temperature: 1, top_k: 0,
  });
  return output.dims[0] * (output.dims[1] - ids.length);
});
