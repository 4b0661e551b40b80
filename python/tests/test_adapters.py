"""Each adapter is called as its trainer calls it."""

import asyncio
import json
import math
import unittest
from types import SimpleNamespace

from service import LiveTest, needs_torch
from grpo_client import GrpoClient, GrpoError

RIGHT = "<think>37 plus 58 makes 95.</think><answer>95</answer>"
WRONG = "<think>37 plus 58 makes 85.</think><answer>85</answer>"


class TrlTests(LiveTest):
    def reward(self, name, **options):
        from trl_reward import GrpoApiReward
        return GrpoApiReward(name, client=GrpoClient(self.service.address), **options)

    def call(self, reward, completions, **columns):
        """GRPOTrainer._calculate_rewards: one list entry per completion everywhere, and arguments that a reward may ignore."""
        return reward(prompts=["What is 37 + 58?"] * len(completions), completions=completions, completion_ids=[[1, 2]] * len(completions),
                      trainer_state=object(), log_extra=lambda *_: None, log_metric=lambda *_: None, **columns)

    def test_texts(self):
        accuracy = self.reward("accuracy")
        self.assertEqual("accuracy", accuracy.__name__)
        self.assertEqual([1.0, 0.0], self.call(accuracy, [RIGHT, WRONG], answer=["95", "95"]))

    def test_conversations(self):
        messages = [[{"role": "assistant", "content": RIGHT}], [{"role": "assistant", "content": "95"}]]
        self.assertEqual([1.0, 0.0], self.call(self.reward("format"), messages))

    def test_another_column_and_parameters(self):
        self.assertEqual([1.0], self.call(self.reward("accuracy", columns={"answer": "solution"}), [RIGHT], solution=["95"]))
        self.assertEqual([0.25], self.call(self.reward("format", params={"mode": "soft"}), ["<think>a</think>"]))

    def test_none_where_a_reward_does_not_apply(self):
        self.assertEqual([None, 1.0], self.call(self.reward("accuracy"), [RIGHT, RIGHT], answer=[None, "95"]))

    def test_group_rewards_see_their_group(self):
        shorter, longer = self.call(self.reward("kimi_length"), [RIGHT, RIGHT + " " * 3], answer=["95", "95"])
        self.assertGreaterEqual(shorter, longer)


class VerlTests(LiveTest):
    def test_one_sample(self):
        from verl_score import compute_score
        score = compute_score(data_source="gsm8k", solution_str=RIGHT, ground_truth="95", extra_info={"index": 0},
                              rewards="accuracy,format:0.5", server=self.service.address)
        self.assertEqual({"score": 1.5, "accuracy": 1.0, "format": 1.0}, score)

    def test_a_batch(self):
        from verl_score import compute_scores
        scores = compute_scores(data_sources=["a", "b"], solution_strs=[RIGHT, WRONG], ground_truths=["95", {"answer": "95"}], extra_infos=[None, None],
                                server=self.service.address)
        self.assertEqual([1.0, 0.0], [score["score"] for score in scores])

    def test_what_cannot_be_judged_is_no_zero(self):
        from verl_score import compute_score
        with self.assertRaisesRegex(GrpoError, "could not be judged"):
            compute_score("a", RIGHT, None, server=self.service.address)
        score = compute_score("a", RIGHT, None, server=self.service.address, unjudged=0.25)
        self.assertEqual(0.25, score["score"])
        self.assertTrue(math.isnan(score["accuracy"]))


