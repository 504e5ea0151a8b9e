"""What is particular to GitHub: inputs, masks, annotations, outputs, state and the job summary.

actions-toolkit does what @actions/core does. This adapter avoids its traps: it masks only on GitHub (elsewhere the
mask itself would print the secret), flushes after every command (a child's output must not overtake a mask), passes
only constant keys and text that is one line, and never uses its `info` (raw text) and `set_failed` (exits).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..net import lean_requests  # noqa: F401 - first, because the toolkit imports requests, too

# isort: split
from actions_toolkit import core

from ..errors import WrongSetting
from ..text import quote, redact
from .console import Console

_TITLE = "alert24-deploy"
SUMMARY_LIMIT = 1024 * 1024  # bytes a step; more is not shown (actions/runner, FileCommandManager.cs)
# Characters that fit into STATE_<name>: Linux takes at most 128 KiB a variable (execve(2)), Windows 32,767 characters
# ("Environment Variables" in Microsoft's documentation of Win32).
STATE_LIMIT = 30_000 if sys.platform == "win32" else 120_000
OUTPUT, STATE = "GITHUB_OUTPUT", "GITHUB_STATE"  # each names the file that a step writes outputs or state to
_REMEDIES = {
    STATE: "Use `phase: start`, and a later step or job with `phase: finish` and the output `state`; "
    "or `alert24-deploy run` in a script.",
    OUTPUT: "Use `phase: auto`, or `alert24-deploy run` in a script.",
}


def on_github(environ: Mapping[str, str]) -> bool:
    """Tell whether this process runs in a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def inputs(names: Iterable[str]) -> dict[str, str]:
    """Return the action's inputs by name; one that is not set is empty.

    The runner names them INPUT_<NAME> in capitals, hyphens kept (actions/runner, Handlers/Handler.cs).
    """
    return {name: core.get_input(name) for name in names}


def mask(secret: str, environ: Mapping[str, str]) -> None:
    """Have GitHub hide a secret in this job's logs; elsewhere do nothing."""
    if secret.strip() and on_github(environ):
        _issue(core.set_secret, secret)


def require_file(variable: str) -> None:
    """Check that the runner's file for outputs or for state (`OUTPUT` or `STATE`) can be written.

    Raises:
        WrongSetting: it can't, so finish would not know what was started.
    """
    path = os.environ.get(variable)
    if not path:
        raise _unusable(variable, "is not set")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))  # not created: the runner reads only the file that it made
    except OSError as error:
        raise _unusable(variable, f"names {quote(path)}, which can't be written: {error.strerror}") from None


def set_output(name: str, value: str) -> None:
    """Set an output of the step, if the runner has a file for it; raise WrongSetting if that can't be written."""
    _write(OUTPUT, core.set_output, name, value)


def save_state(name: str, value: str) -> None:
    """Save a value that the post stage finds in STATE_<name>; raise WrongSetting if that can't be written."""
    _write(STATE, core.save_state, name, value)


def state(name: str) -> str:
    """Return what the main stage saved, or an empty text."""
    return str(core.get_state(name))


def add_summary(markdown: str, environ: Mapping[str, str]) -> None:
    """Append to the job's summary, which is never worth a failure; actions-toolkit has nothing for this."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not path or len(markdown.encode()) > SUMMARY_LIMIT:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(redact(markdown) + "\n")
    except OSError as error:
        _issue(core.warning, f"The job summary could not be written: {error.strerror}", title=_TITLE)


class GitHubConsole(Console):
    """Writes warnings and errors as annotations, and everything else to the step's log."""

    def __init__(self, *, verbose: bool = False) -> None:
        """Write to stdout, from which the runner reads commands, so that lines keep their order."""
        super().__init__(people=sys.stdout, verbose=verbose or core.is_debug())

    def warn(self, text: str) -> None:
        """Annotate the run with a warning."""
        self._annotate(core.warning, text)

    def fail(self, text: str) -> None:
        """Annotate the run with an error."""
        self._annotate(core.error, text)

    def note(self, text: str) -> None:
        """Annotate the run with a notice."""
        self._annotate(core.notice, text)

    def _annotate(self, command: Callable[..., Any], text: str) -> None:
        _issue(command, "\n".join(self.lines(text)), title=_TITLE)


def _issue(command: Callable[..., Any], *arguments: str, **properties: str) -> None:
    command(*arguments, **properties)
    sys.stdout.flush()


def _write(variable: str, command: Callable[[str, str], Any], name: str, value: str) -> None:
    if not os.environ.get(variable):
        return
    require_file(variable)  # actions-toolkit raises a bare Exception if the file is missing
    try:
        command(name, value)
    except OSError as error:
        raise _unusable(variable, f"names a file that can't be written: {error.strerror}") from None


def _unusable(variable: str, why: str) -> WrongSetting:
    return WrongSetting(
        f"{variable} {why}",
        detail="The runner provides this file; some set-ups of Forgejo and of Gitea's act_runner don't.",
        remedy=_REMEDIES[variable],
    )
