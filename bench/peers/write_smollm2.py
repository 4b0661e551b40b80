#!/usr/bin/env python3
"""Writes a random decoder of SmolLM2-135M's shape for the rollout benchmark: as ONNX for this project and transformers.js, as GGUF for llama.cpp.

    write_smollm2.py FOLDER

    FOLDER/smollm2/onnx/model.onnx, model_q8.onnx as model_quantized.onnx, model_q4.onnx   GroupQueryAttention; MatMulNBits in blocks of 32
    FOLDER/smollm2/onnx/model_fp16.onnx, model_q4f16.onnx                                    the same in float16
    FOLDER/smollm2-f32.gguf, smollm2-q8_0.gguf, smollm2-q4_0.gguf                            the same weights

The same numbers in all of them up to quantization, so that the peers do the same arithmetic. Needs numpy and onnx.
"""

from __future__ import annotations

import json
import struct
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "models"))
from architecture import Architecture, hugging_face_config, random_weights  # noqa: E402
from graph import Convention, decoder  # noqa: E402
from write_models import save  # noqa: E402

SMOLLM2 = Architecture(vocab_size=49152, hidden_size=576, intermediate_size=1536, layers=30, heads=9, kv_heads=3, head_dim=64, context=2048, tied=True)
BLOCK = 32
GGUF_TYPES = {"f32": 0, "q4_0": 2, "q8_0": 8}


def main() -> None:
    root = Path(sys.argv[1])
    folder = root / "smollm2"
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    weights = random_weights(SMOLLM2, seed=135)
    group_query = Convention(attention="group_query", position_ids=False, block=BLOCK, accuracy_level=4)
    for name, kind, dtype in (("model", "float", "float32"), ("model_quantized", "q8", "float32"), ("model_q4", "q4", "float32"),
                              ("model_fp16", "float", "float16"), ("model_q4f16", "q4", "float16")):
        save(decoder(SMOLLM2, replace(group_query, weights=kind, dtype=dtype), weights)[0], folder / "onnx" / f"{name}.onnx", data_files=1)
    tokens = vocabulary(SMOLLM2.vocab_size)
    (folder / "config.json").write_text(json.dumps({
        **hugging_face_config(SMOLLM2), "transformers.js_config": {"use_external_data_format": True}}))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": 1, "bos_token_id": 0}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(tokens)))
    for kind in GGUF_TYPES:
        write_gguf(root / f"smollm2-{kind}.gguf", kind, weights, tokens)


def vocabulary(size: int) -> list[str]:
    """Two special tokens, the 256 bytes as byte-level BPE writes them, and names."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]
    return ["<s>", "</s>", *letters, *(f"t{i}x" for i in range(size - 258))]


def tokenizer(tokens: list[str]) -> dict:
    special = [{"id": i, "content": tokens[i], "special": True, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False} for i in (0, 1)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"version": "1.0", "added_tokens": special, "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
            "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(tokens)}, "merges": []}}


# -- GGUF version 3 (ggml/docs/gguf.md)


def write_gguf(file: Path, kind: str, weights: dict[str, np.ndarray], tokens: list[str]) -> None:
    a, tensors = SMOLLM2, []

    def add(name: str, array: np.ndarray) -> None:
        """array: as in Hugging Face, (out, in) for matrices."""
        type_ = kind if array.ndim == 2 else "f32"
        data = {"f32": lambda w: w.astype("<f4").tobytes(), "q8_0": q8_0, "q4_0": q4_0}[type_](np.ascontiguousarray(array))
        tensors.append((name, array.shape[::-1], GGUF_TYPES[type_], data))

    add("token_embd.weight", weights["model.embed_tokens.weight"])
    add("output_norm.weight", weights["model.norm.weight"])
    for i in range(a.layers):
        at = f"model.layers.{i}"
        for gguf, name, heads in (("attn_q", "self_attn.q_proj", a.heads), ("attn_k", "self_attn.k_proj", a.kv_heads), ("attn_v", "self_attn.v_proj", 0),
                                  ("attn_output", "self_attn.o_proj", 0), ("ffn_gate", "mlp.gate_proj", 0), ("ffn_up", "mlp.up_proj", 0),
                                  ("ffn_down", "mlp.down_proj", 0)):
            w = weights[f"{at}.{name}.weight"].T
            if heads:  # llama.cpp rotates neighbouring elements, Hugging Face the two halves
                w = w.reshape(heads, 2, a.head_dim // 2, -1).swapaxes(1, 2).reshape(w.shape)
            add(f"blk.{i}.{gguf}.weight", w)
        add(f"blk.{i}.attn_norm.weight", weights[f"{at}.input_layernorm.weight"])
        add(f"blk.{i}.ffn_norm.weight", weights[f"{at}.post_attention_layernorm.weight"])

    metadata = {
        "general.architecture": "llama", "general.name": "random", "llama.context_length": a.context, "llama.embedding_length": a.hidden_size,
        "llama.block_count": a.layers, "llama.feed_forward_length": a.intermediate_size, "llama.attention.head_count": a.heads,
        "llama.attention.head_count_kv": a.kv_heads, "llama.attention.layer_norm_rms_epsilon": 1e-6, "llama.rope.dimension_count": a.head_dim,
        "llama.rope.freq_base": 10000.0, "llama.vocab_size": a.vocab_size, "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": [3, 3] + [1] * (len(tokens) - 2), "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.bos_token_id": 0, "tokenizer.ggml.eos_token_id": 1}
    with file.open("wb") as out:
        out.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
        for key, value in metadata.items():
            out.write(text(key) + typed(value))
        offset = 0
        for name, shape, type_, data in tensors:
            out.write(text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", type_, offset))
            offset += len(data) + -len(data) % 32
        out.write(b"\0" * (-out.tell() % 32))
        for *_, data in tensors:
            out.write(data + b"\0" * (-len(data) % 32))


def text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def typed(value) -> bytes:
    """uint32 4, float32 6, string 8, array 9, int32 5."""
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, list):
        strings = isinstance(value[0], str)
        return struct.pack("<IIQ", 9, 8 if strings else 5, len(value)) + b"".join(text(v) if strings else struct.pack("<i", v) for v in value)
    return struct.pack("<II", 4, value)


def q8_0(w: np.ndarray) -> bytes:
    """Blocks of 32: a float16 scale and 32 int8."""
    blocks = w.reshape(-1, BLOCK)
    scale = np.abs(blocks).max(1, keepdims=True) / 127
    codes = np.rint(np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale > 0)).astype(np.int8)
    return np.concatenate([scale.astype("<f2").view(np.uint8), codes.view(np.uint8)], 1).tobytes()


def q4_0(w: np.ndarray) -> bytes:
    """Blocks of 32: a float16 scale and 32 numbers of 4 bits, the first 16 in the low halves."""
    blocks = w.reshape(-1, BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], 1)
    scale = largest / -8
    codes = np.clip(np.rint(np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale != 0)) + 8, 0, 15).astype(np.uint8)
    return np.concatenate([scale.astype("<f2").view(np.uint8), codes[:, :16] | (codes[:, 16:] << 4)], 1).tobytes()


if __name__ == "__main__":
    main()
