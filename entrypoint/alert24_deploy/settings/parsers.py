"""One cleaner a field: from the words that a user wrote to a value, or to a message that says what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import WrongSetting
from ..text import Secret, join_words, quote

TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.ASCII)
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST_SECONDS = 24 * 3600
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
_STATUS_RANGE = re.compile(r"([1-5]\d\d)(?:-([1-5]\d\d))?", re.ASCII)


class RawValue(NamedTuple):
    """What the user wrote, and the name of the option, input or variable, as the user spells it."""

    text: str
    display_name: str


def choice(word: RawValue, allowed: Sequence[str]) -> str:
    """Return one of the allowed values."""
    text = word.text.strip().lower()
    if text not in allowed:
        raise WrongSetting(
            f"{word.display_name} is {quote(word.text)}, which it can't be",
            remedy=f"Use {join_words([quote(value) for value in allowed], 'or')}.",
        )
    return text


def flag(word: RawValue) -> bool:
    """Return true or false."""
    return choice(word, (*TRUE, *_FALSE)) in TRUE


def duration(word: RawValue) -> float:
    """Return a duration in seconds, from `90`, `90s`, `2m` or `1h`."""
    match = _DURATION.fullmatch(word.text.strip().lower())
    seconds = float(match[1]) * _UNIT_SECONDS[match[2]] if match else 0.0
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise WrongSetting(
            f"{word.display_name} is {quote(word.text)}, which is not a duration",
            remedy="Give seconds, or a number with a unit: `90s`, `2m`, `1h`; more than nothing, at most a day.",
        )
    return seconds


def count(word: RawValue, most: int) -> int:
    """Return a whole number from 1 to `most`."""
    text = word.text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise WrongSetting(
            f"{word.display_name} is {quote(word.text)}", remedy=f"Give a whole number from 1 to {most}."
        )
    return int(text)


def services(word: RawValue) -> tuple[str, ...]:
    """Return references from a JSON array, or one a line, or comma-separated on a single line."""
    text = word.text.strip()
    references = _json_array(text, word) if text.startswith("[") else None
    if references is None:
        references = text.splitlines() if "\n" in text or "\r" in text else text.split(",")
    cleaned = tuple(dict.fromkeys(reference.strip() for reference in references if reference.strip()))
    return tuple(_readable(reference, word) for reference in cleaned)


def _json_array(text: str, word: RawValue) -> list[str] | None:
    """Return the strings of a JSON array; None where it is none, as a service may be named `[EU] API`."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith('["'):
            raise WrongSetting(
                f"{word.display_name} begins like a JSON array but is none: {quote(text)}",
                remedy='Write ["API", "Web"], or one service a line, or API, Web.',
            ) from None
        return None
    if not all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in items):
        raise WrongSetting(
            f"{word.display_name} has something in it that is not a service's name or id: {quote(text)}",
            remedy='Write ["API", "Web"].',
        )
    return [str(item) for item in items]


def _readable(reference: str, word: RawValue) -> str:
    if any(0xD800 <= ord(character) <= 0xDFFF for character in reference):
        raise WrongSetting(f"{word.display_name} holds {quote(reference)}, which is not valid Unicode")
    return reference


def key(word: RawValue) -> Secret:
    """Return the API key; its value is never shown, because a mistyped key is still nearly the key."""
    text = word.text.strip()
    if text.lower().startswith("bearer "):
        raise WrongSetting(
            f"{word.display_name} begins with `Bearer`", remedy="Store the key alone: `ak_live_` and 32 characters."
        )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise WrongSetting(
            f"{word.display_name} holds blanks, line ends or other characters that no key has",
            remedy="Store the key alone, as Alert24 showed it: `ak_live_` and 32 characters.",
        )
    return Secret(text)


def choices(word: RawValue, allowed: Sequence[str]) -> tuple[str, ...]:
    """Return some of the allowed values, from words separated by commas."""
    parts = [part for part in word.text.split(",") if part.strip()]
    return tuple(dict.fromkeys(choice(RawValue(part, word.display_name), allowed) for part in parts))


def secret(word: RawValue) -> Secret:
    """Return a secret of the user's, as it is but for a line's end."""
    return Secret(word.text.rstrip("\r\n"))


def header_name(word: RawValue) -> str:
    """Return the name of an HTTP header."""
    text = word.text.strip()
    if not _HEADER_NAME.fullmatch(text):
        raise WrongSetting(f"{word.display_name} is {quote(text)}, which is not a header's name")
    return text


def header(word: RawValue) -> tuple[str, Secret]:
    """Return an HTTP header from `Name: value`; the value may be a token and is never shown."""
    name, colon, value = word.text.partition(":")
    value = value.strip()
    if not colon or not _HEADER_NAME.fullmatch(name.strip()) or not value.isascii() or not value.isprintable():
        raise WrongSetting(
            f"{word.display_name} is not a header",
            remedy="Write it as `Name: value`. It is not shown, as it may be a token.",
        )
    return name.strip(), Secret(value)


def status_range(word: RawValue) -> tuple[int, int]:
    """Return the HTTP statuses that count as healthy, from `200` or `200-299`."""
    match = _STATUS_RANGE.fullmatch(word.text.strip())
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if low > high:
        raise WrongSetting(
            f"{word.display_name} is {quote(word.text)}, which is not a range of statuses",
            remedy="Write one status, `200`, or the first and the last: `200-299`.",
        )
    return low, high
