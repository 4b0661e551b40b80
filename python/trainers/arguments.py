"""The command line of the trainer, and its settings as they are stored with a run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograd_check import CHECKED_LOSSES

DEFAULT_REWARDS = {"accuracy": 1.0, "format": 1.0, "language_consistency": 1.0}


@dataclass(frozen=True)
class Settings:
    """What a run depends on; two runs of equal settings differ only by rounding."""

    server: str
    policy: str
    model: str
    steps: int
    prompts: int
    group_size: int
    max_tokens: int
    temperature: float
    rewards: dict[str, float]
    scale_rewards: str
    loss_type: str
    importance_sampling_level: str
    epsilon: float
    epsilon_high: float | None
    beta: float
    num_iterations: int
    learning_rate: float
    warmup: int
    max_grad_norm: float
    weight_mode: str
    seed: int
    threads: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def parser() -> argparse.ArgumentParser:
    root = Path(__file__).resolve().parents[2]
    p = argparse.ArgumentParser(description="Trains tiny-r1 with GRPO: every step but the forward and backward pass is a call of the service.",
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--server", default="http://127.0.0.1:5080")
    p.add_argument("--steps", type=int, default=150, help="optimiser steps are steps x num-iterations")
    p.add_argument("--out", type=Path, default=Path("runs/tiny-r1"), help="metrics.jsonl, curves.svg, evaluation.json and the checkpoint go here")
    p.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    p.add_argument("--policy", default="tiny-r1", help="name of the policy in the service")
    p.add_argument("--model", type=Path, default=root / "models" / "tiny-r1", help="folder with the starting weights")
    p.add_argument("--prompts", type=int, default=16, help="questions of one step")
    p.add_argument("--group-size", type=int, default=16)
    p.add_argument("--max-tokens", type=int, default=128)
    p.add_argument("--temperature", type=float, default=1.0)
    p.add_argument("--rewards", nargs="+", metavar="NAME=WEIGHT", default=[f"{name}={weight:g}" for name, weight in DEFAULT_REWARDS.items()],
                   help="weight 0: measured, not trained on")
    p.add_argument("--scale-rewards", choices=("group", "batch", "none"), default="group")
    p.add_argument("--loss-type", default="dapo", help="any loss type of POST /v1/loss")
    p.add_argument("--importance-sampling-level", choices=("token", "sequence", "sequence_token"), default="token")
    p.add_argument("--epsilon", type=float, default=0.2)
    p.add_argument("--epsilon-high", type=float)
    p.add_argument("--beta", type=float, default=0.01, help="weight of the divergence from the starting weights; 0: no reference policy")
    p.add_argument("--num-iterations", type=int, default=1, help="optimiser steps on each batch of rollouts")
    p.add_argument("--learning-rate", type=float, default=1e-3)
    p.add_argument("--warmup", type=int, default=5, help="steps of linear warm-up; afterwards the rate falls linearly to a tenth")
    p.add_argument("--max-grad-norm", type=float, default=1.0)
    p.add_argument("--weight-mode", choices=("wait", "abort", "in_flight"), default="wait")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2, help="of PyTorch")
    p.add_argument("--evaluate", type=int, default=512, metavar="N", help="held-out questions to measure on before and after; 0: none")
    p.add_argument("--checkpoint-every", type=int, default=10, metavar="STEPS")
    p.add_argument("--check", action="store_true", help=f"compare loss and gradient with autograd in each step ({', '.join(CHECKED_LOSSES)})")
    return p


def parse(arguments: Sequence[str] | None = None) -> tuple[Settings, argparse.Namespace]:
    """The settings of the run, and the options that do not change its numbers."""
    p = parser()
    options = p.parse_args(arguments)
    if options.check and options.loss_type not in CHECKED_LOSSES:
        p.error(f"--check knows {', '.join(CHECKED_LOSSES)}, not {options.loss_type}")
    for name in ("steps", "prompts", "max_tokens", "num_iterations", "threads"):
        if getattr(options, name) < 1:
            p.error(f"--{name.replace('_', '-')} must be at least 1")
    if options.group_size < 2:
        p.error("--group-size must be at least 2: an advantage is relative to the group")
    values = {name: getattr(options, name) for name in Settings.__dataclass_fields__}
    values.update(rewards=_rewards(p, options.rewards), model=str(options.model))
    return Settings(**values), options


def _rewards(p: argparse.ArgumentParser, pairs: Sequence[str]) -> dict[str, float]:
    rewards = {}
    for pair in pairs:
        name, _, weight = pair.partition("=")
        try:
            rewards[name] = float(weight or 1)
        except ValueError:
            p.error(f"--rewards: {pair!r} is not NAME=WEIGHT")
    return rewards
