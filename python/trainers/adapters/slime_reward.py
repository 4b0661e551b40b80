"""Rewards of the service in slime. There are two ways, which give the same numbers:

the service itself as the remote reward model,

    --rm-type remote_rm --rm-url "http://127.0.0.1:5080/compat/slime/rm?rewards=accuracy,format:0.5"

or, with every score kept in the sample's metadata, this function,

    --custom-rm-path slime_reward.custom_rm        (with python/trainers/adapters on PYTHONPATH; GRPO_REWARDS, GRPO_SERVER)
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from verl_score import compute_scores  # noqa: E402


async def custom_rm(args: Any, sample: Any, **_: Any) -> float:
    """The reward of one sample. slime runs many of these at once; each call waits in a thread of its own."""
    scores = await asyncio.to_thread(
        compute_scores, [""], [sample.response], [sample.label], rewards=os.environ.get("GRPO_REWARDS", "accuracy"), unjudged=0.0)
    sample.metadata = {**(sample.metadata or {}), "rewards": scores[0]}
    return scores[0]["score"]
