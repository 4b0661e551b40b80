"""The decoders as ONNX graphs, in each of the conventions that exporters use."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from architecture import Architecture, rotary_tables
from quantize import BLOCK, n_bits, per_tensor_int8

MS = "com.microsoft"
ONNX_TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "bfloat16": TensorProto.BFLOAT16}


@dataclass(frozen=True)
class Convention:
    attention: str = "concat"              # concat | group_query | multi_head
    position_ids: bool = True
    logits_to_keep: bool = False           # the input num_logits_to_keep
    last_logits_only: bool = False         # prune_lm_head
    integers: int = TensorProto.INT64
    dtype: str = "float32"                 # of weights, arithmetic, cache and logits
    cache_dtype: str | None = None         # of the cache where it differs
    weights: str = "float"                 # float | q4 | q8 | int8
    block: int = BLOCK
    accuracy_level: int = 0                # of MatMulNBits: 0 computes in float32, 4 in int8
    skip_norms: bool = False               # an addition and the norm of its sum as one node
    past_key: str = "past_key_values.%d.key"
    past_value: str = "past_key_values.%d.value"
    present_key: str = "present.%d.key"
    present_value: str = "present.%d.value"
    input_ids: str = "input_ids"
    attention_mask: str = "attention_mask"
    logits: str = "logits"

    @property
    def cache(self) -> str:
        return self.cache_dtype or self.dtype


@dataclass
class Part:
    """The nodes of one graph. A merged decoder has two of them inside an If, each with its own prefix."""

    a: Architecture
    c: Convention
    weights: dict[str, np.ndarray]
    prefix: str = ""
    with_past: bool = True
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: dict[str, onnx.TensorProto] = field(default_factory=dict)
    dequantized: dict[str, np.ndarray] = field(default_factory=dict)
    count: int = 0

    # -- building blocks

    def add(self, op: str, inputs: list[str], output: str = "", domain: str = "", more: tuple[str, ...] = (), **attributes) -> str:
        self.count += 1
        output = output or f"{self.prefix}{op}_{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [output, *more], name=f"{self.prefix}node_{self.count}", domain=domain, **attributes))
        return output

    def constant(self, name: str, array: np.ndarray) -> str:
        if name not in self.initializers:
            self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)  # a scalar stays one
        return name

    def ints(self, *values: int) -> str:
        return self.constant("ints_" + "_".join(str(v).replace("-", "m") for v in values), np.array(values, np.int64))

    def int_scalar(self, value: int) -> str:
        return self.constant(f"int_{value}".replace("-", "m"), np.array(value, np.int64))

    def number(self, value: float) -> str:
        return self.constant(f"number_{value}".replace("-", "m"), np.array(value, np.float16 if self.c.dtype == "float16" else np.float32))

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name].astype(np.float16 if self.c.dtype == "float16" else np.float32))

    def linear(self, x: str, name: str) -> str:
        y = self.matmul(x, f"{name}.weight")
        return self.add("Add", [y, self.weight(f"{name}.bias")]) if f"{name}.bias" in self.weights else y

    def matmul(self, x: str, name: str, transposed: bool = False) -> str:
        """x @ w; transposed: the weight is stored as (out, in)."""
        w = self.weights[name].T if transposed else self.weights[name]
        if self.c.weights in ("q4", "q8"):
            bits = int(self.c.weights[1:])
            packed, scales, self.dequantized[name + (".T" if transposed else "")] = n_bits(w, bits, self.c.block)
            scales = scales.astype(np.float16 if self.c.dtype == "float16" else np.float32)
            quantized, scale = self.constant(f"{name}_Q{bits}", packed), self.constant(f"{name}_scales", scales)
            return self.add("MatMulNBits", [x, quantized, scale], "", MS, K=w.shape[0], N=w.shape[1], bits=bits, block_size=self.c.block,
                            **({"accuracy_level": self.c.accuracy_level} if self.c.accuracy_level else {}))
        if self.c.weights == "int8":
            codes, scale, self.dequantized[name + (".T" if transposed else "")] = per_tensor_int8(w)
            self.add("DynamicQuantizeLinear", [x], f"{self.prefix}dq_{self.count}", "", (f"{self.prefix}dqs_{self.count}", f"{self.prefix}dqz_{self.count}"))
            q, s, z = self.nodes[-1].output
            product = self.add("Cast", [self.add("MatMulInteger", [q, self.constant(f"{name}_quantized", codes), z])], to=TensorProto.FLOAT)
            return self.add("Mul", [product, self.add("Mul", [s, self.constant(f"{name}_scale", np.array(scale, np.float32))])])
        if transposed:
            return self.add("MatMul", [x, self.add("Transpose", [self.weight(name)], perm=[1, 0])])
        return self.add("MatMul", [x, self.weight(name)])

    def norm(self, name: str, x: str, fused: bool) -> str:
        if self.a.norm == "layer":
            return self.add("LayerNormalization", [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")], axis=-1, epsilon=1e-5)
        weight = self.weight(f"{name}.weight")
        if self.a.norm == "gemma":
            weight = self.add("Add", [weight, self.number(1.0)])
        if self.c.skip_norms and self.nodes[-1].op_type == "Add" and self.nodes[-1].output[0] == x:
            return self.add("SkipSimplifiedLayerNormalization", [*self.nodes.pop().input, weight], "", MS, ("", "", x), epsilon=1e-6)
        if fused:
            return self.add("SimplifiedLayerNormalization", [x, weight], axis=-1, epsilon=1e-6, stash_type=1)
        # As PyTorch's exporter writes it: in float32 whatever the model's type.
        wide = self.add("Cast", [x], to=TensorProto.FLOAT)
        two = self.constant("two", np.array(2, np.float32))
        mean = self.add("ReduceMean", [self.add("Pow", [wide, two])], axes=[-1], keepdims=1)
        root = self.add("Sqrt", [self.add("Add", [mean, self.constant("epsilon", np.array(1e-6, np.float32))])])
        normed = self.add("Cast", [self.add("Div", [wide, root])], to=ONNX_TYPES[self.c.dtype])
        return self.add("Mul", [normed, weight])

    def activate(self, x: str) -> str:
        if self.a.activation == "silu":
            return self.add("Mul", [x, self.add("Sigmoid", [x])])
        cubed = self.add("Mul", [self.add("Mul", [self.add("Mul", [x, x]), x]), self.number(0.044715)])
        inner = self.add("Tanh", [self.add("Mul", [self.add("Add", [x, cubed]), self.number(0.7978845608)])])
        return self.add("Mul", [self.add("Mul", [x, self.number(0.5)]), self.add("Add", [inner, self.number(1.0)])])

    def softcap(self, x: str, cap: float) -> str:
        return self.add("Mul", [self.add("Tanh", [self.add("Div", [x, self.number(cap)])]), self.number(cap)])

    # -- the decoder

    def build(self) -> None:
        a, c, fused = self.a, self.c, self.c.attention == "group_query"
        ids = c.input_ids
        self.prepare()
        x = self.add("Gather", [self.weight("model.embed_tokens.weight"), ids])
        if a.embedding_scale:
            x = self.add("Mul", [x, self.number(a.embedding_scale)])
        if not a.rotary:
            x = self.add("Add", [x, self.add("Gather", [self.weight("model.embed_positions.weight"), self.positions])])
        for i in range(a.layers):
            at = f"model.layers.{i}"
            attended = self.attention(i, self.norm(f"{at}.input_layernorm", x, fused))
            if a.post_norms:
                x = self.add("Add", [x, self.norm(f"{at}.post_attention_layernorm", attended, fused)])
                x = self.add("Add", [x, self.norm(f"{at}.post_feedforward_layernorm", self.mlp(at, self.norm(f"{at}.pre_feedforward_layernorm", x, fused)), fused)])
            else:
                x = self.add("Add", [x, attended])
                x = self.add("Add", [x, self.mlp(at, self.norm(f"{at}.post_attention_layernorm", x, fused))])
        if c.last_logits_only:
            x = self.add("Unsqueeze", [self.add("Gather", [x, self.int_scalar(-1)], axis=1), self.ints(1)])
        elif c.logits_to_keep:
            # The last k positions; k = 0 gives all: a slice from -0 is one from the start.
            start = self.add("Unsqueeze", [self.add("Neg", ["num_logits_to_keep"]), self.ints(0)])
            x = self.add("Slice", [x, start, self.ints(2**31 - 1), self.ints(1)])
        x = self.norm("model.norm", x, fused)
        out = f"{self.prefix}{c.logits}"
        logits = self.matmul(x, "model.embed_tokens.weight", transposed=True) if a.tied else self.matmul(x, "lm_head.weight")
        if a.logit_softcap:
            logits = self.softcap(logits, a.logit_softcap)
        self.add("Identity", [logits], out)

    def prepare(self) -> None:
        """Lengths, positions and masks that all layers share."""
        a, c = self.a, self.c
        if c.attention == "group_query":
            mask = self.add("Cast", [c.attention_mask], to=TensorProto.INT64)
            last = self.add("Sub", [self.add("ReduceSum", [mask, self.ints(1)], keepdims=0), self.ints(1)])
            self.row_ends = self.add("Cast", [last], to=TensorProto.INT32)
            self.total = self.add("Cast", [self.add("Gather", [self.add("Shape", [c.attention_mask]), self.int_scalar(1)], axis=0)], to=TensorProto.INT32)
            self.positions = "position_ids"
            return
        new = self.add("Gather", [self.add("Shape", [c.input_ids]), self.int_scalar(1)], axis=0)
        past = self.add("Gather", [self.add("Shape", [c.past_key % 0]), self.int_scalar(2)], axis=0) if self.with_past else self.int_scalar(0)
        total = self.add("Add", [past, new])
        places = self.add("Range", [past, total, self.int_scalar(1)])
        self.positions = "position_ids" if c.position_ids else self.add("Unsqueeze", [places, self.ints(0)])
        keys = self.add("Unsqueeze", [self.add("Range", [self.int_scalar(0), total, self.int_scalar(1)]), self.ints(0)])
        queries = self.add("Unsqueeze", [places, self.ints(1)])
        valid = self.add("Unsqueeze", [self.add("Cast", [c.attention_mask], to=TensorProto.BOOL), self.ints(1, 2)])
        causal = self.add("And", [self.add("LessOrEqual", [keys, queries]), valid])
        lowest = self.number(-65504.0 if c.dtype == "float16" else -3.4028235e38)
        self.masks = {None: self.add("Where", [causal, self.number(0.0), lowest])}
        if a.sliding_window:
            near = self.add("Less", [self.add("Sub", [queries, keys]), self.int_scalar(a.sliding_window)])
            self.masks[a.sliding_window] = self.add("Where", [self.add("And", [causal, near]), self.number(0.0), lowest])

    def table(self, index: int) -> str:
        return self.constant(("cos_cache", "sin_cache")[index], rotary_tables(self.a)[index].astype(np.float16 if self.c.dtype == "float16" else np.float32))

    def attention(self, i: int, x: str) -> str:
        at = f"model.layers.{i}.self_attn"
        q, k, v = (self.linear(x, f"{at}.{p}_proj") for p in "qkv")
        if self.a.qk_norm:
            q, k = self.head_norm(f"{at}.q_norm", q, self.a.heads), self.head_norm(f"{at}.k_norm", k, self.a.kv_heads)
        attended = {"concat": self.concat_attention, "group_query": self.group_query_attention, "multi_head": self.multi_head_attention}[self.c.attention](i, q, k, v)
        return self.linear(attended, f"{at}.o_proj")

    def head_norm(self, name: str, x: str, heads: int) -> str:
        split = self.add("Reshape", [x, self.ints(0, 0, heads, self.a.head_dim)])
        return self.add("Reshape", [self.norm(name, split, self.c.attention == "group_query"), self.ints(0, 0, heads * self.a.head_dim)])

    def to_heads(self, x: str, heads: int) -> str:
        return self.add("Transpose", [self.add("Reshape", [x, self.ints(0, 0, heads, self.a.head_dim)])], perm=[0, 2, 1, 3])

    def rotate(self, x: str) -> str:
        """x: (B, heads, S, E)."""
        cos, sin = (self.add("Unsqueeze", [self.add("Gather", [self.table(t), self.positions]), self.ints(1)]) for t in (0, 1))
        half = self.a.head_dim // 2
        first = self.add("Slice", [x, self.ints(0), self.ints(half), self.ints(3)])
        second = self.add("Slice", [x, self.ints(half), self.ints(2 * half), self.ints(3)])
        return self.add("Concat", [self.add("Sub", [self.add("Mul", [first, cos]), self.add("Mul", [second, sin])]),
                                   self.add("Add", [self.add("Mul", [second, cos]), self.add("Mul", [first, sin])])], axis=3)

    def append(self, i: int, part: str, new: str) -> str:
        """Concatenates past and new keys or values; answers them in the type of the arithmetic."""
        past, present = (self.c.past_key, self.c.present_key) if part == "key" else (self.c.past_value, self.c.present_value)
        narrow = self.c.cache != self.c.dtype
        if narrow:
            new = self.add("Cast", [new], to=ONNX_TYPES[self.c.cache])
        whole = self.add("Concat", [past % i, new], self.prefix + present % i, axis=2) if self.with_past else self.add("Identity", [new], self.prefix + present % i)
        return self.add("Cast", [whole], to=ONNX_TYPES[self.c.dtype]) if narrow else whole

    def concat_attention(self, i: int, q: str, k: str, v: str) -> str:
        a = self.a
        q, k, v = self.to_heads(q, a.heads), self.to_heads(k, a.kv_heads), self.to_heads(v, a.kv_heads)
        if a.rotary:
            q, k = self.rotate(q), self.rotate(k)
        k, v = self.append(i, "key", k), self.append(i, "value", v)
        if a.heads != a.kv_heads:
            k, v = self.repeat(k), self.repeat(v)
        scores = self.add("Mul", [self.add("MatMul", [q, self.add("Transpose", [k], perm=[0, 1, 3, 2])]), self.number(a.head_dim**-0.5)])
        if a.attention_softcap:
            scores = self.softcap(scores, a.attention_softcap)
        weights = self.add("Softmax", [self.add("Add", [scores, self.masks[a.window_of(i)]])], axis=-1)
        merged = self.add("Transpose", [self.add("MatMul", [weights, v])], perm=[0, 2, 1, 3])
        return self.add("Reshape", [merged, self.ints(0, 0, a.heads * a.head_dim)])

    def repeat(self, x: str) -> str:
        a = self.a
        wide = self.add("Expand", [self.add("Unsqueeze", [x, self.ints(2)]), self.ints(1, 1, a.heads // a.kv_heads, 1, 1)])
        return self.add("Reshape", [wide, self.ints(0, a.heads, -1, a.head_dim)])

    def group_query_attention(self, i: int, q: str, k: str, v: str) -> str:
        a, c = self.a, self.c
        inputs, rotate_inside = [q, k, v], a.rotary and not c.position_ids
        if a.rotary and c.position_ids:
            inputs[0], inputs[1] = (self.add("RotaryEmbedding", [x, self.positions, self.table(0), self.table(1)], "", MS, num_heads=heads)
                                    for x, heads in ((q, a.heads), (k, a.kv_heads)))
        inputs += [c.past_key % i, c.past_value % i, self.row_ends, self.total]
        if rotate_inside:
            inputs += [self.table(0), self.table(1)]
        extra = {"softcap": a.attention_softcap} if a.attention_softcap else {}
        if a.window_of(i):
            extra["local_window_size"] = a.window_of(i)
        return self.add("GroupQueryAttention", inputs, "", MS, (c.present_key % i, c.present_value % i), num_heads=a.heads, kv_num_heads=a.kv_heads,
                        scale=a.head_dim**-0.5, do_rotary=int(rotate_inside), rotary_interleaved=0, **extra)

    def multi_head_attention(self, i: int, q: str, k: str, v: str) -> str:
        a, c = self.a, self.c
        flat = (0, 0, a.heads * a.head_dim)
        q, k = (self.add("Reshape", [self.add("Transpose", [self.rotate(self.to_heads(x, a.heads))], perm=[0, 2, 1, 3]), self.ints(*flat)]) for x in (q, k))
        return self.add("MultiHeadAttention", [q, k, v, "", "", self.masks[a.window_of(i)], c.past_key % i, c.past_value % i], "", MS,
                        (c.present_key % i, c.present_value % i), num_heads=a.heads, scale=a.head_dim**-0.5)

    def mlp(self, at: str, x: str) -> str:
        up = self.linear(x, f"{at}.mlp.up_proj")
        hidden = self.add("Mul", [self.activate(self.linear(x, f"{at}.mlp.gate_proj")), up]) if self.a.gated else self.activate(up)
        return self.linear(hidden, f"{at}.mlp.down_proj")


def inputs_of(a: Architecture, c: Convention, with_past: bool = True, new: int | str = "sequence_length") -> list[onnx.ValueInfoProto]:
    value = helper.make_tensor_value_info
    values = [value(c.input_ids, c.integers, ["batch_size", new]), value(c.attention_mask, c.integers, ["batch_size", "total_sequence_length"])]
    if c.position_ids:
        values.append(value("position_ids", c.integers, ["batch_size", new]))
    if c.logits_to_keep:
        values.append(value("num_logits_to_keep", TensorProto.INT64, []))
    return values + (caches_of(a, c, c.past_key, c.past_value, "past_sequence_length") if with_past else [])


def outputs_of(a: Architecture, c: Convention, prefix: str = "") -> list[onnx.ValueInfoProto]:
    positions = 1 if c.last_logits_only else "logits_length" if c.logits_to_keep else "sequence_length"
    logits = helper.make_tensor_value_info(prefix + c.logits, ONNX_TYPES[c.dtype], ["batch_size", positions, a.vocab_size])
    return [logits, *caches_of(a, c, prefix + c.present_key, prefix + c.present_value, "total_sequence_length")]


def caches_of(a: Architecture, c: Convention, key: str, value: str, length: str) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name % i, ONNX_TYPES[c.cache], ["batch_size", a.kv_heads, length, a.head_dim])
            for i in range(a.layers) for name in (key, value)]


def model_of(graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MS, 1)], ir_version=8, producer_name="grpo")


def decoder(a: Architecture, c: Convention, weights: dict[str, np.ndarray], with_past: bool = True, new: int | str = "sequence_length") -> tuple[onnx.ModelProto, dict[str, np.ndarray]]:
    """The model, and the weights that its quantized ones stand for."""
    part = Part(a, c, weights, with_past=with_past)
    part.build()
    graph = helper.make_graph(part.nodes, "decoder", inputs_of(a, c, with_past, new), outputs_of(a, c), list(part.initializers.values()))
    return model_of(graph), part.dequantized


def merged_decoder(a: Architecture, c: Convention, weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Both decoders in one If, as optimum merges them; the weights are shared and lie outside."""
    branches, initializers = {}, {}
    for name, with_past in (("then_branch", True), ("else_branch", False)):
        part = Part(a, c, weights, prefix=f"{name}/", with_past=with_past)
        part.build()
        initializers.update(part.initializers)
        branches[name] = helper.make_graph(part.nodes, name, [], outputs_of(a, c, f"{name}/"))
    outputs = outputs_of(a, c)
    node = helper.make_node("If", ["use_cache_branch"], [output.name for output in outputs], name="optimum::if", **branches)
    use_cache = helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1])
    return model_of(helper.make_graph([node], "merged", [*inputs_of(a, c), use_cache], outputs, list(initializers.values())))
