"""API keys and their scopes."""

from __future__ import annotations

import re
import secrets
import string
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from .answers import ApiError
from .model import utc_now

SCOPES = ("read", "write", "services")
PREFIX = "ak_live_"
ALPHABET = string.digits + string.ascii_letters
FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{32}}")


@dataclass(frozen=True)
class Key:
    """What a key may do. It doesn't hold the key itself, so that no traceback shows it."""

    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked: bool = False

    @property
    def label(self) -> str:
        """The scopes as the request log shows them: `write`, `read+services`, `none`."""
        return "+".join(self.scopes) or "none"

    def grants(self, scope: str, resource: str) -> bool:
        """Return whether this key may `read` or `write` the resource. Write includes read."""
        if "write" in self.scopes or resource in self.scopes:
            return True
        return scope == "read" and "read" in self.scopes


class Keys:
    """The keys of the sandbox's one organisation."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._keys: dict[str, Key] = {}
        self._lock = threading.Lock()

    def add(self, scopes: Iterable[str], *, value: str | None, expires_at: datetime | None) -> str:
        """Add a key and return it.

        Raises:
            ValueError: For an unknown scope, or a `value` that doesn't look like a key.
        """
        chosen = tuple(scopes)
        unknown = [scope for scope in chosen if scope not in SCOPES]
        if unknown:
            raise ValueError(f"Unknown scope {unknown[0]!r}: there are {', '.join(SCOPES)}.")
        if value is None:
            value = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(32))
        elif not FORM.fullmatch(value):
            raise ValueError(f"A key is {PREFIX} and 32 letters or digits.")
        with self._lock:
            self._keys[value] = Key(chosen, expires_at)
        return value

    def revoke(self, value: str) -> None:
        """Refuse a key from now on.

        Raises:
            LookupError: If the sandbox has no such key.
        """
        with self._lock:
            if value not in self._keys:
                raise LookupError("The sandbox has no such key.")
            self._keys[value] = replace(self._keys[value], revoked=True)

    def _find(self, authorization: str | None) -> Key | None:
        scheme, _, value = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        with self._lock:
            return self._keys.get(value.strip())

    def _expired(self, key: Key) -> bool:
        return key.expires_at is not None and key.expires_at <= self._now()

    def label(self, authorization: str) -> str:
        """Return what the request log shows instead of the header: scopes, `revoked`, `expired` or `unknown`."""
        key = self._find(authorization)
        if key is None:
            return "unknown"
        if key.revoked:
            return "revoked"
        return "expired" if self._expired(key) else key.label

    def check(self, authorization: str | None, scope: str, resource: str) -> None:
        """Check that a request may `read` or `write` a resource.

        Raises:
            ApiError: A 401 if the key is missing, unknown, revoked or expired; a 403 if it lacks the scope.
        """
        if not authorization:
            raise ApiError(401, "Missing API key. Send it as 'Authorization: Bearer <key>'.")
        key = self._find(authorization)
        if key is None:
            raise ApiError(401, "Invalid API key.")
        if key.revoked:
            raise ApiError(401, "This API key has been revoked.")
        if self._expired(key):
            raise ApiError(401, "This API key has expired.")
        if not key.grants(scope, resource):
            raise ApiError(403, f"This API key does not have the '{scope}' scope.")
