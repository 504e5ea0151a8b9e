"""Posting to places other than Alert24's API, tried again like every other call: receivers and rollback services."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from ..errors import Alert24Refused, CannotReachAlert24
from ..secret import Secret
from .answers import RETRIED, Response, Transient
from .budget import Deadline
from .outside import Call, call
from .pause import Pause
from .stop import Cancellation
from .workers import run_concurrently

_MOST_SECONDS = 10.0


class Signature(NamedTuple):
    """HMAC-SHA256 over the body, in a header, as `sha256=<hex>`."""

    header: str
    secret: Secret

    def of(self, body: bytes) -> dict[str, str]:
        """Return the header that signs a body."""
        digest = hmac.new(self.secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        return {self.header: f"sha256={digest}"}


class WebhookSender:
    """Posts JSON documents; addresses are secrets and appear in no message."""

    def __init__(
        self,
        cancellation: Cancellation,
        tell: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep what waits and speaks."""
        self.cancellation = cancellation
        self.tell = tell
        self.pause = Pause(clock, cancellation)

    def post(
        self,
        url: Secret,
        document: Mapping[str, object],
        deadline: Deadline,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        signature: Signature | None = None,
        remedies: Mapping[int, str] | None = None,
    ) -> None:
        """Post a document until somebody takes it.

        Args:
            url: where to.
            document: what; sent as compact JSON, which is what is signed.
            deadline: the seconds that it may take.
            name: who answers, as messages call it.
            headers: more headers.
            signature: how to sign the body, None for not at all.
            remedies: what to do about an answer, by its status, where more is known than that the address is wrong.

        Raises:
            Alert24Refused: an answer that means no.
            CannotReachAlert24: no usable answer in time.
        """
        body = json.dumps(document, separators=(",", ":")).encode()
        signed = signature.of(body) if signature else {}
        together = {"Content-Type": "application/json", **(headers or {}), **signed}
        once = partial(self._once, url, body, together, deadline, partial(_check, name=name, remedies=remedies or {}))
        try:
            once()
        except Transient as first:
            from .again import again

            again(first, once, self, deadline)

    def alone(self, task: Callable[[], None], deadline: Deadline) -> None:
        """Run one posting with a deadline that even a name server can't delay; raise its error."""
        (done,) = run_concurrently([task], concurrency=1, deadline=deadline, cancellation=self.cancellation)
        if done.error:
            raise done.error

    def _once(
        self,
        url: Secret,
        body: bytes,
        headers: Mapping[str, str],
        deadline: Deadline,
        check: Callable[[Response], None],
    ) -> None:
        seconds = min(_MOST_SECONDS, deadline.left())
        if seconds <= 0 or not self.pause.wait(deadline):
            raise CannotReachAlert24(f"the {deadline.seconds:g} s it may take are over", sent=False)
        check(call(Call("POST", url.reveal(), seconds, body, headers)))


def _check(answer: Response, name: str, remedies: Mapping[int, str]) -> None:
    told = answer.named(name)
    if answer.status in RETRIED:
        raise Transient(told, status=answer.status, retry_after=answer.headers.get("Retry-After"))
    if answer.status >= 500:
        raise CannotReachAlert24(told)
    if not 200 <= answer.status < 300:
        redirected = " (a redirect is not followed)" if answer.status // 100 == 3 else ""
        remedy = remedies.get(answer.status, "Check that the address is whole and still valid.")
        raise Alert24Refused(f"{told}{redirected}", remedy=remedy)
