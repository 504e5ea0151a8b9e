"""The page as finish uses it: a signal cuts the reading short, and only a second one ends the writing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..deployment.interfaces import ChangeLog, Service, ServiceUpdate, StatusPage, UpdateResult
from ..settings import Settings
from ..signals import Cancellation
from .build import Context, status_page

# GitHub kills a cancelled step after 10 s (actions/runner, ProcessInvoker.cs).
_HURRIED_SECONDS = 8.0
_T = TypeVar("_T")


def finish_page(settings: Settings, context: Context, *, hurried: bool) -> StatusPage:
    """Return the page to finish on; its time begins now, and is a few seconds only if a signal has arrived."""
    unsignalled = context.without_signals()
    seconds = min(settings.timeout, _HURRIED_SECONDS) if hurried else settings.timeout
    page = status_page(settings, unsignalled, seconds=seconds)
    return page if hurried else ReadsCancelledBySignal(page, unsignalled.cancellation, context.cancellation)


class ReadsCancelledBySignal:
    """A page (`deployment.interfaces.StatusPage`) whose reading a signal ends, and whose writing a second signal."""

    def __init__(self, page: StatusPage, cancellation: Cancellation, signals: Cancellation) -> None:
        """Keep the page, the cancellation that it listens to, and the one that signals request."""
        self._page = page
        self._cancellation = cancellation
        self._signals = signals
        self._patience = 0  # signals that the present request may ignore

    @property
    def readable(self) -> bool:
        """Whether statuses can be read here at all."""
        return self._page.readable

    @property
    def skew(self) -> float:
        """Seconds that the page's clock is ahead of this machine's."""
        return self._page.skew

    @property
    def log(self) -> ChangeLog | None:
        """Where changes and incidents are recorded; a signal does not end that."""
        return self._page.log

    @property
    def total(self) -> int:
        """How many services the organization has."""
        return self._page.total

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> Sequence[Service]:
        """Return the services with these ids."""
        return self._until_a_signal(lambda: self._page.read(service_ids, among=among, patience=patience))

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """Return every service of the organization."""
        return self._until_a_signal(lambda: self._page.list(patience=patience))

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates concurrently; yield each as it ends."""
        self._patience = 0 if self._signals.requested else 1
        self._signals.on_request(self._cancel)
        try:
            yield from self._page.update(updates)
        finally:
            self._signals.on_request(None)

    def _until_a_signal(self, read: Callable[[], _T]) -> _T:
        self._patience = 0
        self._signals.on_request(self._cancel)
        try:
            if self._signals.requested:  # it arrived just before
                self._cancel()
            return read()
        finally:
            self._signals.on_request(None)
            self._cancellation.reset()

    def _cancel(self) -> None:
        """Run in the signal handler."""
        self._patience -= 1
        if self._patience < 0:
            self._cancellation.request(self._signals.last_signal or signal.SIGTERM)
