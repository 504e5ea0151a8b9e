"""Incoming webhooks: their signature, and the mapping of their status."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

from .answers import ApiError
from .model import Receiver

# The real header's name is not documented; each receiver can have another.
SIGNATURE_HEADER = "X-Alert24-Signature"


def check_signature(receiver: Receiver, body: bytes, headers: Headers) -> None:
    """Check that the body is signed, if the receiver has a secret.

    The signature is the HMAC-SHA256 of the body in hexadecimal, with or without `sha256=` before it.

    Raises:
        ApiError: A 401 if the signature is missing or wrong.
    """
    if receiver.secret is None:
        return
    expected = hmac.new(receiver.secret.encode(), body, hashlib.sha256).hexdigest()
    given = headers.get(receiver.signature_header, "").removeprefix("sha256=")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ApiError(401, f"The signature in {receiver.signature_header} does not match.")


def mapped_status(receiver: Receiver, payload: Mapping[str, Any]) -> str:
    """Return the status that the receiver maps the payload's status to; raise a 400 if there is none."""
    status = payload.get("status")
    if not isinstance(status, str):
        raise ApiError(400, "'status' is required.")
    if status not in receiver.mapping:
        raise ApiError(400, f"This receiver maps no status '{status}'.")
    return receiver.mapping[status]
