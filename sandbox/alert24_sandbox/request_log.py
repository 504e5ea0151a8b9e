"""The log of all requests, for tests to inspect."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from .model import utc_now

# A document that a test inspects; its types are part of what the test checks.
Json: TypeAlias = Any

KEPT_REQUESTS = 50_000


@dataclass
class Request:
    """A request to the API.

    Attributes:
        method: Its method, in upper case.
        path: Its path as it was sent, percent-encoded and without the query.
        query: The parameters of the query.
        json: The document in the body, None if that is not JSON.
        body: The bytes of the body.
        headers: Its headers by names like `Content-Type`. `Authorization` holds the key's scopes (`write`), or
            `unknown`, `revoked` or `expired`: never the key.
        started: When it arrived, in seconds of the monotonic clock.
        time: The same moment, in UTC.
        request_id: The answer's `X-Request-Id`.
        status: The answer's status code; None if there is no answer yet, or if none was sent.
    """

    method: str
    path: str
    query: dict[str, str] = field(repr=False)
    json: Json = field(repr=False)
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    started: float = field(repr=False)
    time: datetime = field(repr=False)
    request_id: str = field(repr=False)
    status: int | None = None


class RequestLog:
    """The requests in the order in which they arrived."""

    def __init__(
        self,
        condition: threading.Condition,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._condition = condition
        self._now = now
        self._monotonic = monotonic
        self._requests: deque[Request] = deque(maxlen=KEPT_REQUESTS)

    def add(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str],
        json: Json,
        body: bytes,
        headers: dict[str, str],
        request_id: str,
    ) -> Request:
        """Log a request that has arrived and is not answered yet."""
        with self._condition:
            request = Request(method, path, query, json, body, headers, self._monotonic(), self._now(), request_id)
            self._requests.append(request)
            self._condition.notify_all()
            return request

    def set_status(self, request: Request, status: int) -> None:
        """Log the status of the answer that is about to be sent."""
        with self._condition:
            request.status = status
            self._condition.notify_all()

    def requests(self) -> list[Request]:
        """Return all requests since the start or the last `clear`."""
        with self._condition:
            return list(self._requests)

    def clear(self) -> None:
        """Forget all requests."""
        with self._condition:
            self._requests.clear()
