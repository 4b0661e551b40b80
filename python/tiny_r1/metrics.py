"""The three rewards, restated for this task in a few lines (the service's own rules are the authority).

accuracy   the number in the last <answer>..</answer>, else after "the answer is", else the last number, equals the reference
format     strict: <think>..</think><answer>..</answer>, both non-empty, each tag once, only whitespace outside
language   share of English among the words of the chain of thought: a Latin word counts 1, a Han character 1/1.56;
           single letters and ALL CAPS do not count; no words -> None
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

_FORMAT = re.compile(r"\s*<think>(.*?)</think>\s*<answer>(.*?)</answer>\s*", re.DOTALL)
_TAG = re.compile(r"</?(?:think|answer)>")
_ANSWER = re.compile(r"<answer>((?:(?!<answer>).)*?)</answer>", re.DOTALL)
_NUMBER = re.compile(r"-?\d+")
_WORD = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def accuracy(completion: str, answer: int) -> float:
    text = completion.rpartition("</think>")[2]
    if answers := _ANSWER.findall(text):
        return float(answers[-1].strip() == str(answer))
    numbers = _NUMBER.findall(text)
    return float(bool(numbers) and int(numbers[-1]) == answer)


def strict_format(completion: str) -> float:
    match = _FORMAT.fullmatch(completion)
    return float(bool(match) and len(_TAG.findall(completion)) == 4 and all(group.strip() for group in match.groups()))


def language(completion: str) -> float | None:
    """English share of the chain of thought; an unclosed <think> runs to the end."""
    chain = _TAG.sub(" ", completion.partition("<think>")[2].rpartition("</think>")[0] or completion)
    english = sum(not word.isupper() for word in _WORD.findall(chain))
    other = len(_HAN.findall(chain)) / 1.56
    return english / (english + other) if english + other else None


@dataclass(frozen=True)
class Sample:
    text: str
    accuracy: float
    format: float
    language: float | None
    tokens: int

    @property
    def reward(self) -> float:
        return self.accuracy + self.format + (self.language or 0.0)


def score(completion: str, answer: int, tokens: int) -> Sample:
    return Sample(completion, accuracy(completion, answer), strict_format(completion), language(completion), tokens)


def summarise(groups: Sequence[Sequence[Sample]]) -> dict[str, float]:
    """Means over samples, and the share of groups whose reward is the same for every sample."""
    samples = [sample for group in groups for sample in group]
    languages = [s.language for s in samples if s.language is not None]
    flat = lambda reward: fmean(pstdev(map(reward, group)) < 1e-9 for group in groups)
    return {
        "accuracy": fmean(s.accuracy for s in samples),
        "format": fmean(s.format for s in samples),
        "language_consistency": fmean(languages) if languages else 0.0,
        "groups_without_variance": flat(lambda s: s.reward),
        "groups_without_variance_accuracy_only": flat(lambda s: s.accuracy),
        "completion_tokens": fmean(s.tokens for s in samples),
    }
