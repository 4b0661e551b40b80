"""Compares the exported folder with torch and with Hugging Face's tokenizer, in Node (onnxruntime-node, @huggingface/tokenizers).

    npm i --ignore-scripts onnxruntime-node@1.30.0 @huggingface/tokenizers      (in any folder)
    python3 python/tiny_r1/verify_onnx.py --out models/tiny-r1 --node-modules THAT_FOLDER/node_modules

Checked: token ids and decoded text; logits of a prompt read in one pass; of a right-padded batch; of decode steps with rows
of different length, with a growing cache.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

import torch

import chat
from corpus import sample_example
from folder import read_folder
from task import held_out_questions


@torch.no_grad()
def reference(folder: Path, steps: int = 24) -> dict:
    policy, tokenizer = read_folder(folder)
    rng = random.Random(0)
    texts = [chat.render(e.question.text) + e.completion + "<|im_end|>" for e in (sample_example(rng) for _ in range(500))]
    texts += ["  two  spaces\n\n\tand tabs ", "naïve café, 12.5% of ½ — “quoted” 你好，世界 🙂", "it's don't I'll we've", "x_1 = {a: [3, 4]}", "<think>a</think> <answer> 1 </answer>"]
    rows = []
    for question in held_out_questions(8, 3):
        ids = tokenizer.encode(chat.render(question.text))
        prompt = len(ids)
        for _ in range(steps):
            ids.append(int(policy(torch.tensor([ids]))[0][0, -1].argmax()))
        logits = policy(torch.tensor([ids]))[0][0]  # (S, V), one pass
        rows.append({"ids": ids, "prompt": prompt, "logits": logits[prompt - 1 :].tolist()})
    return {"texts": [{"text": t, "ids": tokenizer.encode(t), "decoded": tokenizer.decode(tokenizer.encode(t))} for t in texts],
            "rows": rows, "config": json.loads((folder / "config.json").read_text())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("models/tiny-r1"))
    parser.add_argument("--node-modules", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "reference.json"
        path.write_text(json.dumps(reference(options.out)))
        script = Path(__file__).with_suffix(".mjs")
        subprocess.run(["node", script, options.out.resolve(), path, options.node_modules.resolve()], check=True)


if __name__ == "__main__":
    main()
