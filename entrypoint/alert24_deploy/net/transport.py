"""Sends every HTTP request of this program. Nothing else imports requests."""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .. import __version__
from ..errors import CannotReachAlert24, WrongSetting
from ..text import is_loopback, sanitize
from . import tls
from .lean_requests import HTTPAdapter, requests

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0  # from the request's last byte to the answer's, however slowly they come
_BODY_LIMIT = 8 * 1024 * 1024  # bytes; a page of 100 services is under 100 kB
_CHUNK = 64 * 1024


class Request(NamedTuple):
    """One HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None


class Response(NamedTuple):
    """A response as it came: foreign data, nothing checked. A body past 8 MiB is cut off."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        """Alert24's name for the exchange, which its support asks for; empty if there is none."""
        return sanitize(self.headers.get("X-Request-Id", ""), 80)

    def summary(self, who: str = "Alert24") -> str:
        """Return `Alert24 answered 403 (request 7f3a)`."""
        return f"{who} answered {self.status}" + (f" (request {self.request_id})" if self.request_id else "")


class Transient(CannotReachAlert24):
    """A failure that may pass, so that trying again may help."""

    def __init__(
        self, why: str, *, status: int | None = None, retry_after: str | None = None, sent: bool = True
    ) -> None:
        """Keep the reason, a clause, and what the response said about coming back, if there was one."""
        super().__init__(why, sent=sent)
        self.status = status
        self.retry_after = retry_after


class Transport:
    """Sends requests over pooled connections."""

    def __init__(self, authorization: str = "", *, connections: int = 1) -> None:
        """Prepare the pool; `authorization` is the header of that name for every request, empty for none."""
        self._authenticate = _authentication(authorization)
        self._session = _Session()
        adapter = _Adapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def send(self, request: Request, seconds: float) -> Response:
        """Send a request once, without following a redirect, and return the response, whatever its status.

        Connecting and answering may take so many seconds each, and never more than 5 s and 10 s.

        Raises:
            Transient: there was no usable response, and trying again may help.
            CannotReachAlert24: there was none, and trying again would not help.
            WrongSetting: the environment names certificates that are not there.
        """
        try:
            with self._session.request(
                request.method,
                request.url,
                headers={"User-Agent": f"alert24-deploy/{__version__}", **request.headers},
                data=request.body,
                timeout=(min(CONNECT_SECONDS, seconds), min(ANSWER_SECONDS, seconds)),
                allow_redirects=False,
                proxies=no_proxy_to_this_machine(request.url),
                auth=self._authenticate,
                verify=public_bundle(),
                stream=True,
            ) as response:
                return Response(response.status_code, response.headers, _read(response))
        except requests.RequestException as error:
            raise _failure(error) from None
        except OSError as error:  # requests raises it as it is if the certificates' file is not there
            raise WrongSetting(
                f"the request could not be made: {sanitize(error)}",
                detail="A container, such as the GitHub Action's, has none of its host's files.",
                remedy="Set `ca-certificates` (ALERT24_CA_CERTIFICATES), which takes precedence over "
                "REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, or unset these.",
            ) from None
        except (urllib3.exceptions.HTTPError, HTTPException, ValueError) as error:
            # The libraries did not expect this in a response, or in a header that the user wants to send.
            raise Transient(f"the exchange failed ({type(error).__name__})") from None


class _Session(requests.Session):
    """A session that ignores the target of a redirect.

    requests looks even with allow_redirects=False, and raises ValueError for a target that is not a URL.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target."""


class _TimedReader(io.RawIOBase):
    """Reads a socket until a moment, however small the pieces are in which a response trickles in."""

    def __init__(self, raw: Any, sock: socket.socket, seconds: float) -> None:
        self._raw = raw
        self._socket = sock
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()  # it counts who still reads the socket
        super().close()


class _TimedResponse(HTTPResponse):
    """A response of http.client whose whole reading, headers included, ends in time.

    The timeout that urllib3 sets on the socket bounds each wait for bytes, and not their sum.
    """

    def __init__(self, sock: socket.socket, *arguments: Any, **keywords: Any) -> None:
        super().__init__(sock, *arguments, **keywords)
        seconds = sock.gettimeout()
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(raw, sock, ANSWER_SECONDS if seconds is None else seconds))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    """A TLS connection that shares the certificates with all others: urllib3 would load them for each one anew."""

    response_class = _TimedResponse

    def connect(self) -> None:
        if self.ssl_context is None and (self.ca_certs or self.ca_cert_dir):
            try:
                self.ssl_context = tls.context(self.ca_certs, self.ca_cert_dir)
            except OSError as error:
                raise urllib3.exceptions.SSLError(error) from error
            self.ca_certs = self.ca_cert_dir = None
        if self.proxy_config and not self.proxy_config.ssl_context:  # TLS to the proxy itself
            self.proxy_config = self.proxy_config._replace(ssl_context=self.ssl_context)
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **keywords)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager


def _read(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) >= _BODY_LIMIT:
            break
    return body[:_BODY_LIMIT]


def public_bundle() -> str | None:
    """Return the public certificates if others are trusted besides them, else None for what the environment names."""
    return requests.utils.DEFAULT_CA_BUNDLE_PATH if tls.trusts_others() else None


def no_proxy_to_this_machine(url: str) -> dict[str, str]:
    """Return what turns proxies off if a URL is on this machine: a proxy would get the key unencrypted."""
    host = urlsplit(url).hostname or ""
    return {"no_proxy": host} if is_loopback(host) else {}


def _authentication(authorization: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Return what adds the header to a request.

    An auth object, because requests would let ~/.netrc replace a plain header, and add one if there is none.
    """

    def authenticate(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if authorization:
            prepared.headers["Authorization"] = authorization
        return prepared

    return authenticate


def _failure(error: requests.RequestException) -> CannotReachAlert24:
    """Return what an exchange without a response means; the library's text, which may hold a URL, stays out."""
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
            f"the server's certificate or TLS was not accepted{_cause(error)}",
            detail="This is not tried again: the key goes only to a server that proves who it is.",
            remedy="If a proxy inspects TLS or the server's CA is your own, set `ca-certificates` "
            "(ALERT24_CA_CERTIFICATES) to the certificates of that CA.",
            sent=False,
        )
    if error.args and isinstance(error.args[0], urllib3.exceptions.ReadTimeoutError):
        return Transient("no answer in time")  # requests' ConnectionError for a body that did not end in time
    for kind, why, sent in kinds:
        if isinstance(error, kind):
            return Transient(f"{why}{_cause(error)}", sent=sent and not _never_connected(error))
    return CannotReachAlert24(f"the request could not be made ({type(error).__name__})", sent=False)


def _never_connected(error: requests.RequestException) -> bool:
    """Tell whether not even a connection was made: then nothing can have been carried out."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError))


def _cause(error: BaseException) -> str:
    """Return the own message of what caused the error: the system, ` (Connection refused)`, OpenSSL or a proxy."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f" ({sanitize(seen.verify_message)})"
        if type(seen) is OSError and str(seen).startswith("Tunnel connection failed"):  # http.client's
            return f" ({sanitize(seen)})"
        if isinstance(seen, OSError) and seen.strerror and not isinstance(seen, requests.RequestException):
            return f" ({sanitize(seen.strerror)})"
        reason = getattr(seen, "reason", None)
        inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        seen = reason if isinstance(reason, BaseException) else inner or seen.__cause__ or seen.__context__
    return ""
