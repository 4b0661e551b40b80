// Answers questions, a JSON object per line, with what Hugging Face's JavaScript implementations say: {"ids"}, {"text"} or {"error"}.
import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";

// Templates may ask for the date: it is the one that the tests give ours.
const now = new Date(process.env.ORACLE_NOW ?? 0).getTime();
globalThis.Date = class extends Date {
  constructor(...arguments_) {
    super(...(arguments_.length === 0 ? [now] : arguments_));
  }
};

const tokenizers = new Map();

function tokenizerOf(folder) {
  if (!tokenizers.has(folder)) {
    const json = (name) => (existsSync(join(folder, name)) ? JSON.parse(readFileSync(join(folder, name), "utf8")) : {});
    tokenizers.set(folder, new Tokenizer(json("tokenizer.json"), json("tokenizer_config.json")));
  }
  return tokenizers.get(folder);
}

const answers = {
  encode: ({ folder, text }) => ({ ids: tokenizerOf(folder).encode(text, { add_special_tokens: false }).ids }),
  decode: ({ folder, ids, skip }) => ({ text: tokenizerOf(folder).decode(ids, { skip_special_tokens: skip, clean_up_tokenization_spaces: false }) }),
  render: ({ template, context }) => ({ text: new Template(template).render(context) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = answers[question.ask](question);
  } catch (problem) {
    answer = { error: String(problem.message ?? problem) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
