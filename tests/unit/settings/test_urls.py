from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import WrongSetting

from .words import complaint, value

AS_THEY_ARE = """
    https://app.alert24.net https://proxy.example/alert24 https://[2001:db8::1]:8443 http://localhost:8080
    http://LOCALHOST:8080 http://127.0.0.1:8080 http://127.9.9.9 http://[::1]:8080
""".split()
SHORTENED = {
    "https://app.alert24.net/": "https://app.alert24.net",
    "https://app.alert24.io/api/v1": "https://app.alert24.io",
    "https://app.alert24.io/api/v1/": "https://app.alert24.io",
    " https://app.alert24.net\n": "https://app.alert24.net",
}


@pytest.mark.parametrize("word", [*AS_THEY_ARE, *SHORTENED])
def test_api_url__usable__without_a_slash_at_the_end(word: str) -> None:
    """The address may be given as it is found in the documentation."""
    assert value("api-url", word) == SHORTENED.get(word, word)


NOT_LOOPBACK = """
    http://app.alert24.net http://127.0.0.1.example.com http://localhost.example.com http://127.1 http://2130706433
    http://0.0.0.0:8080 http://10.0.0.1 http://192.168.0.1 http://[::] http://[fe80::1] HTTP://app.alert24.net
""".split()


@pytest.mark.parametrize("word", NOT_LOOPBACK)
def test_api_url__http_to_another_machine__refused(word: str) -> None:
    """The key never travels where anybody can read it."""
    message = complaint("api-url", word)
    assert "the key would be readable on its way" in message
    assert "Use https://" in message


NO_ADDRESSES = [
    *"app.alert24.net ftp://app.alert24.net https:// https:///path https://[::1 https://host:port https://host:99999".split(),
    *("https://two words", "https://a\tb", "https://a\nb", "file:///etc/passwd", "javascript:alert(1)"),
]


@pytest.mark.parametrize("word", NO_ADDRESSES, ids=repr)
def test_api_url__no_address__says_what_one_looks_like(word: str) -> None:
    """The message has an example."""
    message = complaint("api-url", word)
    assert "is not a valid URL for --api-url" in message
    assert "https://app.alert24.net" in message


TOO_MUCH = ["https://me:pw@host", "https://me@host", "https://host?key=1", "https://host#x", "https://host\\@evil"]


@pytest.mark.parametrize("word", TOO_MUCH)
def test_api_url__with_user_query_or_fragment__refused_without_showing_it(word: str) -> None:
    """What may be a password is not repeated."""
    message = complaint("api-url", word)
    assert "a user, a query or a fragment" in message
    assert word not in message


@given(st.text(max_size=40) | st.text(max_size=20).map(lambda text: f"https://{text}"))
def test_api_url__any_text__an_https_address_or_a_message(text: str) -> None:
    """No text ends in another exception, and none but https or this machine gets through."""
    try:
        address = value("api-url", text)
    except WrongSetting:
        return
    assert address.lower().startswith("https://") or address.lower().startswith("http://")
