"""What an answer means: the table from HTTP to errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import requests

from ..errors import Alert24Refused, CannotReachAlert24, NoSuchService
from ..text import quote, sanitize

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
TOO_MANY = 429
_NOT_CARRIED_OUT = frozenset({408, TOO_MANY, 503})  # by their meaning (RFC 9110, RFC 6585); 500, 502, 504 may have been


class Response(NamedTuple):
    """An answer as it came: foreign data, nothing checked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        """Return Alert24's name for the exchange, to quote to its support; empty where it gave none."""
        return sanitize(self.headers.get("X-Request-Id", ""), 80)

    def named(self, who: str = "Alert24") -> str:
        """Return `Alert24 answered 403 (request 7f3a)`."""
        return f"{who} answered {self.status}" + (f" (request {self.request_id})" if self.request_id else "")


class Transient(CannotReachAlert24):
    """A failure that may pass. `status` and `retry_after` are the answer's, where there was one."""

    def __init__(
        self, why: str, *, status: int | None = None, retry_after: str | None = None, sent: bool = True
    ) -> None:
        """Keep the reason and what the answer said about coming back."""
        super().__init__(why, sent=sent)
        self.status = status
        self.retry_after = retry_after


def check(answer: Response, method: str, display_name: Callable[[str], str]) -> Any:
    """Return the JSON of an answer that means yes.

    Args:
        answer: what came.
        method: the request's, because reading and writing need different scopes.
        display_name: a setting's name as the user spells it.

    Raises:
        Transient: a status that passes, or a yes that is not the documented JSON.
        Alert24Refused: redirects and 4xx.
        CannotReachAlert24: other 5xx.
    """
    if answer.status in RETRIED:
        raise Transient(
            answer.named(),
            status=answer.status,
            retry_after=answer.headers.get("Retry-After"),
            sent=answer.status not in _NOT_CARRIED_OUT,
        )
    if 300 <= answer.status < 400:
        raise _redirect(answer, display_name)
    if 400 <= answer.status < 500:
        raise _refusal(answer, method, display_name)
    if not 200 <= answer.status < 300:
        raise CannotReachAlert24(answer.named())
    return _json(answer)


def _json(answer: Response) -> Any:
    if answer.status == requests.codes.no_content:
        return {}
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, (dict, list)):
        raise Transient(f"{answer.named()}, but not with the JSON that it documents")
    return document


def _redirect(answer: Response, display_name: Callable[[str], str]) -> Alert24Refused:
    place = answer.headers.get("Location", "nowhere")
    return Alert24Refused(
        f"{answer.named()}: a redirect to {quote(place)}",
        detail="It was not followed, because the key would have gone along.",
        remedy=f"{_capital(display_name('api-url'))} is probably wrong: give the address that answers by itself.",
    )


def _refusal(answer: Response, method: str, display_name: Callable[[str], str]) -> Alert24Refused:
    key = display_name("api-key")
    said = _message(answer.body)
    saying = f" Alert24 says: {quote(said)}." if said else ""
    if answer.status == requests.codes.unauthorized:
        return Alert24Refused(
            answer.named(),
            detail=f"It does not know the key in {key}: it is mistyped, expired or revoked.{saying}",
            remedy="Create a key under Settings > API Keys and store the whole of it: `ak_live_` and 32 characters.",
        )
    if answer.status == requests.codes.forbidden:
        needed = "read" if method == "GET" else "write"
        may = "may not read services" if needed == "read" else "may read services perhaps, but not write them"
        return Alert24Refused(
            answer.named(),
            detail=f"The key in {key} {may}.{saying}",
            remedy=f"Create a key with the `{needed}` scope under Settings > API Keys.",
        )
    if answer.status == requests.codes.not_found:
        return NoSuchService(
            answer.named(),
            detail=f"The service does not exist, or belongs to another organisation than the key.{saying}",
            remedy="`alert24-deploy services` lists the services that this key can reach.",
        )
    return Alert24Refused(answer.named(), detail=saying.strip())


def _message(body: bytes) -> str:
    """Return the documented error's message, empty where the answer has none."""
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return ""
    return message if isinstance(message, str) else ""


def failure(error: requests.RequestException) -> CannotReachAlert24:
    """Return what an exchange without an answer means; the library's text, which may hold a URL, stays out."""
    kinds: list[tuple[type[Exception], str, bool]] = [
        (requests.exceptions.ProxyError, "the proxy could not be reached or refused", False),
        (requests.exceptions.ConnectTimeout, "no connection in time", False),
        (requests.exceptions.ReadTimeout, "no answer in time", True),
        (requests.exceptions.ChunkedEncodingError, "the answer broke off", True),
        (requests.exceptions.InvalidHeader, "the answer's headers could not be read", True),
        (requests.exceptions.ContentDecodingError, "the answer could not be decoded", True),
        (requests.exceptions.ConnectionError, "the connection failed", True),
    ]
    if isinstance(error, requests.exceptions.SSLError):
        return CannotReachAlert24(
            "the server's certificate or TLS was not accepted",
            detail="This is not tried again: the key goes only to a server that proves who it is.",
            remedy="Behind a proxy that inspects TLS, name its certificates in REQUESTS_CA_BUNDLE.",
            sent=False,
        )
    for kind, why, sent in kinds:
        if isinstance(error, kind):
            return Transient(f"{why}{_cause(error)}", sent=sent)
    return CannotReachAlert24(f"the request could not be made ({type(error).__name__})", sent=False)


def _cause(error: BaseException) -> str:
    """Return the operating system's word for it, ` (Connection refused)`, where there is one underneath."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror and not isinstance(seen, requests.RequestException):
            return f" ({sanitize(seen.strerror)})"
        reason = getattr(seen, "reason", None)
        inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        seen = reason if isinstance(reason, BaseException) else inner or seen.__cause__ or seen.__context__
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
