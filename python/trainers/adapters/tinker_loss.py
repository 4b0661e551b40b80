"""Losses of the service in a Tinker-style trainer.

Tinker computes any loss of the log-probabilities through ``forward_backward_custom(data, loss_fn)``: it hands the log-probabilities to
the client, takes the loss's gradient there, and sends back *weights = -gradient* for its cross-entropy, whose gradient is then exact.

    training_client.forward_backward_custom(data, TinkerLoss(GrpoClient(), loss_type="grpo", epsilon=0.2, beta=0.04))

Inputs of a datum (``loss_fn_inputs``): ``advantages`` (a number for each token), ``logprobs`` (of the sampler, taken as old_logprobs),
and where the loss needs them ``ref_logprobs`` and ``mask``. Tokens of the prompt have mask 0; without a mask every token counts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from grpo_client import GrpoClient  # noqa: E402
from grpo_client.pytorch import grpo_loss  # noqa: E402


class TinkerLoss:
    """A loss function for ``forward_backward_custom``.

    Args:
        client: The service.
        settings: ``loss_type``, ``epsilon``, ``beta``, ... as in POST /v1/loss.
    """

    def __init__(self, client: GrpoClient, **settings: Any):
        self._client, self._settings = client, settings

    def __call__(self, data: Sequence[Any], logprobs: Sequence[Tensor]) -> tuple[Tensor, dict[str, float]]:
        """The loss as a tensor to differentiate, and the service's metrics."""
        masks = [_input(datum, "mask", torch.ones_like(row)) for datum, row in zip(data, logprobs)]
        inputs: dict[str, Tensor | None] = {
            "mask": pad_sequence([mask.to(torch.uint8) for mask in masks], batch_first=True),
            "advantages": _padded(data, "advantages"), "old_logprobs": _padded(data, "logprobs"), "ref_logprobs": _padded(data, "ref_logprobs"),
        }
        loss = grpo_loss(self._client, pad_sequence(list(logprobs), batch_first=True), inputs, **self._settings)
        return loss, {name: value for name, value in loss.metrics.items() if value is not None}


def weights(gradient: Tensor) -> Tensor:
    """What a client sends itself, without autograd: cross-entropy with these weights has exactly this gradient."""
    return -gradient


def _padded(data: Sequence[Any], name: str) -> Tensor | None:
    rows = [_input(datum, name, None) for datum in data]
    return None if any(row is None for row in rows) else pad_sequence(rows, batch_first=True)


def _input(datum: Any, name: str, default: Tensor | None) -> Tensor | None:
    value = datum.loss_fn_inputs.get(name)
    if value is None:
        return default
    return value.to_torch() if hasattr(value, "to_torch") else torch.as_tensor(value)
