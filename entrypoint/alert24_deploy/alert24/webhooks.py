"""Webhooks: Alert24's receivers as another way to write statuses, and requests for a rollback.

Their URLs are secrets and appear in no message.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..deployment.interfaces import Service, ServiceUpdate, UpdateResult
from ..errors import Alert24Refused, CannotReachAlert24
from ..net.deadline import Deadline
from ..net.retry import RETRIED, Retrier
from ..net.threads import run_alone, run_concurrently
from ..net.transport import Request, Response, Transport
from ..text import Secret
from .responses import transient

SIGNATURE_HEADER = "X-Alert24-Deploy-Signature-256"
_SOURCE = "alert24-deploy"


class Signature(NamedTuple):
    """HMAC-SHA256 over the body, in a header, as `sha256=<hex>`."""

    header: str
    secret: Secret

    def of(self, body: bytes) -> dict[str, str]:
        """Return the header that signs a body."""
        digest = hmac.new(self.secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        return {self.header: f"sha256={digest}"}


class WebhookSender:
    """Posts JSON documents before a deadline."""

    def __init__(self, deadline: Deadline, notify: Callable[[str], None] = lambda _: None) -> None:
        """Keep the deadline of all posts; `notify` is called with a sentence before a long wait."""
        self.deadline = deadline
        self._retrier = Retrier(deadline, notify)

    def post(
        self,
        url: Secret,
        document: Mapping[str, object],
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        signature: Signature | None = None,
        remedies: Mapping[int, str] | None = None,
    ) -> None:
        """Post a document until it is accepted.

        Args:
            url: where to.
            document: what; sent as compact JSON, which is what is signed.
            name: who answers, as messages call it.
            headers: more headers.
            signature: how to sign the body, None for not at all.
            remedies: what to do, by the response's status; for others, the message suspects the URL.

        Raises:
            Alert24Refused: a response that means no.
            CannotReachAlert24: no usable response in time.
        """
        body = json.dumps(document, separators=(",", ":")).encode()
        signed = signature.of(body) if signature else {}
        request = Request("POST", url.reveal(), {"Content-Type": "application/json", **(headers or {}), **signed}, body)
        self._retrier.call(lambda seconds: _check(Transport().send(request, seconds), name, remedies or {}))


def _check(response: Response, name: str, remedies: Mapping[int, str]) -> None:
    if response.status in RETRIED:
        raise transient(response, name)
    if response.status >= 500:
        raise CannotReachAlert24(response.summary(name))
    if not 200 <= response.status < 300:
        redirected = " (a redirect is not followed)" if response.status // 100 == 3 else ""
        remedy = remedies.get(response.status, "Check that the URL is complete and still valid.")
        raise Alert24Refused(f"{response.summary(name)}{redirected}", remedy=remedy)


class WebhookReceivers:
    """The services behind receivers (a `deployment.interfaces.StatusPage`).

    A receiver sets one service and can't be read. They are known by their number, never by address.
    """

    readable = False
    skew = 0.0
    total = 0
    log = None

    def __init__(
        self,
        urls: Sequence[Secret],
        sender: WebhookSender,
        *,
        signature: Signature | None = None,
        message: str = "",
        concurrency: int = 8,
    ) -> None:
        """Keep the receivers, how to sign (None: not at all), and the message that they get beside the status."""
        self._urls = {f"receiver-{number}": url for number, url in enumerate(urls, 1)}
        self._sender = sender
        self._signature = signature
        self._message = message
        self._concurrency = concurrency

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> Sequence[Service]:  # noqa: ARG002 - the interface's
        """Return receivers as services of unknown status, without those that don't exist."""
        return [_service(each) for each in service_ids if each in self._urls]

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:  # noqa: ARG002 - the interface's
        """Return the receivers as services of unknown status."""
        return [_service(name) for name in self._urls]

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Post to the receivers concurrently and yield each result as it ends."""
        tasks = [lambda update=update: self._post(update) for update in updates]
        for each in run_concurrently(tasks, concurrency=self._concurrency, deadline=self._sender.deadline):
            yield UpdateResult(updates[each.number], each.error)

    def _post(self, update: ServiceUpdate) -> None:
        document = {"status": update.fields["status"], "message": self._message, "source": _SOURCE}
        remedies = {
            400: f"Map the status `{document['status']}` in the receiver's settings in Alert24: "
            "a new receiver maps no `maintenance`.",
            401: "Check the signing secret and the header's name against the receiver's settings in Alert24.",
        }
        url = self._urls[update.service.id]
        self._sender.post(url, document, name="the receiver", signature=self._signature, remedies=remedies)


def _service(name: str) -> Service:
    return Service(name, name.replace("-", " "), None, "")


class RollbackService(NamedTuple):
    """Your own service, which rolls a failed deployment back when it is asked by HTTP."""

    url: Secret
    secret: Secret | None  # signs the request
    sender: WebhookSender

    def request(self, document: Mapping[str, object]) -> None:
        """Ask for the rollback of a deployment; a 2xx response accepts it.

        The deployment's id is the idempotency key, so that a repeated request starts no second rollback.

        Raises:
            Alert24DeployError: it was not accepted.
        """
        headers = {"Idempotency-Key": str(document["deployment"])}
        signature = Signature(SIGNATURE_HEADER, self.secret) if self.secret else None
        # In a thread, because no timeout bounds the look-up of a host's name.
        run_alone(
            lambda: self.sender.post(
                self.url, document, name="the rollback service", headers=headers, signature=signature
            ),
            self.sender.deadline,
        )
