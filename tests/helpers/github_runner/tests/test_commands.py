from __future__ import annotations

import pytest

from helpers.github_runner.commands import Command, parse

KNOWN = {"error", "warning", "add-mask", "set-output"}


# What GitHub's own toolkit says is read back in e2e/test_reference.py.
@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("  \t::ERROR Title=x,file=::after blanks", Command("ERROR", {"title": "x"}, "after blanks")),
        ("::error title=a%2Cb%3Ac%250A::a%0Ab%2C::c", Command("error", {"title": "a,b:c%0A"}, "a\nb%2C::c")),
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
