"""What `doctor` goes by: what Alert24 and its hosts answer. Everything is asked at once, and nothing is written."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..alert24.responses import check, error_message
from ..deployment.interfaces import Monitor, Service
from ..errors import Alert24DeployError
from ..net.deadline import Deadline
from ..net.threads import run_concurrently
from ..net.transport import Request, Response, Transport
from ..settings import Settings
from .build import Context, connect

_T = TypeVar("_T")
DOCUMENTED_URLS = ("https://app.alert24.net", "https://app.alert24.io")
_TRIES = 3  # requests without a key, for the round trip
_LEAST_SECONDS = 0.1
_SERVICES = "/api/v1/services"


@dataclass
class Evidence:
    """What the checks go by. An answer may be the reason why there is none, and is None if nothing was asked."""

    settings: Settings  # those that can be used; the key is among them if its form is not wrong
    context: Context
    key: str  # as it was given
    mistakes: Sequence[Alert24DeployError] = ()  # the settings that can't be used
    error: Alert24DeployError | None = None  # why Alert24 does not answer; from the beginning if its URL is wrong
    answers: list[tuple[Response, float]] = field(default_factory=list)  # without the key, and the seconds they took
    services: list[Service] | Alert24DeployError | None = None  # those that the key can read
    monitors: list[Monitor] | Alert24DeployError | None = None
    put: Response | Alert24DeployError | None = None  # of an update of a service that can't exist
    hosts: dict[str, Response | Alert24DeployError | None] = field(default_factory=dict)  # the other documented ones

    def gather(self) -> None:
        """Ask Alert24 and the other hosts, within the settings' `timeout`; raise an error only after a signal."""
        self.hosts = {url: None for url in DOCUMENTED_URLS if url != self.settings.api_url}
        cancellation = self.context.cancellation
        deadline = Deadline(self.settings.timeout, cancellation)
        tasks = [partial(self._ask_host, url, deadline) for url in self.hosts]
        if not self.error:  # the key is for the host that the user means, and not for the default one
            tasks.insert(0, partial(self._ask_alert24, deadline))
        for result in run_concurrently(tasks, concurrency=len(tasks), deadline=deadline):
            if result.error and cancellation.requested:
                raise result.error
            if result.error and result.number == 0:
                self.error = self.error or result.error

    def not_alert24(self) -> Alert24DeployError | None:
        """Return what is wrong with the answer without a key; None if it is as Alert24 answers."""
        response, _ = self.answers[0]
        if response.status in (401, 403) and error_message(response.body):
            return None
        error = attempt(lambda: check(response, "GET", self.settings.display_name))
        return error if isinstance(error, Alert24DeployError) else None

    def _ask_host(self, url: str, deadline: Deadline) -> None:
        """Ask another documented host, without the key, which is not for it."""
        self.hosts[url] = attempt(lambda: _send(Transport(), "GET", url + _SERVICES, deadline))

    def _ask_alert24(self, deadline: Deadline) -> None:
        """Ask without the key first: a server that is not Alert24 does not get it from here."""
        url, transport, key = self.settings.api_url + _SERVICES, Transport(), self.settings.api_key
        try:
            for _ in range(_TRIES):
                began = time.monotonic()
                answer = _send(transport, "GET", url, deadline)
                self.answers.append((answer, time.monotonic() - began))
        except Alert24DeployError as error:
            self.error = error
        if self.error or self.not_alert24() or not key:
            return
        # Without signals: the thread that waits for this one takes them.
        seconds = max(deadline.left(), _LEAST_SECONDS)
        page = connect(self.settings, self.context.without_signals(), seconds=seconds)
        self.services = attempt(lambda: page.list(patience=0.5))
        self.monitors = attempt(lambda: list(page.monitors(patience=0.5)))
        # An empty update of an id that nothing has: it can't write, but a scope that does not serve is refused first.
        nowhere = f"{url}/alert24-deploy-doctor-{uuid.uuid4().hex}"
        keyed = Transport(f"Bearer {key.reveal()}")
        self.put = attempt(lambda: _send(keyed, "PUT", nowhere, deadline))


def attempt(call: Callable[[], _T]) -> _T | Alert24DeployError:
    """Return what a function returns, or the expected error that it raises."""
    try:
        return call()
    except Alert24DeployError as error:
        return error


def _send(transport: Transport, method: str, url: str, deadline: Deadline) -> Response:
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    request = Request(method, url, headers, b"{}" if method == "PUT" else None)
    return transport.send(request, max(deadline.left(), _LEAST_SECONDS))
