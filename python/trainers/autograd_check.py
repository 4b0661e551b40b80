"""The losses once more, written down in PyTorch and differentiated by autograd: `--check` holds the service to it.

Source of the formulas: TRL's GRPOTrainer; docs/paper-index.md of this repository names the papers.
"""

from __future__ import annotations

from typing import Any

import threads  # noqa: F401
import torch  # isort: skip
from torch import Tensor

CHECKED_LOSSES = ("grpo", "bnpo", "dr_grpo", "dapo")


def reference_loss(logprobs: Tensor, old: Tensor, ref: Tensor | None, mask: Tensor, advantages: Tensor, settings: dict[str, Any]) -> Tensor:
    """The scalar loss of one batch. logprobs, old, ref, mask: (N, T); advantages: (N)."""
    log_ratio = logprobs - old
    if settings["importance_sampling_level"] != "token":
        mean = (log_ratio * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True).clamp(min=1)
        log_ratio = mean if settings["importance_sampling_level"] == "sequence" else logprobs - logprobs.detach() + mean.detach()
    ratio, high = log_ratio.exp(), settings.get("epsilon_high") or settings["epsilon"]
    advantage = advantages[:, None]
    terms = -torch.min(ratio * advantage, ratio.clamp(1 - settings["epsilon"], 1 + high) * advantage)
    if settings["beta"]:
        x = ref - logprobs
        terms = terms + settings["beta"] * (x.exp() - x - 1)
    return _aggregate(terms.expand_as(mask), mask, settings)


def _aggregate(terms: Tensor, mask: Tensor, settings: dict[str, Any]) -> Tensor:
    match settings["loss_type"]:
        case "grpo":
            return ((terms * mask).sum(1) / mask.sum(1).clamp(min=1)).mean()
        case "dr_grpo":
            return (terms * mask).sum() / (len(mask) * settings["normalizer"]["max_completion_length"])
        case _:  # bnpo, and dapo on the whole batch
            return (terms * mask).sum() / mask.sum()


def compare(loss: float, gradient: Tensor, logprobs: Tensor, old: Tensor, ref: Tensor | None, mask: Tensor, advantages: Tensor,
            settings: dict[str, Any]) -> tuple[float, float]:
    """Differences of loss and gradient from autograd in float64, relative to the largest value."""
    exact = logprobs.detach().double().requires_grad_()
    expected = reference_loss(exact, old.double(), None if ref is None else ref.double(), mask.double(), advantages.double(), settings)
    expected.backward()
    scale = exact.grad.abs().max().clamp(min=1e-12)
    return abs(loss - expected.item()) / max(1e-6, abs(expected.item())), ((gradient.double() - exact.grad).abs().max() / scale).item()
