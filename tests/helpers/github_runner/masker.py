"""The runner's secret masker: hides a value and its common encodings (SecretMasker.cs, ValueEncoders.cs)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape


class Masker:
    """Replaces every secret that it was told of, in plain and in encoded form, by three asterisks."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        for secret in secrets:
            self.add_with_lines(secret)

    def add(self, value: str) -> None:
        """Mask one value from here on."""
        self._forms.update(forms(value))

    def add_with_lines(self, value: str) -> None:
        """Mask a value, and each of its lines too, since a child prints line by line."""
        self.add(value)
        for line in re.split(r"[\r\n]", value):
            self.add(line.strip())

    def mask(self, text: str) -> str:
        """The text with every secret replaced; places that touch each other become one replacement."""
        masked, position = [], 0
        for start, end in _merged(sorted(self._places(text))):
            masked += [text[position:start], "***"]
            position = end
        return "".join(masked) + text[position:]

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        for form in self._forms:
            start = text.find(form)
            while start >= 0:
                yield start, start + len(form)
                # One further, not past the whole form: a form may overlap itself.
                start = text.find(form, start + 1)


def forms(value: str) -> set[str]:
    """Every form of a value that the runner hides; none for an empty value."""
    if not value:
        return set()
    return {value} | {encoded for encode in _ENCODERS if (encoded := encode(value))}


def _merged(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for start, end in places:
        if current is None or start > current[1]:
            if current:
                yield current
            current = (start, end)
        else:
            current = (current[0], max(current[1], end))
    if current:
        yield current


def _base64(shift: int) -> Callable[[str], str]:
    """Base64 of a value that stands at an offset of `shift` bytes in a longer one, such as `user:password`."""

    def encode(value: str) -> str:
        data = value.encode()
        return base64.b64encode(data[shift:] if len(data) > shift else data).decode()

    return encode


def _without_quotes(value: str) -> str:
    quoted = len(value) > 8 and value.startswith('"') and value.endswith('"')
    return value[1:-1] if quoted else ""


_ENCODERS: tuple[Callable[[str], str], ...] = (
    _base64(0),
    _base64(1),
    _base64(2),
    lambda value: value.replace('"', '\\"'),
    lambda value: value.replace("'", "''"),
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    lambda value: quote(value, safe="-_.~"),
    lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}),
    _without_quotes,
)
