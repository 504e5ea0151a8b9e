from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy import text as texts
from alert24_deploy.text import did_you_mean, join_words, nearest, pluralize, quote, sanitize

anything = st.text(st.characters() | st.characters(categories=["Cs", "Cf", "Cc"]), max_size=300)
dangerous = st.lists(st.sampled_from(["##[", "#", "[", "::", ":", " ", "\t", "\n", "\r", "\x85", "\u2028", "x"])).map(
    "".join
)
unsafe_categories = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(anything | dangerous)
def test_shown__anything__one_line_without_control_characters(text: str) -> None:
    """No control, bidirectional, private or line-breaking character gets through."""
    assert not {unicodedata.category(character) for character in sanitize(text)} & unsafe_categories


@given(anything | dangerous)
def test_shown__anything__no_command_to_the_runner(text: str) -> None:
    """Neither of the two forms that GitHub's runner reads as a command survives."""
    line = sanitize(text)
    assert "##[" not in line
    assert not line.lstrip().startswith("::")


@given(anything | dangerous)
def test_shown__anything__can_be_written_to_any_utf8_stream(text: str) -> None:
    """Half a surrogate pair, as a broken argument has it, does not end the program."""
    assert sanitize(text).encode("utf-8").decode("utf-8") == sanitize(text)


@given(anything)
def test_quoted__anything__stands_between_quotes(text: str) -> None:
    """A quoted value is the shown one between single quotes."""
    assert quote(text) == f"'{sanitize(text)}'"


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=200))
def test_shown__ordinary_text__unchanged(text: str) -> None:
    """Letters, digits and punctuation of any language stay as they are."""
    if "##[" not in text and not text.startswith("::"):
        assert sanitize(text) == text


SHOWN = [
    ("Payments API", "Payments API"),
    ("  blanks  ", "blanks"),
    ("two\nlines", "two\\nlines"),
    ("::error::no", ": :error::no"),
    ("a ::error::no", "a ::error::no"),
    ("x##[error]no", "x## [error]no"),
    ("\u202eevil", "\\u202eevil"),
    ("bell\x07", "bell\\x07"),
    ("Größe 日本", "Größe 日本"),
    (7, "7"),
    (None, "None"),
]


@pytest.mark.parametrize(("text", "expected"), SHOWN, ids=repr)
def test_shown__example__as_a_person_would_expect(text: object, expected: str) -> None:
    """What is odd is shown, not hidden."""
    assert sanitize(text) == expected


def test_shown__too_long__cut_with_dots() -> None:
    """A server's page of HTML does not fill the log."""
    assert sanitize("x" * 1000, limit=10) == "xxxxxxx..."


def test_shown__just_long_enough__whole() -> None:
    """The limit is the most that may be shown."""
    assert sanitize("x" * 10, limit=10) == "x" * 10


LISTS = [
    ([], ""),
    (["a"], "a"),
    (["a", "b"], "a and b"),
    (["a", "b", "c"], "a, b and c"),
]


@pytest.mark.parametrize(("words", "expected"), LISTS)
def test_listed__some_words__as_a_sentence_has_them(words: list[str], expected: str) -> None:
    """Words are joined with commas and a last `and`."""
    assert join_words(words) == expected


def test_listed__another_last_word__used() -> None:
    """Choices are joined with `or`."""
    assert join_words(("a", "b", "c"), "or") == "a, b or c"


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1), min_size=1))
def test_listed__any_words__each_in_its_order(words: list[str]) -> None:
    """No word is lost or moved."""
    rest = join_words(words)
    for word in words:
        _, found, rest = rest.partition(word)
        assert found == word


@pytest.mark.parametrize(("number", "expected"), [(0, "0 services"), (1, "1 service"), (2, "2 services")])
def test_counted__any_number__singular_or_plural(number: int, expected: str) -> None:
    """One is singular, everything else plural."""
    assert pluralize(number, "service") == expected


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("strat", " (did you mean start?)"), ("rollbak", " (did you mean rollback?)"), ("zzz", ""), ("", "")],
)
def test_did_you_mean__only_what_is_similar(wrong: str, hint: str) -> None:
    """A typo is answered with the nearest word, and anything else with nothing."""
    assert did_you_mean(wrong, ["start", "finish", "rollback"]) == hint


def test_nearest__similarity__is_the_least_that_counts() -> None:
    """How similar a text must be is the caller's choice."""
    assert (nearest("service", ["services"], 0.9), nearest("service", ["services"], 0.95)) == ("services", "")


SECRET = "s3cr3t-Value/with+signs=="


def _parts(secret: str, length: int = 8) -> list[str]:
    """Every part of a secret that is long enough to be of use."""
    return [secret[start : start + length] for start in range(len(secret) - length + 1)]


@pytest.mark.parametrize("secret", [SECRET, "##[x]::##[y]::##", "with \u00e9 and \u202e in it"])
def test_sanitize__secret_cut_off_before_its_last_character__shows_no_part_of_it(secret: str) -> None:
    """Wherever the limit falls, redaction comes before the cut."""
    texts.add_secret(secret)
    for before in range(200):
        shown = sanitize("-" * before + secret + "-" * 200)
        assert not [part for part in _parts(secret) if part in shown]


def test_quote__key_that_nobody_registered__is_redacted_before_the_cut() -> None:
    """A key that was typed into the wrong option is cut off in no message."""
    key = "ak_live_" + "Hj5k" * 8
    for before in range(200):
        assert "Hj5k" not in quote("-" * before + key)


def test_redact__secret_within_another__leaves_nothing_of_either() -> None:
    """The longer secret goes first, in whatever order they were registered."""
    for secret in ("hunter-two", "hunter-two-and-a-half"):
        texts.add_secret(secret)
    assert texts.redact("x hunter-two-and-a-half y hunter-two z") == "x *** y *** z"


def test_redact__secret_in_json__is_found_as_json_writes_it() -> None:
    """Quotes and letters outside of ASCII are escaped in a document."""
    texts.add_secret('qu"ote-\u00e9')
    assert texts.redact(json.dumps(['a qu"ote-\u00e9 b'])) == '["a *** b"]'


@pytest.mark.parametrize("secret", ["", "abc"])
def test_redact__too_short_for_a_secret__is_left(secret: str) -> None:
    """Redacting it would only spoil the text."""
    texts.add_secret(secret)
    assert texts.redact("abcdef") == "abcdef"


def test_sanitize_lines__several__each_harmless_with_its_indent() -> None:
    """An example in a message stays indented, and no line is cut."""
    assert texts.sanitize_lines("a\n  ::b\n" + "c" * 500) == ["a", "  : :b", "c" * 500]
