"""Addresses that are secrets, addresses that are asked, and what goes along with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import WrongSetting
from alert24_deploy.settings import read

from .words import complaint, display_name, value

URL = "https://hooks.example/incoming/token-0123456789"


@pytest.mark.parametrize(
    ("word", "urls"),
    [
        (URL, [URL]),
        (f"  {URL}\n", [URL]),
        (f"{URL}\n{URL}-2\r\n", [URL, f"{URL}-2"]),
        (f"{URL} {URL}-2", [URL, f"{URL}-2"]),
        (f"{URL},{URL}-2", [URL, f"{URL}-2"]),
        (f"{URL}?a=1,2", [f"{URL}?a=1,2"]),
        (f"{URL}\n{URL}", [URL]),
        ("http://127.0.0.1:8080/hook", ["http://127.0.0.1:8080/hook"]),
    ],
)
def test_webhook_urls__one_a_line_or_side_by_side(word: str, urls: list[str]) -> None:
    """Each once, in their order, and never shown by themselves."""
    secrets = value("webhook-urls", word)
    assert [secret.reveal() for secret in secrets] == urls
    assert "token" not in repr(secrets)


@pytest.mark.parametrize("name", ["webhook-urls", "rollback-url"])
@pytest.mark.parametrize(
    "word",
    [
        "http://hooks.example/token-0123456789",
        "ftp://hooks.example/token-0123456789",
        "hooks.example/token-0123456789",
        "https:///token-0123456789",
        "https://hooks.example:99999/token-0123456789",
        "https://hooks.example/#token-0123456789",
        "https://hooks.example/to\tken-0123456789",
        f"https://{'a' * 70}.example/token-0123456789",
    ],
)
def test_secret_address__not_https__refused_unseen(name: str, word: str) -> None:
    """Half an address is nearly the secret."""
    assert "0123456789" not in complaint(name, word)


@pytest.mark.parametrize("name", ["verify-url", "url"])
@pytest.mark.parametrize("word", ["http://shop.example/health", "https://shop.example:8443/?a=b#c", "http://10.0.0.1"])
def test_probe_url__any_address_that_can_be_asked(name: str, word: str) -> None:
    """Nothing of ours is sent there, so http is as good."""
    assert value(name, f" {word}\n") == word


@pytest.mark.parametrize("word", ["shop.example/health", "https://me:pw-0123456789@shop.example", "file:///etc/passwd"])
def test_probe_url__cannot_be_asked__refused_unseen(word: str) -> None:
    """A password has no place in an address."""
    message = complaint("verify-url", word)
    assert "a token goes into a header" in message
    assert "0123456789" not in message


@pytest.mark.parametrize(
    "name", ["webhook-urls", "rollback-url", "verify-url", "url", "verify-header", "verify-status"]
)
@given(word=st.text(max_size=40) | st.text(max_size=20).map(lambda text: f"https://{text}"))
def test_any_text__a_value_or_a_message(name: str, word: str) -> None:
    """No text ends in another exception."""
    try:
        read({name: word}, display_name)
    except WrongSetting as error:
        message = str(error)
    else:
        message = f"--{name}"
    assert f"--{name}" in message


@pytest.mark.parametrize(
    ("word", "name", "text"),
    [
        ("X-Token: abc", "X-Token", "abc"),
        ("a:b:c", "a", "b:c"),
        (" Authorization :  Bearer x ", "Authorization", "Bearer x"),
    ],
)
def test_verify_header__name_and_value(word: str, name: str, text: str) -> None:
    """Blanks around them do not count."""
    header = value("verify-header", word)
    assert (header[0], header[1].reveal()) == (name, text)


@pytest.mark.parametrize(
    "word", ["X-Token", ": token-0123456789", "X Token: token-0123456789", "X: token-0123456789\nY: z"]
)
def test_verify_header__none__refused_unseen(word: str) -> None:
    """What may be a token is not repeated, and nothing can be smuggled into another header."""
    assert "0123456789" not in complaint("verify-header", word)


@pytest.mark.parametrize("word", ["X Signature", "X-Signature: abc", "Ü", "a\nb"])
def test_signature_header__no_name__says_what_one_looks_like(word: str) -> None:
    """Nothing can be smuggled into a request by a header's name."""
    assert "is not a valid header name for --webhook-signature-header" in complaint("webhook-signature-header", word)
    assert value("webhook-signature-header", " X-Signature\n") == "X-Signature"


@pytest.mark.parametrize(
    ("word", "secrets"), [("X-Debug: 1", []), ("X-Env: production", []), ("A: " + "t" * 16, ["t" * 16])]
)
def test_secrets__a_headers_value__only_where_it_is_as_long_as_a_token(word: str, secrets: list[str]) -> None:
    """A word such as `production` is in many settings of a job, and none of them is to be struck out for it."""
    assert read({"verify-header": word}, display_name).secrets() == secrets


def test_verify_status__one_or_a_range() -> None:
    """Both ends are in it."""
    for word, statuses in (
        ("200", (200, 200)),
        ("200-299", (200, 299)),
        (" 404 ", (404, 404)),
        ("100-599", (100, 599)),
    ):
        assert value("verify-status", word) == statuses


@pytest.mark.parametrize("word", "2xx 299-200 99 600 200- 200,204 ٢٠٠".split())
def test_verify_status__no_range__shows_what_one_looks_like(word: str) -> None:
    """The message has both forms."""
    assert "`200-299`" in complaint("verify-status", word)
