#!/usr/bin/env python3
"""GRPO over HTTP: the whole training loop, with only the forward and backward pass in PyTorch.

    dotnet run --project src/GrpoApi -c Release                       # the service, in another terminal
    python3 python/trainers/train_tiny_r1.py --server http://127.0.0.1:5080 --steps 150 --out runs/tiny-r1

One step:

    questions -> POST /v1/rollouts    completions, rewards, advantages, log-probabilities of the reference
              -> PyTorch              log-probabilities with a graph behind them
              -> POST /v1/loss        the loss and its gradient for each token
              -> PyTorch              logprobs.backward(gradient=...), optimiser step
              -> POST /v1/policies/tiny-r1/weights
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import threads  # noqa: F401
import torch  # isort: skip

import autograd_check
import checkpoint
import curves
import torch_policy
from arguments import Settings, parse
from evaluation import evaluate
from served_policy import ServedPolicy
from stopwatch import Stopwatch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from grpo_client import GrpoClient, GrpoError  # noqa: E402
from questions import as_prompt  # noqa: E402
from task import sample_question  # noqa: E402

CHARTS = {
    "mean reward": {"reward": "reward"},
    "mean of each reward": {"rewards/accuracy/mean": "accuracy", "rewards/format/mean": "format", "rewards/language_consistency/mean": "language"},
    "divergence from the starting weights (nats per token)": {"kl": "kl"},
    "seconds of a step": {"seconds": "whole step", "service_seconds": "service"},
}


@dataclass
class Trainer:
    settings: Settings
    client: GrpoClient
    check: bool = False
    step: int = 0
    policy: torch.nn.Module = field(init=False)

    def __post_init__(self) -> None:
        s = self.settings
        torch.manual_seed(s.seed)
        torch.set_num_threads(s.threads)
        self.policy = torch_policy.load(Path(s.model))
        self.optimiser = torch.optim.Adam(self.policy.parameters(), s.learning_rate, betas=(0.9, 0.95))
        self.reference = {name: p.detach().clone() for name, p in self.policy.named_parameters()} if s.beta else None
        self.served: ServedPolicy | None = None

    def connect(self) -> None:
        """Makes the service's policy equal to this one."""
        weights = dict(self.policy.named_parameters())
        self.served = ServedPolicy(self.client, self.settings.policy, weights, self.reference, self.policy.config.vocab_size, self.settings.weight_mode)

    def train_step(self) -> dict[str, Any]:
        s, watch = self.settings, Stopwatch()
        self._set_learning_rate()
        rng = random.Random(f"{s.seed}:{self.step}")  # so that a resumed run asks what the whole run would have asked
        questions = [as_prompt(sample_question(rng, held_out=False)) for _ in range(s.prompts)]
        with watch("rollouts"):
            rollouts = self.served.rollouts(
                questions, group_size=s.group_size, sampling={"temperature": s.temperature, "max_tokens": s.max_tokens, "seed": rng.randrange(2**31)},
                rewards=[{"name": name, "weight": weight} for name, weight in s.rewards.items()],
                advantages={"estimator": "grpo", "scale_rewards": s.scale_rewards}, include=["token_ids", "logprobs"])
        answers = [self._update(rollouts, watch) for _ in range(s.num_iterations)]
        with watch("weights"):
            self.served.push()
        self.step += 1
        return self._row(rollouts.response, answers, watch)

    def _update(self, rollouts: Any, watch: Stopwatch) -> dict[str, Any]:
        s, batch = self.settings, {name: torch.as_tensor(value) for name, value in rollouts.tensors.items()}
        mask, old, ref = batch["mask"], batch["logprobs"], batch.get("ref_logprobs")
        with watch("torch"):
            prompts = [group["prompt_token_ids"] for group in rollouts.response["groups"]]
            logprobs = torch_policy.logprobs(self.policy, prompts, batch["token_ids"], mask, s.temperature)
        with watch("loss"):
            answer = self.client.loss_tensors(
                {"logprobs": logprobs, "old_logprobs": old, "ref_logprobs": ref, "mask": mask, "advantages": batch["advantages"]}, **self._loss_settings())
        gradient = torch.as_tensor(answer["grad_logprobs"])
        with watch("torch"):
            self.optimiser.zero_grad(set_to_none=True)
            logprobs.backward(gradient=gradient)
            norm = torch.nn.utils.clip_grad_norm_(self.policy.parameters(), s.max_grad_norm)
            self.optimiser.step()
        row = {"loss": float(answer["loss"][0]), "grad_norm": norm.item(), **answer.response["metrics"]}
        if self.check:
            difference = autograd_check.compare(row["loss"], gradient, logprobs, old, ref, mask, batch["advantages"], self._loss_settings())
            row["check/loss"], row["check/gradient"] = difference
            if max(difference) > 1e-4:
                raise GrpoError(f"loss and gradient differ from autograd by {difference[0]:.1e} and {difference[1]:.1e}")
        return row

    def _loss_settings(self) -> dict[str, Any]:
        s = self.settings
        settings = {"loss_type": s.loss_type, "importance_sampling_level": s.importance_sampling_level, "epsilon": s.epsilon, "beta": s.beta}
        if s.epsilon_high is not None:
            settings["epsilon_high"] = s.epsilon_high
        if s.loss_type == "dr_grpo":
            settings["normalizer"] = {"max_completion_length": s.max_tokens}
        return settings

    def _set_learning_rate(self) -> None:
        s = self.settings
        factor = min((self.step + 1) / max(1, s.warmup), 1.0, max(0.1, 1.0 - self.step / s.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = s.learning_rate * factor

    def _row(self, response: dict[str, Any], answers: list[dict[str, Any]], watch: Stopwatch) -> dict[str, Any]:
        metrics, last = response["metrics"], answers[-1]
        names = [name for name in metrics if name.startswith("rewards/") and name.endswith("/mean")]
        return {
            "step": self.step, "reward": metrics["reward"], **{name: metrics[name] for name in names}, "loss": last["loss"], "kl": last.get("kl"),
            "seconds": watch.total(), "service_seconds": watch.total() - watch["torch"], "service_share": 1 - watch["torch"] / watch.total(),
            **{f"seconds/{part}": watch[part] for part in ("rollouts", "loss", "weights", "torch")},
            "reward_std": metrics["reward_std"], "frac_reward_zero_std": metrics["frac_reward_zero_std"],
            "completions/mean_length": metrics["completions/mean_length"], "completions/clipped_ratio": metrics["completions/clipped_ratio"],
            "clip_ratio/region_mean": last.get("clip_ratio/region_mean"), "grad_norm": last["grad_norm"], "policy_version": self.served.version,
            **{name: value for name, value in last.items() if name.startswith("check/")},
        }


def line(row: dict[str, Any], steps: int) -> str:
    show = lambda name: "  n/a" if row.get(name) is None else f"{row[name]:.3f}"
    return (f"step {row['step']:>4}/{steps}  reward {show('reward')}  accuracy {show('rewards/accuracy/mean')}  format {show('rewards/format/mean')}  "
            f"language {show('rewards/language_consistency/mean')}  loss {row['loss']:+.4f}  kl {show('kl')}  "
            f"{row['seconds']:.1f} s (service {row['service_share']:.0%})")


def run(settings: Settings, out: Path, *, resume: bool = False, evaluate_on: int = 512, checkpoint_every: int = 10, check: bool = False) -> dict[str, Any]:
    """Trains, and writes everything about the run into ``out``. Returns what the evaluations measured."""
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(settings, GrpoClient(settings.server), check)
    rows = checkpoint.resume(out, trainer) if resume else checkpoint.begin(out)
    (out / "settings.json").write_text(json.dumps(settings.as_dict(), indent=2) + "\n", encoding="utf-8")
    trainer.connect()
    measured = json.loads((out / "evaluation.json").read_text()) if resume and (out / "evaluation.json").exists() else {}
    if evaluate_on and "before" not in measured:
        measured["before"] = report("before", evaluate(trainer.served, settings, evaluate_on))
    started, already = time.monotonic(), measured.get("training_seconds", 0.0)
    with (out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        while trainer.step < settings.steps:
            row = trainer.train_step()
            rows.append(row)
            print(json.dumps(row), file=metrics, flush=True)
            print(line(row, settings.steps), flush=True)
            if trainer.step % checkpoint_every == 0 or trainer.step == settings.steps:
                checkpoint.save(out, trainer)
                curves.write(out / "curves.svg", rows, CHARTS)
    measured["training_seconds"] = already + time.monotonic() - started
    measured["restarts"] = measured.get("restarts", 0) + trainer.served.restarts
    if evaluate_on:
        measured["after"] = report("after", evaluate(trainer.served, settings, evaluate_on))
    (out / "evaluation.json").write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    return measured


def report(when: str, figures: dict[str, float]) -> dict[str, float]:
    print(f"{when} training, held-out questions: " + "  ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)
    return figures


def main() -> None:
    settings, options = parse()
    try:
        run(settings, options.out, resume=options.resume, evaluate_on=options.evaluate, checkpoint_every=options.checkpoint_every, check=options.check)
    except GrpoError as error:
        raise SystemExit(f"{error}\nThe last checkpoint is kept: go on with --resume.") from error


if __name__ == "__main__":
    main()
