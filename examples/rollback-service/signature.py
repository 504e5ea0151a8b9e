"""What a rollback service looks at before it believes a request."""

import hashlib
import hmac


def is_from_us(body: bytes, header: str, secret: str) -> bool:
    """Tell whether a body is signed with the secret; `header` is X-Alert24-Deploy-Signature-256."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, header)
