from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy import text as texts
from alert24_deploy.text import did_you_mean, join_words, pluralize, quote, sanitize

anything = st.text(st.characters() | st.characters(categories=["Cs", "Cf", "Cc"]), max_size=300)
dangerous = st.lists(st.sampled_from(["##[", "#", "[", "::", ":", " ", "\t", "\n", "\r", "\x85", "\u2028", "x"])).map(
    "".join
)
unsafe_categories = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(anything | dangerous)
def test_sanitize__anything__one_harmless_line(text: str) -> None:
    """No control, bidirectional, private or line-breaking character gets through, and no command to GitHub's runner.

    Half a surrogate pair, as a broken argument has it, can be written to any stream, too.
    """
    line = sanitize(text)
    assert not {unicodedata.category(character) for character in line} & unsafe_categories
    assert "##[" not in line
    assert not line.lstrip().startswith("::")
    assert (line.encode("utf-8").decode("utf-8"), quote(text)) == (line, f"'{line}'")


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=200))
def test_sanitize__ordinary_text__unchanged(text: str) -> None:
    """Letters, digits and punctuation of any language stay as they are."""
    if "##[" not in text and not text.startswith("::"):
        assert sanitize(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
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
    ],
    ids=repr,
)
def test_sanitize__example__as_a_person_would_expect(text: object, expected: str) -> None:
    """What is odd is shown, not hidden."""
    assert sanitize(text) == expected


def test_sanitize__too_long__cut_with_dots() -> None:
    """A server's page of HTML does not fill the log; the limit is the most that may be shown."""
    assert (sanitize("x" * 1000, limit=10), sanitize("x" * 10, limit=10)) == ("xxxxxxx...", "x" * 10)


@pytest.mark.parametrize(
    ("words", "last", "expected"),
    [
        ([], "and", ""),
        (["a"], "and", "a"),
        (["a", "b"], "and", "a and b"),
        (["a", "b", "c"], "and", "a, b and c"),
        (("a", "b", "c"), "or", "a, b or c"),
    ],
)
def test_join_words__as_a_sentence_has_them(words: list[str], last: str, expected: str) -> None:
    """Words are joined with commas and a last `and` or `or`."""
    assert join_words(words, last) == expected


@pytest.mark.parametrize(("number", "expected"), [(0, "0 services"), (1, "1 service"), (2, "2 services")])
def test_pluralize__any_number__singular_or_plural(number: int, expected: str) -> None:
    """One is singular, everything else plural."""
    assert pluralize(number, "service") == expected


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("strat", " (did you mean start?)"), ("rollbak", " (did you mean rollback?)"), ("zzz", ""), ("", "")],
)
def test_did_you_mean__only_what_is_similar(wrong: str, hint: str) -> None:
    """A typo is answered with the nearest word, and anything else with nothing."""
    assert did_you_mean(wrong, ["start", "finish", "rollback"]) == hint


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
