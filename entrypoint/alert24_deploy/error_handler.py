"""Turns errors into messages and exit codes: an expected error into its own, any other into a bug's."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from .ci.console import Console
from .errors import BUG, WRONG_USE, Alert24DeployError
from .signals import Cancellation

_OUTPUT_LOST = 1  # as other programs that can't write what was asked of them
_REPORT = "https://github.com/alert24/alert24-deploy/issues"


def run_guarded(run: Callable[[], int], console: Console, cancellation: Cancellation) -> int:
    """Run a command and return its exit code; show every error that comes out of it.

    Args:
        run: the command; returns its exit code.
        console: where errors are shown. If the output that the user asked for is lost, the command has failed.
        cancellation: a signal's request, which decides the code of a command that it ended.
    """
    try:
        code = run()
        if console.output_error:
            console.fail(f"The output could not be written: {console.output_error.strerror}.")
            code = code or _OUTPUT_LOST
    except Alert24DeployError as error:
        console.fail(str(error))
        code = error.exit_code
    except Exception:  # noqa: BLE001 - the boundary: a bug must not look like the user's mistake
        _show_bug(console)
        code = BUG
    return cancellation.exit_code if code and cancellation.signal else code


def usage(console: Console, message: str) -> int:
    """Show a wrong use of the command line and return its code."""
    console.fail(message)
    return WRONG_USE


def _show_bug(console: Console) -> None:
    kind, error, trail = sys.exc_info()
    console.info("".join(traceback.format_exception(kind, error, trail)).rstrip())
    console.fail(
        "This is a bug in alert24-deploy, not a mistake in your configuration.\n"
        "Check the status page: a service may still be in maintenance. `alert24-deploy set` changes its status.\n"
        f"Please report it with the lines above: {_REPORT}"
    )


def exit_now(code: int) -> NoReturn:
    """End the process now: an abandoned request in a daemon thread must not delay the pipeline."""
    # From a zip, such as the single file for GitLab, certifi unpacks its certificates into a temporary file.
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter calls at an ordinary end
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
