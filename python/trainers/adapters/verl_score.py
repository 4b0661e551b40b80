"""Rewards of the service in verl.

    custom_reward_function.path=python/trainers/adapters/verl_score.py
    custom_reward_function.name=compute_score
    +custom_reward_function.reward_kwargs.rewards=accuracy,format:0.5
    +custom_reward_function.reward_kwargs.server=http://127.0.0.1:5080

`compute_score` scores one sample; `compute_scores` is for verl's batch reward manager (``reward_model.reward_manager=batch``) and
needs one call for the whole batch. A sample that no reward could judge raises, because verl would train on any number given for it;
``unjudged=0.0`` gives that number instead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from grpo_client import GrpoClient, GrpoError  # noqa: E402
from grpo_client.client import DEFAULT_SERVER  # noqa: E402


def compute_score(data_source: str, solution_str: str, ground_truth: Any, extra_info: Mapping[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """``{"score": .., "<reward>": .., ..}`` of one sample."""
    return compute_scores([data_source], [solution_str], [ground_truth], [extra_info], **settings)[0]


def compute_scores(data_sources: Sequence[str], solution_strs: Sequence[str], ground_truths: Sequence[Any],
                   extra_infos: Sequence[Mapping[str, Any] | None] | None = None, *, rewards: str = "accuracy", server: str | None = None,
                   unjudged: float | None = None, **_: Any) -> list[dict[str, Any]]:
    """The same for a batch, in one call."""
    client = _client(server or os.environ.get("GRPO_SERVER", DEFAULT_SERVER))
    samples = [{"completion": text, "reference": truth if isinstance(truth, Mapping) else {"answer": truth}} for text, truth in zip(solution_strs, ground_truths)]
    answer = client.rewards(samples, _specs(rewards))
    return [_score(sample, index, unjudged) for index, sample in enumerate(answer["samples"])]


def _score(sample: Mapping[str, Any], index: int, unjudged: float | None) -> dict[str, Any]:
    if sample["reward"] is None and unjudged is None:
        reasons = "; ".join(f"{name}: {score['reason']}" for name, score in sample["scores"].items())
        raise GrpoError(f"sample {index} could not be judged ({reasons})")
    score = unjudged if sample["reward"] is None else sample["reward"]
    # verl logs further values as numbers; a reward that does not apply has none.
    return {"score": score, **{name: float("nan") if value["score"] is None else value["score"] for name, value in sample["scores"].items()}}


def _specs(rewards: str) -> list[dict[str, Any]]:
    pairs = (spec.partition(":") for spec in rewards.split(","))
    return [{"name": name.strip(), "weight": float(weight or 1)} for name, _, weight in pairs]


@lru_cache
def _client(server: str) -> GrpoClient:
    return GrpoClient(server)
