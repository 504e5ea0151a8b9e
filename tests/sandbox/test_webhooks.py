from __future__ import annotations

import hashlib
import hmac

import pytest
import requests

from alert24_sandbox import DEFAULT_MAPPING, Sandbox
from sandbox.tools import Client

PAYLOAD = b'{"status": "down", "message": "It broke", "source": "test"}'


@pytest.fixture
def stranger(sandbox: Sandbox) -> Client:
    """A client without a key: receivers need none."""
    return Client(sandbox, None)


def post(client: Client, url: str, body: bytes, **headers: str) -> requests.Response:
    """Send a body to a receiver."""
    with client.session:
        return client.call("POST", url.removeprefix(client.sandbox.url), data=body, headers=headers)


@pytest.mark.parametrize("status", ["operational", "degraded", "down"])
def test_receiver__writes_its_service(sandbox: Sandbox, stranger: Client, status: str) -> None:
    """The documented statuses reach the receiver's service and no other, and the log says how."""
    sandbox.add_service("A", status="maintenance")
    sandbox.add_service("B", status="maintenance")
    response = post(stranger, sandbox.add_receiver("A"), b'{"status": "%s"}' % status.encode())
    assert response.json() == {"success": True}
    assert (sandbox.status_of("A"), sandbox.status_of("B")) == (status, "maintenance")
    assert [event.by for event in sandbox.events] == ["webhook"]


def test_receiver__maintenance_must_be_mapped(sandbox: Sandbox, stranger: Client) -> None:
    """The default mapping has no maintenance."""
    sandbox.add_service("A")
    response = post(stranger, sandbox.add_receiver("A"), b'{"status": "maintenance"}')
    assert stranger.error(response) == (400, "validation_error")
    assert sandbox.status_of("A") == "operational"


def test_receiver__own_mapping(sandbox: Sandbox, stranger: Client) -> None:
    """A mapping translates the sender's words."""
    sandbox.add_service("A")
    url = sandbox.add_receiver("A", mapping={**DEFAULT_MAPPING, "deploying": "maintenance"})
    assert post(stranger, url, b'{"status": "deploying"}').status_code == 200
    assert sandbox.status_of("A") == "maintenance"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"status": 1}', b'{"status": "fine"}'])
def test_receiver__wrong_payload(sandbox: Sandbox, stranger: Client, body: bytes) -> None:
    """A payload without a mapped status is a validation error."""
    sandbox.add_service("A")
    response = post(stranger, sandbox.add_receiver("A"), body)
    assert stranger.error(response) == (400, "validation_error")


def test_receiver__unknown_token(sandbox: Sandbox, stranger: Client) -> None:
    """A wrong token is not found."""
    response = post(stranger, f"{sandbox.url}/api/webhooks/incoming/nobody", PAYLOAD)
    assert stranger.error(response) == (404, "not_found")


def test_receiver__gone_with_its_service(sandbox: Sandbox, stranger: Client) -> None:
    """The receiver of a deleted service is not found."""
    sandbox.add_service("A")
    url = sandbox.add_receiver("A")
    sandbox.delete_service("A")
    assert stranger.error(post(stranger, url, PAYLOAD)) == (404, "not_found")


def test_receiver__can_not_be_read(sandbox: Sandbox, client: Client) -> None:
    """GET on a receiver is refused even with a key."""
    sandbox.add_service("A")
    path = sandbox.add_receiver("A").removeprefix(sandbox.url)
    assert client.error(client.get(path)) == (405, "method_not_allowed")


@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_secret__right_signature(sandbox: Sandbox, stranger: Client, prefix: str) -> None:
    """A body signed with the secret is taken, with and without the algorithm's name."""
    sandbox.add_service("A")
    url = sandbox.add_receiver("A", secret="shared", signature_header="X-Sign")
    digest = hmac.new(b"shared", PAYLOAD, hashlib.sha256).hexdigest()
    assert post(stranger, url, PAYLOAD, **{"X-Sign": prefix + digest}).status_code == 200
    assert sandbox.status_of("A") == "down"


@pytest.mark.parametrize("signature", [None, "", "sha256=", "0" * 64, "sha256=\xfc"])
def test_secret__wrong_signature(sandbox: Sandbox, stranger: Client, signature: str | None) -> None:
    """Without the right signature nothing changes."""
    sandbox.add_service("A")
    url = sandbox.add_receiver("A", secret="shared")
    headers = {} if signature is None else {"X-Alert24-Signature": signature}
    response = post(stranger, url, PAYLOAD, **headers)
    assert stranger.error(response) == (401, "authentication_error")
    assert sandbox.status_of("A") == "operational"
