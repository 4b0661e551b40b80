"""How good the policy is on questions that training never asks, as the service samples and scores them."""

from __future__ import annotations

import sys
from pathlib import Path

from arguments import Settings
from served_policy import ServedPolicy

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tiny_r1"))
from questions import as_prompt  # noqa: E402
from task import held_out_questions  # noqa: E402

HELD_OUT_SEED = 7
GROUP_SIZE = 4
PER_REQUEST = 64
REWARDS = ("accuracy", "format", "language_consistency")


def evaluate(served: ServedPolicy, settings: Settings, count: int) -> dict[str, float]:
    """Means over ``count`` held-out questions with 4 samples each at temperature 1; a null score is left out."""
    prompts = [as_prompt(question) for question in held_out_questions(count, HELD_OUT_SEED)]
    scores: dict[str, list[float]] = {name: [] for name in REWARDS}
    lengths: list[int] = []
    for start in range(0, count, PER_REQUEST):
        answer = served.rollouts(
            prompts[start : start + PER_REQUEST], group_size=GROUP_SIZE, rewards=[{"name": name} for name in REWARDS],
            sampling={"temperature": 1.0, "max_tokens": settings.max_tokens, "seed": HELD_OUT_SEED + start}, include=["token_ids"])
        for column, name in enumerate(REWARDS):
            values = [float(row[column]) for row in answer["scores"]]
            scores[name] += [value for value in values if value == value]
        lengths += [int(sum(row)) for row in answer["mask"]]
    return {name: sum(values) / len(values) for name, values in scores.items() if values} | {"completion_tokens": sum(lengths) / len(lengths)}
