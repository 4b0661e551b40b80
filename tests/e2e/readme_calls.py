"""Runs every curl call of a Markdown file and compares each answer with the JSON block that follows it.

Numbers must agree to 1e-6, except that what was sampled (below `groups`, `usage`, `timing` of a rollout) is compared by shape alone: another
processor rounds otherwise, and one token drawn otherwise changes all that follow. `"..."` in a block stands for anything, as the last item of a
list or the last field of an object for any further ones.
"""
import json
import re
import subprocess
import sys

CALL_AND_ANSWER = re.compile(r"```bash\n(curl .*?)```\n+(?:[^`\n][^\n]*\n+)*```jsonc?\n(.*?)```", re.DOTALL)
SAMPLED = {"groups", "usage", "timing", "metrics"}


def difference(shown, answered, path="$", by_shape=False):
    """The first place where an answer is not as shown, or None."""
    if shown == "...":
        return None
    if isinstance(shown, dict) and isinstance(answered, dict):
        for key, value in shown.items():
            if key == "...":
                continue
            if key not in answered:
                return f"{path}.{key} is missing"
            sampled = by_shape or (path == "$" and key in SAMPLED and "policy_version" in shown)
            if found := difference(value, answered[key], f"{path}.{key}", sampled):
                return found
        return None
    if isinstance(shown, list) and isinstance(answered, list):
        open_ended = bool(shown) and shown[-1] == "..."
        items = shown[:-1] if open_ended else shown
        if not by_shape and (len(items) > len(answered) if open_ended else len(items) != len(answered)):
            return f"{path} has {len(answered)} items, shown are {len(items)}"
        pairs = enumerate(zip(items, answered))
        return next(filter(None, (difference(a, b, f"{path}[{i}]", by_shape) for i, (a, b) in pairs)), None)
    is_number = isinstance(shown, (int, float)) and not isinstance(shown, bool)
    if is_number and isinstance(answered, (int, float)) and not isinstance(answered, bool):
        agrees = by_shape or abs(shown - answered) <= 1e-6 * max(1, abs(shown))
        return None if agrees else f"{path} is {answered}, shown is {shown}"
    agrees = type(shown) is type(answered) if by_shape else shown == answered
    return None if agrees or (by_shape and None in (shown, answered)) else f"{path} is {answered!r}, shown is {shown!r}"


def main(path):
    calls = CALL_AND_ANSWER.findall(open(path, encoding="utf-8").read())
    if not calls:
        sys.exit(f"{path} shows no curl call with its answer")
    failures = 0
    for command, shown in calls:
        output = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        try:
            found = difference(json.loads(shown), json.loads(output.stdout))
        except json.JSONDecodeError as error:
            found = f"not JSON: {error}"
        failures += found is not None
        print(f"{'ok    ' if found is None else 'FAILED'} {command.splitlines()[0]}" + (f"\n       {found}\n{output.stdout}{output.stderr}" if found else ""))
    print(f"{len(calls) - failures} passed, {failures} failed")
    sys.exit(failures > 0)


main(sys.argv[1])
