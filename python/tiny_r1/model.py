"""The policy network: a Llama decoder (RMSNorm, rotary positions, grouped-query attention, SwiGLU, tied embeddings).

Parameter names and shapes are Hugging Face's, so `state_dict()` is what a trainer would post.
Shapes: B sequences, S new tokens, P cached tokens, D hidden, H query heads, K key/value heads, E head size.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Cache = list[tuple[Tensor, Tensor]]  # per layer: keys and values, (B, K, P, E); keys already rotated


@dataclass(frozen=True)
class Config:
    vocab_size: int
    hidden_size: int = 128
    intermediate_size: int = 288
    num_hidden_layers: int = 4
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 32
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10000.0
    max_position_embeddings: int = 512


class RMSNorm(nn.Module):
    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def rotary_tables(config: Config) -> tuple[Tensor, Tensor]:
    """cos and sin of position * theta^(-2i/E): (max positions, E/2)."""
    frequencies = config.rope_theta ** (-torch.arange(0, config.head_dim, 2, dtype=torch.float64) / config.head_dim)
    angles = torch.outer(torch.arange(config.max_position_embeddings, dtype=torch.float64), frequencies)
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Hugging Face's half rotation. x: (B, heads, S, E), cos and sin: (S, E/2)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Attention(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.q_proj = nn.Linear(c.hidden_size, c.num_attention_heads * c.head_dim, bias=False)
        self.k_proj = nn.Linear(c.hidden_size, c.num_key_value_heads * c.head_dim, bias=False)
        self.v_proj = nn.Linear(c.hidden_size, c.num_key_value_heads * c.head_dim, bias=False)
        self.o_proj = nn.Linear(c.num_attention_heads * c.head_dim, c.hidden_size, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, bias: Tensor, past: tuple[Tensor, Tensor] | None):
        c, (B, S, _) = self.c, x.shape
        heads = lambda y: y.view(B, S, -1, c.head_dim).transpose(1, 2)
        q = rotate(heads(self.q_proj(x)), cos, sin)
        k = rotate(heads(self.k_proj(x)), cos, sin)
        v = heads(self.v_proj(x))
        if past is not None:
            k, v = torch.cat((past[0].expand(B, -1, -1, -1), k), 2), torch.cat((past[1].expand(B, -1, -1, -1), v), 2)
        # The query heads of one key/value head stand side by side: (B, K, H/K * S, E).
        q = q.reshape(B, c.num_key_value_heads, -1, c.head_dim)
        scores = q @ k.transpose(2, 3) * c.head_dim**-0.5
        scores = scores.view(B, c.num_attention_heads, S, -1) + bias
        mixed = scores.softmax(-1).view(B, c.num_key_value_heads, -1, k.shape[2]) @ v
        return self.o_proj(mixed.view(B, c.num_attention_heads, S, c.head_dim).transpose(1, 2).reshape(B, S, -1)), (k, v)


class MLP(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.gate_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.up_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.down_proj = nn.Linear(c.intermediate_size, c.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.self_attn, self.mlp = Attention(c), MLP(c)
        self.input_layernorm = RMSNorm(c.hidden_size, c.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(c.hidden_size, c.rms_norm_eps)

    def forward(self, x, cos, sin, bias, past):
        attended, present = self.self_attn(self.input_layernorm(x), cos, sin, bias, past)
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x)), present


class Decoder(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.embed_tokens = nn.Embedding(c.vocab_size, c.hidden_size)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.num_hidden_layers))
        self.norm = RMSNorm(c.hidden_size, c.rms_norm_eps)


class Policy(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config, self.model = config, Decoder(config)
        cos, sin = rotary_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                # What a layer adds starts at zero, so the first residual stream is the embeddings alone.
                adds = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.0 if adds else config.hidden_size**-0.5)

    def hidden(self, ids: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """ids (B, S) after P cached tokens (whose batch may be 1: a prefix that all rows share) -> (B, S, D), cache."""
        S, P = ids.shape[1], past[0][0].shape[2] if past else 0
        cos, sin = self.cos[P : P + S], self.sin[P : P + S]
        bias = torch.full((S, P + S), float("-inf")).triu(P + 1)
        x, present = self.model.embed_tokens(ids), []
        for i, layer in enumerate(self.model.layers):
            x, kv = layer(x, cos, sin, bias, past[i] if past else None)
            present.append(kv)
        return self.model.norm(x), present

    def logits(self, hidden: Tensor) -> Tensor:
        return hidden @ self.model.embed_tokens.weight.T

    def forward(self, ids: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        hidden, present = self.hidden(ids, past)
        return self.logits(hidden), present
