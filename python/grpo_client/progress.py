"""A progress bar: tqdm's where it is installed, else a line on a terminal, else nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

try:
    from tqdm.auto import tqdm
except ImportError:
    tqdm = None


def progress(items: Iterable[T], total: int | None = None, description: str = "") -> Iterator[T]:
    """Passes the items on and shows how many have gone by."""
    if tqdm is not None:
        yield from tqdm(items, total=total, desc=description or None)
        return
    shown = sys.stderr.isatty()
    for count, item in enumerate(items, 1):
        if shown:
            print(f"\r{description} {count}" + (f"/{total}" if total else ""), end="", file=sys.stderr, flush=True)
        yield item
    if shown:
        print(file=sys.stderr)
