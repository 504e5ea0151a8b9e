"""Incoming webhooks: a signature to check and a mapping to look the status up in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

from .answers import ApiError
from .model import Receiver

# The name of the real header is not documented; a receiver can be told another.
SIGNATURE_HEADER = "X-Alert24-Signature"


def check_signature(receiver: Receiver, body: bytes, headers: Headers) -> None:
    """A 401 unless the body is signed with the receiver's secret, where it has one.

    The signature is the HMAC-SHA256 of the body in hexadecimal, with or without `sha256=` before it.
    """
    if receiver.secret is None:
        return
    expected = hmac.new(receiver.secret.encode(), body, hashlib.sha256).hexdigest()
    given = headers.get(receiver.signature_header, "").removeprefix("sha256=")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ApiError(401, f"The signature in {receiver.signature_header} does not match.")


def mapped_status(receiver: Receiver, payload: Mapping[str, Any]) -> str:
    """The status that the receiver's mapping makes of the payload; a 400 for one it does not map."""
    status = payload.get("status")
    if not isinstance(status, str):
        raise ApiError(400, "'status' is required.")
    if status not in receiver.mapping:
        raise ApiError(400, f"This receiver maps no status '{status}'.")
    return receiver.mapping[status]
