"""The model folder in Hugging Face layout: written from a policy and a tokenizer, and read back."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

import chat
from bpe import ADDED_TOKENS, END_OF_TEXT, SPECIAL_TOKENS, TURN_END, Tokenizer
from export import export, load_weights
from model import Config, Policy


def _write(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_folder(folder: Path, policy: Policy, tokenizer: Tokenizer) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    eos, pad = tokenizer.eos_id, tokenizer.pad_id
    _write(folder / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", **asdict(policy.config),
        "hidden_act": "silu", "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0, "rope_scaling": None,
        "tie_word_embeddings": True, "bos_token_id": pad, "eos_token_id": eos, "pad_token_id": pad, "torch_dtype": "float32",
    })
    _write(folder / "generation_config.json", {
        "bos_token_id": pad, "eos_token_id": [eos, pad], "pad_token_id": pad, "do_sample": True, "temperature": 1.0,
    })
    _write(folder / "tokenizer.json", tokenizer.to_json())
    _write(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": policy.config.max_position_embeddings,
        "add_bos_token": False, "add_prefix_space": False, "clean_up_tokenization_spaces": False,
        "bos_token": None, "eos_token": TURN_END, "pad_token": END_OF_TEXT, "unk_token": None,
        "added_tokens_decoder": {
            str(tokenizer.ids[token]): {"content": token, "lstrip": False, "normalized": False, "rstrip": False,
                                        "single_word": False, "special": token in SPECIAL_TOKENS}
            for token in ADDED_TOKENS
        },
        "chat_template": chat.TEMPLATE,
    })
    (folder / "chat_template.jinja").write_text(chat.TEMPLATE, encoding="utf-8")
    export(policy, folder / "onnx")


def read_folder(folder: Path) -> tuple[Policy, Tokenizer]:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    merges = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["merges"]
    policy = Policy(Config(**{field.name: config[field.name] for field in fields(Config)}))
    policy.load_state_dict(load_weights(folder / "onnx"))
    return policy, Tokenizer([tuple(pair) for pair in merges])
