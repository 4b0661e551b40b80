"""Makes models/tiny-r1 from nothing: tokenizer, supervised training, ONNX export.

    python3 python/tiny_r1/train.py --out models/tiny-r1
    python3 python/tiny_r1/train.py --out models/tiny-r1 --evaluate      (measures what is there, trains nothing)
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

import chat
from bpe import TURN_END, Tokenizer, train_merges
from corpus import sample_example
from evaluate import clean_accuracy, evaluate
from folder import read_folder, write_folder
from model import Config, Policy
from optim import Optimisers
from task import held_out_questions

MAX_MERGES = 1024 - 256 - 7
DEFAULT_SYSTEM_SHARE = 0.9
BATCHES_SORTED_TOGETHER = 8


def train_tokenizer(seed: int, texts: int = 6000) -> Tokenizer:
    rng = random.Random(seed)
    examples = [sample_example(rng) for _ in range(texts)]
    others = [chat.render_system(system) for system in chat.OTHER_SYSTEMS]
    return Tokenizer(train_merges([chat.render(e.question.text) + e.completion for e in examples] + others, MAX_MERGES))


def batches(tokenizer: Tokenizer, rng: random.Random, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless (ids, is_completion), both (size, S), right-padded; S varies because examples of like length are put together."""
    while True:
        pool = []
        for _ in range(size * BATCHES_SORTED_TOGETHER):
            example = sample_example(rng)
            prompt = tokenizer.encode(chat.render_user(example.question.text))
            pool.append((prompt, tokenizer.encode(example.completion + TURN_END)))
        pool.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
        starts = list(range(0, len(pool), size))
        rng.shuffle(starts)
        for start in starts:
            rows = pool[start : start + size]
            length = max(len(prompt) + len(completion) for prompt, completion in rows)
            ids = torch.full((size, length), tokenizer.pad_id)
            mask = torch.zeros((size, length), dtype=torch.bool)
            for i, (prompt, completion) in enumerate(rows):
                ids[i, : len(prompt) + len(completion)] = torch.tensor(prompt + completion)
                mask[i, len(prompt) : len(prompt) + len(completion)] = True
            yield ids, mask


def loss(policy: Policy, system: Tensor, ids: Tensor, is_completion: Tensor) -> Tensor:
    """Mean cross-entropy of the completion tokens. The system message (1, P) is the same for all rows, so it is read once."""
    _, shared = policy.hidden(system)
    hidden, _ = policy.hidden(ids[:, :-1], shared)
    predicted = is_completion[:, 1:]
    return F.cross_entropy(policy.logits(hidden[predicted]), ids[:, 1:][predicted])


def train(tokenizer: Tokenizer, seed: int, steps: int, batch: int) -> Policy:
    torch.manual_seed(seed)
    rng = random.Random(seed + 1)
    policy = Policy(Config(vocab_size=len(tokenizer)))
    print(f"{sum(p.numel() for p in policy.parameters()):,} parameters, vocabulary {len(tokenizer)}", flush=True)
    optimisers, data = Optimisers(policy, steps), batches(tokenizer, rng, batch)
    default = torch.tensor([tokenizer.encode(chat.render_system())])
    others = [torch.tensor([tokenizer.encode(chat.render_system(text))]) for text in chat.OTHER_SYSTEMS]
    probe = held_out_questions(60, seed + 2)
    started, running = time.time(), 0.0
    for step in range(1, steps + 1):
        system = default if rng.random() < DEFAULT_SYSTEM_SHARE else rng.choice(others)
        value = loss(policy, system, *next(data))
        value.backward()
        optimisers.step()
        running += value.item()
        if step % 50 == 0 or step == steps:
            line = f"step {step:5d}/{steps}  loss {running / (step % 50 or 50):.4f}  {time.time() - started:6.0f} s"
            if step % 100 == 0 or step == steps:
                line += f"  clean chains right on held-out questions {clean_accuracy(policy, tokenizer, probe):.2f}"
            print(line, flush=True)
            running = 0.0
    return policy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("models/tiny-r1"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true", help="only measure the folder --out")
    parser.add_argument("--questions", type=int, default=200, help="held-out questions to measure on, 16 samples each")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if not options.evaluate:
        tokenizer = train_tokenizer(options.seed)
        write_folder(options.out, train(tokenizer, options.seed, options.steps, options.batch), tokenizer)
    policy, tokenizer = read_folder(options.out)
    print(json.dumps(evaluate(policy, tokenizer, options.questions), indent=2))


if __name__ == "__main__":
    main()
