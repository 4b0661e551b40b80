#!/usr/bin/env python3
"""Writes small random decoders in every convention that the engine reads, with log-probabilities that PyTorch computes for them.

    write_models.py            writes the folders beside this file
    write_models.py --check    writes them elsewhere and compares: the graphs byte for byte, the log-probabilities to 1e-6

Each folder is a model folder as its exporter lays it out, with expected.json: for each graph the tolerance, given sequences with the log-probability
of each completion token, and the completions that greedy decoding gives. Needs torch, onnx and numpy.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto

import architecture as arch
from architecture import Architecture, hugging_face_config, random_weights
from graph import Convention, decoder, merged_decoder
from reference import Reference

EXACT, HALF, ROUGH = 1e-4, 2e-2, 2e-1  # float32; 16-bit arithmetic or cache; 8-bit activations
EOS = [1, 2]


def main() -> int:
    here = Path(__file__).resolve().parent
    if sys.argv[1:] != ["--check"]:
        write_all(here)
        return 0
    with tempfile.TemporaryDirectory() as again:
        write_all(Path(again))
        return compare(here, Path(again))


def write_all(root: Path) -> None:
    concat, group = Convention(), Convention(attention="group_query", position_ids=False)
    half = {"dtype": "float16"}

    # optimum and transformers.js: onnx/model{suffix}.onnx
    write(root / "llama-concat", arch.LLAMA, 1, {
        "onnx/model.onnx": (concat, EXACT), "onnx/model_fp16.onnx": (replace(concat, **half), HALF),
        "onnx/model_q4.onnx": (replace(concat, weights="q4"), EXACT), "onnx/model_int8.onnx": (replace(concat, weights="int8"), ROUGH)})
    write(root / "qwen2-concat", arch.QWEN2, 2, {"onnx/model.onnx": (concat, EXACT)}, data_files=2)
    write(root / "qwen3-concat", arch.QWEN3, 3, {"onnx/model.onnx": (concat, EXACT)})
    write(root / "gemma2-concat", arch.GEMMA2, 4, {"onnx/model.onnx": (replace(concat, position_ids=False), EXACT)})
    write(root / "gpt2-merged", arch.GPT2, 5, {"onnx/decoder_model_merged.onnx": (concat, EXACT)})
    write(root / "gpt2-split", arch.GPT2, 6, {"onnx/decoder_with_past_model.onnx": (concat, EXACT)})
    write(root / "llama-bfloat16-cache", arch.LLAMA, 7, {"onnx/model.onnx": (replace(concat, cache_dtype="bfloat16"), HALF)})
    write(root / "llama-multi-head", arch.LLAMA_MULTI_HEAD, 8, {"onnx/model.onnx": (replace(concat, attention="multi_head"), EXACT)})
    # onnx-community's exports with GroupQueryAttention
    keep = replace(group, position_ids=True, logits_to_keep=True)
    write(root / "llama-group-query-positions", arch.LLAMA_TIED, 9, {
        "onnx/model.onnx": (keep, EXACT), "onnx/model_q4f16.onnx": (replace(keep, weights="q4", **half), HALF)}, data_files=1)
    write(root / "gemma2-group-query", arch.GEMMA2, 10, {"onnx/model.onnx": (group, EXACT)})
    # onnxruntime-genai's builder: one graph at the root
    names = {"past_key": "cache.%d.k", "past_value": "cache.%d.v", "present_key": "cache_out.%d.k", "present_value": "cache_out.%d.v", "input_ids": "tokens"}
    write(root / "llama-genai", arch.LLAMA, 11, {"model.onnx": (group, EXACT)}, data_files=1)
    write(root / "llama-genai-float16", arch.LLAMA, 12, {"model.onnx": (replace(group, **half), HALF)})
    write(root / "llama-genai-int4", arch.LLAMA, 13, {"model.onnx": (replace(group, weights="q4"), EXACT)})
    write(root / "llama-genai-int8", arch.LLAMA, 14, {"model.onnx": (replace(group, weights="q8"), EXACT)})
    write(root / "llama-genai-int4-int8", arch.LLAMA, 17, {"model.onnx": (replace(group, weights="q4", accuracy_level=4), ROUGH)})
    # Products of our own: blocks of 32, and columns that end within a block.
    wide = replace(arch.LLAMA, hidden_size=48, intermediate_size=80)
    write(root / "llama-genai-int4-blocks", wide, 18, {"model.onnx": (replace(group, weights="q4", accuracy_level=4, block=32), ROUGH)})
    write(root / "llama-genai-int8-blocks", wide, 19, {"model.onnx": (replace(group, weights="q8", accuracy_level=4, block=64), ROUGH)})
    write(root / "llama-genai-skip-norms", arch.LLAMA, 20, {"model.onnx": (replace(group, skip_norms=True), EXACT)})
    write(root / "qwen3-genai-last-logits", arch.QWEN3, 15, {"model.onnx": (replace(group, last_logits_only=True), EXACT)})
    write(root / "qwen2-genai-int32-names", arch.QWEN2, 16, {"decoder/text.onnx": (replace(group, integers=TensorProto.INT32, **names), EXACT)})


def write(folder: Path, a: Architecture, seed: int, graphs: dict[str, tuple[Convention, float]], data_files: int = 0) -> None:
    weights, expected = random_weights(a, seed), {}
    for path, (c, tolerance) in graphs.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        dequantized: dict[str, np.ndarray] = {}
        if file.stem == "decoder_model_merged":
            save(merged_decoder(a, c, weights), file, 0)
        elif file.stem == "decoder_with_past_model":
            save(decoder(a, c, weights, with_past=False)[0], file.with_name("decoder_model.onnx"), 0)
            save(decoder(a, c, weights, new=1)[0], file, 0)
        else:
            model, dequantized = decoder(a, c, weights)
            save(model, file, data_files)
        expected[path] = expectations(a, c, weights, dequantized, tolerance, seed)
    if "onnx" in next(iter(graphs)):
        write_json(folder / "config.json", hugging_face_config(a))
        write_json(folder / "generation_config.json", {"eos_token_id": EOS, "bos_token_id": 0})
    if not next(iter(graphs)).startswith("onnx/"):
        (folder / "config.json").unlink(missing_ok=True)
        (folder / "generation_config.json").unlink(missing_ok=True)
        write_json(folder / "genai_config.json", genai_config(a, *next((path, c) for path, (c, _) in graphs.items())))
    (folder / "expected.json").write_text(one_line_a_case(expected))


def expectations(a: Architecture, c: Convention, weights: dict, dequantized: dict, tolerance: float, seed: int) -> dict:
    if a.tied and "model.embed_tokens.weight.T" in dequantized:  # the embedding itself stays as it is
        a, dequantized = replace(a, tied=False), {**dequantized, "lm_head.weight": dequantized["model.embed_tokens.weight.T"]}
    rounded = {name: array.astype(np.float16).astype(np.float32) for name, array in weights.items()} if c.dtype == "float16" else weights
    reference = Reference(a, {**rounded, **dequantized}, torch.bfloat16 if c.cache == "bfloat16" else None)
    rng = np.random.RandomState(1000 + seed)
    cases = []
    for prompt_length, length in ((1, 12), (3, 9), (7, 20), (23, 6), (40, 12), (7, 5)):
        tokens = [int(token) for token in rng.randint(3, a.vocab_size, prompt_length + length)]
        logprobs = reference.logprobs(tokens)
        cases.append({"prompt": tokens[:prompt_length], "completion": tokens[prompt_length:],
                      "logprobs": [round(float(logprobs[t - 1, tokens[t]]), 7) for t in range(prompt_length, len(tokens))]})
    return {"tolerance": tolerance, "cases": cases, "greedy": [greedy(reference, case["prompt"], tolerance) for case in cases[:4]]}


def greedy(reference: Reference, prompt: list[int], tolerance: float, length: int = 12) -> dict:
    """The likeliest tokens, as long as they are so by a margin that no rounding closes."""
    tokens, logprobs = list(prompt), []
    while len(logprobs) < length:
        last = reference.logprobs(tokens)[-1]
        first, second = torch.topk(last, 2).values
        if first - second < 4 * tolerance:
            break
        token = int(last.argmax())
        tokens.append(token)
        logprobs.append(round(float(first), 7))
        if token in EOS:
            break
    return {"prompt": prompt, "completion": tokens[len(prompt):], "logprobs": logprobs}


def save(model: onnx.ModelProto, file: Path, data_files: int) -> None:
    """data_files: matrices go into as many files beside the model, named as the exporters name them."""
    if data_files:
        names = [f"{file.name}.data"] if file.parent.name != "onnx" else [f"{file.name}_data" + (f"_{i}" if i else "") for i in range(data_files)]
        data = {name: bytearray() for name in names}
        matrices = [t for t in model.graph.initializer if len(t.raw_data) >= 512]
        for index, tensor in enumerate(matrices):
            name = names[index * len(names) // len(matrices)]
            data[name] += b"\0" * (-len(data[name]) % 64)
            for key, value in (("location", name), ("offset", len(data[name])), ("length", len(tensor.raw_data))):
                tensor.external_data.add(key=key, value=str(value))
            data[name] += tensor.raw_data
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
        for name, content in data.items():
            file.with_name(name).write_bytes(content)
    file.write_bytes(model.SerializeToString(deterministic=True))


def genai_config(a: Architecture, path: str, c: Convention) -> dict:
    inputs = {"input_ids": c.input_ids, "attention_mask": c.attention_mask, "past_key_names": c.past_key, "past_value_names": c.past_value}
    if c.position_ids:
        inputs["position_ids"] = "position_ids"
    decoder_config = {
        "filename": path, "head_size": a.head_dim, "hidden_size": a.hidden_size, "num_attention_heads": a.heads, "num_hidden_layers": a.layers,
        "num_key_value_heads": a.kv_heads, "inputs": inputs, "session_options": {"provider_options": []},
        "outputs": {"logits": c.logits, "present_key_names": c.present_key, "present_value_names": c.present_value}}
    return {"model": {"bos_token_id": 0, "eos_token_id": EOS, "pad_token_id": 0, "context_length": a.context, "type": a.model_type,
                      "vocab_size": a.vocab_size, "decoder": decoder_config},
            "search": {"max_length": a.context, "past_present_share_buffer": True}}


def write_json(file: Path, content: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n")


def one_line_a_case(expected: dict) -> str:
    def rows(cases: list[dict]) -> str:
        return "[\n" + ",\n".join(f"   {json.dumps(case)}" for case in cases) + "]"

    graphs = [f' {json.dumps(path)}: {{\n  "tolerance": {e["tolerance"]},\n  "cases": {rows(e["cases"])},\n  "greedy": {rows(e["greedy"])}}}'
              for path, e in expected.items()]
    return "{\n" + ",\n".join(graphs) + "\n}\n"


def compare(committed: Path, again: Path) -> int:
    wrong = []
    for file in sorted(path for path in again.rglob("*") if path.is_file()):
        other = committed / file.relative_to(again)
        if not other.exists() or not (same_numbers(file, other) if file.name == "expected.json" else file.read_bytes() == other.read_bytes()):
            wrong.append(str(file.relative_to(again)))
    print("differ: " + ", ".join(wrong) if wrong else "as committed")
    return len(wrong)


def same_numbers(first: Path, second: Path) -> bool:
    def same(x, y) -> bool:
        if isinstance(x, dict):
            return x.keys() == y.keys() and all(same(x[key], y[key]) for key in x)
        if isinstance(x, list):
            return len(x) == len(y) and all(map(same, x, y))
        return abs(x - y) <= 1e-6

    return same(json.loads(first.read_text()), json.loads(second.read_text()))


if __name__ == "__main__":
    sys.exit(main())
