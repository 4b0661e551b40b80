"""Writes held-out questions as JSON Lines, one prompt of POST /v1/rollouts per line:

    {"messages": [{"role": "user", "content": "What is 37 + 58?"}], "reference": {"answer": "95", "language": "en"}}

    python3 python/tiny_r1/questions.py --count 200 > questions.jsonl
"""

from __future__ import annotations

import argparse
import json
import random

from task import Question, held_out_questions, sample_question


def as_prompt(question: Question) -> dict:
    return {
        "messages": [{"role": "user", "content": question.text}],
        "reference": {"answer": str(question.answer), "language": "en"},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--training", action="store_true", help="questions of the training side of the split instead, for RL")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    questions = ([sample_question(rng, held_out=False) for _ in range(options.count)] if options.training
                 else held_out_questions(options.count, options.seed))
    for question in questions:
        print(json.dumps(as_prompt(question), ensure_ascii=False))


if __name__ == "__main__":
    main()
