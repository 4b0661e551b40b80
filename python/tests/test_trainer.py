"""The training loop against the real service: it learns, it survives what may happen to the service, and it says what is wrong."""

import io
import json
import tempfile
import threading
import time
import unittest
import unittest.mock
import xml.etree.ElementTree as xml
from contextlib import redirect_stdout
from pathlib import Path

from service import ROOT, LiveTest, Service, needs_torch
from grpo_client import GrpoClient, GrpoError, PolicyMismatchError

METRICS = {"step", "reward", "rewards/accuracy/mean", "rewards/format/mean", "rewards/language_consistency/mean", "loss", "kl", "seconds",
           "service_seconds", "service_share"}


def train(service: Service, out: Path, *arguments: str, **options) -> list[dict]:
    from arguments import parse
    from train_tiny_r1 import run

    settings, parsed = parse(["--server", service.address, *arguments])
    with redirect_stdout(io.StringIO()):
        run(settings, out, **{"evaluate_on": 0, "check": parsed.check, **options})
    return [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]


class TrainerTest(LiveTest):
    def setUp(self):
        needs_torch()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "run"


class LearningTests(TrainerTest):
    def test_twenty_steps_raise_the_reward(self):
        rows = train(self.service, self.out, "--steps", "20", "--prompts", "8", "--check")
        mean = lambda part, name: sum(row[name] for row in part) / len(part)
        self.assertEqual(list(range(1, 21)), [row["step"] for row in rows])
        self.assertTrue(METRICS <= rows[0].keys(), METRICS - rows[0].keys())
        self.assertGreater(mean(rows[-5:], "reward"), mean(rows[:2], "reward") + 0.3)
        self.assertGreater(mean(rows[-5:], "rewards/accuracy/mean"), mean(rows[:2], "rewards/accuracy/mean") + 0.1)
        self.assertLess(max(max(row["check/loss"], row["check/gradient"]) for row in rows), 1e-4)
        self.assertGreater(rows[-1]["kl"], 0)
        self.assertEqual(rows[-1]["policy_version"], GrpoClient(self.service.address).policy("tiny-r1")["version"])
        xml.parse(self.out / "curves.svg")


class SettingsTests(TrainerTest):
    def test_every_checked_loss_equals_autograd(self):
        from autograd_check import CHECKED_LOSSES
        for loss_type in CHECKED_LOSSES:
            for level in ("token", "sequence", "sequence_token"):
                with self.subTest(loss_type=loss_type, level=level):
                    rows = train(self.service, self.out, "--steps", "1", "--prompts", "2", "--group-size", "4", "--num-iterations", "3", "--check",
                                 "--loss-type", loss_type, "--importance-sampling-level", level, "--beta", "0.04", "--learning-rate", "3e-3")
                    self.assertLess(max(rows[0]["check/loss"], rows[0]["check/gradient"]), 1e-4)

    def test_a_reward_of_weight_zero_is_measured_and_not_trained_on(self):
        rows = train(self.service, self.out, "--steps", "1", "--prompts", "2", "--rewards", "accuracy", "format=0.5", "language_consistency=0", "--beta", "0")
        self.assertIsNotNone(rows[0]["rewards/language_consistency/mean"])
        self.assertAlmostEqual(rows[0]["reward"], rows[0]["rewards/accuracy/mean"] + 0.5 * rows[0]["rewards/format/mean"], places=6)
        self.assertIsNone(rows[0]["kl"])

    def test_losses_without_a_check_train_too(self):
        rows = train(self.service, self.out, "--steps", "1", "--prompts", "2", "--loss-type", "cispo", "--beta", "0")
        self.assertEqual(1, len(rows))


class CheckpointTests(TrainerTest):
    def test_a_resumed_run_goes_on_as_if_nothing_had_happened(self):
        steps = ("--prompts", "2", "--group-size", "4", "--warmup", "1")
        whole = train(self.service, self.out / "whole", "--steps", "4", *steps)
        train(self.service, self.out / "parts", "--steps", "4", *steps, checkpoint_every=2)
        metrics = self.out / "parts" / "metrics.jsonl"
        # As if it had been killed after step 3, whose metrics were written and whose checkpoint was not.
        self._back_to_step(self.out / "parts", 2, "--steps", "4", *steps)
        metrics.write_text("".join(line + "\n" for line in metrics.read_text().splitlines()[:3]))
        resumed = train(self.service, self.out / "parts", "--steps", "4", *steps, resume=True)
        self.assertEqual([1, 2, 3, 4], [row["step"] for row in resumed])
        for expected, row in zip(whole, resumed):
            self.assertAlmostEqual(expected["reward"], row["reward"], places=6)
            self.assertAlmostEqual(expected["loss"], row["loss"], places=4)

    def _back_to_step(self, out: Path, step: int, *arguments: str) -> None:
        from arguments import parse
        import checkpoint
        import train_tiny_r1

        settings, _ = parse(["--server", self.service.address, *arguments])
        trainer = train_tiny_r1.Trainer(settings, GrpoClient(self.service.address))
        trainer.connect()
        while trainer.step < step:
            trainer.train_step()
        checkpoint.save(out, trainer)

    def test_there_must_be_something_to_resume(self):
        with self.assertRaisesRegex(SystemExit, "nothing to resume"):
            train(self.service, self.out, "--steps", "1", resume=True)


