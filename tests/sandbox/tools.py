"""What the sandbox's tests share: a client with a key, and a clock that tests turn."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import requests

from alert24_sandbox import Sandbox


class Client:
    """Calls a sandbox over one pooled session."""

    def __init__(self, sandbox: Sandbox, key: str | None) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        if key is not None:
            self.session.headers["Authorization"] = f"Bearer {key}"

    def __enter__(self) -> Client:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """One request, never redirected."""
        return self.session.request(method, self.sandbox.url + path, timeout=10, allow_redirects=False, **kwargs)

    def get(self, path: str, **params: object) -> requests.Response:
        """A GET with a query."""
        return self.call("GET", path, params={name: str(value) for name, value in params.items()})

    def put(self, path: str, **fields: object) -> requests.Response:
        """A PUT with a JSON object."""
        return self.call("PUT", path, json=fields)

    def error(self, response: requests.Response) -> tuple[int, str]:
        """Status and type of a documented error, having looked at its shape."""
        error = response.json()["error"]
        assert set(response.json()) == {"error"}
        assert set(error) == {"type", "message", "status"}
        assert error["status"] == response.status_code
        assert error["message"]
        assert len(response.headers["X-Request-Id"]) == 32
        return response.status_code, error["type"]


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        """Seconds, as time.monotonic gives them."""
        return self.seconds

    def now(self) -> datetime:
        """The wall clock's time for the same moment."""
        return datetime(2026, 1, 1, 12, tzinfo=timezone.utc) + timedelta(seconds=self.seconds - 1000)

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
