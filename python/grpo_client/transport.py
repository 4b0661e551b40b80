"""HTTP with connections that stay open and calls that are repeated when that is safe. Standard library only."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .errors import GrpoApiError, GrpoConnectionError

NOT_NOW = frozenset({429, 503})  # nothing has been done: safe to repeat whatever the call
BROKEN_ON_THE_WAY = frozenset({502, 504})  # something may have been done


@dataclass(frozen=True)
class RetryPolicy:
    """How often a call is repeated, and how long to wait before.

    The wait is what the service's ``Retry-After`` says, else ``first_delay`` doubled each time, with up to 25 % of jitter;
    never more than ``max_delay``. The defaults ride out a restart of about half a minute.
    """

    attempts: int = 8
    first_delay: float = 0.25
    max_delay: float = 15.0

    def delay(self, attempt: int, retry_after: float | None) -> float:
        wanted = self.first_delay * 2**attempt * random.uniform(1.0, 1.25) if retry_after is None else retry_after
        return min(wanted, self.max_delay)


@dataclass(frozen=True)
class Answer:
    """Status below 400, headers by lower-case name, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        return json.loads(self.body)


class Transport:
    """Sends requests to one service. Usable from several threads: each has a connection of its own."""

    def __init__(self, server: str, api_key: str | None = None, timeout: float = 600.0, retry: RetryPolicy | None = None,
                 sleep: Callable[[float], None] = time.sleep):
        parts = urlsplit(server if "://" in server else f"http://{server}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http address: {server!r}")
        self.server = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._scheme, self._host, self._port, self._prefix = parts.scheme, parts.hostname, parts.port, parts.path.rstrip("/")
        self._headers = {"X-Api-Key": api_key} if api_key else {}
        self._timeout, self._retry, self._sleep = timeout, retry or RetryPolicy(), sleep
        self._local = threading.local()

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, *, repeatable: bool) -> Answer:
        """One call, repeated while that is safe and promises anything.

        Raises:
            GrpoApiError: The service answered with a status of 400 or more.
            GrpoConnectionError: It did not answer.
        """
        response = self._open(method, path, body, headers or {}, repeatable)
        try:
            return Answer(response.status, _lower(response), response.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise GrpoConnectionError(f"{method} {self.server}{path}: the answer broke off ({error!r})") from error

    def lines(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Iterator[bytes]:
        """The lines of a streamed answer as they arrive. A stream that is not read to its end closes the connection, which cancels the call."""
        response = self._open(method, path, body, headers, repeatable=True)
        complete = False
        try:
            while line := response.readline():
                if stripped := line.strip():
                    yield stripped
            response.read()  # http.client takes the end of a body into account only when told to read on
            complete = True
        except (OSError, http.client.HTTPException) as error:
            raise GrpoConnectionError(f"{method} {self.server}{path}: the stream broke off ({error!r})") from error
        finally:
            if not complete:
                self.close()

    def close(self) -> None:
        """Closes this thread's connection; the next call opens another."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def __del__(self) -> None:
        if hasattr(self, "_local"):
            self.close()

    def _open(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], repeatable: bool) -> http.client.HTTPResponse:
        for attempt in range(self._retry.attempts):
            last = attempt == self._retry.attempts - 1
            retry_after: float | None = None
            try:
                response = self._exchange(method, path, body, headers, repeatable)
            except ConnectionRefusedError as error:  # nothing was sent
                self.close()
                if last:
                    raise GrpoConnectionError(f"{self.server} does not answer: {error}") from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if last or not repeatable:
                    raise GrpoConnectionError(f"{method} {self.server}{path}: the connection broke ({error!r})") from error
            else:
                if response.status < 400:
                    return response
                problem = _problem(response)
                retry_after = problem.retry_after
                if last or not (response.status in NOT_NOW or (repeatable and response.status in BROKEN_ON_THE_WAY)):
                    raise problem
            self._sleep(self._retry.delay(attempt, retry_after))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], repeatable: bool) -> http.client.HTTPResponse:
        # A connection that was kept open may have been closed at the other end; a call that may not be repeated must not find that out.
        if not repeatable:
            self.close()
        connection = getattr(self._local, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._scheme == "https" else http.client.HTTPConnection
            connection = self._local.connection = kind(self._host, self._port, timeout=self._timeout)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request(method, self._prefix + path, body, {**self._headers, **headers})
        return connection.getresponse()


def _lower(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _problem(response: http.client.HTTPResponse) -> GrpoApiError:
    retry_after = response.headers.get("Retry-After", "")
    try:
        content = json.loads(response.read())
    except ValueError:
        content = None
    problem = content if isinstance(content, dict) else {"title": response.reason}
    return GrpoApiError(response.status, problem, float(retry_after) if retry_after.isdigit() else None)
