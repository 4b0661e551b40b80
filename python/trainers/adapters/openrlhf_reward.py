"""Rewards of the service in OpenRLHF. There are two ways, which give the same numbers:

the service itself as the reward server,

    --reward.remote_url "http://127.0.0.1:5080/compat/openrlhf/get_reward?rewards=accuracy,format:0.5"

or this file, which needs no route of OpenRLHF's own and reaches a service that wants a key (GRPO_API_KEY),

    GRPO_REWARDS=accuracy,format:0.5 ... --reward.remote_url python/trainers/adapters/openrlhf_reward.py

Labels are references: an answer, or a JSON object of reference fields.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from verl_score import compute_scores  # noqa: E402


def reward_func(queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **_: Any) -> dict[str, Any]:
    """What OpenRLHF calls: ``{"rewards": (N), "scores": (N), "extra_logs": {reward: (N)}}``."""
    completions = [query.removeprefix(prompt) for query, prompt in zip(queries, prompts)]
    scored = compute_scores([""] * len(completions), completions, [_reference(label) for label in labels],
                            rewards=os.environ.get("GRPO_REWARDS", "accuracy"), unjudged=0.0)
    columns = {name: torch.tensor([sample[name] for sample in scored]) for name in scored[0]}
    rewards = columns.pop("score")
    return {"rewards": rewards, "scores": rewards, "extra_logs": columns}


def _reference(label: Any) -> Any:
    if isinstance(label, str) and label.lstrip().startswith("{"):
        try:
            return json.loads(label)
        except ValueError:
            return label  # LaTeX may begin with a brace too
    return label
