"""Trains the language model of language_consistency: python3 train.py [folder for the packages] [model file].

Needs Debian with python3-numpy. Packages that are not in the folder are fetched with `apt-get download`. Deterministic: the same packages give the same file.
"""
import collections
import glob
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy as np

import model
import reader

HERE = pathlib.Path(__file__).parent
OUTPUT = HERE / "../../src/Grpo.Rewards/Language/Model/languages.model"

# How much each kind of text counts; a kind of which a language has little counts less. Frequencies are raised to DAMPING, since the words of
# programs and manuals are not those of everyday text.
SHARE = {"prose": 1.0, "manual": 0.4, "program": 0.6, "words": 0.15}
DAMPING = 0.9
ENOUGH_WORDS = 100_000
VOCABULARY = 80_000

# n-grams kept per script.
BUDGET = {"latin": 60_000, "cyrillic": 10_000, "arabic": 7_500, "devanagari": 7_500}

# Languages that are rarer in what models write: nats that they start behind.
RARE = {language: 1.5 for language in "bg ca da et hr lt lv mr ms ne no sk sl sr sw tl ur".split()}

UNIT = 16  # steps per nat
HELD_OUT = 50  # every fiftieth line is for the check at the end


def main(folder, output):
    counts, held_out = read(pathlib.Path(folder))
    models = [model.train(script, weigh(counts, script), budget) for script, budget in BUDGET.items()]
    data = b"GLID\x01" + zlib.compress(b"".join(map(serialised, models)), 9)
    pathlib.Path(output).write_bytes(data)
    print(f"{output}: {len(data):,} bytes, {sum(len(m.keys) for m in models):,} n-grams")
    for m in models:
        check(m, held_out)


def read(folder):
    """Words of each (script, language, source), and the lines held out."""
    counts, held_out = collections.defaultdict(collections.Counter), collections.defaultdict(list)
    for package in packages():
        for language, source, line in reader.lines(fetched(folder, package), package):
            for script in (script for script, languages in model.LANGUAGES.items() if language in languages):
                found = model.words(script, line)
                if source == "prose" and len(found) >= 5 and zlib.crc32(line.encode()) % HELD_OUT == 0:
                    held_out[script, language].append(line)
                else:
                    counts[script, language, source].update(found)
    return counts, held_out


def packages():
    for line in (HERE / "packages.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield from line.split()[1:]


def fetched(folder, package):
    folder.mkdir(parents=True, exist_ok=True)
    pattern = f"{folder}/{package}_*.deb"
    if not glob.glob(pattern):
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return max(glob.glob(pattern))


def weigh(counts, script):
    """{language: {word: share}} of one script."""
    weights = {}
    for (of, language, source), found in sorted(counts.items()):
        total = sum(found.values())
        if of != script or total < 3_000:
            continue
        frequent = {word: count ** DAMPING for word, count in found.most_common(VOCABULARY) if count > 1 or source == "words"}
        share = SHARE[source] * min(1, total / ENOUGH_WORDS) / sum(frequent.values())
        into = weights.setdefault(language, collections.Counter())
        for word, weight in frequent.items():
            into[word] += share * weight
    for found in weights.values():
        total = sum(found.values())
        for word in found:
            found[word] /= total
    return weights


def serialised(m):
    """Little endian: script, languages and letters as UTF-8 with their lengths; how far languages start behind; keys as differences; rows by column."""
    texts = [m.script, " ".join(m.languages), m.alphabet]
    head = b"".join(struct.pack("<H", len(text.encode())) + text.encode() for text in texts)
    behind = bytes(round(RARE.get(language, 0) * UNIT) for language in m.languages)
    deltas = np.diff(m.keys, prepend=np.uint64(0)).astype("<u8")
    # By byte of the difference and by language: like stands beside like, which compresses well.
    return head + behind + struct.pack("<i", len(m.keys)) + deltas.view(np.uint8).reshape(-1, 8).T.tobytes() + quantised(m).T.tobytes()


def quantised(m):
    """Only differences between languages matter: how far each is behind the best, in steps."""
    return np.minimum(np.round((m.rows - m.rows.min(1, keepdims=True)) * UNIT), 255).astype(np.uint8)


def check(m, held_out):
    """How many of the held-out lines are told right."""
    rows, number = dict(zip(map(int, m.keys), quantised(m).astype(int))), {letter: model.FIRST + i for i, letter in enumerate(m.alphabet)}
    behind = np.array([RARE.get(language, 0) * UNIT for language in m.languages])
    results = collections.Counter()
    for (script, language), lines in sorted(held_out.items()):
        if script == m.script:
            for line in lines[:400]:
                best = m.languages[int(np.argmin(behind + sum(penalty(word, rows, number) for word in model.words(script, line))))]
                results[language, best == language] += 1
    of = {language: results[language, True] / (results[language, True] + results[language, False]) for language in m.languages if results[language, True]}
    print(m.script, " ".join(f"{language} {share:.3f}" for language, share in of.items()), f"mean {sum(of.values()) / max(1, len(of)):.4f}")


def penalty(word, rows, number):
    """The row of the longest n-gram known that ends at each letter, summed."""
    total, key = 0, 0
    for i, letter in enumerate(model.spell(word, number)):
        key = (key << 8 | letter) & (1 << 8 * model.ORDER) - 1
        if i > 0:
            length = next((n for n in range(min(model.ORDER, i + 1), 0, -1) if key & (1 << 8 * n) - 1 in rows), 0)
            total = total + (rows[key & (1 << 8 * length) - 1] if length else 0)
    return total


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "packages", sys.argv[2] if len(sys.argv) > 2 else OUTPUT)
