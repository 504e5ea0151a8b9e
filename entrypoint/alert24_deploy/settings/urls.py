"""Parsers for URLs: the API's, to which the key is sent, and those of other requests."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from ..errors import WrongSetting
from ..text import Secret, is_loopback, quote
from .parsers import RawValue


def api_url(word: RawValue) -> str:
    """Return the API's base URL without a slash at its end. The key is sent there, so it must be https."""
    text = word.text.strip()
    address = _split(text)
    if address is None:
        shown = "what may contain a password" if set("@?#") & set(text) else quote(text)
        raise WrongSetting(
            f"{shown} is not a valid URL for {word.display_name}",
            remedy="Use one like https://app.alert24.net.",
        )
    if address.username or address.password or address.query or address.fragment:
        raise WrongSetting(
            f"{word.display_name} contains a user, a query or a fragment",
            remedy="Use the URL alone, like https://app.alert24.net. The key has its own setting.",
        )
    if _readable_on_its_way(address):
        raise WrongSetting(
            f"{word.display_name} is {quote(text)}: over http:// the key would be readable on its way",
            remedy="Use https://. Only this machine (localhost, 127.0.0.1) may be reached by http://.",
        )
    return text.rstrip("/").removesuffix("/api/v1")


def webhook_urls(word: RawValue) -> tuple[Secret, ...]:
    """Return the URLs of receivers, from lines or separated by spaces or commas. Each is a secret as a whole."""
    return webhook_url_list(word.text.replace(",http", "\nhttp").split(), word.display_name)


def webhook_url_list(texts: Iterable[str], display_name: str) -> tuple[Secret, ...]:
    """Return the URLs of receivers, each once, in order."""
    found = dict.fromkeys(text.strip() for text in texts if text.strip())
    return tuple(_secret_url(RawValue(text, display_name)) for text in found)


def callback_url(word: RawValue) -> Secret:
    """Return a URL that may contain a token."""
    return _secret_url(word)


def _secret_url(word: RawValue) -> Secret:
    text = word.text.strip()
    address = _split(text)
    if address is None or address.fragment or _readable_on_its_way(address):
        raise WrongSetting(
            f"{word.display_name} contains something that is not an https:// URL",
            detail="It is not shown here, because such a URL is a secret.",
            remedy="Copy the whole URL, from https:// on. Only this machine may be reached by http://.",
        )
    return Secret(text)


def probe_url(word: RawValue) -> str:
    """Return the URL of a health check. The API key is never sent there, so it may be http."""
    text = word.text.strip()
    address = _split(text)
    if address is None or address.username or address.password:
        raise WrongSetting(
            f"{word.display_name} is not a URL that can be checked",
            remedy="Use one like https://example.com/health, without a user; a token goes into a header.",
        )
    return text


def _split(text: str) -> SplitResult | None:
    """Return the parts of an http(s) URL, None if the text is none."""
    try:
        address = urlsplit(text)
        host, _ = address.hostname, address.port
        (host or "").encode("idna")  # what no resolver takes is refused here, and not by a traceback there
    except ValueError:
        return None
    if address.scheme not in ("http", "https") or not host or not text.isprintable() or " " in text:
        return None
    return address


def _readable_on_its_way(address: SplitResult) -> bool:
    return address.scheme == "http" and not is_loopback(address.hostname or "")
