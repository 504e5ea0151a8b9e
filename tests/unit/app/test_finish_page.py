from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from alert24_deploy.app.finish_page import ReadsCancelledBySignal
from alert24_deploy.deployment.interfaces import Service, ServiceUpdate, UpdateResult
from alert24_deploy.signals import Cancellation

API = Service("svc-1", "API", "operational", "")


class Page:
    """A page that does something while it is asked."""

    readable = True
    skew = 0.0
    total = 1
    log = None

    def __init__(self) -> None:
        self.meanwhile: Callable[[], None] = lambda: None
        self.patience: list[float] = []

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> Sequence[Service]:  # noqa: ARG002
        """Some services."""
        return [each for each in self.list(patience=patience) if each.id in service_ids]

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """All of them."""
        self.patience.append(patience)
        self.meanwhile()
        return [API]

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Write."""
        self.meanwhile()
        return iter([UpdateResult(update, None) for update in updates])


class Setup:
    """A page that listens to one request to stop, while signals arrive at another."""

    def __init__(self) -> None:
        self.calm, self.signals, self.inner = Cancellation(), Cancellation(), Page()
        self.page = ReadsCancelledBySignal(self.inner, self.calm, self.signals)
        self.seen: list[bool] = []
        self.inner.meanwhile = self._signal

    def _signal(self) -> None:
        self.signals.request(15)
        self.seen.append(self.calm.requested)


@pytest.mark.parametrize("read", [lambda page: page.list(patience=0.5), lambda page: page.read([API.id], patience=0.5)])
def test_signal_while_reading__reading_hears_of_it_and_writing_does_not(
    read: Callable[[ReadsCancelledBySignal], object],
) -> None:
    """What reads gives up; what writes afterwards is not told."""
    setup = Setup()
    assert read(setup.page)
    assert (setup.seen, setup.calm.requested, setup.inner.patience) == ([True], False, [0.5])


def test_signal_while_writing__is_not_heard() -> None:
    """Writing is seen to its end."""
    setup = Setup()
    (written,) = setup.page.update([ServiceUpdate(API, {"status": "down"})])
    assert (written.error, setup.seen) == (None, [False])


def test_page__is_otherwise_the_same() -> None:
    """Whether it can be read, and what is in it."""
    setup = Setup()
    assert (setup.page.readable, setup.page.total, setup.page.read(["svc-2"])) == (True, 1, [])
