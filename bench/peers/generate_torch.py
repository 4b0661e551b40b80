#!/usr/bin/env python3
"""transformers' generate on a GPU, on a random decoder of SmolLM2-135M's shape: what a PyTorch trainer calls when it has no inference engine.

    generate_torch.py [fp32 fp16 ...]

Prompt 256, 64 new tokens, all completions of a group in one batch; a line of the table of bench/results/devices.md for each format. Needs torch with CUDA and transformers.
"""

import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

PROMPT, NEW, GROUPS, RUNS = 256, 64, (16, 64, 256), 3
TYPES = {"fp32": torch.float32, "fp16": torch.float16}


def main() -> None:
    for name in sys.argv[1:] or TYPES:
        torch.manual_seed(0)
        config = LlamaConfig(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
                             max_position_embeddings=2048, tie_word_embeddings=True, bos_token_id=0, eos_token_id=1, pad_token_id=1)
        model = LlamaForCausalLM(config).to("cuda", TYPES[name]).eval()
        rates = [rate(model, group) for group in GROUPS]
        print(f"| transformers generate, PyTorch {torch.__version__} | {name} | {' | '.join(f'{one:.0f}' for one in rates)} | | |", flush=True)


def rate(model: LlamaForCausalLM, group: int) -> float:
    seconds = []
    for run in range(RUNS + 1):
        prompt = torch.tensor([[2 + (run * 7919 + i * 104729) % 40000 for i in range(PROMPT)]], device="cuda")
        torch.cuda.synchronize()
        started = time.perf_counter()
        model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=True, num_return_sequences=group, min_new_tokens=NEW, max_new_tokens=NEW, top_k=0)
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return group * NEW / sorted(seconds[1:])[RUNS // 2]


if __name__ == "__main__":
    main()
