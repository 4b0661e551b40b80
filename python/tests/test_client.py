"""The client against the real service."""

import math
import unittest

from service import LiveTest, needs_torch
from grpo_client import GrpoApiError, GrpoClient, GrpoConnectionError, RetryPolicy

QUESTION = {"messages": [{"role": "user", "content": "What is 37 + 58?"}], "reference": {"answer": "95", "language": "en"}}
SEQUENCES = [
    {"logprobs": [-0.9, -1.8, -0.4], "old_logprobs": [-1.0, -2.0, -0.5], "ref_logprobs": [-1.1, -1.9, -0.5], "advantage": 1.0},
    {"logprobs": [-1.2, -0.7, -0.3], "old_logprobs": [-1.0, -0.6, -0.3], "ref_logprobs": [-1.0, -0.7, -0.2], "advantage": -1.0},
]


class ClientTests(LiveTest):
    def setUp(self):
        self.client = GrpoClient(self.service.address)

    def test_the_service_is_there(self):
        self.assertTrue(self.client.is_ready())
        self.assertIn("version", self.client.info())
        self.assertIn("tiny-r1", [policy["name"] for policy in self.client.policies()])
        self.assertEqual("onnx", self.client.policy("tiny-r1")["engine"])

    def test_a_group_is_sampled_judged_and_the_same_again(self):
        ask = lambda: self.client.rollouts([QUESTION], group_size=4, sampling={"max_tokens": 64, "seed": 3},
                                           rewards=[{"name": "accuracy"}, {"name": "format", "weight": 0.5}], advantages={"estimator": "grpo"})
        first, second = ask(), ask()
        self.assertEqual(first["groups"], second["groups"])
        completions = first["groups"][0]["completions"]
        self.assertEqual(4, len(completions))
        self.assertAlmostEqual(0.0, sum(completion["advantage"] for completion in completions), places=6)

    def test_tensors_say_what_json_says(self):
        sampling = {"max_tokens": 48, "seed": 5}
        json, tensors = (call([QUESTION, QUESTION], group_size=3, sampling=sampling) for call in (self.client.rollouts, self.client.rollout_tensors))
        completions = [completion for group in json["groups"] for completion in group["completions"]]
        self.assertEqual([6, max(len(c["token_ids"]) for c in completions)], list(tensors["token_ids"].shape))
        ids, mask, logprobs = (tensors[name].tolist() for name in ("token_ids", "mask", "logprobs"))
        for row, completion in enumerate(completions):
            length = sum(mask[row])
            self.assertEqual(completion["token_ids"], ids[row][:length])
            for expected, value in zip(completion["logprobs"], logprobs[row]):
                self.assertAlmostEqual(expected, value, places=6)
        self.assertEqual([0, 0, 0, 1, 1, 1], tensors["prompt_index"].tolist())

    def test_rewards_and_advantages(self):
        scored = self.client.rewards([{"completion": "<answer>95</answer>", "reference": {"answer": "95"}}], [{"name": "accuracy"}])
        self.assertEqual(1.0, scored["samples"][0]["reward"])
        advantages = self.client.advantages([{"rewards": [1, 0, None, 1]}], estimator="grpo")["groups"][0]["advantages"]
        self.assertEqual((4, 0), (len(advantages), advantages[2]))
        self.assertIn("accuracy", [reward["name"] for reward in self.client.list_rewards()])

    def test_the_loss_is_the_same_in_both_forms(self):
        settings = {"loss_type": "grpo", "beta": 0.04}
        json = self.client.loss(SEQUENCES, **settings)
        columns = {name: [sequence[name] for sequence in SEQUENCES] for name in ("logprobs", "old_logprobs", "ref_logprobs")}
        tensors = self.client.loss_tensors({**columns, "advantages": [1.0, -1.0]}, **settings)
        self.assertAlmostEqual(json["loss"], float(tensors["loss"].tolist()[0]), places=12)
        for sequence, row in zip(json["sequences"], tensors["grad_logprobs"].tolist()):
            for expected, value in zip(sequence["grad_logprobs"], row):
                self.assertAlmostEqual(expected, value, places=12)

    def test_divergence_and_importance_weights(self):
        kl = self.client.kl([{"logprobs": [-1.0], "ref_logprobs": [-1.5]}], estimator="k3")["sequences"][0]["kl"][0]
        self.assertAlmostEqual(math.exp(-0.5) + 0.5 - 1, kl)
        weights = self.client.importance_weights([{"old_logprobs": [-1.0], "rollout_logprobs": [-2.0]}], mode="token_truncate", clip_max=2.0)
        self.assertAlmostEqual(2.0, weights["sequences"][0]["weights"][0])

    def test_text_and_tokens(self):
        tokens = self.client.tokenize("tiny-r1", messages=QUESTION["messages"])
        self.assertEqual(tokens["text"], self.client.detokenize("tiny-r1", tokens["token_ids"], skip_special_tokens=False))

    def test_errors_carry_the_path_in_the_request(self):
        with self.assertRaises(GrpoApiError) as caught:
            self.client.loss([{**SEQUENCES[0], "mask": [1, 1]}])
        self.assertEqual(400, caught.exception.status)
        self.assertIn("sequences[0].mask", caught.exception.errors)
        with self.assertRaises(GrpoApiError) as caught:
            self.client.loss(SEQUENCES, epsilon_hgih=0.3)
        self.assertIn("epsilon_hgih", str(caught.exception))
        with self.assertRaises(GrpoApiError) as caught:
            self.client.rollouts([QUESTION], policy="nobody")
        self.assertEqual(404, caught.exception.status)

    def test_a_loss_for_autograd_has_the_service_s_value_and_gradient(self):
        needs_torch()
        import torch
        from grpo_client.pytorch import grpo_loss

        logprobs = torch.tensor([sequence["logprobs"] for sequence in SEQUENCES], dtype=torch.float64, requires_grad=True)
        old = torch.tensor([sequence["old_logprobs"] for sequence in SEQUENCES], dtype=torch.float64)
        advantages = torch.tensor([1.0, -1.0], dtype=torch.float64)
        loss = grpo_loss(self.client, logprobs, {"old_logprobs": old, "advantages": advantages}, loss_type="grpo", beta=0)
        (3 * loss).backward()
        exact = logprobs.detach().clone().requires_grad_()
        ratio = (exact - old).exp()
        expected = -torch.min(ratio * advantages[:, None], ratio.clamp(0.8, 1.2) * advantages[:, None]).mean(1).mean()
        (3 * expected).backward()
        torch.testing.assert_close(loss.detach(), expected.detach())
        torch.testing.assert_close(logprobs.grad, exact.grad)


