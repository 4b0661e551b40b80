"""Measures a policy through the service, on held-out questions: accuracy, format and language at temperature 1.

    python3 python/tiny_r1/evaluate_api.py --server http://127.0.0.1:5080

Standard library only. The scores are the service's own. A group is one question's samples; its reward is the sum of the
three scores (a null score counts nothing).
"""

from __future__ import annotations

import argparse
import json
import os
import time
import urllib.error
import urllib.request
from statistics import fmean, pstdev

from questions import as_prompt
from task import held_out_questions

REWARDS = ("accuracy", "format", "language_consistency")


def post(url: str, body: dict, api_key: str | None) -> dict:
    headers = {"Content-Type": "application/json"} | ({"X-Api-Key": api_key} if api_key else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{url}: {error.code}\n{error.read().decode(errors='replace')}") from None


def summarise(groups: list[dict]) -> dict[str, float]:
    completions = [completion for group in groups for completion in group["completions"]]
    score = lambda completion, name: completion["scores"][name]["score"]
    mean = lambda values: fmean(values) if values else None
    figures = {name: mean([s for c in completions if (s := score(c, name)) is not None]) for name in REWARDS}
    total = lambda completion: sum(score(completion, name) or 0.0 for name in REWARDS)
    flat = lambda reward: fmean(pstdev(map(reward, group["completions"])) < 1e-9 for group in groups)
    return figures | {
        "groups_without_variance": flat(total),
        "groups_without_variance_accuracy_only": flat(lambda completion: score(completion, "accuracy") or 0.0),
        "completion_tokens": mean([len(c["token_ids"]) for c in completions]),
        "longest_completion": max(len(c["token_ids"]) for c in completions),
        "prompt_tokens": mean([len(group["prompt_token_ids"]) for group in groups]),
        "cut_off": mean([c["finish_reason"] == "length" for c in completions]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:5080")
    parser.add_argument("--policy", default="tiny-r1")
    parser.add_argument("--count", type=int, default=200, help="questions")
    parser.add_argument("--group-size", type=int, default=16)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--per-request", type=int, default=25, help="questions in one request")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--examples", type=int, default=5, help="completions to print")
    options = parser.parse_args()
    prompts = [as_prompt(question) for question in held_out_questions(options.count, options.seed)]
    groups, started = [], time.time()
    for start in range(0, len(prompts), options.per_request):
        answer = post(f"{options.server}/v1/rollouts", {
            "policy": options.policy,
            "prompts": prompts[start : start + options.per_request],
            "group_size": options.group_size,
            "sampling": {"temperature": options.temperature, "max_tokens": 128, "seed": options.seed + start},
            "rewards": [{"name": name, "weight": 1.0} for name in REWARDS],
            "include": ["text", "token_ids"],
        }, os.environ.get("GRPO_API_KEY"))
        groups += answer["groups"]
    for prompt, group in list(zip(prompts, groups))[: options.examples]:
        print(f"  {prompt['messages'][0]['content']}  {group['completions'][0]['text']}")
    figures = summarise(groups)
    tokens = figures["completion_tokens"] * len(groups) * options.group_size
    figures["tokens_per_second"] = tokens / (time.time() - started)
    print(json.dumps({name: value if value is None else round(value, 4) for name, value in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
