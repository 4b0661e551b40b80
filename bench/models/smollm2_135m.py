#!/usr/bin/env python3
"""Writes models of the shape of SmolLM2-135M with random weights, for benchmarks: speed does not depend on what the weights say.

    smollm2_135m.py FOLDER        needs numpy and onnx (Debian: python3-numpy python3-onnx)

FOLDER/f32, FOLDER/q8, FOLDER/q4   model folders of the onnxruntime-genai convention (GroupQueryAttention): float32; 8 and 4 bit MatMulNBits, blocks of 32,
                                   int8 products
FOLDER/f32.gguf                    the same float32 weights for llama.cpp, whose llama-quantize makes Q8_0 and Q4_0 of it
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD, FFN, VOCAB, CONTEXT = 576, 30, 9, 3, 64, 1536, 49152, 2048
BLOCK = 32
PRODUCTS = {
    "self_attn.q_proj": (HEADS * HEAD, HIDDEN), "self_attn.k_proj": (KV_HEADS * HEAD, HIDDEN), "self_attn.v_proj": (KV_HEADS * HEAD, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HEADS * HEAD), "mlp.gate_proj": (FFN, HIDDEN), "mlp.up_proj": (FFN, HIDDEN), "mlp.down_proj": (HIDDEN, FFN),
}
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def random_weights():
    rng = np.random.default_rng(0)
    weights = {"embed_tokens": rng.standard_normal((VOCAB, HIDDEN), dtype=np.float32) * 0.04}
    for layer in range(LAYERS):
        for name, shape in PRODUCTS.items():
            weights[f"{layer}.{name}"] = rng.standard_normal(shape, dtype=np.float32) * 0.04
    return weights


def quantize(weight, bits):
    """(N, K) -> packed (N, K / 32, bytes), scales (N · K / 32): symmetric, the zero point in the middle of the range."""
    blocks = weight.reshape(len(weight), -1, BLOCK)
    middle = 1 << (bits - 1)
    scales = np.abs(blocks).max(-1) / (middle - 1)
    levels = np.clip(np.round(blocks / scales[..., None]) + middle, 0, 2 * middle - 1).astype(np.uint8)
    packed = levels if bits == 8 else levels[..., 0::2] | (levels[..., 1::2] << 4)
    return packed, scales.astype(np.float32).ravel()


class Graph:
    def __init__(self, bits, weights):
        self.bits, self.weights, self.nodes, self.initializers = bits, weights, [], []

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(self, op, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def product(self, x, name, weight, out):
        rows, columns = weight.shape
        if self.bits == 32:
            return self.node("MatMul", [x, self.constant(f"{name}.weight", np.ascontiguousarray(weight.T))], [out])
        packed, scales = quantize(weight, self.bits)
        return self.node("MatMulNBits", [x, self.constant(f"{name}.q", packed), self.constant(f"{name}.scales", scales)], [out], "com.microsoft",
                         K=columns, N=rows, bits=self.bits, block_size=BLOCK, accuracy_level=4)

    def build(self):
        one = self.constant("one", np.array([1], np.int64))
        self.node("ReduceSum", ["attention_mask", one], ["row_lengths"], keepdims=0)
        self.node("Sub", ["row_lengths", one], ["last_positions"])
        self.node("Cast", ["last_positions"], ["seqlens_k"], to=TensorProto.INT32)
        self.node("Shape", ["attention_mask"], ["mask_shape"])
        self.node("Gather", ["mask_shape", self.constant("one_scalar", np.array(1, np.int64))], ["total_length"])
        self.node("Cast", ["total_length"], ["total_sequence_length"], to=TensorProto.INT32)
        angles = np.arange(CONTEXT)[:, None] / 10000.0 ** (np.arange(0, HEAD, 2) / HEAD)
        tables = [self.constant("cos_cache", np.cos(angles).astype(np.float32)), self.constant("sin_cache", np.sin(angles).astype(np.float32))]
        norm = {"epsilon": 1e-5}
        residual = self.node("Gather", [self.constant("embed_tokens.weight", self.weights["embed_tokens"]), "input_ids"], ["embeddings"])
        x = self.node("SimplifiedLayerNormalization", [residual, self.constant("first_norm", np.ones(HIDDEN, np.float32))], ["0.attention_input"], axis=-1, stash_type=1, **norm)
        for layer in range(LAYERS):
            def product(x, name, out):
                return self.product(x, f"layers.{layer}.{name}", self.weights[f"{layer}.{name}"], f"{layer}.{out}")
            q, k, v = (product(x, f"self_attn.{letter}_proj", letter) for letter in "qkv")
            self.node("GroupQueryAttention", [q, k, v, f"past_key_values.{layer}.key", f"past_key_values.{layer}.value", "seqlens_k", "total_sequence_length", *tables],
                      [f"{layer}.attended", f"present.{layer}.key", f"present.{layer}.value"], "com.microsoft",
                      num_heads=HEADS, kv_num_heads=KV_HEADS, scale=HEAD ** -0.5, do_rotary=1, rotary_interleaved=0)
            attended = product(f"{layer}.attended", "self_attn.o_proj", "attention_output")
            x = self.skip(residual, attended, f"{layer}.mlp")
            residual = f"{layer}.mlp_residual"
            gate, up = product(x, "mlp.gate_proj", "gate"), product(x, "mlp.up_proj", "up")
            self.node("Sigmoid", [gate], [f"{layer}.sigmoid"])
            self.node("Mul", [gate, f"{layer}.sigmoid"], [f"{layer}.silu"])
            down = product(self.node("Mul", [f"{layer}.silu", up], [f"{layer}.gated"]), "mlp.down_proj", "mlp_output")
            x = self.skip(residual, down, f"{layer + 1}.attention")
            residual = f"{layer + 1}.attention_residual"
        self.product(x, "lm_head", self.weights["embed_tokens"], "logits")
        return self.model()

    def skip(self, residual, addend, out):
        gamma = self.constant(f"{out}_norm", np.ones(HIDDEN, np.float32))
        self.node("SkipSimplifiedLayerNormalization", [residual, addend, gamma], [f"{out}_input", "", "", f"{out}_residual"], "com.microsoft", epsilon=1e-5)
        return f"{out}_input"

    def model(self):
        cache = ["batch", KV_HEADS, "past", HEAD], ["batch", KV_HEADS, "total", HEAD]
        info = helper.make_tensor_value_info
        inputs = [info("input_ids", TensorProto.INT64, ["batch", "sequence"]), info("attention_mask", TensorProto.INT64, ["batch", "total"])]
        outputs = [info("logits", TensorProto.FLOAT, ["batch", "sequence", VOCAB])]
        for layer in range(LAYERS):
            for part in ("key", "value"):
                inputs.append(info(f"past_key_values.{layer}.{part}", TensorProto.FLOAT, cache[0]))
                outputs.append(info(f"present.{layer}.{part}", TensorProto.FLOAT, cache[1]))
        graph = helper.make_graph(self.nodes, "smollm2_135m", inputs, outputs, self.initializers)
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])


def write_gguf(path, weights):
    """The GGUF file format, version 3: header, metadata, tensor directory, then the tensors at multiples of 32 bytes."""
    text, u32, f32 = 8, 4, 6

    def string(value):
        return struct.pack("<Q", len(value)) + value.encode()

    def entry(key, kind, value):
        return string(key) + struct.pack("<I", kind) + (string(value) if kind == text else struct.pack("<I" if kind == u32 else "<f", value))

    metadata = [
        entry("general.architecture", text, "llama"), entry("general.name", text, "random SmolLM2-135M"), entry("tokenizer.ggml.model", text, "none"),
        entry("llama.vocab_size", u32, VOCAB), entry("llama.block_count", u32, LAYERS), entry("llama.context_length", u32, CONTEXT),
        entry("llama.embedding_length", u32, HIDDEN), entry("llama.feed_forward_length", u32, FFN), entry("llama.attention.head_count", u32, HEADS),
        entry("llama.attention.head_count_kv", u32, KV_HEADS), entry("llama.rope.dimension_count", u32, HEAD),
        entry("llama.rope.freq_base", f32, 10000.0), entry("llama.attention.layer_norm_rms_epsilon", f32, 1e-5),
    ]
    tensors = {"token_embd.weight": weights["embed_tokens"], "output_norm.weight": np.ones(HIDDEN, np.float32)}
    for layer in range(LAYERS):
        tensors |= {f"blk.{layer}.attn_norm.weight": np.ones(HIDDEN, np.float32), f"blk.{layer}.ffn_norm.weight": np.ones(HIDDEN, np.float32)}
        tensors |= {f"blk.{layer}.{gguf}.weight": weights[f"{layer}.{name}"] for name, gguf in GGUF_NAMES.items()}
    directory, offset = [], 0
    for name, array in tensors.items():
        shape = array.shape[::-1]
        directory.append(string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset))
        offset += (array.nbytes + 31) // 32 * 32
    with open(path, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(metadata) + b"".join(directory))
        file.write(bytes(-file.tell() % 32))
        for array in tensors.values():
            file.write(array.tobytes())
            file.write(bytes(-array.nbytes % 32))


def main(folder):
    folder = Path(folder)
    weights = random_weights()
    for bits, name in ((32, "f32"), (8, "q8"), (4, "q4")):
        place = folder / name / "onnx"
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.onnx.data").unlink(missing_ok=True)
        onnx.save(Graph(bits, weights).build(), str(place / "model.onnx"), save_as_external_data=True, location="model.onnx.data", size_threshold=1024)
        (place.parent / "config.json").write_text(json.dumps({
            "model_type": "llama", "vocab_size": VOCAB, "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
            "num_key_value_heads": KV_HEADS, "head_dim": HEAD, "intermediate_size": FFN, "max_position_embeddings": CONTEXT, "eos_token_id": 0}, indent=2))
    write_gguf(folder / "f32.gguf", weights)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
