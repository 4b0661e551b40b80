"""Rewards of the service in TRL.

    from trl_reward import GrpoApiReward

    trainer = GRPOTrainer(model=..., reward_funcs=[GrpoApiReward("accuracy"), GrpoApiReward("format")], train_dataset=dataset, ...)

TRL calls ``reward_func(prompts=.., completions=.., completion_ids=.., **columns)`` and takes a number or None for each completion;
None means that the reward does not apply, as null does in the service. One object is one reward, so that TRL logs and weighs it by
its own name (``reward_weights``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from grpo_client import GrpoClient  # noqa: E402
from grpo_client.client import DEFAULT_SERVER  # noqa: E402


class GrpoApiReward:
    """One reward of the service.

    Args:
        name: As ``GET /v1/rewards`` lists it.
        params: Its parameters.
        columns: Which column of the dataset is which reference field, e.g. ``{"answer": "solution"}``. Default: columns that
            have the name of a reference field.
        server: The service.
    """

    def __init__(self, name: str, params: Mapping[str, Any] | None = None, columns: Mapping[str, str] | None = None, server: str = DEFAULT_SERVER,
                 client: GrpoClient | None = None):
        self.__name__ = name  # what TRL logs it as
        self._spec = {"name": name, **({"params": dict(params)} if params else {})}
        self._columns, self._client = columns, client or GrpoClient(server)

    def __call__(self, prompts: Sequence[Any], completions: Sequence[Any], completion_ids: Sequence[Sequence[int]] | None = None,
                 **kwargs: Any) -> list[float | None]:
        columns = self._columns or {field: field for field in self._reference_fields() if field in kwargs}
        samples = [
            {"completion": _text(completion), "group": json.dumps(prompts[i], sort_keys=True, ensure_ascii=False),
             "reference": {field: kwargs[column][i] for field, column in columns.items()},
             **({"token_count": len(completion_ids[i])} if completion_ids is not None else {}),
             **({"prompt": prompts[i]} if isinstance(prompts[i], str) else {"messages": prompts[i]})}
            for i, completion in enumerate(completions)
        ]
        answer = self._client.rewards(samples, [self._spec])
        return [sample["scores"][self.__name__]["score"] for sample in answer["samples"]]

    def _reference_fields(self) -> list[str]:
        if not hasattr(self, "_fields"):
            self._fields = next(reward["reference_fields"] for reward in self._client.list_rewards() if reward["name"] == self.__name__)
        return self._fields


def _text(completion: Any) -> str:
    """A completion is a text, or in conversations a list of messages whose last is the answer."""
    return completion if isinstance(completion, str) else completion[-1]["content"] or ""
