"""Webhook receivers as the way to write: one receiver sets one service, and none can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..deployment.ports import Service, ServiceUpdate, UpdateResult
from ..secret import Secret
from .budget import Deadline
from .elsewhere import Signature, WebhookSender
from .workers import run_concurrently

_SOURCE = "alert24-deploy"


class WebhookReceivers:
    """The services behind receivers (a `deployment.ports.Page`); they are known by their number, never by address."""

    readable = False

    def __init__(
        self,
        urls: Sequence[Secret],
        sender: WebhookSender,
        deadline: Deadline,
        *,
        signature: Signature | None = None,
        message: str = "",
        concurrency: int = 8,
    ) -> None:
        """Keep the receivers.

        Args:
            urls: their addresses, each a secret.
            sender: what sends.
            deadline: the seconds that all may take together.
            signature: how bodies are signed, None for not at all.
            message: what the receiver is told beside the status.
            concurrency: how many are written at once.
        """
        self._urls = {f"receiver-{number}": url for number, url in enumerate(urls, 1)}
        self._sender = sender
        self._deadline = deadline
        self._signature = signature
        self._message = message
        self._concurrency = concurrency

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:  # noqa: ARG002 - the port's
        """Return the receiver as a service whose status nobody knows, None where there is none of that number."""
        return _service(service_id) if service_id in self._urls else None

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:  # noqa: ARG002 - the port's
        """Return the receivers as services whose status nobody knows."""
        return [_service(name) for name in self._urls]

    def write(self, writes: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Tell the receivers side by side and yield each as it ends."""
        tasks = [lambda write=write: self._tell(write) for write in writes]
        done = run_concurrently(
            tasks, concurrency=self._concurrency, deadline=self._deadline, cancellation=self._sender.cancellation
        )
        yield from (UpdateResult(writes[each.number], each.error) for each in done)

    def _tell(self, write: ServiceUpdate) -> None:
        document = {"status": write.fields["status"], "message": self._message, "source": _SOURCE}
        url = self._urls[write.service.id]
        self._sender.post(
            url,
            document,
            self._deadline,
            name="the receiver",
            signature=self._signature,
            remedies={
                400: f"Map the status `{document['status']}` in the receiver's settings in Alert24: "
                "a new receiver maps no `maintenance`.",
                401: "Check the signing secret and the header's name against the receiver's settings in Alert24.",
            },
        )


def _service(name: str) -> Service:
    return Service(name, name.replace("-", " "), None, "")