class StreamTests(LiveTest):
    def test_groups_arrive_one_by_one_and_then_the_summary(self):
        client = GrpoClient(self.service.address)
        request = {"group_size": 2, "sampling": {"max_tokens": 32, "seed": 1}, "rewards": [{"name": "accuracy"}]}
        *groups, summary = client.stream_rollouts([QUESTION] * 5, **request)
        self.assertEqual(set(range(5)), {group["prompt_index"] for group in groups})
        self.assertTrue(all(len(group["completions"]) == 2 for group in groups))
        self.assertNotIn("completions", summary)
        self.assertIn("reward", summary["metrics"])
        whole = client.rollouts([QUESTION] * 5, **request)
        ids = lambda groups: [[c["token_ids"] for c in group["completions"]] for group in sorted(groups, key=lambda group: group["prompt_index"])]
        self.assertEqual(ids(whole["groups"]), ids(groups))

    def test_a_stream_can_be_left(self):
        client = GrpoClient(self.service.address)
        stream = client.stream_rollouts([QUESTION] * 8, group_size=2, sampling={"max_tokens": 64})
        next(stream)
        stream.close()
        self.assertTrue(client.is_ready())


class RestartTests(LiveTest):
    def test_calls_wait_for_a_service_that_comes_back(self):
        client = GrpoClient(self.service.address)
        client.info()
        self.service.kill()
        self.service.start(wait=False)
        self.assertEqual(95, int(client.rollouts([QUESTION], group_size=1, sampling={"temperature": 0, "max_tokens": 96})["groups"][0]["completions"][0]["text"].split("<answer>")[1][:2]))

    def test_a_service_that_is_gone_is_an_error(self):
        self.service.kill()
        self.addCleanup(self.service.start)
        with self.assertRaises(GrpoConnectionError):
            GrpoClient(self.service.address, retry=RetryPolicy(attempts=2, first_delay=0.01)).info()


if __name__ == "__main__":
    unittest.main()
