"""What was asked of the sandbox, for tests to look at."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from .model import utc_now

# A document that a test looks into; its types are what the test is about.
Json: TypeAlias = Any

KEPT_REQUESTS = 50_000


@dataclass
class Request:
    """One request to the API.

    - `path`: as it came, percent-encoded, without the query.
    - `json`: the body's document, None where it is not JSON. `body`: its bytes.
    - `headers`: with their names as `Content-Type` is written; `Authorization` holds the key's
      scopes (`write`), or `unknown`, `revoked`, `expired`: never the key.
    - `status`: of the answer; None while there is none yet, and where none was ever sent.
    - `started`: seconds of the monotonic clock; `time`: the same moment in UTC.
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
    """The requests, oldest first, in the order they arrived."""

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
        """Note a request that has arrived and is not yet answered."""
        with self._condition:
            request = Request(method, path, query, json, body, headers, self._monotonic(), self._now(), request_id)
            self._requests.append(request)
            self._condition.notify_all()
            return request

    def set_status(self, request: Request, status: int) -> None:
        """Note the status of the answer that is about to be sent."""
        with self._condition:
            request.status = status
            self._condition.notify_all()

    def requests(self) -> list[Request]:
        """Everything noted since the start or the last `clear`."""
        with self._condition:
            return list(self._requests)

    def clear(self) -> None:
        """Forget what was noted."""
        with self._condition:
            self._requests.clear()
