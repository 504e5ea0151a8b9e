from __future__ import annotations

import re
from datetime import timedelta

import pytest

from alert24_sandbox import Sandbox
from sandbox.tools import Client, Clock

READ = ("GET", "/api/v1/services", None)
READ_ONE = ("GET", "/api/v1/services/svc-1", None)
WRITE = ("PUT", "/api/v1/services/svc-1", {"status": "down"})
CREATE = ("POST", "/api/v1/services", {"name": "B"})
MONITORS = ("GET", "/api/v1/monitoring", None)

Call = tuple[str, str, object]


def ask(sandbox: Sandbox, key: str | None, call: Call) -> tuple[int, str]:
    """Make one call with a key; its status and what the error says."""
    method, path, fields = call
    with Client(sandbox, key) as client:
        response = client.call(method, path, json=fields)
    if response.ok:
        return response.status_code, ""
    client.error(response)
    return response.status_code, response.json()["error"]["message"]


def test_key_has_the_documented_form(sandbox: Sandbox) -> None:
    """A key is ak_live_ and 32 letters or digits, and no two are alike."""
    keys = {sandbox.add_key() for _ in range(3)}
    assert len(keys) == 3
    assert all(re.fullmatch(r"ak_live_[0-9A-Za-z]{32}", key) for key in keys)


CALLS = {"list": READ, "one": READ_ONE, "write": WRITE, "create": CREATE, "monitors": MONITORS}
# What a key with these scopes may do, and the scope that it lacks for the rest.
ALLOWED = {
    "read": ("list one monitors", "write"),
    "write": ("list one write create monitors", ""),
    "services": ("list one write create", "read"),
    "read services": ("list one write create monitors", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("scopes", ALLOWED)
@pytest.mark.parametrize("name", CALLS)
def test_scope__allows_or_is_named(sandbox: Sandbox, scopes: str, name: str) -> None:
    """Write includes read, `services` is enough for the services, and a 403 names what is missing."""
    sandbox.add_service("A", id="svc-1")
    allowed, missing = ALLOWED[scopes]
    status, message = ask(sandbox, sandbox.add_key(scopes.split()), CALLS[name])
    if name in allowed.split():
        assert status in (200, 201)
        return
    missing = missing or ("write" if name in ("write", "create") else "read")
    assert (status, message) == (403, f"This API key does not have the '{missing}' scope.")
    assert [service.status for service in sandbox.services] == ["operational"]


@pytest.mark.parametrize("call", [READ, READ_ONE, WRITE, CREATE, MONITORS])
def test_no_key(sandbox: Sandbox, call: Call) -> None:
    """Without a key every call of the API is a 401, whether the service exists or not."""
    status, message = ask(sandbox, None, call)
    assert (status, message) == (401, "Missing API key. Send it as 'Authorization: Bearer <key>'.")


def test_revoked_key(sandbox: Sandbox) -> None:
    """A key that worked is a 401 once it is revoked; one of another sandbox never works, and is never repeated."""
    key = "ak_live_" + "0" * 32
    assert sandbox.add_key(value=key) == key
    assert ask(sandbox, key, READ)[0] == 200
    sandbox.revoke(key)
    assert ask(sandbox, key, READ) == (401, "This API key has been revoked.")
    other = Sandbox().add_key()
    assert ask(sandbox, other, READ) == (401, "Invalid API key.")
    with pytest.raises(LookupError, match=r"^The sandbox has no such key\.$"):
        sandbox.revoke(other)


def test_expired_key(clock: Clock) -> None:
    """A key works until the moment at which it expires."""
    with Sandbox(now=clock.now) as sandbox:
        key = sandbox.add_key(expires_at=clock.now() + timedelta(hours=1))
        clock.pass_by(3599)
        assert ask(sandbox, key, READ)[0] == 200
        clock.pass_by(1)
        assert ask(sandbox, key, READ) == (401, "This API key has expired.")


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_other_schemes_are_refused(sandbox: Sandbox, scheme: str) -> None:
    """A good key under another scheme than Bearer is a 401."""
    with Client(sandbox, None) as client:
        client.session.headers["Authorization"] = f"{scheme} {sandbox.add_key()}".strip()
        assert client.error(client.get("/api/v1/services")) == (401, "authentication_error")


def test_add_key__wrong_value_or_scope(sandbox: Sandbox) -> None:
    """What is no key and what is no scope is refused by name, the key unseen."""
    with pytest.raises(ValueError, match="32 letters or digits"):
        sandbox.add_key(value="secret")
    with pytest.raises(ValueError, match="Unknown scope 'admin': there are read, write, services"):
        sandbox.add_key(["admin"])