class RestartTests(TrainerTest):
    def test_training_goes_on_after_the_service_was_killed(self):
        done = threading.Event()

        def kill_and_start():
            while not done.is_set() and not (self.out / "metrics.jsonl").exists() or (self.out / "metrics.jsonl").read_text().count("\n") < 2:
                time.sleep(0.01)
            self.service.kill()
            self.service.start(wait=False)

        killer = threading.Thread(target=kill_and_start)
        killer.start()
        rows = train(self.service, self.out, "--steps", "6", "--prompts", "2", "--group-size", "4", "--check")
        done.set()
        killer.join()
        self.assertEqual(6, len(rows))
        # Weights and reference are the trainer's again: on-policy ratios of 1, a divergence that goes on from where it was.
        self.assertLess(max(row["check/gradient"] for row in rows), 1e-4)
        self.assertLess(rows[-1]["policy_version"], 8)
        self.assertGreater(rows[-1]["kl"], 0)


class MismatchTests(TrainerTest):
    def served(self, **changes):
        import torch_policy
        from served_policy import ServedPolicy

        policy = torch_policy.load(ROOT / "models" / "tiny-r1")
        weights = {name: p.detach() for name, p in policy.named_parameters()}
        weights |= changes.pop("weights", {})
        return ServedPolicy(GrpoClient(self.service.address), "tiny-r1", weights, None, changes.get("vocab_size", policy.config.vocab_size), "wait")

    def test_another_vocabulary(self):
        with self.assertRaisesRegex(PolicyMismatchError, "601 tokens in the service and 32000 here"):
            self.served(vocab_size=32000)

    def test_a_parameter_that_is_not_there_or_has_another_shape(self):
        import torch
        with self.assertRaisesRegex(PolicyMismatchError, "no parameter 'lm_head.weight'"):
            self.served(weights={"lm_head.weight": torch.zeros(1)})
        with self.assertRaisesRegex(PolicyMismatchError, r"'model.norm.weight' has the shape \[128\] in the service and \[64\] here"):
            self.served(weights={"model.norm.weight": torch.zeros(64)})

    def test_somebody_else_trains_the_same_policy(self):
        served = self.served()
        GrpoClient(self.service.address).update_weights("tiny-r1", {"model.norm.weight": served._weights["model.norm.weight"]})
        with self.assertRaisesRegex(PolicyMismatchError, "somebody else"):
            served.rollouts([{"text": "1"}], group_size=2, sampling={"max_tokens": 2})

    def test_the_command_line_says_what_is_wrong(self):
        from arguments import parse
        for arguments in (["--check", "--loss-type", "cispo"], ["--rewards", "accuracy=much"], ["--group-size", "1"], ["--steps", "0"]):
            with self.subTest(arguments), self.assertRaises(SystemExit), redirect_stdout(io.StringIO()), unittest.mock.patch("sys.stderr", io.StringIO()):
                parse(arguments)

    def test_every_error_of_the_trainer_is_one_of_the_client(self):
        self.assertTrue(issubclass(PolicyMismatchError, GrpoError))


class CurvesTests(unittest.TestCase):
    def test_gaps_flat_lines_and_no_data_are_drawn(self):
        import curves
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "c.svg"
            rows = [{"step": 1, "a": 1.0, "b": None}, {"step": 2, "a": 1.0, "b": 0.5}]
            curves.write(path, rows, {"one & only": {"a": "flat", "b": "late"}, "none": {"c": "missing"}})
            text = "".join(xml.parse(path).getroot().itertext())
        self.assertIn("one & only", text)
        self.assertIn("none: no data", text)
        self.assertIn("late 0.500", text)


if __name__ == "__main__":
    unittest.main()
