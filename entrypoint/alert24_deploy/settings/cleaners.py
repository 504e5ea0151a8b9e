"""One cleaner a field: from the words that a user wrote to a value, or to a message that says what is wrong."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import WrongSetting
from ..text import listed, quoted
from .secret import Secret

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.ASCII)
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST_SECONDS = 24 * 3600


class Word(NamedTuple):
    """What the user wrote, and the name of the option, input or variable, as the user spells it."""

    text: str
    spelled: str


def choice(word: Word, allowed: Sequence[str]) -> str:
    """Return one of the allowed values."""
    text = word.text.strip().lower()
    if text not in allowed:
        raise WrongSetting(
            f"{word.spelled} is {quoted(word.text)}, which it can't be",
            remedy=f"Use {listed([quoted(value) for value in allowed], 'or')}.",
        )
    return text


def flag(word: Word) -> bool:
    """Return true or false."""
    return choice(word, (*_TRUE, *_FALSE)) in _TRUE


def duration(word: Word) -> float:
    """Return a duration in seconds, from `90`, `90s`, `2m` or `1h`."""
    match = _DURATION.fullmatch(word.text.strip().lower())
    seconds = float(match[1]) * _UNIT_SECONDS[match[2]] if match else 0.0
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise WrongSetting(
            f"{word.spelled} is {quoted(word.text)}, which is not a duration",
            remedy="Give seconds, or a number with a unit: `90s`, `2m`, `1h`; more than nothing, at most a day.",
        )
    return seconds


def count(word: Word, most: int) -> int:
    """Return a whole number from 1 to `most`."""
    text = word.text.strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise WrongSetting(f"{word.spelled} is {quoted(word.text)}", remedy=f"Give a whole number from 1 to {most}.")
    return int(text)


def api_url(word: Word) -> str:
    """Return Alert24's address without a slash at the end; the key may go there, so it must be https."""
    text = word.text.strip()
    try:
        address = urlsplit(text)
        host, _ = address.hostname, address.port
    except ValueError:
        raise _not_an_address(word) from None
    if address.scheme not in ("http", "https") or not host or not text.isprintable() or " " in text:
        raise _not_an_address(word)
    if address.username or address.password or address.query or address.fragment:
        raise WrongSetting(
            f"{word.spelled} has a user, a query or a fragment in it",
            remedy="Give the address alone, like https://app.alert24.net; the key has a setting of its own.",
        )
    if address.scheme == "http" and not loopback(host):
        raise WrongSetting(
            f"{word.spelled} is {quoted(text)}: over http:// the key would be readable on its way",
            remedy="Use https://. Only an address of this machine (localhost, 127.0.0.1) may be http://.",
        )
    return text.rstrip("/").removesuffix("/api/v1")


def _not_an_address(word: Word) -> WrongSetting:
    return WrongSetting(
        f"{word.spelled} is {quoted(word.text)}, which is not an address",
        remedy="Give one like https://app.alert24.net.",
    )


def loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def services(word: Word) -> tuple[str, ...]:
    """Return references from a JSON array, or one a line, or comma-separated on a single line."""
    text = word.text.strip()
    references = _json_array(text, word) if text.startswith("[") else None
    if references is None:
        references = text.splitlines() if "\n" in text or "\r" in text else text.split(",")
    cleaned = tuple(dict.fromkeys(reference.strip() for reference in references if reference.strip()))
    return tuple(_readable(reference, word) for reference in cleaned)


def _json_array(text: str, word: Word) -> list[str] | None:
    """Return the strings of a JSON array; None where it is none, as a service may be named `[EU] API`."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        if text.startswith('["'):
            raise WrongSetting(
                f"{word.spelled} begins like a JSON array but is none: {quoted(text)}",
                remedy='Write ["API", "Web"], or one service a line, or API, Web.',
            ) from None
        return None
    if not all(isinstance(item, (str, int)) for item in items):
        raise WrongSetting(
            f"{word.spelled} has something in it that is not a service's name or id: {quoted(text)}",
            remedy='Write ["API", "Web"].',
        )
    return [str(item) for item in items]


def _readable(reference: str, word: Word) -> str:
    if any(0xD800 <= ord(character) <= 0xDFFF for character in reference):
        raise WrongSetting(f"{word.spelled} holds {quoted(reference)}, which is not valid Unicode")
    return reference


def key(word: Word) -> Secret:
    """Return the API key; its value is never shown, because a mistyped key is still nearly the key."""
    text = word.text.strip()
    if text.lower().startswith("bearer "):
        raise WrongSetting(
            f"{word.spelled} begins with `Bearer`", remedy="Store the key alone: `ak_live_` and 32 characters."
        )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise WrongSetting(
            f"{word.spelled} holds blanks, line ends or other characters that no key has",
            remedy="Store the key alone, as Alert24 showed it: `ak_live_` and 32 characters.",
        )
    return Secret(text)
