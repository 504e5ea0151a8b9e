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


def test_mask__several_secrets__are_replaced_as_one_where_they_touch() -> None:
    """Side by side or one over the other leave three asterisks; each line is a secret, and nothing hides nothing."""
    assert Masker(["abcd", "cdef", "efgh"]).mask("x abcdefgh y") == "x *** y"
    assert Masker(["first line\r\n second \n"]).mask("first line, second") == "***, ***"
    assert forms("") == set()
