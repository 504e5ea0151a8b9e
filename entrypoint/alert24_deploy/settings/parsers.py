"""From what a user wrote to a value, or to an error that says what is wrong with it: one function for each kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..errors import WrongSetting
from ..text import Secret, did_you_mean, holds_key, join_words, quote

TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.ASCII)
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST_SECONDS = 24 * 3600
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
_STATUS_RANGE = re.compile(r"([1-5]\d\d)(?:-([1-5]\d\d))?", re.ASCII)

# What a user may say about a change (Alert24 docs, "Changes API"); the rest is the deployment's own.
_CHANGE_FIELDS = (
    *("description", "source", "commit_sha", "commit_message", "branch", "pr_number", "pr_url", "pipeline_url"),
    *("environment", "risk_level", "changed_by", "tags"),
)
_RISK_LEVELS = ("low", "medium", "high", "critical")


class RawValue(NamedTuple):
    """What a user wrote, and how the user calls the setting: its option, input or variable; empty for an argument."""

    text: str
    display_name: str


def choice(word: RawValue, allowed: Sequence[str], noun: str = "value") -> str:
    """Return one of the allowed values; `noun` says what they are."""
    text = word.text.strip().lower()
    if text not in allowed:
        raise WrongSetting(
            f"{_invalid(word, noun)}{did_you_mean(text, allowed)}",
            remedy=f"Use {join_words(list(allowed), 'or')}.",
        )
    return text


def flag(word: RawValue) -> bool:
    """Return true or false."""
    text = word.text.strip().lower()
    if text not in (*TRUE, *_FALSE):
        raise WrongSetting(_invalid(word, "value"), remedy="Use true or false.")
    return text in TRUE


def _invalid(word: RawValue, noun: str) -> str:
    place = f" for {word.display_name}" if word.display_name else ""
    return f"{quote(word.text.strip())} is not a valid {noun}{place}"


def duration(word: RawValue) -> float:
    """Return a duration in seconds, from `90`, `90s`, `2m` or `1h`."""
    match = _DURATION.fullmatch(word.text.strip().lower())
    seconds = float(match[1]) * _UNIT_SECONDS[match[2]] if match else 0.0
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise WrongSetting(
            _invalid(word, "duration"),
            remedy="Use seconds, or a number with a unit, such as 90s, 2m or 1h; more than 0, at most 24h.",
        )
    return seconds


def count(word: RawValue, most: int) -> int:
    """Return a whole number from 1 to `most`."""
    text = word.text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise WrongSetting(_invalid(word, "number"), remedy=f"Use a whole number from 1 to {most}.")
    return int(text)


def outcome(word: RawValue) -> str:
    """Return an outcome; the policy decides what an unknown word means."""
    text = word.text.strip()
    return text.lower() if text.lower() == "auto" else text


def services(word: RawValue) -> tuple[str, ...]:
    """Return references from a JSON array, from lines, or from a single line with commas."""
    text = word.text.strip()
    found = _json_array(word)
    if found is None:
        found = text.splitlines() if "\n" in text or "\r" in text else text.split(",")
    return references(found, word.display_name)


def references(texts: Iterable[str], display_name: str) -> tuple[str, ...]:
    """Return each reference once, in order, without blanks around it and without empty ones."""
    cleaned = dict.fromkeys(text.strip() for text in texts if text.strip())
    return tuple(_readable(reference, display_name) for reference in cleaned)


def _json_array(word: RawValue) -> list[str] | None:
    """Return the items of a JSON array; None if it is no JSON, because a service may be named `[EU] API`."""
    text = word.text.strip()
    if not text.startswith("["):
        return None
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith('["'):
            raise WrongSetting(
                f"{word.display_name} starts like a JSON array but is not valid JSON: {quote(text)}",
                remedy='Use a JSON array such as ["API", "Web"], or one item per line.',
            ) from None
        return None
    if not all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in items):
        raise WrongSetting(
            f"{word.display_name} contains something that is not text: {quote(text)}", remedy='Use ["API", "Web"].'
        )
    return [str(item) for item in items]


def _readable(reference: str, display_name: str) -> str:
    if any(0xD800 <= ord(character) <= 0xDFFF for character in reference):
        raise WrongSetting(f"{display_name} contains {quote(reference)}, which is not valid Unicode")
    if holds_key(reference):  # it would end up in the state
        raise WrongSetting(f"{display_name} contains an API key", remedy="Name services there, by name or id.")
    return reference


def key(word: RawValue) -> Secret:
    """Return the API key. Its value is never shown, because a mistyped key is still nearly the key."""
    text = word.text.strip()
    if text.lower().startswith("bearer "):
        raise WrongSetting(
            f"{word.display_name} starts with `Bearer`",
            remedy="Store the key alone: `ak_live_` and 32 characters.",
        )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise WrongSetting(
            f"{word.display_name} contains spaces, line breaks or other characters that are in no key",
            remedy="Store the key alone, as Alert24 showed it: `ak_live_` and 32 characters.",
        )
    return Secret(text)


def change_fields(word: RawValue) -> Mapping[str, object]:
    """Return fields of a change from a JSON array or lines, each item a `field=value`."""
    found = _json_array(word)
    return change_field_list(tuple(word.text.splitlines() if found is None else found), word.display_name)


def change_field_list(texts: tuple[str, ...], display_name: str) -> Mapping[str, object]:
    """Return fields of a change, each from `field=value`; `tags` is a list separated by commas."""
    fields: dict[str, object] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not text.strip():
            continue
        if not equals or name not in _CHANGE_FIELDS:
            known = did_you_mean(name, _CHANGE_FIELDS)
            raise WrongSetting(
                f"{quote(text.strip())} is not a field of a change for {display_name}{known}",
                remedy=f"Use FIELD=VALUE with {join_words(_CHANGE_FIELDS, 'or')}.",
            )
        if holds_key(value):
            raise WrongSetting(f"{display_name} contains an API key", remedy="Everybody sees changes.")
        if name == "risk_level":
            choice(RawValue(value, f"risk_level in {display_name}"), _RISK_LEVELS, "risk level")
        fields[name] = value
        if name == "pr_number":
            count(RawValue(value, f"pr_number in {display_name}"), most=10**9 - 1)
        elif name == "tags":
            fields[name] = [tag.strip() for tag in value.split(",") if tag.strip()]
    return fields


def choices(word: RawValue, allowed: Sequence[str], noun: str = "value") -> tuple[str, ...]:
    """Return some of the allowed values, from a list separated by commas."""
    parts = [part for part in word.text.split(",") if part.strip()]
    return tuple(dict.fromkeys(choice(RawValue(part, word.display_name), allowed, noun) for part in parts))


def secret(word: RawValue) -> Secret:
    """Return a secret as it is, except for line breaks at its end."""
    return Secret(word.text.rstrip("\r\n"))


def header_name(word: RawValue) -> str:
    """Return the name of an HTTP header."""
    text = word.text.strip()
    if not _HEADER_NAME.fullmatch(text):
        raise WrongSetting(_invalid(word, "header name"), remedy="Use a name such as X-Signature.")
    return text


def header(word: RawValue) -> tuple[str, Secret]:
    """Return an HTTP header from `Name: value`. The value may be a token and is never shown."""
    name, colon, value = word.text.partition(":")
    value = value.strip()
    if not colon or not _HEADER_NAME.fullmatch(name.strip()) or not value.isascii() or not value.isprintable():
        raise WrongSetting(
            f"{word.display_name} is not a header",
            remedy="Write it as `Name: value`. Its value is not shown here, because it may be a token.",
        )
    return name.strip(), Secret(value)


def status_range(word: RawValue) -> tuple[int, int]:
    """Return the first and last HTTP status that counts as healthy, from `200` or `200-299`."""
    match = _STATUS_RANGE.fullmatch(word.text.strip())
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if low > high:
        raise WrongSetting(
            _invalid(word, "range of HTTP status codes"),
            remedy="Use one code, `200`, or the first and the last, `200-299`.",
        )
    return low, high
