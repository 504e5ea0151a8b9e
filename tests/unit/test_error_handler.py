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


ERRORS = [
    (WrongSetting("x"), 2),
    (Alert24Refused("x"), 3),
    (CannotReachAlert24("x"), 4),
    (ValueError("x"), 70),
    (AssertionError("x"), 70),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_run_guarded__every_error__its_code(error: Exception, code: int) -> None:
    """Expected errors have the contract's codes, everything else is a bug."""
    assert guarded(raising(error))[0] == code


def test_run_guarded__expected_error__a_message_without_a_traceback() -> None:
    """A user's mistake doesn't look like a crash."""
    said = guarded(raising(WrongSetting("there is no key", remedy="Create one.")))[1]
    assert said == "Error: There is no key.\nCreate one.\n"


def test_run_guarded__bug__traceback_page_and_where_to_report() -> None:
    """A bug says that it is one, what may be left on the page, and where to report it."""
    said = guarded(raising(ValueError("boom")))[1]
    assert "ValueError: boom" in said
    assert "bug in alert24-deploy, not a mistake in your configuration" in said
    assert "may still be in maintenance" in said
    assert "/issues" in said


def test_run_guarded__all_went_well__the_commands_code() -> None:
    """A command's own code goes through."""
    assert guarded(lambda: 7) == (7, "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_run_guarded__stopped_by_a_signal__a_shells_code(number: int, code: int) -> None:
    """A pipeline sees what ended the command."""
    assert guarded(raising(Interrupted("stopped")), number)[0] == code


def test_run_guarded__signal_that_came_too_late__0() -> None:
    """A command that succeeded all the same has succeeded."""
    assert guarded(lambda: 0, signal.SIGTERM)[0] == 0


def test_usage__any__told_and_2() -> None:
    """Wrong use is told like every error."""
    said = io.StringIO()
    assert usage(Console(people=said), "No such option") == 2
    assert said.getvalue() == "Error: No such option\n"


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
