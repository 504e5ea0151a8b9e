"""Time that passes when told to, and a server that is a list of answers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import requests
import urllib3
from requests.adapters import BaseAdapter

from alert24_deploy.alert24.client import Alert24
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation

KEY = "ak_live_" + "x1Y2" * 8
URL = "https://alert24.test"


class Clock:
    """Seconds that go on only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


class FakeStop(Cancellation):
    """Sleeps by turning the clock; `at` is when a signal arrives."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.slept: list[float] = []
        self.at: float | None = None

    def wait(self, seconds: float) -> bool:
        """Turn the clock on, to the signal at most."""
        if self.at is not None and self.clock.seconds + seconds >= self.at:
            self.clock.seconds = self.at
            self.request(15)
            return True
        self.slept.append(seconds)
        self.clock.seconds += seconds
        return self.requested


class Reply(NamedTuple):
    """An answer of the server; `seconds` is how long it takes, `echo` that it shows the service as it was sent."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    seconds: float = 0.0
    echo: bool = False


def _echo(request: requests.PreparedRequest) -> bytes:
    sent = json.loads(request.body or "{}")
    return json.dumps({"id": str(request.url).rpartition("/")[2], **sent}).encode()


class Sent(NamedTuple):
    """A request as it went out."""

    request: requests.PreparedRequest
    timeout: tuple[float, float]
    proxies: Mapping[str, str]


class FakeAdapter(BaseAdapter):
    """Gives the replies one after the other, the last for ever; an exception is raised."""

    def __init__(self, clock: Clock, replies: list[Reply | Exception]) -> None:
        super().__init__()
        self.clock = clock
        self.replies = replies
        self.sent: list[Sent] = []

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Answer a request."""
        self.sent.append(Sent(request, kwargs["timeout"], kwargs["proxies"]))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        self.clock.seconds += reply.seconds
        response = requests.Response()
        response.status_code, response.url, response.request = reply.status, str(request.url), request
        response.headers.update(reply.headers)
        body = _echo(request) if reply.echo else reply.body
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), reply.headers, reply.status, preload_content=False)
        return response

    def close(self) -> None:
        """Nothing is open."""


class Line:
    """A connection to a list of replies, with everything that is said on it."""

    def __init__(self, *replies: Reply | Exception, seconds: float = 60.0, url: str = URL) -> None:
        self.clock = Clock()
        self.cancellation = FakeStop(self.clock)
        self.deadline = Deadline(seconds, self.cancellation, self.clock)
        self.notified: list[str] = []
        self.traced: list[str] = []
        self.adapter = FakeAdapter(self.clock, list(replies))
        self.api = Alert24(
            url,
            KEY,
            deadline=self.deadline,
            notify=self.notified.append,
            trace=self.traced.append,
        )
        for scheme in ("http://", "https://"):
            self.api._transport._session.mount(scheme, self.adapter)

    @property
    def requests(self) -> list[requests.PreparedRequest]:
        """What went out."""
        return [each.request for each in self.adapter.sent]

    @property
    def waited(self) -> float:
        """The seconds that were slept."""
        return sum(self.cancellation.slept)
