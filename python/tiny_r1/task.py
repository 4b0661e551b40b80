"""Arithmetic questions: what is asked, in which words, and what the right number is.

Five kinds, all with non-negative integers and results:

    add       a + b        2 <= a, b <= 99
    subtract  a - b        2 <= b <= a <= 99
    multiply  a * b        11 <= a <= 99, 2 <= b <= 9
    add_sub   a + b - c    10 <= a, b <= 99, 2 <= c <= min(99, a + b)
    mul_add   a * b + c    2 <= a, b <= 9, 2 <= c <= 99

A question belongs to the held-out set when a hash of its kind and operands says so; its wording plays no part.
No held-out question is ever trained on.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

KINDS = ("add", "subtract", "multiply", "add_sub", "mul_add")
HELD_OUT_ONE_IN = 10

PHRASINGS: dict[str, tuple[str, ...]] = {
    "add": (
        "What is {a} + {b}?", "What is {a} plus {b}?", "Compute {a} + {b}.", "Calculate {a}+{b}.", "How much is {a} plus {b}?",
        "Find the sum of {a} and {b}.", "{a} + {b} = ?", "Add {a} and {b}.",
        "Tom has {a} apples and gets {b} more. How many apples does he have?",
    ),
    "subtract": (
        "What is {a} - {b}?", "What is {a} minus {b}?", "Compute {a} - {b}.", "Calculate {a}-{b}.", "How much is {a} minus {b}?",
        "Subtract {b} from {a}.", "{a} - {b} = ?", "Find the difference between {a} and {b}.",
        "Anna had {a} coins and spent {b} of them. How many coins are left?",
    ),
    "multiply": (
        "What is {a} * {b}?", "What is {a} times {b}?", "Compute {a} * {b}.", "Calculate {b}*{a}.", "How much is {b} times {a}?",
        "Find the product of {a} and {b}.", "{a} * {b} = ?", "Multiply {a} by {b}.",
        "There are {b} boxes with {a} pens each. How many pens are there?",
    ),
    "add_sub": (
        "What is {a} + {b} - {c}?", "What is {a} plus {b} minus {c}?", "Compute {a} + {b} - {c}.", "Calculate {a}+{b}-{c}.",
        "Add {a} and {b}, then subtract {c}.", "{a} + {b} - {c} = ?",
        "Tom has {a} apples, gets {b} more and gives {c} away. How many apples does he have?",
    ),
    "mul_add": (
        "What is {a} * {b} + {c}?", "What is {a} times {b} plus {c}?", "Compute {a} * {b} + {c}.", "Calculate {a}*{b}+{c}.",
        "Multiply {a} by {b}, then add {c}.", "{a} * {b} + {c} = ?",
        "There are {a} boxes with {b} pens each and {c} more pens. How many pens are there?",
    ),
}


@dataclass(frozen=True)
class Question:
    kind: str
    operands: tuple[int, ...]
    text: str

    @property
    def answer(self) -> int:
        a, b, *rest = self.operands
        match self.kind:
            case "add":
                return a + b
            case "subtract":
                return a - b
            case "multiply":
                return a * b
            case "add_sub":
                return a + b - rest[0]
            case _:
                return a * b + rest[0]

    @property
    def held_out(self) -> bool:
        key = f"{self.kind}:{','.join(map(str, self.operands))}".encode()
        return hashlib.sha256(key).digest()[0] % HELD_OUT_ONE_IN == 0


def _operands(kind: str, rng: random.Random) -> tuple[int, ...]:
    match kind:
        case "add":
            return rng.randint(2, 99), rng.randint(2, 99)
        case "subtract":
            b, a = sorted((rng.randint(2, 99), rng.randint(2, 99)))
            return a, b
        case "multiply":
            return rng.randint(11, 99), rng.randint(2, 9)
        case "add_sub":
            a, b = rng.randint(10, 99), rng.randint(10, 99)
            return a, b, rng.randint(2, min(99, a + b))
        case _:
            return rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 99)


def sample_question(rng: random.Random, held_out: bool) -> Question:
    """One question of a uniformly chosen kind from the asked half of the split."""
    kind = rng.choice(KINDS)
    while True:
        operands = _operands(kind, rng)
        text = rng.choice(PHRASINGS[kind]).format(**dict(zip("abc", operands)))
        question = Question(kind, operands, text)
        if question.held_out == held_out:
            return question


def held_out_questions(count: int, seed: int) -> list[Question]:
    """`count` different held-out questions (different operands), the same list for the same seed."""
    rng, seen, questions = random.Random(seed), set(), []
    while len(questions) < count:
        question = sample_question(rng, held_out=True)
        if (question.kind, question.operands) not in seen:
            seen.add((question.kind, question.operands))
            questions.append(question)
    return questions
