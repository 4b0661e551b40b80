"""Muon for the matrices inside the layers, Adam for the embeddings and norms.

Muon (Keller Jordan, 2024, https://kellerjordan.github.io/posts/muon/) replaces the momentum of a matrix by the nearest
semi-orthogonal matrix, found by a few Newton-Schulz iterations. On this small model it needs about half the steps of Adam.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def orthogonalise(matrix: Tensor, iterations: int = 5) -> Tensor:
    """Approximately U V^T of the singular value decomposition U S V^T of a (rows, columns) matrix."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(iterations):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if matrix.shape[0] > matrix.shape[1] else x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr: float, momentum: float = 0.95):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                update = orthogonalise(p.grad.lerp(buffer, group["momentum"]))
                p.add_(update, alpha=-group["lr"] * math.sqrt(max(1.0, p.shape[0] / p.shape[1])))


class Optimisers:
    """Both optimisers under one schedule: linear warm-up, constant, then linear decay to zero over the last 60 %."""

    def __init__(self, model: nn.Module, steps: int, matrix_lr: float = 0.02, other_lr: float = 0.003, warmup: int = 30):
        matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embed" not in n]
        others = [p for n, p in model.named_parameters() if p.dim() == 1 or "embed" in n]
        self.parts = (Muon(matrices, matrix_lr), torch.optim.Adam(others, other_lr, betas=(0.9, 0.98)))
        schedule = lambda step: min(1.0, (step + 1) / warmup, (steps - step) / (0.6 * steps))
        self.schedules = [torch.optim.lr_scheduler.LambdaLR(part, schedule) for part in self.parts]

    def step(self) -> None:
        for part, schedule in zip(self.parts, self.schedules):
            part.step()
            schedule.step()
            part.zero_grad(set_to_none=True)
