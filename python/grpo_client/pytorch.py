"""The service's loss as a PyTorch function: its value comes from the service, its gradient too.

    loss = grpo_loss(client, logprobs, {"mask": mask, "advantages": advantages, "old_logprobs": old}, epsilon=0.2)
    loss.backward()
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from .client import GrpoClient


class _ServedLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logprobs: Tensor, loss: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(gradient)
        return loss

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return upstream * gradient, None, None


def grpo_loss(client: GrpoClient, logprobs: Tensor, tensors: Mapping[str, Any], **settings: Any) -> Tensor:
    """The loss of POST /v1/loss as a scalar that can be differentiated with respect to ``logprobs``.

    Args:
        client: The service.
        logprobs: (N, T), with a graph behind it.
        tensors: What else the loss needs: ``advantages``, ``mask``, ``old_logprobs``, ``ref_logprobs``, ...
        settings: ``loss_type``, ``epsilon``, ``beta``, ... as in the contract.

    Returns:
        A scalar of the dtype and device of ``logprobs``, with the service's metrics as its attribute ``metrics``.
    """
    answer = client.loss_tensors({"logprobs": logprobs, **tensors}, **settings)
    like = {"dtype": logprobs.dtype, "device": logprobs.device}
    loss = _ServedLoss.apply(logprobs, torch.as_tensor(float(answer["loss"][0]), **like), torch.as_tensor(answer["grad_logprobs"]).to(**like))
    loss.metrics = answer.response["metrics"]
    return loss
