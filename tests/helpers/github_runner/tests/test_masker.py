from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from helpers.github_runner.masker import Masker, forms

SECRET = "p@ss \"w'rd&<>\\"


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()[1:]).decode(),
        SECRET.replace('"', '\\"'),
        SECRET.replace("'", "''"),
        SECRET.replace("\\", "\\\\").replace('"', '\\"'),
        quote(SECRET, safe=""),
        "p@ss &quot;w&apos;rd&amp;&lt;&gt;\\",
    ],
)
def test_mask__any_form__is_hidden(shown: str) -> None:
    """A secret is hidden in each form that the runner knows."""
    assert Masker([SECRET]).mask(f"before {shown} after") == "before *** after"


def test_mask__touching_secrets__become_one_replacement() -> None:
    """Two secrets side by side, or one over the other, leave three asterisks, not six."""
    assert Masker(["abcd", "cdef", "efgh"]).mask("x abcdefgh y") == "x *** y"


def test_mask__lines__are_secrets_too() -> None:
    """Each line of a secret of several lines is hidden by itself."""
    assert Masker(["first line\r\n second \n"]).mask("first line, second") == "***, ***"


def test_forms__nothing__has_none() -> None:
    """An empty secret hides nothing; otherwise every text would be asterisks."""
    assert forms("") == set()
