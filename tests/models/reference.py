"""The decoders in PyTorch, float64, without a cache: what the ONNX graphs must answer. One sequence at a time; S tokens, E head size."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from architecture import Architecture, rotary_tables


class Reference:
    def __init__(self, a: Architecture, weights: dict[str, np.ndarray], cache_dtype: torch.dtype | None = None):
        """cache_dtype: keys and values are rounded to it, as a graph does whose cache is narrower than its arithmetic."""
        self.a, self.cache_dtype = a, cache_dtype
        self.w = {name: torch.from_numpy(array).double() for name, array in weights.items()}
        self.cos, self.sin = (torch.from_numpy(table).double() for table in rotary_tables(a))

    def logprobs(self, tokens: list[int]) -> Tensor:
        """ln softmax of the logits after each token, (S, V)."""
        a, x = self.a, self.w["model.embed_tokens.weight"][tokens]
        if a.embedding_scale:
            x = x * a.embedding_scale
        if not a.rotary:
            x = x + self.w["model.embed_positions.weight"][: len(tokens)]
        for i in range(a.layers):
            at = f"model.layers.{i}"
            attended = self.attention(i, self.norm(f"{at}.input_layernorm", x))
            if a.post_norms:
                x = x + self.norm(f"{at}.post_attention_layernorm", attended)
                x = x + self.norm(f"{at}.post_feedforward_layernorm", self.mlp(at, self.norm(f"{at}.pre_feedforward_layernorm", x)))
            else:
                x = x + attended
                x = x + self.mlp(at, self.norm(f"{at}.post_attention_layernorm", x))
        x = self.norm("model.norm", x)
        logits = x @ (self.w["model.embed_tokens.weight"].T if a.tied else self.w["lm_head.weight"])
        if a.logit_softcap:
            logits = a.logit_softcap * torch.tanh(logits / a.logit_softcap)
        return torch.log_softmax(logits, -1)

    def linear(self, name: str, x: Tensor) -> Tensor:
        y = x @ self.w[f"{name}.weight"]
        return y + self.w[f"{name}.bias"] if f"{name}.bias" in self.w else y

    def norm(self, name: str, x: Tensor) -> Tensor:
        weight = self.w[f"{name}.weight"]
        if self.a.norm == "layer":
            return F.layer_norm(x, x.shape[-1:], weight, self.w[f"{name}.bias"], 1e-5)
        normed = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)
        return normed * (weight + 1 if self.a.norm == "gemma" else weight)

    def mlp(self, at: str, x: Tensor) -> Tensor:
        def act(y: Tensor) -> Tensor:
            return F.silu(y) if self.a.activation == "silu" else F.gelu(y, approximate="tanh")

        up = self.linear(f"{at}.mlp.up_proj", x)
        return self.linear(f"{at}.mlp.down_proj", act(self.linear(f"{at}.mlp.gate_proj", x)) * up if self.a.gated else act(up))

    def heads(self, name: str, x: Tensor, count: int) -> Tensor:
        return self.linear(name, x).view(len(x), count, self.a.head_dim).transpose(0, 1)

    def rotate(self, x: Tensor) -> Tensor:
        cos, sin = self.cos[: x.shape[1]], self.sin[: x.shape[1]]
        first, second = x.chunk(2, -1)
        return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)

    def attention(self, layer: int, x: Tensor) -> Tensor:
        a, at = self.a, f"model.layers.{layer}.self_attn"
        q, k, v = self.heads(f"{at}.q_proj", x, a.heads), self.heads(f"{at}.k_proj", x, a.kv_heads), self.heads(f"{at}.v_proj", x, a.kv_heads)
        if a.qk_norm:
            q, k = self.norm(f"{at}.q_norm", q), self.norm(f"{at}.k_norm", k)
        if a.rotary:
            q, k = self.rotate(q), self.rotate(k)
        if self.cache_dtype:
            k, v = (t.float().to(self.cache_dtype).double() for t in (k, v))
        k, v = (t.repeat_interleave(a.heads // a.kv_heads, 0) for t in (k, v))
        scores = q @ k.transpose(1, 2) * a.head_dim**-0.5
        if a.attention_softcap:
            scores = a.attention_softcap * torch.tanh(scores / a.attention_softcap)
        place = torch.arange(len(x))
        allowed = place[None, :] <= place[:, None]
        if (window := a.window_of(layer)) is not None:
            allowed &= place[:, None] - place[None, :] < window
        weights = torch.softmax(scores.masked_fill(~allowed, -torch.inf), -1)
        return self.linear(f"{at}.o_proj", (weights @ v).transpose(0, 1).reshape(len(x), -1))
