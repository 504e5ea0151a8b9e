"""Putting the page right when a signal arrives meanwhile: reading is given up, writing is seen to its end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..alert24.stop import Cancellation
from ..deployment.ports import Service, ServiceUpdate, StatusPage, UpdateResult

_T = TypeVar("_T")


class ReadsCancelledBySignal:
    """A page (`deployment.ports.Page`) whose reading a signal ends."""

    def __init__(self, page: StatusPage, calm: Cancellation, signals: Cancellation) -> None:
        """Keep the page, the request to stop that it listens to, and the one that signals make."""
        self._page = page
        self._calm = calm
        self._signals = signals

    @property
    def readable(self) -> bool:
        """Whether statuses can be read here at all."""
        return self._page.readable

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:
        """Return the service with an id, or None."""
        return self._until_a_signal(lambda: self._page.find(service_id, patience=patience))

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """Return every service of the organisation."""
        return self._until_a_signal(lambda: self._page.list(patience=patience))

    def write(self, writes: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the writes side by side; yield each as it ends."""
        return self._page.write(writes)

    def _until_a_signal(self, read: Callable[[], _T]) -> _T:
        self._signals.on_request(lambda: self._calm.request(self._signals.last_signal or signal.SIGTERM))
        try:
            return read()
        finally:
            self._signals.on_request(None)
            self._calm.reset()
