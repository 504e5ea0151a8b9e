from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.ci.console import Console
from alert24_deploy.text import add_secret

SECRET = "s3cr3t-Value/with+signs=="
PIECES = ["##[", "#", "[", "::", ":", "error", "\n", "\r", "\t", " ", "\x1b", "\u2028", '"', "\\", "é", "\ud83d"]
nasty = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


class Heard:
    """A console whose two streams are kept."""

    def __init__(self, *, verbose: bool = True) -> None:
        self.err, self.out = io.StringIO(), io.StringIO()
        self.console = Console(people=self.err, machine=self.out, verbose=verbose)

    @property
    def all(self) -> str:
        """Everything that was said."""
        return self.err.getvalue() + self.out.getvalue()


SPEAKING: dict[str, Callable[[Console, str], object]] = {
    "say": Console.info,
    "note": Console.note,
    "warn": Console.warn,
    "fail": Console.fail,
    "trace": Console.trace,
    "print": Console.print,
    "progress": lambda console, text: console.progress(text, 0),
    "document": lambda console, text: console.json({"text": text, text: [text]}),
}
each_way = pytest.mark.parametrize("speak", SPEAKING.values(), ids=SPEAKING)


@each_way
def test_console__every_way_to_speak__strikes_out_each_secret(speak: Callable[[Console, str], object]) -> None:
    """A secret that was hidden comes out of no door, and one that is empty is none."""
    heard = Heard()
    for secret in (SECRET, "another-secret", ""):
        add_secret(secret)
    speak(heard.console, f"before {SECRET} between another-secret {SECRET} after")
    assert SECRET not in heard.all
    assert "another-secret" not in heard.all
    assert "between ***" in heard.all


@each_way
def test_console__every_way_to_speak__strikes_out_a_key_that_nobody_hid(
    speak: Callable[[Console, str], object],
) -> None:
    """A key that somebody typed into the wrong place is a key all the same."""
    heard, key = Heard(), "ak_live_" + "Hj5k" * 8
    speak(heard.console, f"no such file: {key}")
    assert key not in heard.all


@each_way
@given(nasty)
def test_console__every_way_to_speak__no_command_to_the_runner(
    speak: Callable[[Console, str], object], text: str
) -> None:
    """No line that leaves is read as a command, whatever foreign text is in it."""
    heard = Heard()
    speak(heard.console, text)
    assert "##[" not in heard.all
    assert not any(line.lstrip().startswith("::") for line in heard.all.splitlines())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | nasty,
        lambda inner: st.lists(inner) | st.dictionaries(nasty, inner),
        max_leaves=6,
    )
)
def test_document__any_value__comes_back(value: object) -> None:
    """Every document is JSON that says what was meant."""
    heard = Heard()
    heard.console.json(value)
    assert json.loads(heard.out.getvalue()) == value


# What each way writes for people, and for machines.
WAYS: list[tuple[Callable[[Console, str], None], str, str]] = [
    (Console.info, "text\n", ""),
    (Console.note, "text\n", ""),
    (Console.warn, "Warning: text\n", ""),
    (Console.fail, "Error: text\n", ""),
    (Console.trace, "  text\n", ""),
    (Console.print, "", "text\n"),
    (Console.json, "", '"text"\n'),
]


@pytest.mark.parametrize(("speak", "people", "machine"), WAYS)
def test_console__people_and_machines__have_a_stream_each(
    speak: Callable[[Console, str], None], people: str, machine: str
) -> None:
    """What a command was asked for is its output; warnings and errors say that they are."""
    heard = Heard()
    speak(heard.console, "text")
    assert (heard.err.getvalue(), heard.out.getvalue()) == (people, machine)


@pytest.mark.parametrize("shown", range(1, len(SECRET) + 1))
def test_console__secret_at_the_end_of_a_cut_line__its_beginning_is_struck_out(shown: int) -> None:
    """Wherever the longest line is cut, eight or more characters of a secret never stand before the cut."""
    heard = Heard()
    add_secret(SECRET)
    heard.console.info("x" * (4000 - shown) + SECRET + "y" * 4000)
    assert SECRET[:8] not in heard.all


def test_trace__not_verbose__silent() -> None:
    """Details are for whoever asks for them."""
    heard = Heard(verbose=False)
    heard.console.trace("GET /")
    assert heard.all == ""


def test_say__several_lines__each_with_its_indent() -> None:
    """A message has lines, and an example in it is indented."""
    heard = Heard()
    heard.console.info("first\n  second")
    assert heard.err.getvalue() == "first\n  second\n"


def test_progress__no_terminal__a_line_now_and_then() -> None:
    """A log of a CI isn't filled with the passing of seconds."""
    heard = Heard()
    for second in range(61):
        heard.console.progress("waiting", second)
    assert heard.err.getvalue() == "waiting (0 s)\nwaiting (30 s)\nwaiting (60 s)\n"
