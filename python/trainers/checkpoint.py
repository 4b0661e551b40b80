"""A run's checkpoint: weights, optimiser and step, written beside the old one and put in its place at once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import threads  # noqa: F401
import torch  # isort: skip

if TYPE_CHECKING:
    from train_tiny_r1 import Trainer

FILE = "checkpoint.pt"


def save(out: Path, trainer: Trainer) -> None:
    new = out / f"{FILE}.new"
    torch.save({"step": trainer.step, "policy": trainer.policy.state_dict(), "optimiser": trainer.optimiser.state_dict()}, new)
    os.replace(new, out / FILE)


def begin(out: Path) -> list[dict[str, Any]]:
    """Clears what an earlier run left."""
    for name in (FILE, "metrics.jsonl", "curves.svg", "evaluation.json"):
        (out / name).unlink(missing_ok=True)
    return []


def resume(out: Path, trainer: Trainer) -> list[dict[str, Any]]:
    """Puts a trainer where the checkpoint was taken, and drops the metrics of the steps after it."""
    if not (out / FILE).exists():
        raise SystemExit(f"{out / FILE} is not there: nothing to resume")
    state = torch.load(out / FILE)
    trainer.step = state["step"]
    trainer.policy.load_state_dict(state["policy"])
    trainer.optimiser.load_state_dict(state["optimiser"])
    metrics = out / "metrics.jsonl"
    rows = [row for row in map(json.loads, metrics.read_text(encoding="utf-8").splitlines()) if row["step"] <= trainer.step]
    metrics.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return rows
