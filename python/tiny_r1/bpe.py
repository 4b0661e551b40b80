"""Byte-level BPE: training, encoding, and the `tokenizer.json` that Hugging Face's tokenizers read.

The pre-tokenizer is SmolLM2's, Sequence[Digits(individual_digits), ByteLevel]: every digit is a token of its own, then
GPT-2's pattern splits the rest. Text is UTF-8, each byte shown as one printable character (GPT-2's table).
Special tokens and tags are cut out of the text first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, TURN_START, TURN_END)
TAGS = ("<think>", "</think>", "<answer>", "</answer>")
ADDED_TOKENS = SPECIAL_TOKENS + TAGS

# GPT-2's pattern; [^\W\d_] is \p{L} in Python's re. Digits never reach it.
_GPT2 = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
_ADDED = re.compile("(" + "|".join(map(re.escape, ADDED_TOKENS)) + ")")


def _byte_symbols() -> dict[int, str]:
    """GPT-2's table: printable bytes stand for themselves, the others for characters from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


BYTE_SYMBOL = _byte_symbols()
SYMBOL_BYTE = {symbol: byte for byte, symbol in BYTE_SYMBOL.items()}


def pre_tokenize(text: str) -> list[str]:
    """Text without added tokens -> words, in byte symbols."""
    words = (word for piece in re.split(r"(\d)", text) for word in ([piece] if piece.isdigit() else _GPT2.findall(piece)))
    return ["".join(BYTE_SYMBOL[byte] for byte in word.encode()) for word in words]


def train_merges(texts: Iterable[str], count: int) -> list[tuple[str, str]]:
    """The `count` most frequent merges; ties go to the pair that sorts first, so the result depends on the texts only."""
    frequencies = Counter(word for text in texts for piece in _ADDED.split(text)
                          if piece not in ADDED_TOKENS for word in pre_tokenize(piece))
    words = [(list(word), frequency) for word, frequency in sorted(frequencies.items())]
    merges: list[tuple[str, str]] = []
    while len(merges) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for symbols, frequency in words:
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += frequency
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for symbols, _ in words:
            _merge(symbols, best)
    return merges


def _merge(symbols: list[str], pair: tuple[str, str]) -> None:
    i = 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            symbols[i : i + 2] = [pair[0] + pair[1]]
        i += 1


class Tokenizer:
    """ids: added tokens first, then the 256 bytes, then the merges in order."""

    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.tokens = [*ADDED_TOKENS, *BYTE_SYMBOL.values(), *(a + b for a, b in merges)]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        assert len(self.ids) == len(self.tokens)
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.eos_id, self.pad_id = self.ids[TURN_END], self.ids[END_OF_TEXT]
        self.encode_word = lru_cache(maxsize=None)(self._encode_word)

    def __len__(self) -> int:
        return len(self.tokens)

    def _encode_word(self, word: str) -> tuple[int, ...]:
        symbols = list(word)
        while len(symbols) > 1:
            best = min(zip(symbols, symbols[1:]), key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if best not in self._ranks:
                break
            _merge(symbols, best)
        return tuple(self.ids[symbol] for symbol in symbols)

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for piece in _ADDED.split(text):
            if piece in ADDED_TOKENS:
                ids.append(self.ids[piece])
            else:
                for word in pre_tokenize(piece):
                    ids.extend(self.encode_word(word))
        return ids

    def decode(self, ids: Iterable[int], skip_special_tokens: bool = True) -> str:
        out = bytearray()
        for token in map(self.tokens.__getitem__, ids):
            if token in ADDED_TOKENS:
                out += b"" if skip_special_tokens and token in SPECIAL_TOKENS else token.encode()
            else:
                out += bytes(SYMBOL_BYTE[symbol] for symbol in token)
        return out.decode(errors="replace")

    def to_json(self) -> dict:
        """The contents of tokenizer.json."""
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [
                {"id": self.ids[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                 "normalized": False, "special": token in SPECIAL_TOKENS}
                for token in ADDED_TOKENS
            ],
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
            "post_processor": None,
            "decoder": byte_level,
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                "vocab": self.ids, "merges": [list(pair) for pair in self.merges],
            },
        }
