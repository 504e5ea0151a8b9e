from __future__ import annotations

import pytest

from helpers.github_runner.commands import Command, parse

KNOWN = {"error", "warning", "add-mask", "set-output"}


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("::error::broken", Command("error", {}, "broken")),
        ("  \t::error::after blanks", Command("error", {}, "after blanks")),
        ("::error title=Two words,file=a.py::text", Command("error", {"title": "Two words", "file": "a.py"}, "text")),
        ("::ERROR Title=x::any case", Command("ERROR", {"title": "x"}, "any case")),
        ("::error title=,file=a.py::empty value", Command("error", {"file": "a.py"}, "empty value")),
        ("::error title=a%2Cb%3Ac%250A::x", Command("error", {"title": "a,b:c%0A"}, "x")),
        ("::error::a%0Ab%0Dc%25d%2C", Command("error", {}, "a\nb\rc%d%2C")),
        ("::error::one::two", Command("error", {}, "one::two")),
        ("::error::", Command("error", {}, "")),
        ("##[error]old", Command("error", {}, "old")),
        ("words before ##[error]still a command", Command("error", {}, "still a command")),
        ("##[error title=a%3Bb;file=x]c%5Dd", Command("error", {"title": "a;b", "file": "x"}, "c]d")),
    ],
)
def test_parse__command__is_read(line: str, command: Command) -> None:
    """A line in either grammar gives its name, properties and data, unescaped."""
    assert parse(line, KNOWN) == command


@pytest.mark.parametrize(
    "line",
    [
        "",
        "plain",
        "::error",
        ":error::x",
        "words before ::error::x",
        "::unknown::x",
        "::error:x",
        "##[unknown]x",
        "##[error",
        "##[unknown]first, then ##[error]never looked at",
        "\x1c::error::a separator isn't a blank to the runner",
    ],
)
def test_parse__anything_else__is_plain_output(line: str) -> None:
    """A line that only resembles a command is none."""
    assert parse(line, KNOWN) is None
