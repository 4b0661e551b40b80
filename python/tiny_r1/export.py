"""The policy as an ONNX graph in the onnxruntime-genai convention, written node by node.

    input_ids                          int64    [batch_size, sequence_length]
    attention_mask                     int64    [batch_size, total_sequence_length]   right-padded
    past_key_values.{i}.key / .value   float32  [batch_size, kv_heads, past_sequence_length, head_dim]
 -> logits                             float32  [batch_size, sequence_length, vocab_size]
    present.{i}.key / .value           float32  [batch_size, kv_heads, total_sequence_length, head_dim]

Attention is com.microsoft.GroupQueryAttention with rotary positions inside; it takes the length of every row from the mask.
Every parameter is an initializer in the external file, under its Hugging Face name and with its Hugging Face shape [out, in],
so a trainer's state_dict replaces it as it is. The Transpose before each MatMul is folded by ONNX Runtime at load.
The bytes depend only on the weights.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from model import Config, Policy, rotary_tables

DATA_FILE = "model.onnx.data"
MS = "com.microsoft"
_ALIGN = 64


class Graph:
    """Collects nodes; every node is named after its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []

    def add(self, op: str, inputs: list[str], output: str, domain: str = "", more_outputs: tuple[str, ...] = (), **attributes) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output, *more_outputs], name=output, domain=domain, **attributes))
        return output

    def linear(self, x: str, weight: str, output: str) -> str:
        return self.add("MatMul", [x, self.add("Transpose", [weight], f"{weight}.T", perm=[1, 0])], output)


def _external(name: str, array: np.ndarray, offset: int) -> onnx.TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=array.shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", DATA_FILE), ("offset", offset), ("length", array.nbytes)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def build_graph(c: Config) -> Graph:
    g = Graph()
    # Row lengths for GroupQueryAttention: valid tokens per row minus one, and the longest total.
    g.add("ReduceSum", ["attention_mask", "one"], "row_lengths", keepdims=0)
    g.add("Cast", [g.add("Sub", ["row_lengths", "one"], "last_positions")], "seqlens_k", to=TensorProto.INT32)
    g.add("Gather", [g.add("Shape", ["attention_mask"], "mask_shape"), "one_scalar"], "total_length", axis=0)
    g.add("Cast", ["total_length"], "total_sequence_length", to=TensorProto.INT32)

    residual = g.add("Gather", ["model.embed_tokens.weight", "input_ids"], "embeddings")
    normed = g.add("SimplifiedLayerNormalization", [residual, "model.layers.0.input_layernorm.weight"], "layers.0.attention_input",
                   axis=-1, epsilon=c.rms_norm_eps, stash_type=1)
    for i in range(c.num_hidden_layers):
        at, weights = f"layers.{i}", f"model.layers.{i}"
        q, k, v = (g.linear(normed, f"{weights}.self_attn.{p}_proj.weight", f"{at}.{p}") for p in "qkv")
        attended = g.add(
            "GroupQueryAttention",
            [q, k, v, f"past_key_values.{i}.key", f"past_key_values.{i}.value", "seqlens_k", "total_sequence_length", "cos_cache", "sin_cache"],
            f"{at}.attended", MS, (f"present.{i}.key", f"present.{i}.value"), num_heads=c.num_attention_heads,
            kv_num_heads=c.num_key_value_heads, scale=c.head_dim**-0.5, do_rotary=1, rotary_interleaved=0)
        attention = g.linear(attended, f"{weights}.self_attn.o_proj.weight", f"{at}.attention_output")
        normed, residual = _add_and_norm(g, residual, attention, f"{weights}.post_attention_layernorm.weight", f"{at}.mlp_input", c)
        gate = g.linear(normed, f"{weights}.mlp.gate_proj.weight", f"{at}.gate")
        up = g.linear(normed, f"{weights}.mlp.up_proj.weight", f"{at}.up")
        silu = g.add("Mul", [gate, g.add("Sigmoid", [gate], f"{at}.gate_sigmoid")], f"{at}.silu")
        mlp = g.linear(g.add("Mul", [silu, up], f"{at}.gated"), f"{weights}.mlp.down_proj.weight", f"{at}.mlp_output")
        last = i == c.num_hidden_layers - 1
        norm = "model.norm.weight" if last else f"model.layers.{i + 1}.input_layernorm.weight"
        normed, residual = _add_and_norm(g, residual, mlp, norm, "final" if last else f"layers.{i + 1}.attention_input", c)
    g.linear(normed, "model.embed_tokens.weight", "logits")
    return g


def _add_and_norm(g: Graph, residual: str, update: str, norm: str, output: str, c: Config) -> tuple[str, str]:
    """RMSNorm(residual + update) and the sum itself, in one node."""
    g.add("SkipSimplifiedLayerNormalization", [residual, update, norm], output, MS, ("", "", f"{output}_residual"), epsilon=c.rms_norm_eps)
    return output, f"{output}_residual"


def export(policy: Policy, folder: Path) -> None:
    """Writes folder/model.onnx and folder/model.onnx.data."""
    c, weights = policy.config, {name: p.detach().numpy() for name, p in policy.named_parameters()}
    data, initializers = bytearray(), []
    for name, array in weights.items():
        data += b"\0" * (-len(data) % _ALIGN)
        initializers.append(_external(name, array, len(data)))
        data += np.ascontiguousarray(array, dtype="<f4").tobytes()
    cos, sin = rotary_tables(c)
    constants = {"cos_cache": cos.numpy(), "sin_cache": sin.numpy(), "one": np.array([1], np.int64), "one_scalar": np.array(1, np.int64)}
    initializers += [numpy_helper.from_array(array, name) for name, array in constants.items()]

    def value(name: str, dtype: int, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, dtype, shape)

    def cache(name: str, length: str) -> list[onnx.ValueInfoProto]:
        return [value(f"{name}.{i}.{part}", TensorProto.FLOAT, "batch_size", c.num_key_value_heads, length, c.head_dim)
                for i in range(c.num_hidden_layers) for part in ("key", "value")]

    graph = helper.make_graph(
        build_graph(c).nodes, "tiny-r1",
        [value("input_ids", TensorProto.INT64, "batch_size", "sequence_length"),
         value("attention_mask", TensorProto.INT64, "batch_size", "total_sequence_length"), *cache("past_key_values", "past_sequence_length")],
        [value("logits", TensorProto.FLOAT, "batch_size", "sequence_length", c.vocab_size), *cache("present", "total_sequence_length")],
        initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MS, 1)],
                              ir_version=8, producer_name="tiny_r1")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / DATA_FILE).write_bytes(data)


def load_weights(folder: Path) -> dict[str, torch.Tensor]:
    """The parameters of an exported folder, by their Hugging Face names."""
    model = onnx.load(str(folder / "model.onnx"))  # reads the external data beside it
    return {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in model.graph.initializer if t.name.startswith("model.")}
