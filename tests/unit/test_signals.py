from __future__ import annotations

from alert24_deploy.signals import Cancellation


def test_stop__nothing_arrived__not_requested() -> None:
    """It begins with nothing requested, and waiting ends by itself."""
    cancellation = Cancellation()
    assert (cancellation.requested, cancellation.signal, cancellation.wait(0)) == (False, None, False)


def test_request__a_signal__wakes_whoever_waits() -> None:
    """Who waits hears of it at once."""
    cancellation = Cancellation()
    cancellation.request(15)
    assert (cancellation.requested, cancellation.signal, cancellation.wait(60)) == (True, 15, True)


def test_request__two_signals__the_first_counts() -> None:
    """The exit code names the signal that ended the command."""
    cancellation = Cancellation()
    cancellation.request(2)
    cancellation.request(15)
    assert cancellation.signal == 2


def test_on_request__set__called_for_each_signal() -> None:
    """Whoever waits for something else can be woken."""
    cancellation, calls = Cancellation(), []
    cancellation.on_request(lambda: calls.append("woken"))
    cancellation.request(15)
    assert calls == ["woken"]


def test_on_request__unset__not_called_any_more() -> None:
    """Who no longer waits is not woken."""
    cancellation, calls = Cancellation(), []
    cancellation.on_request(lambda: calls.append("woken"))
    cancellation.on_request(None)
    cancellation.request(15)
    assert calls == []
