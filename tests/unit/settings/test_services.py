from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import WrongSetting

from .words import complaint, value

REFERENCES = [
    ("API", ("API",)),
    ("API, Web", ("API", "Web")),
    ("API,Web,", ("API", "Web")),
    ("Payments API", ("Payments API",)),
    ("API\nWeb", ("API", "Web")),
    ("API\r\nWeb\r\n", ("API", "Web")),
    ("Payments, EU\nWeb", ("Payments, EU", "Web")),
    ("\n  API\n\n  Web\n", ("API", "Web")),
    ('["API", "Web"]', ("API", "Web")),
    ('["Payments, EU"]', ("Payments, EU",)),
    ('["two\\nlines"]', ("two\nlines",)),
    (' ["API"]\n', ("API",)),
    ('[\n  "API",\n  "Web"\n]', ("API", "Web")),
    ("[7, 8]", ("7", "8")),
    ("API, Web, API", ("API", "Web")),
    ("[EU] API", ("[EU] API",)),
    ("[EU] API, [US] API", ("[EU] API", "[US] API")),
    ("[EU] API\n[US] API", ("[EU] API", "[US] API")),
    ("[]", ()),
    ('["", " "]', ()),
    (",,", ()),
]


@pytest.mark.parametrize(("word", "references"), REFERENCES, ids=repr)
def test_services__every_form__references(word: str, references: tuple[str, ...]) -> None:
    """A JSON array, or one a line, or comma-separated on a single line."""
    assert value("services", word) == references


BROKEN = [
    ('["API"', "starts like a JSON array but is not valid JSON"),
    ('["API", Web]', "starts like a JSON array but is not valid JSON"),
    ('["API", null]', "something that is not text"),
    ('["API", ["Web"]]', "something that is not text"),
    ('[{"id": "svc-1"}]', "something that is not text"),
    ("[1.5]", "something that is not text"),
    ("[true]", "something that is not text"),
    ('["\\ud83d"]', "not valid Unicode"),
    ("\udcff", "not valid Unicode"),
]


@pytest.mark.parametrize(("word", "why"), BROKEN, ids=ascii)
def test_services__broken__says_what_is_wrong(word: str, why: str) -> None:
    """What can't be read as references is told before anything is asked of Alert24."""
    assert why in complaint("services", word)


names = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)
unique_names = st.lists(names, min_size=1, max_size=6, unique=True)


@given(unique_names)
def test_services__any_names_as_json__come_back(references: list[str]) -> None:
    """A JSON array carries every name, whatever characters it has."""
    assert value("services", json.dumps(references)) == tuple(references)


def plain(name: str) -> bool:
    """Whether a name can stand on a line of its own."""
    return len(name.splitlines()) == 1 and not name.startswith("[")


@given(st.lists(names.filter(plain), min_size=2, max_size=6, unique=True))
def test_services__any_names_on_lines_or_between_commas__come_back(references: list[str]) -> None:
    """One a line carries every name of one line, and commas on a single line every name without one."""
    assert value("services", "\n".join(references)) == tuple(references)
    without = tuple(name for name in references if "," not in name)
    assert value("services", ", ".join(without)) == without


@given(st.text(st.characters() | st.sampled_from('[]",{}\n\r\\'), max_size=30))
def test_services__any_text__references_or_a_message(text: str) -> None:
    """No text ends in another exception; references are never empty and never twice."""
    try:
        references = value("services", text)
    except WrongSetting:
        return
    assert all(references)
    assert len(set(references)) == len(references)


def test_services__key_among_them__refused_unseen() -> None:
    """References are saved in the state when Alert24 can't be reached, and a key must not be."""
    key = "ak_live_" + "0123456789abcdef" * 2
    message = complaint("services", f"API, {key}")
    assert "contains an API key" in message
    assert "0123" not in message
