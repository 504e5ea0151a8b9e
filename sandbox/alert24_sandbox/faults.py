"""Faults that tests order in advance: wrong answers, none at all, and late ones."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Literal

from werkzeug.wrappers import Response

from .answers import ApiError, json_response

Body = str | bytes | Mapping[str, object] | None
PathPattern = str | re.Pattern[str] | None
GarbageKind = Literal["html", "empty", "json", "truncated", "not-http"]

HTML = "<!doctype html><html><title>Gateway</title><body><h1>Please sign in</h1></body></html>"


class CutOff(Exception):
    """Instead of an answer the connection is closed, after `data` was sent just as it is."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data
        super().__init__("the connection is cut off")


class Fault:
    """One ordered fault. `hits` counts the requests it has met.

    With `applied`, the request is carried out first and only its answer is lost.
    """

    def __init__(
        self,
        answer: Callable[[], Response] | None,
        *,
        times: int | None = 1,
        method: str | None = None,
        path: PathPattern = None,
        after: int = 0,
        applied: bool = False,
    ) -> None:
        self.answer = answer
        self.applied = applied
        self.hits = 0
        self._left = times
        self._method = method.upper() if method else None
        self._path = path
        self._after = after

    def meets(self, method: str, target: str) -> bool:
        """Whether it strikes this request; called once for each request, under the lock."""
        if self._left == 0 or not self._matches(method, target):
            return False
        if self._after > 0:
            self._after -= 1
            return False
        if self._left is not None:
            self._left -= 1
        self.hits += 1
        return True

    def _matches(self, method: str, target: str) -> bool:
        if self._method not in (None, method):
            return False
        if self._path is None:
            return True
        if isinstance(self._path, str) and self._path in target:
            return True
        # `target` has the query; a pattern that ends in `$` is tried without it, too.
        return any(re.search(self._path, part) for part in (target, target.partition("?")[0]))

    def cancel(self) -> None:
        """Strike no more."""
        self._left = 0


class Hold(Fault):
    """A fault that keeps requests waiting until it is released: a delay without a sleep."""

    def __init__(
        self,
        *,
        times: int | None = 1,
        method: str | None = None,
        path: PathPattern = None,
        after: int = 0,
        applied: bool = False,
    ) -> None:
        super().__init__(None, times=times, method=method, path=path, after=after, applied=applied)
        self._reached = threading.Event()
        self._released = threading.Event()
        self._cut = False

    def wait_until_reached(self, timeout: float = 10.0) -> None:
        """Return when a request is being held; TimeoutError after `timeout` seconds without one."""
        if not self._reached.wait(timeout):
            raise TimeoutError(f"No request reached the hold in {timeout} s.")

    def release(self) -> None:
        """Let the held requests go on, and hold no more."""
        self.cancel()
        self._released.set()

    def cut(self) -> None:
        """Close the connections of the held requests, and hold no more."""
        self._cut = True
        self.release()

    def keep_waiting(self) -> None:
        """Called by the request's thread: wait here for `release`."""
        self._reached.set()
        self._released.wait()
        if self._cut:
            raise CutOff


class Faults:
    """The ordered faults; the first that meets a request strikes, so that they make a sequence."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._holds: list[Hold] = []

    def add(self, fault: Fault) -> None:
        """Order a fault, after those that are there."""
        with self._lock:
            self._faults.append(fault)

    def add_hold(self, hold: Hold) -> None:
        """Order a hold; a request may meet one and a fault as well."""
        with self._lock:
            self._holds.append(hold)

    def meet(self, method: str, target: str) -> tuple[Hold | None, Fault | None]:
        """What strikes this request."""
        with self._lock:
            hold = next((h for h in self._holds if h.meets(method, target)), None)
            fault = next((f for f in self._faults if f.meets(method, target)), None)
        return hold, fault

    def take_back(self) -> list[Hold]:
        """Forget all faults; the holds are for the caller to release or to cut."""
        with self._lock:
            holds, self._holds, self._faults = self._holds, [], []
        return holds


def failure(status: int, headers: Mapping[str, str] | None, body: Body) -> Callable[[], Response]:
    """An answer with this status; its default body is the documented error."""

    def answer() -> Response:
        if body is None:
            documented = ApiError(status).response()
            documented.headers.update(headers or {})
            return documented
        if isinstance(body, (str, bytes)):
            return Response(body, status, dict(headers or {}))
        return json_response(body, status, headers)

    return answer


def cut_off(data: bytes = b"") -> Callable[[], Response]:
    """No answer: `data`, and then the connection is closed."""

    def answer() -> Response:
        raise CutOff(data)

    return answer


def garbage(kind: GarbageKind) -> Callable[[], Response]:
    """An answer that looks like success and is not the documented JSON.

    Raises ValueError for an unknown kind.
    """
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    answers: dict[str, Callable[[], Response]] = {
        "html": failure(200, {"Content-Type": "text/html; charset=utf-8"}, HTML),
        "empty": failure(200, {"Content-Type": "application/json"}, b""),
        "json": failure(200, None, {"ok": True}),
        "truncated": cut_off(head + b'Content-Length: 4096\r\n\r\n{"data": ['),
        "not-http": cut_off(b"\x15\x03\x01\x00\x02\x02\x46"),
    }
    if kind not in answers:
        raise ValueError(f"Unknown garbage {kind!r}: there are {', '.join(answers)}.")
    return answers[kind]
