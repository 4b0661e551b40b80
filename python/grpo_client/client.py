"""One method for each call of the service."""

from __future__ import annotations

import json
import os
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode

from . import safetensors
from .transport import Answer, RetryPolicy, Transport
from .types import Group, LossAnswer, Message, Parameter, Prompt, RewardSpec, Rollouts, WeightsAnswer

DEFAULT_SERVER = "http://127.0.0.1:5080"
JSON, NDJSON, SAFETENSORS = "application/json", "application/x-ndjson", "application/vnd.safetensors"


@dataclass(frozen=True)
class Tensors:
    """An answer in tensors.

    Attributes:
        tensors: Arrays by name (NumPy arrays, or `safetensors.Array` without NumPy).
        response: The other fields of the answer.
    """

    tensors: dict[str, Any]
    response: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.tensors[name]


class GrpoClient:
    """Calls a GrpoApi service.

    Fields that a method does not name are passed on as they are (``**fields``), so that every setting of the contract can be
    used; the service refuses those it does not know. ``None`` means: not sent.

    Args:
        server: Its address.
        api_key: Needed when the service is protected; default: the environment variable GRPO_API_KEY.
        timeout: Seconds to wait for one answer.
        retry: How calls that may be repeated are repeated.
    """

    def __init__(self, server: str = DEFAULT_SERVER, api_key: str | None = None, timeout: float = 600.0, retry: RetryPolicy | None = None):
        self._transport = Transport(server, api_key or os.environ.get("GRPO_API_KEY"), timeout, retry)

    @property
    def server(self) -> str:
        return self._transport.server

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> GrpoClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Rollouts

    def rollouts(self, prompts: Sequence[Prompt], *, group_size: int | None = None, sampling: Mapping[str, Any] | None = None,
                 rewards: Sequence[RewardSpec] | None = None, advantages: Mapping[str, Any] | None = None, policy: str | None = None,
                 **fields: Any) -> Rollouts:
        """Samples a group of completions of each prompt; with ``rewards`` and ``advantages`` also judges them. A seed is drawn here
        when none is given, so that a repeated call gives the same completions."""
        return self._post("/v1/rollouts", self._rollouts(prompts, group_size, sampling, rewards, advantages, policy, fields))

    def rollout_tensors(self, prompts: Sequence[Prompt], *, group_size: int | None = None, sampling: Mapping[str, Any] | None = None,
                        rewards: Sequence[RewardSpec] | None = None, advantages: Mapping[str, Any] | None = None, policy: str | None = None,
                        **fields: Any) -> Tensors:
        """The same as padded tensors over all N = P x G completions: token_ids, mask, logprobs, ... (N, T), rewards, advantages (N)."""
        request = self._rollouts(prompts, group_size, sampling, rewards, advantages, policy, fields)
        return self._tensors("/v1/rollouts", json.dumps(request).encode(), JSON)

    def stream_rollouts(self, prompts: Sequence[Prompt], *, group_size: int | None = None, sampling: Mapping[str, Any] | None = None,
                        rewards: Sequence[RewardSpec] | None = None, advantages: Mapping[str, Any] | None = None, policy: str | None = None,
                        **fields: Any) -> Iterator[Group | Rollouts]:
        """The groups as they complete, in that order, then the summary (an object without ``completions``)."""
        request = self._rollouts(prompts, group_size, sampling, rewards, advantages, policy, fields)
        headers = {"Content-Type": JSON, "Accept": NDJSON}
        for line in self._transport.lines("POST", "/v1/rollouts", json.dumps(request).encode(), headers):
            yield json.loads(line)

    def logprobs(self, sequences: Sequence[Mapping[str, Any]], *, policy: str | None = None, temperature: float | None = None, **fields: Any) -> dict[str, Any]:
        """Log-probabilities of given completions (teacher forcing)."""
        return self._post("/v1/logprobs", {"sequences": sequences, "policy": policy, "temperature": temperature, **fields})

    # Rewards, advantages, loss

    def list_rewards(self) -> list[dict[str, Any]]:
        """The rewards that can be asked for."""
        return self._get("/v1/rewards")["rewards"]

    def rewards(self, samples: Sequence[Mapping[str, Any]], rewards: Sequence[RewardSpec]) -> dict[str, Any]:
        """Scores completions by rules."""
        return self._post("/v1/rewards", {"samples": samples, "rewards": rewards})

    def advantages(self, groups: Sequence[Mapping[str, Any]], **settings: Any) -> dict[str, Any]:
        """Group-relative advantages."""
        return self._post("/v1/advantages", {"groups": groups, **settings})

    def loss(self, sequences: Sequence[Mapping[str, Any]], **settings: Any) -> LossAnswer:
        """The loss and its gradient for each token, in JSON."""
        return self._post("/v1/loss", {"sequences": sequences, **settings})

    def loss_tensors(self, tensors: Mapping[str, Any], **settings: Any) -> Tensors:
        """The loss of padded arrays: ``logprobs`` (N, T), ``advantages`` (N) or (N, T), ``mask``, ``old_logprobs``, ``ref_logprobs``, ...

        The answer holds ``loss`` (1) and ``grad_logprobs`` (N, T) in the element type sent, for ``logprobs.backward(gradient=...)``.
        """
        body = safetensors.save({name: value for name, value in tensors.items() if value is not None}, {"request": json.dumps(_given(settings))})
        return self._tensors("/v1/loss", body, SAFETENSORS)

    def kl(self, sequences: Sequence[Mapping[str, Any]], **settings: Any) -> dict[str, Any]:
        """Divergence from the reference for each token."""
        return self._post("/v1/kl", {"sequences": sequences, **settings})

    def importance_weights(self, sequences: Sequence[Mapping[str, Any]], **settings: Any) -> dict[str, Any]:
        """The correction for the gap between the sampler and the trainer."""
        return self._post("/v1/importance-weights", {"sequences": sequences, **settings})

    # Policies

    def policies(self) -> list[dict[str, Any]]:
        return self._get("/v1/policies")["policies"]

    def policy(self, name: str) -> dict[str, Any]:
        return self._get(f"/v1/policies/{_segment(name)}")

    def load_policy(self, name: str, path: str, **fields: Any) -> dict[str, Any]:
        """Loads a model folder under the service's Models:Root."""
        return self._post("/v1/policies", {"name": name, "path": path, **fields}, repeatable=False)

    def unload_policy(self, name: str) -> None:
        self._transport.send("DELETE", f"/v1/policies/{_segment(name)}", repeatable=False)

    def parameters(self, policy: str) -> list[Parameter]:
        """What a weight update may hold."""
        return self._get(f"/v1/policies/{_segment(policy)}/parameters")["parameters"]

    def update_weights(self, policy: str, tensors: Mapping[str, Any], mode: Literal["wait", "abort", "in_flight"] = "wait") -> WeightsAnswer:
        """Replaces weights by name; the rollouts that follow come from them. Repeated when the connection breaks: the same weights
        twice are the same policy."""
        answer = self._transport.send("POST", f"/v1/policies/{_segment(policy)}/weights?{urlencode({'mode': mode})}",
                                      safetensors.save(tensors), {"Content-Type": SAFETENSORS, "Accept": JSON}, repeatable=True)
        return answer.json()

    def create_snapshot(self, policy: str, name: str) -> dict[str, Any]:
        """Pins the current weights under ``policy@name``."""
        return self._post(f"/v1/policies/{_segment(policy)}/snapshots", {"name": name}, repeatable=False)

    def delete_snapshot(self, policy: str, name: str) -> None:
        self._transport.send("DELETE", f"/v1/policies/{_segment(policy)}/snapshots/{_segment(name)}", repeatable=False)

    def tokenize(self, policy: str, *, text: str | None = None, messages: Sequence[Message] | None = None, **fields: Any) -> dict[str, Any]:
        return self._post(f"/v1/policies/{_segment(policy)}/tokenize", {"text": text, "messages": messages, **fields})

    def detokenize(self, policy: str, token_ids: Sequence[int], **fields: Any) -> str:
        return self._post(f"/v1/policies/{_segment(policy)}/detokenize", {"token_ids": list(token_ids), **fields})["text"]

    # Evaluations and curations

    def create_evaluation(self, **fields: Any) -> dict[str, Any]:
        """Starts an evaluation; the answer has its ``id``."""
        return self._post("/v1/evaluations", fields, headers={"Idempotency-Key": uuid.uuid4().hex})

    def evaluation(self, id: str, wait: int | None = None) -> dict[str, Any]:
        """Its state; ``wait``: seconds to wait for it to end."""
        return self._get(f"/v1/evaluations/{_segment(id)}" + (f"?wait={wait}" if wait is not None else ""))

    def create_curation(self, **fields: Any) -> dict[str, Any]:
        """Starts a curation; the answer has its ``id``."""
        return self._post("/v1/curations", fields, headers={"Idempotency-Key": uuid.uuid4().hex})

    def curation(self, id: str, wait: int | None = None) -> dict[str, Any]:
        return self._get(f"/v1/curations/{_segment(id)}" + (f"?wait={wait}" if wait is not None else ""))

    def job_results(self, kind: Literal["evaluations", "curations"], id: str) -> Iterator[dict[str, Any]]:
        """The results of a job, one object at a time."""
        for line in self._transport.lines("GET", f"/v1/{kind}/{_segment(id)}/results", None, {"Accept": NDJSON}):
            yield json.loads(line)

    # Service

    def info(self) -> dict[str, Any]:
        return self._get("/info")

    def is_ready(self) -> bool:
        """Whether the service answers and its default policy can be used. Waits out a start, as every call does."""
        return self._transport.send("GET", "/health/ready", repeatable=True).status == 200

    @staticmethod
    def _rollouts(prompts: Sequence[Prompt], group_size: int | None, sampling: Mapping[str, Any] | None, rewards: Sequence[RewardSpec] | None,
                  advantages: Mapping[str, Any] | None, policy: str | None, fields: Mapping[str, Any]) -> dict[str, Any]:
        seeded = {"seed": random.randrange(2**31), **_given(sampling or {})}
        request = {"policy": policy, "prompts": list(prompts), "group_size": group_size, "sampling": seeded, "rewards": rewards, "advantages": advantages}
        return _given({**request, **fields})

    def _get(self, path: str) -> Any:
        return self._transport.send("GET", path, headers={"Accept": JSON}, repeatable=True).json()

    def _post(self, path: str, body: Mapping[str, Any], *, repeatable: bool = True, headers: Mapping[str, str] | None = None) -> Any:
        content = json.dumps(_given(body)).encode()
        return self._transport.send("POST", path, content, {"Content-Type": JSON, "Accept": JSON, **(headers or {})}, repeatable=repeatable).json()

    def _tensors(self, path: str, body: bytes, content_type: str) -> Tensors:
        answer: Answer = self._transport.send("POST", path, body, {"Content-Type": content_type, "Accept": SAFETENSORS}, repeatable=True)
        tensors, metadata = safetensors.load(answer.body)
        return Tensors(tensors, json.loads(metadata["response"]))


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _segment(text: str) -> str:
    return quote(text, safe="@")
