"""Sampling from the policy in torch, and the figures of the model card.

Questions are sampled in batches of equal prompt length, so that rows need no padding: each distinct prompt is read once,
its cache repeated for its group, and all rows decode together.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import torch

import chat
from bpe import Tokenizer
from corpus import complete
from metrics import Sample, score, summarise
from model import Policy
from task import KINDS, Question, held_out_questions

MAX_TOKENS = 128


@torch.no_grad()
def sample(policy: Policy, prompts: Sequence[Sequence[int]], group_size: int, temperature: float, eos_id: int,
           generator: torch.Generator, max_tokens: int = MAX_TOKENS) -> list[list[int]]:
    """Prompts of equal length -> group_size completions for each, prompt after prompt. Temperature 0 is greedy."""
    logits, cache = policy(torch.tensor(prompts))
    logits = logits[:, -1].repeat_interleave(group_size, 0)
    cache = [(k.repeat_interleave(group_size, 0), v.repeat_interleave(group_size, 0)) for k, v in cache]
    completions: list[list[int]] = [[] for _ in range(len(logits))]
    rows = torch.arange(len(logits))  # which completion each row of the batch belongs to
    for _ in range(max_tokens):
        if temperature == 0:
            tokens = logits.argmax(-1)
        else:
            tokens = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)[:, 0]
        for row, token in zip(rows.tolist(), tokens.tolist()):
            completions[row].append(token)
        alive = tokens != eos_id
        if not alive.any():
            break
        if not alive.all():
            rows, tokens, cache = rows[alive], tokens[alive], [(k[alive], v[alive]) for k, v in cache]
        logits, cache = policy(tokens[:, None], cache)
        logits = logits[:, -1]
    return completions


def sample_groups(policy: Policy, tokenizer: Tokenizer, questions: Sequence[Question], group_size: int, temperature: float,
                  seed: int, batch: int = 32) -> list[list[Sample]]:
    """One group of scored samples per question, in the order of the questions."""
    generator = torch.Generator().manual_seed(seed)
    by_length: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for index, question in enumerate(questions):
        ids = tokenizer.encode(chat.render(question.text))
        by_length[len(ids)].append((index, ids))
    groups: list[list[Sample]] = [[] for _ in questions]
    for _, members in sorted(by_length.items()):
        for start in range(0, len(members), batch):
            part = members[start : start + batch]
            completions = sample(policy, [ids for _, ids in part], group_size, temperature, tokenizer.eos_id, generator)
            for row, ids in enumerate(completions):
                index = part[row // group_size][0]
                groups[index].append(score(tokenizer.decode(ids), questions[index].answer, len(ids)))
    return groups


@torch.no_grad()
def clean_accuracy(policy: Policy, tokenizer: Tokenizer, questions: Sequence[Question]) -> float:
    """What the policy is capable of: the share of clean English solutions whose every digit is its most likely digit,
    given the text before it. The planted wrong turns are words and signs, so digits after a right turn have one value."""
    digits = torch.tensor([tokenizer.ids[d] for d in "0123456789"])
    right = 0
    for question in questions:
        prompt = tokenizer.encode(chat.render(question.text))
        completion = tokenizer.encode(complete(question, random.Random(0), clean=True)) + [tokenizer.eos_id]
        logits = policy(torch.tensor([prompt + completion]))[0][0, len(prompt) - 1 : -1]
        target = torch.tensor(completion)
        where = torch.isin(target, digits)
        guessed = digits[logits[where][:, digits].argmax(-1)]
        right += bool((guessed == target[where]).all())
    return right / len(questions)


def evaluate(policy: Policy, tokenizer: Tokenizer, count: int = 200, group_size: int = 16, seed: int = 7) -> dict[str, float]:
    """Figures on `count` held-out questions. Prints a few samples and the accuracy of every kind of question."""
    policy.eval()
    questions = held_out_questions(count, seed)
    groups = sample_groups(policy, tokenizer, questions, group_size, 1.0, seed)
    greedy = sample_groups(policy, tokenizer, questions, 1, 0.0, seed)
    for question, group in list(zip(questions, groups))[:6]:
        print(f"  {question.text}  {group[0].text}")
    for kind in KINDS:
        chosen = [i for i, question in enumerate(questions) if question.kind == kind]
        sampled, best = summarise([groups[i] for i in chosen]), summarise([greedy[i] for i in chosen])
        print(f"  {kind:9s} accuracy sampled {sampled['accuracy']:.3f} greedy {best['accuracy']:.3f}")
    figures = summarise(groups)
    for name in ("accuracy", "format", "language_consistency"):
        figures[f"greedy_{name}"] = summarise(greedy)[name]
    figures["clean_chain_accuracy"] = clean_accuracy(policy, tokenizer, questions)
    figures["prompt_tokens"] = sum(len(tokenizer.encode(chat.render(q.text))) for q in questions) / count
    figures["longest_completion"] = max(s.tokens for group in groups for s in group)
    return figures
