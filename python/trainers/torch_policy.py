"""The policy in PyTorch: loading it, and the log-probabilities of completions with a graph behind them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import threads  # noqa: F401
import torch  # isort: skip
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tiny_r1"))
from folder import read_folder  # noqa: E402
from model import Policy  # noqa: E402


def load(folder: Path) -> Policy:
    return read_folder(folder)[0].eval()


def logprobs(policy: Policy, prompts: Sequence[Sequence[int]], token_ids: Tensor, mask: Tensor, temperature: float) -> Tensor:
    """log softmax(logits / temperature) of each completion's tokens.

    Args:
        prompts: P prompts; each is read once for the G = N / P completions that continue it.
        token_ids: (N, T), group after group, right-padded.
        mask: (N, T), 1 where there is a token.

    Returns:
        (N, T), 0 where the mask is 0.
    """
    group_size = len(token_ids) // len(prompts)
    parts = [_of_group(policy, prompt, *part, temperature)
             for prompt, *part in zip(prompts, token_ids.split(group_size), mask.split(group_size))]
    return torch.cat([torch.nn.functional.pad(part, (0, token_ids.shape[1] - part.shape[1])) for part in parts]) * mask


def _of_group(policy: Policy, prompt: Sequence[int], token_ids: Tensor, mask: Tensor, temperature: float) -> Tensor:
    token_ids = token_ids[:, : int(mask.sum(1).max())].long()
    _, past = policy.hidden(torch.tensor([prompt[:-1]])) if len(prompt) > 1 else (None, None)
    before = torch.cat((torch.full((len(token_ids), 1), prompt[-1]), token_ids[:, :-1]), 1)
    hidden, _ = policy.hidden(before, past)
    return (policy.logits(hidden) / temperature).log_softmax(-1).gather(-1, token_ids[..., None])[..., 0]
