"""The shapes of requests and answers, for type checkers and editors. P prompts, G completions of a prompt, T tokens, N sequences."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union


class Message(TypedDict, total=False):
    role: str
    content: str


class Prompt(TypedDict, total=False):
    """Exactly one of text, messages, token_ids; ``reference`` goes to the rewards untouched."""

    id: str
    text: str
    messages: list[Message]
    token_ids: list[int]
    reference: dict[str, Any]


class RewardSpec(TypedDict, total=False):
    name: str
    weight: float
    params: dict[str, Any]


class Score(TypedDict):
    score: float | None
    reason: str


class Completion(TypedDict, total=False):
    index: int
    text: str
    token_ids: list[int]
    logprobs: list[float]
    sampling_logprobs: list[float]
    ref_logprobs: list[float]
    entropy: list[float]
    finish_reason: Literal["stop", "length", "cancelled"]
    stop_reason: Union[str, int, None]
    policy_version: int
    scores: dict[str, Score] | None
    reward: float | None
    advantage: float | None


class Group(TypedDict, total=False):
    id: str
    prompt_index: int
    prompt_token_ids: list[int]
    completions: list[Completion]
    reward_mean: float | None
    reward_std: float | None
    reward_std_is_zero: bool | None


class Rollouts(TypedDict, total=False):
    policy: str
    policy_version: int
    seed: int
    groups: list[Group]
    metrics: dict[str, float | None]
    usage: dict[str, int]
    timing: dict[str, float]


class LossAnswer(TypedDict, total=False):
    loss: float
    objective: float
    policy_loss: float
    kl_loss: float
    metrics: dict[str, float | None]
    sequences: list[dict[str, list[float]]]
    explanation: dict[str, Any] | None


class Parameter(TypedDict):
    name: str
    dtype: str
    shape: list[int]


class WeightsAnswer(TypedDict, total=False):
    policy_version: int
    updated: list[str]
    duration_ms: float