class OpenRlhfTests(LiveTest):
    QUERIES, PROMPTS = ["95 or 85?" + RIGHT, "95 or 85?" + WRONG], ["95 or 85?"] * 2

    def test_the_file_and_the_route_agree(self):
        needs_torch()
        import os
        from unittest import mock
        with mock.patch.dict(os.environ, {"GRPO_SERVER": self.service.address, "GRPO_REWARDS": "accuracy,format:0.5"}):
            from openrlhf_reward import reward_func
            file = reward_func(queries=self.QUERIES, prompts=self.PROMPTS, labels=["95", '{"answer": "95"}'])
        body = json.dumps({"query": self.QUERIES, "prompts": self.PROMPTS, "labels": ["95", '{"answer": "95"}']}).encode()
        route = GrpoClient(self.service.address)._transport.send(
            "POST", "/compat/openrlhf/get_reward?rewards=accuracy,format:0.5", body, {"Content-Type": "application/json"}, repeatable=True).json()
        self.assertEqual([1.5, 0.5], route["rewards"])
        self.assertEqual(route["rewards"], file["rewards"].tolist())
        self.assertEqual(route["extra_logs"]["accuracy"], file["extra_logs"]["accuracy"].tolist())


class SlimeTests(LiveTest):
    def test_the_function_and_the_route_agree(self):
        import os
        from unittest import mock
        from slime_reward import custom_rm

        async def many(samples):
            return await asyncio.gather(*(custom_rm(SimpleNamespace(), sample) for sample in samples))

        samples = [SimpleNamespace(prompt="?", response=text, label="95", metadata=None) for text in (RIGHT, WRONG)]
        with mock.patch.dict(os.environ, {"GRPO_SERVER": self.service.address, "GRPO_REWARDS": "accuracy,format"}):
            self.assertEqual([2.0, 1.0], asyncio.run(many(samples)))
        self.assertEqual({"score": 1.0, "accuracy": 0.0, "format": 1.0}, samples[1].metadata["rewards"])
        body = json.dumps({"prompt": "?", "response": WRONG, "label": "95"}).encode()
        route = GrpoClient(self.service.address)._transport.send("POST", "/compat/slime/rm?rewards=accuracy,format", body, {"Content-Type": "application/json"}, repeatable=True)
        self.assertEqual(1.0, route.json())


class TinkerTests(LiveTest):
    def test_weights_are_minus_the_gradient(self):
        """As TrainingClient.forward_backward_custom does: leaves of the log-probabilities, loss.backward(), weights = -grad."""
        needs_torch()
        import torch
        from tinker_loss import TinkerLoss, weights

        tensor = lambda values: SimpleNamespace(to_torch=lambda: torch.tensor(values))
        data = [SimpleNamespace(loss_fn_inputs={"advantages": tensor([0.0, 1.0, 1.0]), "logprobs": tensor([0.0, -2.0, -0.5]), "mask": tensor([0.0, 1.0, 1.0])}),
                SimpleNamespace(loss_fn_inputs={"advantages": tensor([-1.0, -1.0]), "logprobs": tensor([-1.0, -0.6]), "mask": tensor([1.0, 1.0])})]
        leaves = [torch.tensor([-0.1, -1.95, -0.4], requires_grad=True), torch.tensor([-1.1, -0.7], requires_grad=True)]
        client = GrpoClient(self.service.address)
        loss, metrics = TinkerLoss(client, loss_type="grpo", epsilon=0.2)(data, leaves)
        loss.backward()
        expected = client.loss([
            {"logprobs": leaves[0].tolist(), "old_logprobs": [0.0, -2.0, -0.5], "advantages": [0.0, 1.0, 1.0], "mask": [0, 1, 1]},
            {"logprobs": leaves[1].tolist(), "old_logprobs": [-1.0, -0.6], "advantages": [-1.0, -1.0]}], loss_type="grpo", epsilon=0.2)
        self.assertAlmostEqual(expected["loss"], loss.item(), places=6)
        self.assertIn("ratio/mean", metrics)
        for leaf, sequence in zip(leaves, expected["sequences"]):
            torch.testing.assert_close(leaf.grad, torch.tensor(sequence["grad_logprobs"]))
            # Tinker's cross-entropy: -sum(weights * logprobs) has the gradient of the loss.
            surrogate = leaf.detach().clone().requires_grad_()
            (-(weights(leaf.grad) * surrogate).sum()).backward()
            torch.testing.assert_close(surrogate.grad, leaf.grad)


if __name__ == "__main__":
    unittest.main()
