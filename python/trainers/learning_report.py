#!/usr/bin/env python3
"""Trains tiny-r1 twice, with and without the language reward, and writes docs/learning-tiny-r1.md from what was measured.

    python3 python/trainers/learning_report.py --server http://127.0.0.1:5080

Runs that are already in --runs are reported as they are.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

from arguments import parse
from train_tiny_r1 import run

ROOT = Path(__file__).resolve().parents[2]
REWARDS = ("accuracy", "format", "language_consistency")
RUNS = {
    "with-language": ["--steps", "150"],
    "without-language": ["--steps", "150", "--rewards", "accuracy=1", "format=1", "language_consistency=0"],
}
GOALS = {"accuracy": 0.90, "format": 0.98, "language_consistency": 0.97}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:5080")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    for name, arguments in RUNS.items():
        if not _is_complete(options.runs / name):
            settings, _ = parse(["--server", options.server, *arguments])
            run(settings, options.runs / name)
        shutil.copyfile(options.runs / name / "curves.svg", _images(options.docs) / f"learning-{name}.svg")
    runs = {name: _read(options.runs / name) for name in RUNS}
    (options.docs / "learning-tiny-r1.md").write_text(document(runs), encoding="utf-8")
    missed = [name for name, goal in GOALS.items() if runs["with-language"]["after"][name] < goal]
    if missed:
        sys.exit(f"below its goal: {', '.join(missed)}")


def document(runs: dict[str, dict[str, Any]]) -> str:
    first, second = runs.values()
    return f"""\
# tiny-r1 learns

Written by `python/trainers/learning_report.py` from two training runs; every number below was measured in them. The trainer keeps the forward and backward
pass in PyTorch; rollouts, rewards, advantages, the loss with its gradient and the weights in use are the service's, over HTTP.

    dotnet run --project src/GrpoApi -c Release
    python3 python/trainers/learning_report.py

512 held-out questions, 4 samples each, temperature 1; no held-out question is ever trained on. The scores are the service's own rewards.

| | accuracy | format | language consistency | completion tokens |
|---|---:|---:|---:|---:|
| the shipped policy | {_figures(first["before"])} |
| trained on accuracy + format + language | {_figures(first["after"])} |
| trained on accuracy + format | {_figures(second["after"])} |

Goals of the first run: {", ".join(f"{name.replace('_', ' ')} {goal:.2f}" for name, goal in GOALS.items())}.

{_finding(first, second)}

## With the language reward

{_run("with-language", first)}

## Without the language reward

The reward for language is measured (weight 0), not trained on.

{_run("without-language", second)}
"""


def _finding(first: dict[str, Any], second: dict[str, Any]) -> str:
    base, with_it, without = (figures["language_consistency"] for figures in (first["before"], first["after"], second["after"]))
    return (f"DeepSeek-R1 (arXiv:2501.12948, section 2.3.2) reports that reasoning trained for accuracy alone mixes languages, and that a language reward cures it "
            f"at a small cost in accuracy. Here the share of the target language goes from {base:.3f} to {with_it:.3f} with the reward and to {without:.3f} without it, "
            f"and accuracy to {first['after']['accuracy']:.3f} with it and {second['after']['accuracy']:.3f} without it.")


def _run(name: str, measured: dict[str, Any]) -> str:
    rows, s = measured["rows"], measured["settings"]
    share = median(row["service_share"] for row in rows)
    parts = ", ".join(f"{part} {median(row[f'seconds/{part}'] for row in rows):.2f}" for part in ("rollouts", "loss", "weights", "torch"))
    reached = next((row["step"] for row in rows if all(_recent(rows, row["step"], f"rewards/{reward}/mean") >= goal for reward, goal in GOALS.items())), None)
    return f"""\
![Learning curves](images/learning-{name}.svg)

| | |
|---|---|
| command | `train_tiny_r1.py {" ".join(RUNS[name])}` |
| seed | {s["seed"]} |
| a step | {s["prompts"]} questions x {s["group_size"]} completions, {s["loss_type"]} loss, beta {s["beta"]:g}, learning rate {s["learning_rate"]:g} |
| all {len(rows)} steps | {measured["training_seconds"] / 60:.1f} minutes |
| every goal first met by the mean of 5 steps | {f"step {reached}" if reached else "never"} |
| seconds of a step, medians | whole {median(row["seconds"] for row in rows):.2f}: {parts} |
| the service's share of a step, median | {share:.0%} |
| kl at the end, nats per token | {rows[-1]["kl"]:.3f} |"""


def _recent(rows: list[dict[str, Any]], step: int, name: str) -> float:
    values = [row[name] for row in rows if step - 5 < row["step"] <= step]
    return sum(values) / len(values) if len(values) == 5 else 0.0


def _figures(figures: dict[str, float]) -> str:
    return " | ".join(f"{figures[name]:.3f}" for name in REWARDS) + f" | {figures['completion_tokens']:.1f}"


def _is_complete(out: Path) -> bool:
    return (out / "evaluation.json").exists() and "after" in json.loads((out / "evaluation.json").read_text())


def _read(out: Path) -> dict[str, Any]:
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return {**json.loads((out / "evaluation.json").read_text()), "settings": json.loads((out / "settings.json").read_text()), "rows": rows}


def _images(docs: Path) -> Path:
    images = docs / "images"
    images.mkdir(parents=True, exist_ok=True)
    return images


if __name__ == "__main__":
    main()
