"""Chains of thought: the arithmetic worked out digit by digit, in English, in Chinese, or in a mixture.

A chain is a list of *steps* (one per operation), a step a list of *segments*: ones, tens, result. Each segment can be
written in either language, so a mixed chain simply changes language between segments. "Tens" means everything above
the ones digit (up to 89), hence one form serves all results:

    Add the ones, 7+8=15, then the tens, 3+5+1=9, which makes 95.
    先算个位，7+8=15，再算十位，3+5+1=9，得到95。

A *mistake* changes exactly one step and is then carried through consistently, so that every digit still follows from
the text before it; only the words or signs that take the wrong turn are to blame:

    guess   a number near the truth, with no working at all
    skip    the tens are left as they were
    slip    a carry or borrow is forgotten, or one is made that is not there
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from task import Question

MISTAKES = ("guess", "skip", "slip")
SIGN = {"add": "+", "subtract": "-", "multiply": "*"}
CHAINS_OF_OPERATIONS = {
    "add": ("add",), "subtract": ("subtract",), "multiply": ("multiply",), "add_sub": ("add", "subtract"), "mul_add": ("times", "add"),
}

OPENINGS = {
    "add": ("Add the ones, {}, ", "先算个位，{}，"),
    "subtract": ("Subtract the ones, {}, ", "先减个位，{}，"),
    "multiply": ("Multiply the ones, {}, ", "先乘个位，{}，"),
}
TENS = ("then the tens, {}, ", "再算十位，{}，")
TENS_SKIPPED = ("and keep the tens as they are, ", "十位保持不变，")
RESULTS = {
    "add": ("which makes {}.", "得到{}。"),
    "subtract": ("which leaves {}.", "剩下{}。"),
    "multiply": ("which makes {}.", "得到{}。"),
}
TIMES = ("Multiply {} by {}, which makes {}.", "{}乘以{}得到{}。")
GUESS = (("I guess that it is about {}, ", "我猜大概是{}，"), ("without working it out.", "不用仔细计算。"))


@dataclass(frozen=True)
class Segment:
    english: str
    chinese: str


def _segment(forms: tuple[str, str], *values: object) -> Segment:
    return Segment(forms[0].format(*values), forms[1].format(*values))


def _digitwise(operation: str, a: int, b: int, mistake: str | None) -> tuple[list[Segment], int]:
    """One worked step of a (operation) b, perhaps with a skip or a slip -> segments and the number it arrives at."""
    sign, ones_a, tens_a = SIGN[operation], a % 10, a // 10
    if operation == "multiply":
        ones, tens = ones_a * b, tens_a * b
        carry, shown_ones, shown_tens = ones // 10, f"{ones_a}*{b}={ones}", f"{tens_a}*{b}"
    else:
        ones_b, tens_b = b % 10, b // 10
        top = ones_a + 10 if operation == "subtract" and ones_a < ones_b else ones_a
        ones, tens = (top + ones_b, tens_a + tens_b) if operation == "add" else (top - ones_b, tens_a - tens_b)
        carry = int(ones >= 10) if operation == "add" else int(top != ones_a)
        shown_ones, shown_tens = f"{top}{sign}{ones_b}={ones}", f"{tens_a}{sign}{tens_b}"
    if mistake == "slip":
        carry = 0 if carry else 1
    if carry:  # in the same sum, except that a product is written down first: 3*4=12, 12+2=14
        shown_tens += f"={tens}, {tens}+{carry}" if operation == "multiply" else f"{'-' if operation == 'subtract' else '+'}{carry}"
        tens += -carry if operation == "subtract" else carry
    middle = _segment(TENS, f"{shown_tens}={tens}")
    if mistake == "skip":
        tens, middle = tens_a, _segment(TENS_SKIPPED)
    result = tens * 10 + ones % 10
    return [_segment(OPENINGS[operation], shown_ones), middle, _segment(RESULTS[operation], result)], result


def _guess(truth: int, rng: random.Random) -> tuple[list[list[Segment]], int]:
    result = truth
    while result == truth:
        result = max(0, truth + rng.randint(-12, 12))
    return [[_segment(GUESS[0], result), _segment(GUESS[1])]], result


def work_out(question: Question, mistake: str | None, rng: random.Random) -> tuple[list[list[Segment]], int]:
    """Steps of segments, and the number they arrive at: the answer exactly when `mistake` is None."""
    if mistake == "guess":
        return _guess(question.answer, rng)
    operations = CHAINS_OF_OPERATIONS[question.kind]
    wrong_step = rng.choice([i for i, operation in enumerate(operations) if operation != "times"])
    steps, value = [], question.operands[0]
    for index, (operation, operand) in enumerate(zip(operations, question.operands[1:])):
        if operation == "times":
            steps.append([_segment(TIMES, value, operand, value * operand)])
            value *= operand
        else:
            segments, value = _digitwise(operation, value, operand, mistake if index == wrong_step else None)
            steps.append(segments)
        if value < 0:
            break
    if mistake and (value == question.answer or value < 0):  # e.g. the tens of 9 - 4 may well be skipped
        return work_out(question, "slip" if mistake == "skip" else "guess", rng)
    return steps, value


def write(steps: list[list[Segment]], language: str, rng: random.Random) -> str:
    """The chain as text. `language` is "en", "zh", or "mixed" (at least one segment of each when there are two or more)."""
    count = sum(len(step) for step in steps)
    chinese = [language == "zh"] * count
    while language == "mixed" and len(set(chinese)) < min(2, count):
        chinese = [rng.random() < 0.5 for _ in range(count)]
    choices = iter(chinese)
    text = " ".join("".join(s.chinese if next(choices) else s.english for s in step) for step in steps)
    text = re.sub("(?<=[。，]) ", "", text)  # no space on either side of Chinese,
    text = re.sub(", (?=[\u4e00-\u9fff])", "，", text)  # and the comma in the language of what follows
    text = re.sub(" (?=[\u4e00-\u9fff])", "", text)
    return re.sub("，(?=[a-z])", ", ", text)
