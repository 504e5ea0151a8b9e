from __future__ import annotations

from alert24_deploy.alert24.stop import Stop


def test_stop__nothing_arrived__not_requested() -> None:
    """It begins with nothing requested, and waiting ends by itself."""
    stop = Stop()
    assert (stop.requested, stop.signal, stop.wait(0)) == (False, None, False)


def test_request__a_signal__wakes_whoever_waits() -> None:
    """Who waits hears of it at once."""
    stop = Stop()
    stop.request(15)
    assert (stop.requested, stop.signal, stop.wait(60)) == (True, 15, True)


def test_request__two_signals__the_first_counts() -> None:
    """The exit code names the signal that ended the command."""
    stop = Stop()
    stop.request(2)
    stop.request(15)
    assert stop.signal == 2


def test_on_request__set__called_for_each_signal() -> None:
    """Whoever waits for something else can be woken."""
    stop, calls = Stop(), []
    stop.on_request(lambda: calls.append("woken"))
    stop.request(15)
    assert calls == ["woken"]


def test_on_request__unset__not_called_any_more() -> None:
    """Who no longer waits is not woken."""
    stop, calls = Stop(), []
    stop.on_request(lambda: calls.append("woken"))
    stop.on_request(None)
    stop.request(15)
    assert calls == []
