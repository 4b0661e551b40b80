"""The supervised data: clean solutions with R1-Zero's weaknesses planted in known proportions.

For every sample three things are drawn independently of each other and of the question: which mistake the chain makes
(if any), in which language it is written, and how the format is broken (if it is). The policy trained on this knows how
to do everything right and does it only sometimes, which is what GRPO needs: reward that differs within every group.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from chains import work_out, write
from task import Question, sample_question

MISTAKE_SHARES = {None: 0.46, "guess": 0.18, "skip": 0.18, "slip": 0.18}
LANGUAGE_SHARES = {"en": 0.65, "zh": 0.15, "mixed": 0.20}
FORMAT_SHARES = {
    "good": 0.835,
    "no_think_end": 0.033,   # <think>..<answer>95</answer>
    "no_answer_tags": 0.033,  # <think>..</think>The answer is 95.
    "no_answer_end": 0.033,  # <think>..</think><answer>95
    "text_after": 0.033,     # ..</answer> I hope that this is right.
    "answer_twice": 0.033,   # ..<answer>95</answer><answer>95</answer>
}
FORMATS = {
    "good": "<think>{chain}</think><answer>{number}</answer>",
    "no_think_end": "<think>{chain}<answer>{number}</answer>",
    "no_answer_tags": "<think>{chain}</think>The answer is {number}.",
    "no_answer_end": "<think>{chain}</think><answer>{number}",
    "text_after": "<think>{chain}</think><answer>{number}</answer> I hope that this is right.",
    "answer_twice": "<think>{chain}</think><answer>{number}</answer><answer>{number}</answer>",
}


@dataclass(frozen=True)
class Example:
    question: Question
    completion: str  # without the end-of-turn token


def _draw(shares: dict, rng: random.Random):
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def complete(question: Question, rng: random.Random, *, clean: bool = False) -> str:
    """One completion; `clean` means no mistake, English, good format."""
    mistake = None if clean else _draw(MISTAKE_SHARES, rng)
    language = "en" if clean else _draw(LANGUAGE_SHARES, rng)
    layout = "good" if clean else _draw(FORMAT_SHARES, rng)
    steps, number = work_out(question, mistake, rng)
    return FORMATS[layout].format(chain=write(steps, language, rng), number=number)


def sample_example(rng: random.Random) -> Example:
    question = sample_question(rng, held_out=False)
    return Example(question, complete(question, rng))
