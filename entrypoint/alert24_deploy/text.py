"""Text: foreign text made safe to show, words for messages, secrets that don't show themselves, hosts."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_LIMIT = 200


def sanitize(foreign: object, limit: int = _LIMIT) -> str:
    """Return foreign text as one harmless line.

    Control, bidirectional and line-breaking characters are escaped visibly. `##[` is broken up wherever it
    stands and `::` at the beginning, because GitHub's runner reads both as commands
    (actions/runner, src/Runner.Common/ActionCommand.cs).

    Args:
        foreign: anything from outside; shown by its `str()`.
        limit: the most characters to keep; longer text ends in `...`.
    """
    text = str(foreign)
    if len(text) > limit:
        text = text[: limit - 3] + "..."
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, text))
    text = text.strip().replace("##[", "## [")
    return ": :" + text[2:] if text.startswith("::") else text


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
    """Return the most similar of the right texts, or an empty text if none is similar.

    Args:
        wrong: what a user wrote.
        right: what the user may have meant.
        similarity: how similar it must be, from 0 to 1.
    """
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
        """Keep the value."""
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        """Return stars."""
        return "***"

    __str__ = __repr__


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
