"""Text: secrets that are redacted, foreign text made safe to show, words for messages, hosts."""

from __future__ import annotations

import ipaddress
import json
import re
import unicodedata
from collections.abc import Iterable

REDACTED = "***"
SHORTEST_SECRET = 4  # characters; a shorter one is found in texts that have nothing to do with it
# An Alert24 key that was not registered: typed into the wrong option, for example.
_KEY = re.compile(r"ak_live_[0-9A-Za-z]{8,}", re.ASCII)
# One list for the whole process: text is cut wherever a message is built, and redaction has to come before that.
_secrets: list[str] = []

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_LIMIT = 200


def add_secret(secret: str) -> None:
    """Redact a secret from now on, in every text that is shown."""
    if len(secret) >= SHORTEST_SECRET:
        forms = {secret, json.dumps(secret)[1:-1]} - set(_secrets)
        _secrets.extend(forms)
        _secrets.sort(key=len, reverse=True)  # a secret that contains another one goes first


def redact(text: str) -> str:
    """Return a text without the secrets that are known."""
    for secret in tuple(_secrets):
        text = text.replace(secret, REDACTED)
    return _KEY.sub(REDACTED, text)


def holds_key(text: str) -> bool:
    """Tell whether a text contains something that resembles an Alert24 key."""
    return bool(_KEY.search(text))


def sanitize(foreign: object, limit: int | None = _LIMIT) -> str:
    """Return foreign text as one harmless line, without secrets.

    Redaction comes first: a secret that is cut off, escaped or broken up would not be recognised any more.
    Control, bidirectional and line-breaking characters are escaped visibly. `##[` is broken up wherever it
    stands and `::` at the beginning, because GitHub's runner reads both as commands
    (actions/runner, src/Runner.Common/ActionCommand.cs).

    Args:
        foreign: anything from outside; shown by its `str()`.
        limit: the most characters to keep, None for all; longer text ends in `...`.
    """
    text = redact(str(foreign))
    if limit is not None and len(text) > limit:
        text = text[: limit - 3] + "..."
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, text))
    text = text.strip().replace("##[", "## [")
    return ": :" + text[2:] if text.startswith("::") else text


def sanitize_lines(text: str, limit: int | None = None) -> list[str]:
    """Return the lines of a text, each as `sanitize` returns it, with its indent."""
    lines = redact(text).split("\n")
    return [" " * (len(line) - len(line.lstrip(" "))) + sanitize(line, limit) for line in lines]


def quote(foreign: object, limit: int = _LIMIT) -> str:
    """Return foreign text as `sanitize` does, between single quotes."""
    return f"'{sanitize(foreign, limit)}'"


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def join_words(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Join words as a sentence does: `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def nearest(wrong: str, right: Iterable[str], similarity: float = 0.6) -> str:
    """Return the right text that is most similar to a wrong one, empty if none is; `similarity` is from 0 to 1."""
    import difflib  # only a mistake needs it

    return next(iter(difflib.get_close_matches(wrong, right, n=1, cutoff=similarity)), "")


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """Return ` (did you mean x?)`, or an empty text if nothing right is similar."""
    near = nearest(wrong, right)
    return f" (did you mean {near}?)" if near else ""


def pluralize(number: int, noun: str) -> str:
    """Return `1 service`, `2 services`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def capitalize(text: str) -> str:
    """Return a text with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]


class Secret:
    """Holds a secret; printing, formatting or comparing it shows `***`."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        """Return stars."""
        return REDACTED

    __str__ = __repr__


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
