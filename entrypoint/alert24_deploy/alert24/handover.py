"""Rollback by HTTP: tell somebody that a deployment failed, and hear whether they take over."""

from __future__ import annotations

from collections.abc import Mapping

from ..secret import Secret
from .budget import Deadline
from .elsewhere import Signature, WebhookSender

SIGNATURE_HEADER = "X-Alert24-Deploy-Signature-256"
_KEY_HEADER = "Idempotency-Key"


class RollbackService:
    """A service of the user's that rolls back."""

    def __init__(self, url: Secret, secret: Secret | None, sender: WebhookSender, deadline: Deadline) -> None:
        """Keep its address, the secret that signs, and the seconds it may take."""
        self._url = url
        self._signature = Signature(SIGNATURE_HEADER, secret) if secret else None
        self._sender = sender
        self._deadline = deadline

    def request(self, document: Mapping[str, object]) -> None:
        """Ask for the rollback of a deployment; 2xx means that somebody took over.

        The deployment's id is the idempotency key, so that a repeated request starts no second rollback.

        Raises:
            Alert24DeployError: nobody did.
        """
        key = {_KEY_HEADER: str(document["deployment"])}
        self._sender.alone(
            lambda: self._sender.post(
                self._url,
                document,
                self._deadline,
                name="the rollback service",
                headers=key,
                signature=self._signature,
            ),
            self._deadline,
        )
