from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from helpers.github_runner.masker import Masker
from helpers.github_runner.output import MESSAGE_LIMIT, StepOutput, lines_of
from helpers.github_runner.results import StepResult


def _read(*lines: str, debug: bool = False, watched: tuple[str, ...] = ()) -> StepResult:
    result = StepResult("x", "x", "main")
    output = StepOutput(result, Masker(), watched, debug=debug)
    for line in lines:
        output.line(line)
    return result


class _Pipe(io.BytesIO):
    """Gives out its data in the pieces in which it was written."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__()
        self._pieces: Iterator[bytes] = iter(pieces)

    def read1(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002  (the signature is BytesIO's)
        """The next piece."""
        return next(self._pieces, b"")


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((b"a\nb\r\nc\rd",), ["a", "b", "c", "d"]),
        ((b"a", b"b\n"), ["ab"]),
        ((b"a\r", b"\nb\n"), ["a", "b"]),
        ((b"a\r", b"\n", b"\n"), ["a", ""]),
        ((b"a\r", b"b"), ["a", "b"]),
        ((b"\xc3", b"\xa9\n"), ["é"]),
        ((b"\xff\n",), ["\ufffd"]),
        ((), []),
    ],
)
def test_lines_of__any_end__starts_a_new_line(pieces: tuple[bytes, ...], lines: list[str]) -> None:
    """LF, CR LF and a lone CR end a line, wherever the pipe cuts."""
    assert list(lines_of(_Pipe(*pieces))) == lines


def test_line__annotations__are_kept_and_logged_within_limits() -> None:
    """An annotation has its level, message and properties; a message is cut, and a step has ten of a level at most."""
    result = _read("::warning title=Careful::two%0Alines", "::error::" + "x" * 5000, *["::error::x"] * 10)
    warning, long, *_ = result.annotations
    assert (warning.level, warning.title, warning.message) == ("warning", "Careful", "two\nlines")
    assert result.log[0] == "##[warning]two\nlines"
    assert (len(long.message), len(result.annotations), len(result.log)) == (MESSAGE_LIMIT, 11, 12)


def test_line__mask__hides_what_follows() -> None:
    """A masked value of several lines is hidden from then on, whole and line by line; a mask of nothing is refused."""
    result = _read("::add-mask::top%0Asecret", "a secret on top", "::add-mask:: ")
    assert result.log[0] == "a *** on ***"
    assert result.messages("warning")


def test_line__stopped__only_the_token_counts() -> None:
    """Between stop-commands and its token, commands are plain output."""
    result = _read("::stop-commands::ToKeN", "::error::not one", "::other::", "::token::", "::error::one")
    assert result.messages("error") == ["one"]
    assert "::error::not one" in result.log


@pytest.mark.parametrize("token", ["", "pause-logging", "error", "stop-commands"])
def test_line__bad_stop_token__fails_the_step(token: str) -> None:
    """A token that commands could contain by chance is refused."""
    assert _read(f"::stop-commands::{token}").outcome == "failure"


def test_line__withdrawn_output__works_and_is_told() -> None:
    """set-output still works, and the test is told of it."""
    result = _read("::set-output name=a::1")
    assert (result.outputs, result.deprecated) == ({"a": "1"}, ["set-output"])


@pytest.mark.parametrize("line", ["::set-env name=A::1", "::add-path::/bin", "::set-output::1"])
def test_line__refused_command__fails_the_step(line: str) -> None:
    """A disabled or broken command is an error of the step."""
    result = _read(line)
    assert (result.outcome, len(result.messages("error"))) == ("failure", 2)


def test_line__debug_and_group__are_marked() -> None:
    """Debug lines are dropped unless debug logging is on; groups open and close in the log."""
    lines = ("::debug::x", "::group::Title", "inside", "::endgroup::")
    shown = ["##[debug]x", "##[group]Title", "inside", "##[endgroup]"]
    assert (_read(*lines).log, _read(*lines, debug=True).log) == (shown[1:], shown)


def test_line__watched_value__is_noted() -> None:
    """A secret printed in clear is noted even where the masker hides it; masking it isn't printing it."""
    result = _read("::add-mask::hush", "say hush", watched=("hush",))
    assert result.mentions == ["say ***"]
