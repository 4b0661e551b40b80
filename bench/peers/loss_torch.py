"""The GRPO loss with k3 divergence in PyTorch, forward and backward, as a trainer writes it. Prints seconds and processor_seconds of each run, and the loss, as JSON.

usage: /usr/bin/python3 loss_torch.py ROWS TOKENS RUNS THREADS BATCH
BATCH is a file of little-endian float32: logprobs, old_logprobs, ref_logprobs (ROWS x TOKENS each), advantages (ROWS).
"""
import json
import sys
import time

import numpy
import torch

rows, tokens, runs, threads = map(int, sys.argv[1:5])
torch.set_num_threads(threads)
numbers = numpy.fromfile(sys.argv[5], dtype="<f4")
size = rows * tokens
logprobs, old, ref = (torch.from_numpy(numbers[i * size : (i + 1) * size].reshape(rows, tokens).copy()) for i in range(3))
advantages = torch.from_numpy(numbers[3 * size :].copy()).unsqueeze(1)
mask = torch.ones(rows, tokens)
epsilon, beta = 0.2, 0.04


def step():
    leaf = logprobs.detach().requires_grad_()
    ratio = torch.exp(leaf - old)
    clipped = torch.clamp(ratio, 1 - epsilon, 1 + epsilon)
    per_token = -torch.min(ratio * advantages, clipped * advantages)
    kl = torch.exp(ref - leaf) - (ref - leaf) - 1
    per_token = per_token + beta * kl
    loss = ((per_token * mask).sum(-1) / mask.sum(-1).clamp(min=1.0)).mean()
    loss.backward()
    return loss, leaf.grad


for _ in range(5):
    step()
seconds, processor = [], []
for _ in range(runs):
    started, used = time.perf_counter(), time.process_time()
    loss, grad = step()
    seconds.append(time.perf_counter() - started)
    processor.append(time.process_time() - used)
print(json.dumps({"seconds": seconds, "processor_seconds": processor, "loss": float(loss), "grad": float(grad.abs().sum()), "torch": torch.__version__}))
