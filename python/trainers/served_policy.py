"""The policy as the service runs it: kept equal to the trainer's weights, whatever happens to the service."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from grpo_client import GrpoApiError, GrpoClient, PolicyMismatchError, Tensors  # noqa: E402

REFERENCE = "reference"


class ServedPolicy:
    """Pushes weights and samples from them.

    The service numbers its weights from 1 when it loads a policy and upwards with each update. So a smaller version than the one
    pushed last means that the service was started anew: the weights are pushed again and the call is repeated. A larger one means
    that somebody else trains the same policy, which is an error.

    Args:
        weights: The trainer's parameters; what they hold when `push` is called is sent.
        reference: Weights to be kept under ``NAME@reference``; None: there is no reference policy.
    """

    def __init__(self, client: GrpoClient, name: str, weights: Mapping[str, Tensor], reference: Mapping[str, Tensor] | None, vocab_size: int, mode: str):
        self._client, self._name, self._weights, self._reference, self._mode = client, name, weights, reference, mode
        self.restarts = 0
        self._check(vocab_size)
        self._start()

    @property
    def reference(self) -> str | None:
        """How the reference policy is named in a request."""
        return f"{self._name}@{REFERENCE}" if self._reference is not None else None

    def push(self) -> None:
        """Sends the trainer's weights; the rollouts that follow come from them."""
        expected = self.version + 1
        self.version = self._client.update_weights(self._name, self._weights, self._mode)["policy_version"]
        if self.version < expected:
            self.restarts += 1
            self._start()
        elif self.version > expected:
            raise self._trained_elsewhere(expected, self.version)

    def rollouts(self, prompts: Sequence[Mapping[str, Any]], **request: Any) -> Tensors:
        """Samples from the weights pushed last."""
        for _ in range(3):
            try:
                answer = self._client.rollout_tensors(prompts, policy=self._name, reference_policy=self.reference, **request)
            except GrpoApiError as error:
                if error.status != 404 or not self._was_restarted():
                    raise
            else:
                version = answer.response["policy_version"]
                if version == self.version:
                    return answer
                if version > self.version:
                    raise self._trained_elsewhere(self.version, version)
            self.restarts += 1
            self._start()
        raise PolicyMismatchError(f"the service keeps losing the weights of {self._name}")

    # What a service that has just loaded its policy needs to know.
    def _start(self) -> None:
        if self._reference is not None:
            self._client.update_weights(self._name, self._reference, self._mode)
            snapshots = self._client.policy(self._name).get("snapshots") or []
            if any((snapshot if isinstance(snapshot, str) else snapshot["name"]) == REFERENCE for snapshot in snapshots):
                self._client.delete_snapshot(self._name, REFERENCE)
            self._client.create_snapshot(self._name, REFERENCE)
        self.version = self._client.update_weights(self._name, self._weights, self._mode)["policy_version"]

    def _was_restarted(self) -> bool:
        return self._client.policy(self._name)["version"] < self.version

    def _trained_elsewhere(self, expected: int, version: int) -> PolicyMismatchError:
        return PolicyMismatchError(f"{self._name} was pushed as version {expected} and is version {version} now: somebody else updates its weights")

    def _check(self, vocab_size: int) -> None:
        served = self._client.policy(self._name)["vocab_size"]
        if served != vocab_size:
            raise PolicyMismatchError(f"{self._name} has {served} tokens in the service and {vocab_size} here: it is another model")
        shapes = {parameter["name"]: list(parameter["shape"]) for parameter in self._client.parameters(self._name)}
        for name, value in self._weights.items():
            if name not in shapes:
                raise PolicyMismatchError(f"{self._name} has no parameter {name!r} in the service")
            if shapes[name] != list(value.shape):
                raise PolicyMismatchError(f"{self._name}: {name!r} has the shape {shapes[name]} in the service and {list(value.shape)} here")
