"""Shapes of the decoders that are written here, and their random weights under Hugging Face's names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Architecture:
    """What a family does differently from Llama; the defaults are Llama."""

    model_type: str = "llama"
    vocab_size: int = 40
    hidden_size: int = 16
    intermediate_size: int = 32
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 16
    context: int = 96
    norm: str = "rms"                      # rms | gemma (weight + 1) | layer (mean and bias too)
    rotary: bool = True                    # otherwise learned positions
    gated: bool = True                     # act(gate) * up; otherwise act(up)
    activation: str = "silu"               # silu | gelu_tanh
    qkv_bias: bool = False
    all_bias: bool = False
    qk_norm: bool = False
    tied: bool = False
    embedding_scale: float | None = None
    attention_softcap: float | None = None
    logit_softcap: float | None = None
    sliding_window: int | None = None      # in every other layer, the first one included
    post_norms: bool = False               # a norm after attention and after the MLP as well

    def window_of(self, layer: int) -> int | None:
        return self.sliding_window if layer % 2 == 0 else None


LLAMA = Architecture()
LLAMA_TIED = Architecture(tied=True)
LLAMA_MULTI_HEAD = Architecture(heads=2, kv_heads=2)
QWEN2 = Architecture(model_type="qwen2", qkv_bias=True, tied=True)
QWEN3 = Architecture(model_type="qwen3", qk_norm=True)
GPT2 = Architecture(model_type="gpt2", heads=2, kv_heads=2, head_dim=8, norm="layer", rotary=False, gated=False, activation="gelu_tanh",
                    qkv_bias=True, all_bias=True, tied=True)
GEMMA2 = Architecture(model_type="gemma2", norm="gemma", activation="gelu_tanh", tied=True, embedding_scale=4.0, attention_softcap=5.0,
                      logit_softcap=6.0, sliding_window=8, post_norms=True)


def hugging_face_config(a: Architecture) -> dict:
    """config.json; GPT-2 has names of its own."""
    common = {"model_type": a.model_type, "vocab_size": a.vocab_size, "eos_token_id": 1, "bos_token_id": 0, "tie_word_embeddings": a.tied}
    if a.model_type == "gpt2":
        return {"architectures": ["GPT2LMHeadModel"], **common, "n_embd": a.hidden_size, "n_layer": a.layers, "n_head": a.heads,
                "n_positions": a.context, "n_inner": a.intermediate_size}
    return {"architectures": [f"{a.model_type.capitalize()}ForCausalLM"], **common, "hidden_size": a.hidden_size,
            "intermediate_size": a.intermediate_size, "num_hidden_layers": a.layers, "num_attention_heads": a.heads,
            "num_key_value_heads": a.kv_heads, "head_dim": a.head_dim, "max_position_embeddings": a.context, "sliding_window": a.sliding_window}


def random_weights(a: Architecture, seed: int) -> dict[str, np.ndarray]:
    """Matrices are (in, out), so that x @ w is the layer. Scaled so that attention, positions and masks all show in the logits."""
    rng = np.random.RandomState(seed)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * rows**-0.5).astype(np.float32)

    def vector(size: int, mean: float = 0.0) -> np.ndarray:
        return (mean + 0.2 * rng.standard_normal(size)).astype(np.float32)

    weights: dict[str, np.ndarray] = {"model.embed_tokens.weight": (0.4 * rng.standard_normal((a.vocab_size, a.hidden_size))).astype(np.float32)}
    if not a.rotary:
        weights["model.embed_positions.weight"] = (0.4 * rng.standard_normal((a.context, a.hidden_size))).astype(np.float32)

    def norm(name: str, size: int) -> None:
        weights[f"{name}.weight"] = vector(size, 0.0 if a.norm == "gemma" else 1.0)
        if a.norm == "layer":
            weights[f"{name}.bias"] = vector(size)

    def linear(name: str, rows: int, columns: int, bias: bool) -> None:
        weights[f"{name}.weight"] = matrix(rows, columns)
        if bias:
            weights[f"{name}.bias"] = vector(columns)

    for i in range(a.layers):
        at = f"model.layers.{i}"
        norm(f"{at}.input_layernorm", a.hidden_size)
        linear(f"{at}.self_attn.q_proj", a.hidden_size, a.heads * a.head_dim, a.qkv_bias)
        linear(f"{at}.self_attn.k_proj", a.hidden_size, a.kv_heads * a.head_dim, a.qkv_bias)
        linear(f"{at}.self_attn.v_proj", a.hidden_size, a.kv_heads * a.head_dim, a.qkv_bias)
        linear(f"{at}.self_attn.o_proj", a.heads * a.head_dim, a.hidden_size, a.all_bias)
        if a.qk_norm:
            norm(f"{at}.self_attn.q_norm", a.head_dim)
            norm(f"{at}.self_attn.k_norm", a.head_dim)
        norm(f"{at}.post_attention_layernorm", a.hidden_size)
        if a.post_norms:
            norm(f"{at}.pre_feedforward_layernorm", a.hidden_size)
            norm(f"{at}.post_feedforward_layernorm", a.hidden_size)
        if a.gated:
            linear(f"{at}.mlp.gate_proj", a.hidden_size, a.intermediate_size, a.all_bias)
        linear(f"{at}.mlp.up_proj", a.hidden_size, a.intermediate_size, a.all_bias)
        linear(f"{at}.mlp.down_proj", a.intermediate_size, a.hidden_size, a.all_bias)
    norm("model.norm", a.hidden_size)
    if not a.tied:
        weights["lm_head.weight"] = matrix(a.hidden_size, a.vocab_size)
    return weights


def rotary_tables(a: Architecture) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin of position * 10000^(-2i/E), (context, E/2)."""
    frequencies = 10000.0 ** (-np.arange(0, a.head_dim, 2) / a.head_dim)
    angles = np.outer(np.arange(a.context), frequencies)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
