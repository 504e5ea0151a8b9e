"""Checks the signature of a request to a rollback service."""

import hashlib
import hmac


def is_from_us(body: bytes, header: str, secret: str) -> bool:
    """Return whether `header` (X-Alert24-Deploy-Signature-256) is the signature of `body` with `secret`."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, header)
