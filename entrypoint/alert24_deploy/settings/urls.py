"""Cleaners of addresses: where the key goes, and where our other requests go."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from ..errors import WrongSetting
from ..text import Secret, is_loopback, quote
from .parsers import RawValue


def api_url(word: RawValue) -> str:
    """Return Alert24's address without a slash at the end; the key may go there, so it must be https."""
    text = word.text.strip()
    address = _split(text)
    if address is None:
        raise WrongSetting(
            f"{word.display_name} is {quote(text)}, which is not an address",
            remedy="Give one like https://app.alert24.net.",
        )
    if address.username or address.password or address.query or address.fragment:
        raise WrongSetting(
            f"{word.display_name} has a user, a query or a fragment in it",
            remedy="Give the address alone, like https://app.alert24.net; the key has a setting of its own.",
        )
    if _readable_on_its_way(address):
        raise WrongSetting(
            f"{word.display_name} is {quote(text)}: over http:// the key would be readable on its way",
            remedy="Use https://. Only an address of this machine (localhost, 127.0.0.1) may be http://.",
        )
    return text.rstrip("/").removesuffix("/api/v1")


def webhook_urls(word: RawValue) -> tuple[Secret, ...]:
    """Return the addresses of receivers, one a line or separated by blanks; each is a secret as a whole."""
    return tuple(_secret_url(text, word) for text in dict.fromkeys(word.text.replace(",http", "\nhttp").split()))


def callback_url(word: RawValue) -> Secret:
    """Return an address that may carry a token of the user's."""
    return _secret_url(word.text.strip(), word)


def _secret_url(text: str, word: RawValue) -> Secret:
    address = _split(text)
    if address is None or address.fragment or _readable_on_its_way(address):
        raise WrongSetting(
            f"{word.display_name} holds something that is not an https:// address",
            detail="It is not shown, because such an address is a secret.",
            remedy="Copy the whole address, beginning with https:// (http:// only to this machine).",
        )
    return Secret(text)


def probe_url(word: RawValue) -> str:
    """Return the address of a health check of the user's; nothing secret of ours is sent there."""
    text = word.text.strip()
    address = _split(text)
    if address is None or address.username or address.password:
        raise WrongSetting(
            f"{word.display_name} is not an address that can be asked",
            remedy="Give one like https://example.com/health, without a user in it; a token goes into a header.",
        )
    return text


def _split(text: str) -> SplitResult | None:
    """Return the parts of an http(s) address, None where it is none."""
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
