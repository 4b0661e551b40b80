"""Runs the README's five lines against a service, and holds the gradient of the model's own parameters against PyTorch's autograd.

usage: backward.py URL SNIPPET_FILE
"""
import json
import sys
import urllib.request

import torch

url, snippet = sys.argv[1], open(sys.argv[2], encoding="utf-8").read().replace("http://127.0.0.1:5080", sys.argv[1].rstrip("/"))
torch.manual_seed(5)
rows, tokens, vocabulary = 3, 6, 11
weights = torch.randn(rows, tokens, vocabulary, dtype=torch.float64, requires_grad=True)
token_ids = torch.randint(vocabulary, (rows, tokens, 1))


def forward():
    return torch.log_softmax(weights, -1).gather(-1, token_ids).squeeze(-1)


old = forward().detach() + 0.3 * torch.randn(rows, tokens, dtype=torch.float64)
ref = forward().detach() + 0.3 * torch.randn(rows, tokens, dtype=torch.float64)
advantages = torch.tensor([1.0, -0.5, 2.0], dtype=torch.float64)

logprobs = forward()
exec(snippet)
ours, weights.grad = weights.grad, None

logprobs = forward()
ratio = torch.exp(logprobs - old)
surrogate = torch.min(ratio * advantages[:, None], torch.clamp(ratio, 0.8, 1.2) * advantages[:, None])
divergence = torch.exp(ref - logprobs) - (ref - logprobs) - 1
loss = (-surrogate + 0.04 * divergence).mean(-1).mean()
loss.backward()

clipped = ((ratio < 0.8) | (ratio > 1.2)).sum().item()
assert 0 < clipped < rows * tokens, f"{clipped} of {rows * tokens} ratios are out of range: the case tests nothing"
assert abs(answer["loss"] - loss.item()) < 1e-12, (answer["loss"], loss.item())
assert weights.grad.abs().max() > 1e-3
difference = (ours - weights.grad).abs().max().item()
assert difference < 1e-12, difference
print("equal")
