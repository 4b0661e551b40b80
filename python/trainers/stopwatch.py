"""Where the time of a step goes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Seconds by part; `total` runs from the beginning, so what no part covers is seen too."""

    def __init__(self) -> None:
        self._started, self._parts = time.perf_counter(), defaultdict(float)

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._parts[part] += time.perf_counter() - started

    def __getitem__(self, part: str) -> float:
        return self._parts[part]

    def total(self) -> float:
        return time.perf_counter() - self._started
