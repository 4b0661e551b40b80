// The Node half of verify_onnx.py: node verify_onnx.mjs MODEL_FOLDER REFERENCE.json NODE_MODULES
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, referencePath, nodeModules] = process.argv.slice(2);
const require = createRequire(join(nodeModules, "from-here.cjs"));
const ort = require("onnxruntime-node");
const { Tokenizer } = require("@huggingface/tokenizers");
const readJson = path => JSON.parse(readFileSync(path, "utf8"));
const { texts, rows, config } = readJson(referencePath);
const [V, K, E] = [config.vocab_size, config.num_key_value_heads, config.head_dim];

const tokenizer = new Tokenizer(readJson(join(folder, "tokenizer.json")), readJson(join(folder, "tokenizer_config.json")));
let wrong = 0;
for (const { text, ids, decoded } of texts) {
  const theirs = tokenizer.encode(text, { add_special_tokens: false }).ids;
  const theirText = tokenizer.decode(theirs, { skip_special_tokens: true });
  if (theirs.join() !== ids.join() || theirText !== decoded) { wrong++; console.log("differs:", JSON.stringify(text), theirs.join(), ids.join()); }
}
console.log(`tokenizer: ${texts.length - wrong} of ${texts.length} texts have the same ids and the same decoded text`);

const session = await ort.InferenceSession.create(join(folder, "onnx", "model.onnx"), { intraOpNumThreads: 2, executionProviders: ["cpu"] });
const int64 = (values, dims) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims);
const emptyCache = batch => Object.fromEntries([...Array(config.num_hidden_layers).keys()].flatMap(i =>
  ["key", "value"].map(part => [`past_key_values.${i}.${part}`, new ort.Tensor("float32", new Float32Array(0), [batch, K, 0, E])])));
const asPast = outputs => Object.fromEntries(Object.entries(outputs).filter(([n]) => n.startsWith("present"))
  .map(([n, tensor]) => [n.replace("present", "past_key_values"), tensor]));

let worst = { prefill: 0, paddedPrefill: 0, decode: 0, whole: 0 };
const compare = (what, logits, at, expected) => {
  for (let v = 0; v < V; v++) worst[what] = Math.max(worst[what], Math.abs(logits.data[at * V + v] - expected[v]));
};

for (const { ids, prompt, logits } of rows) {
  const run = n => session.run({ input_ids: int64(ids.slice(0, n), [1, n]), attention_mask: int64(Array(n).fill(1), [1, n]), ...emptyCache(1) });
  compare("prefill", (await run(prompt)).logits, prompt - 1, logits[0]);
  const whole = (await run(ids.length)).logits;
  logits.forEach((expected, i) => compare("whole", whole, prompt - 1 + i, expected));
}

// All rows at once: right-padded prompts, then one token per row at its own position.
const B = rows.length, S = Math.max(...rows.map(r => r.prompt)), steps = rows[0].ids.length - rows[0].prompt;
const padded = rows.flatMap(r => [...r.ids.slice(0, r.prompt), ...Array(S - r.prompt).fill(config.pad_token_id)]);
const mask = (extra, width) => int64(rows.flatMap(r => [...Array(width).keys()].map(i => (i < r.prompt + extra ? 1 : 0))), [B, width]);
let outputs = await session.run({ input_ids: int64(padded, [B, S]), attention_mask: mask(0, S), ...emptyCache(B) });
rows.forEach((r, b) => compare("paddedPrefill", outputs.logits, b * S + r.prompt - 1, r.logits[0]));
for (let step = 1; step <= steps; step++) {
  outputs = await session.run({ input_ids: int64(rows.map(r => r.ids[r.prompt + step - 1]), [B, 1]), attention_mask: mask(step, S + step), ...asPast(outputs) });
  rows.forEach((r, b) => compare("decode", outputs.logits, b, r.logits[step]));
}
console.log("largest difference from torch's logits:", worst);

// Speed: decode steps at batch 256 with 96 cached tokens.
const past = 96, many = 256;
const feeds = { input_ids: int64(Array(many).fill(9), [many, 1]), attention_mask: int64(Array(many * (past + 1)).fill(1), [many, past + 1]) };
for (const name of Object.keys(emptyCache(1))) feeds[name] = new ort.Tensor("float32", new Float32Array(many * K * past * E), [many, K, past, E]);
for (let i = 0; i < 3; i++) await session.run(feeds);
const started = performance.now(), repeats = 30;
for (let i = 0; i < repeats; i++) await session.run(feeds);
console.log(`decode, batch ${many}, cache copied every step: ${Math.round(many * repeats * 1000 / (performance.now() - started))} tokens/s`);
if (wrong || Math.max(...Object.values(worst)) > 1e-4) process.exit(1);
