from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

import pytest

from alert24_deploy.hooks import workflow_commands as room
from alert24_deploy.hooks.workflow_commands import both_piped, disabled_workflow_commands, log_stream


def test_guarded__on_github__between_two_words() -> None:
    """The second word ends what the first began, on a line of its own, also after an error; no two are alike."""
    words = set()
    for _ in range(5):
        stream = io.StringIO()
        with (
            contextlib.suppress(KeyError),
            disabled_workflow_commands({"GITHUB_ACTIONS": "true"}, stream, allowed=False),
        ):
            stream.write("no line's end")
            raise KeyError
        first, text, last = stream.getvalue().splitlines()
        word = first.removeprefix("::stop-commands::")
        assert (text, last, len(word)) == ("no line's end", f"::{word}::", 32)
        words.add(word)
    assert len(words) == 5


@pytest.mark.parametrize(
    ("environ", "allowed"), [({}, False), ({"GITHUB_ACTIONS": "false"}, False), ({"GITHUB_ACTIONS": "true"}, True)]
)
def test_guarded__elsewhere_or_allowed__says_nothing(environ: dict[str, str], allowed: bool) -> None:
    """And leaves the streams apart."""
    stream = io.StringIO()
    with disabled_workflow_commands(environ, stream, allowed=allowed) as one_stream:
        assert not one_stream
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("piped", "both", "stream"),
    [({1, 2}, True, "stdout"), ({1}, False, "stdout"), ({2}, False, "stderr"), (set(), False, "stdout")],
)
def test_log_stream__is_the_one_that_the_runner_reads(
    monkeypatch: pytest.MonkeyPatch, piped: set[int], both: bool, stream: str
) -> None:
    """Where only stderr is a pipe, stdout went into a file or to a terminal."""
    monkeypatch.setattr(room, "_piped", piped.__contains__)
    assert (both_piped(), log_stream()) == (both, getattr(sys, stream))


def test_piped__only_a_pipe_is_one() -> None:
    """A file is none, nor is what is closed."""
    reading, writing = os.pipe()
    assert room._piped(reading)
    os.close(reading)
    os.close(writing)
    assert not room._piped(reading)
    with Path(os.devnull).open("rb") as file:
        assert not room._piped(file.fileno())
