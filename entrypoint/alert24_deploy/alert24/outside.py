"""Requests to places of the user's, not to Alert24: without the key, and with what they need instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from .. import __version__
from ..hosts import is_loopback
from . import answers
from .answers import Response

_BODY_LIMIT = 1024 * 1024  # bytes that are looked at


class Session(requests.Session):
    """A session that follows no redirect and does not even look where it leads.

    requests does look when it is told not to follow, and a place that is no address ends in a ValueError.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no place."""


class Call(NamedTuple):
    """One request: `seconds` bounds the connecting and each wait for bytes."""

    method: str
    url: str
    seconds: float
    body: bytes | None = None
    headers: Mapping[str, str] = {}


def call(request: Call) -> Response:
    """Send a request, following no redirect, and return the answer, whatever its status.

    Raises:
        CannotReachAlert24: there was no answer; a Transient one where trying again may help.
    """
    headers = {"User-Agent": f"alert24-deploy/{__version__}", **request.headers}
    try:
        with (
            Session() as session,
            session.request(
                request.method,
                request.url,
                data=request.body,
                headers=headers,
                timeout=request.seconds,
                allow_redirects=False,
                proxies=direct(request.url),
                auth=_no_netrc,
                stream=True,
            ) as response,
        ):
            return Response(response.status_code, response.headers, _beginning(response))
    except requests.RequestException as error:
        raise answers.failure(error) from None


def direct(url: str) -> dict[str, str]:
    """Return requests' word for no proxy to this machine itself: a key would leave it, and in the clear."""
    host = urlsplit(url).hostname or ""
    return {"no_proxy": host} if is_loopback(host) else {}


def _no_netrc(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is: an auth of any kind keeps requests from looking into ~/.netrc."""
    return prepared


def _beginning(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) >= _BODY_LIMIT:
            break
    return body[:_BODY_LIMIT]
