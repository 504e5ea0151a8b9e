"""The faults of a sandbox: wrong answers, lost ones and late ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from werkzeug.wrappers import Response

from .answers import ApiError, json_response
from .match import Match

Body = str | bytes | Mapping[str, object] | None
GarbageKind = Literal["html", "empty", "json", "not-utf-8", "truncated", "bad-chunk", "not-http"]

HTML = "<!doctype html><html><title>Gateway</title><body><h1>Please sign in</h1></body></html>"


class CutOff(Exception):
    """Raised to send `data` as it is instead of an answer, and then close the connection."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data
        super().__init__("the connection is cut off")


class Fault:
    """A fault that strikes the requests of a `Match`.

    Attributes:
        match: The requests that it strikes.
        hits: How many requests it has struck.
    """

    def __init__(self, match: Match) -> None:
        self.match = match
        self.hits = 0
        self._seen = 0
        self._cancelled = False

    def strikes(self, method: str, target: str) -> bool:
        """Return whether it strikes this request; called once for each request, under the lock."""
        if self._cancelled or not self.match.concerns(method, target):
            return False
        self._seen += 1
        struck = self.match.strikes(self._seen)
        self.hits += struck
        return struck

    def cancel(self) -> None:
        """Strike no more requests."""
        self._cancelled = True


class WrongAnswer(Fault):
    """A fault that replaces the answer by what `answer` makes."""

    def __init__(self, match: Match, answer: Callable[[], Response]) -> None:
        super().__init__(match)
        self.answer = answer


class Hold(Fault):
    """A fault that keeps requests waiting until it is released: a delay without a sleep."""

    def __init__(self, match: Match) -> None:
        super().__init__(match)
        self._reached = threading.Event()
        self._released = threading.Event()
        self._cut = False

    def wait_until_reached(self, timeout: float = 10.0) -> None:
        """Return as soon as a request is held.

        Raises:
            TimeoutError: If none is after `timeout` seconds.
        """
        if not self._reached.wait(timeout):
            raise TimeoutError(f"No request reached the hold in {timeout} s.")

    def release(self) -> None:
        """Let the held requests continue, and hold no more."""
        self.cancel()
        self._released.set()

    def cut(self) -> None:
        """Close the connections of the held requests, and hold no more."""
        self._cut = True
        self.release()

    def keep_waiting(self) -> None:
        """Wait for `release`, in the request's own thread."""
        self._reached.set()
        self._released.wait()
        if self._cut:
            raise CutOff


_Fault = TypeVar("_Fault", bound=Fault)


class Faults:
    """The faults in force; of each kind the first that matches a request strikes it: several make a sequence."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: _Fault) -> _Fault:
        """Add a fault after those that are there, and return it."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def find(self, kind: type[_Fault], method: str, target: str) -> _Fault | None:
        """Return the fault of this kind that strikes a request, if one does."""
        with self._lock:
            return next((f for f in self._faults if isinstance(f, kind) and f.strikes(method, target)), None)

    def clear(self) -> list[Hold]:
        """Remove all faults, and return the holds for the caller to release or to cut."""
        with self._lock:
            faults, self._faults = self._faults, []
        return [fault for fault in faults if isinstance(fault, Hold)]


def failure(status: int, headers: Mapping[str, str] | None, body: Body) -> Callable[[], Response]:
    """Return a maker of answers with this status; their default body is the documented error."""

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
    """Return a maker of no answer: `data` is sent, and then the connection is closed."""

    def answer() -> Response:
        raise CutOff(data)

    return answer


def garbage(kind: GarbageKind) -> Callable[[], Response]:
    """Return a maker of answers that look like success but are not the documented JSON.

    Raises:
        ValueError: For an unknown kind.
    """
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    answers: dict[str, Callable[[], Response]] = {
        "html": failure(200, {"Content-Type": "text/html; charset=utf-8"}, HTML),
        "empty": failure(200, {"Content-Type": "application/json"}, b""),
        "json": failure(200, None, {"ok": True}),
        "not-utf-8": failure(200, {"Content-Type": "application/json"}, b'{"data": "\xff"}'),
        "truncated": cut_off(head + b'Content-Length: 4096\r\n\r\n{"data": ['),
        "bad-chunk": cut_off(head + b'Transfer-Encoding: chunked\r\n\r\nlength\r\n{"data": ['),
        "not-http": cut_off(b"\x15\x03\x01\x00\x02\x02\x46"),
    }
    if kind not in answers:
        raise ValueError(f"Unknown garbage {kind!r}: there are {', '.join(answers)}.")
    return answers[kind]
