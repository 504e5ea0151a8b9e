"""One 429 pauses all workers: Alert24 means the key, not one request."""

from __future__ import annotations

import threading
import time

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from alert24_deploy.net.retry import Pause
from helpers.cli import Cli
from helpers.script import answer, echo, service

SERVICES = [service(f"s{number}", name=f"Service {number}") for number in range(12)]
WORKERS = 4


class Limited:
    """Answers the first PUT with 429, and holds the others that are on their way until the client has understood."""

    def __init__(self, understood: threading.Event) -> None:
        self.moments: list[float] = []
        self._understood = understood
        self._lock = threading.Lock()
        self._wave = threading.Barrier(WORKERS, timeout=10)

    def __call__(self, request: Request) -> Response:
        """Note when the request came, and answer it."""
        with self._lock:
            self.moments.append(time.monotonic())
            number = len(self.moments)
        if number <= WORKERS:
            self._wave.wait()
        if number == 1:
            return answer(429, Retry_After="1")
        assert self._understood.wait(10)
        return echo(request)


def test_too_many_requests__pauses_every_worker(
    faulty: Cli, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the 429 and the end of the pause no request arrives; afterwards all of them do."""
    understood = threading.Event()
    began: list[float] = []
    extend = Pause.extend

    def noticed(pause: Pause, seconds: float) -> None:
        began.append(time.monotonic())
        extend(pause, seconds)
        understood.set()

    monkeypatch.setattr(Pause, "extend", noticed)
    limited = Limited(understood)
    page = answer(200, {"data": SERVICES, "meta": {"has_more": False}})
    httpserver.expect_request("/api/v1/services").respond_with_response(page)
    for each in SERVICES:
        httpserver.expect_request(f"/api/v1/services/{each['id']}", method="PUT").respond_with_handler(limited)
    names = [word for each in SERVICES for word in ("-s", str(each["name"]))]
    assert faulty("set", "down", *names, "--concurrency", str(WORKERS)).code == 0
    assert len(limited.moments) == len(SERVICES) + 1
    assert min(limited.moments[WORKERS:]) >= began[0] + 0.99
