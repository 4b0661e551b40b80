"""Character models of all languages of one script: P(letter | letters before it) by Witten-Bell interpolation, and which n-grams are worth keeping.

A word is its letters in lower case between two boundaries. An n-gram is a number: one byte per letter, the last letter lowest, so that
`key >> 8` is its context and `key & mask` its suffixes.
"""
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

ORDER = 6
BOUNDARY = 1
OTHER = 2  # a letter outside the alphabet
FIRST = 3

# What words are made of, per script. Apostrophes stay inside words: l'eau, don't.
LETTERS = {
    "latin": "a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff'", "cyrillic": "\u0400-\u052f'", "arabic": "\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06fa-\u06ff\u0750-\u077f",
    "devanagari": "\u0900-\u0963\u0971-\u097f",
}
LANGUAGES = {
    "latin": "ca cs da de en es et fi fr hr hu id it lt lv ms nl no pl pt ro sk sl sv sw tl tr vi".split(),
    "cyrillic": "bg ru sr uk".split(), "arabic": "ar fa ur".split(), "devanagari": "hi mr ne".split(),
}
WORDS = {script: re.compile(rf"(?<![\w'])(?=[^'])[{letters}]+(?<!')(?![\w'])") for script, letters in LETTERS.items()}


def words(script, line):
    """The words of one script in a line; none where something is joined that is no word (digits, identifiers)."""
    return WORDS[script].findall(line.replace("’", "'").replace("İ", "i").lower())


@dataclass
class Model:
    script: str
    languages: list
    alphabet: str    # letters, the first has the id FIRST
    keys: np.ndarray  # uint64, sorted
    rows: np.ndarray  # -log P, one column per language


def train(script, weights, budget, cap=300_000, floor=1.5e-6, lam=1.0):
    """weights: {language: {word: share}}, each summing to 1. budget: n-grams to keep."""
    languages = [language for language in LANGUAGES[script] if language in weights]
    alphabet = letters_worth_a_number(weights)
    number = {letter: FIRST + i for i, letter in enumerate(alphabet)}
    counts = [[] for _ in range(ORDER)]
    for language in languages:
        ids, word_weights = encode(weights[language], number)
        for n, (keys, weight) in enumerate(ngrams(ids, word_weights * cap)):
            counts[n].append((keys, weight))
    shares, logs, all_keys = [], [], []
    lower_keys, lower = None, None
    for n in range(ORDER):
        keys = kept(counts[n], cap, floor)
        probability = np.empty((len(keys), len(languages)), np.float32)
        share = np.empty_like(probability)
        for l, (k, w) in enumerate(counts[n]):
            probability[:, l], share[:, l] = interpolate(n, keys, k, w, lower_keys, lower, l, len(alphabet) + 2, lam)
        all_keys.append(keys), shares.append(share / cap), logs.append(np.log(probability))
        lower_keys, lower = keys, probability
    keep = choose(all_keys, shares, logs, budget)
    keys = np.concatenate([k[m] for k, m in zip(all_keys, keep)])
    rows = -np.concatenate([p[m] for p, m in zip(logs, keep)])
    order = np.argsort(keys)
    return Model(script, languages, alphabet, keys[order], rows[order])


def letters_worth_a_number(weights):
    share = {}
    for language_weights in weights.values():
        for word, weight in language_weights.items():
            for letter in word:
                share[letter] = share.get(letter, 0) + weight
    return "".join(sorted(letter for letter, s in share.items() if s > 2e-4))[:250]


def encode(word_weights, number):
    """All words one after another as ids, zero between them; and the weight of each word at its letters."""
    ids, weights = [], []
    for word, weight in word_weights.items():
        letters = spell(word, number)
        ids += [*letters, 0]
        weights += [weight] * (len(letters) + 1)
    return np.array(ids, np.uint64), np.array(weights)


def spell(word, number):
    """A word's ids between boundaries; marks without a number of their own say nothing."""
    return [BOUNDARY, *(number.get(letter, OTHER) for letter in word if letter in number or not unicodedata.category(letter).startswith("M")), BOUNDARY]


def ngrams(ids, weights):
    """For n = 1..ORDER the n-grams that end in a letter or a closing boundary, with their weights."""
    n_ids = len(ids)
    starts = np.concatenate([[True], ids[:-1] == 0])
    within = np.arange(n_ids) - np.maximum.accumulate(np.where(starts, np.arange(n_ids), 0))
    key = np.zeros(n_ids, np.uint64)
    for n in range(1, ORDER + 1):
        shifted = np.zeros(n_ids, np.uint64)
        shifted[n - 1:] = ids[:n_ids - n + 1] if n > 1 else ids
        key = key + (shifted << np.uint64(8 * (n - 1)))
        valid = (ids != 0) & (within >= max(1, n - 1))
        unique, inverse = np.unique(key[valid], return_inverse=True)
        yield unique, np.bincount(inverse, weights[valid])


def kept(counts, cap, floor):
    """n-grams frequent enough in any language; the same floor for every order keeps the suffixes of what is kept."""
    return np.unique(np.concatenate([keys[weight > floor * cap] for keys, weight in counts]))


def interpolate(n, keys, k, w, lower_keys, lower, column, letters, lam):
    count = take(k, w, keys)
    if n == 0:
        return (count + 0.5) / (w.sum() + 0.5 * letters), count
    context, first = np.unique(k >> np.uint64(8), return_index=True)
    total, kinds = np.add.reduceat(w, first), lam * np.diff(np.append(first, len(k)))
    of = keys >> np.uint64(8)
    total, kinds = take(context, total, of), take(context, kinds, of)
    suffix = lower[np.searchsorted(lower_keys, keys & np.uint64((1 << 8 * n) - 1)), column]
    return np.where(total > 0, (count + kinds * suffix) / np.maximum(total + kinds, 1e-9), suffix), count


def take(keys, values, wanted):
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0.0)


def choose(keys, shares, logs, budget):
    """The n-grams that tell languages apart best, most of all those that are alike; suffixes of a chosen n-gram are chosen too."""
    rival = rivals(shares[2])
    gains = [None]
    for n in range(1, ORDER):
        suffix = np.searchsorted(keys[n - 1], keys[n] & np.uint64((1 << 8 * n) - 1))
        change = logs[n] - logs[n - 1][suffix]
        gains.append((shares[n] * (change - change @ rival.T)).sum(1))
    bound = np.partition(np.concatenate(gains[1:]), -budget)[-budget] if sum(map(len, gains[1:])) > budget else -np.inf
    keep = [np.ones(len(keys[0]), bool)] + [gain >= bound for gain in gains[1:]]
    for n in range(ORDER - 1, 0, -1):
        keep[n - 1][np.searchsorted(keys[n - 1], keys[n][keep[n]] & np.uint64((1 << 8 * n) - 1))] = True
    return keep


def rivals(trigrams):
    """How much each language (row) is in danger of being taken for another (column), by their trigrams."""
    direction = np.sqrt(trigrams / np.maximum(trigrams.sum(0), 1e-12))
    alike = direction.T @ direction
    np.fill_diagonal(alike, -np.inf)
    weight = np.exp(8 * alike)
    return weight / weight.sum(1, keepdims=True)
