"""What can go wrong between a trainer and the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class GrpoError(Exception):
    """Base of everything that this package raises."""


class GrpoConnectionError(GrpoError):
    """The service did not answer: not started, restarting, or the connection broke in a call that may not be repeated."""


class GrpoApiError(GrpoError):
    """The service answered with a problem (RFC 9457).

    Attributes:
        status: HTTP status.
        type: URI of the kind of problem; ``docs/problems.md`` lists them.
        title: The kind of problem in words.
        detail: What is wrong with this request; may be None.
        errors: Messages by the JSON path they are about, e.g. ``{"sequences[0].advantage": ["Is required."]}``.
        trace_id: What to look for in the service's log.
        retry_after: Seconds after which it is worth trying again; None when the service did not say.
    """

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after: float | None = None):
        self.status = status
        self.type: str | None = problem.get("type")
        self.title: str | None = problem.get("title")
        self.detail: str | None = problem.get("detail")
        self.errors: dict[str, list[str]] = problem.get("errors") or {}
        self.trace_id: str | None = problem.get("trace_id")
        self.retry_after = retry_after
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f"{self.status} {self.title or 'problem'}" + (f": {self.detail}" if self.detail else "")]
        lines += [f"  {path}: {message}" for path, messages in self.errors.items() for message in messages]
        return "\n".join(lines)


class PolicyMismatchError(GrpoError):
    """The policy that the service runs is not the one that the caller trains: another version, vocabulary or parameter."""


class SafetensorsError(GrpoError, ValueError):
    """Bytes that are no safetensors file, or an array that cannot go into one."""
