from __future__ import annotations

import io
import signal
from collections.abc import Callable, Iterator

import pytest

from alert24_deploy.ci.console import Console
from alert24_deploy.error_handler import run_guarded, usage
from alert24_deploy.errors import Alert24Refused, CannotReachAlert24, Interrupted, WrongSetting
from alert24_deploy.signals import Cancellation, install_signal_handlers


def guarded(run: Callable[[], int], signal_number: int | None = None) -> tuple[int, str]:
    """The exit code of a command, and what was said."""
    said, cancellation = io.StringIO(), Cancellation()
    if signal_number:
        cancellation.request(signal_number)
    code = run_guarded(run, Console(people=said), cancellation)
    return code, said.getvalue()


def raising(error: BaseException) -> Callable[[], int]:
    """A command that ends in an error."""

    def run() -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "signal_number", "code"),
    [
        (raising(WrongSetting("x")), None, 2),
        (raising(Alert24Refused("x")), None, 3),
        (raising(CannotReachAlert24("x")), None, 4),
        (raising(ValueError("x")), None, 70),
        (lambda: 7, None, 7),
        (raising(Interrupted("stopped")), signal.SIGINT, 130),
        (raising(Interrupted("stopped")), signal.SIGTERM, 143),
        (lambda: 0, signal.SIGTERM, 0),  # a signal that came too late
    ],
)
def test_run_guarded__code__of_the_error_the_signal_or_the_command(
    run: Callable[[], int], signal_number: int | None, code: int
) -> None:
    """Expected errors have the contract's codes, and everything else is a bug; a pipeline sees which signal came."""
    assert guarded(run, signal_number)[0] == code


def test_run_guarded__expected_error__a_message_without_a_traceback() -> None:
    """A user's mistake doesn't look like a crash."""
    said = guarded(raising(WrongSetting("there is no key", remedy="Create one.")))[1]
    assert said == "Error: There is no key.\nCreate one.\n"


def test_run_guarded__bug__traceback_page_and_where_to_report() -> None:
    """A bug says that it is one, what may be left on the page, and where to report it."""
    said = guarded(raising(ValueError("boom")))[1]
    told = ("ValueError: boom", "not a mistake in your configuration", "may still be in maintenance", "/issues")
    assert [each for each in told if each not in said] == []


def test_usage__any__told_and_2() -> None:
    """Wrong use is told like every error."""
    said = io.StringIO()
    assert (usage(Console(people=said), "No such option"), said.getvalue()) == (2, "Error: No such option\n")


@pytest.fixture
def handlers() -> Iterator[None]:
    """Puts the signals' handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_install_signal_handlers__a_signal__requests_to_stop(number: signal.Signals) -> None:
    """Both signals that a cancelled job gets are heard."""
    cancellation = install_signal_handlers()
    signal.raise_signal(number)
    assert (cancellation.requested, cancellation.signal) == (True, number)
