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
    with client:
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


def test_receiver__own_mapping(sandbox: Sandbox, stranger: Client) -> None:
    """A mapping translates the sender's words."""
    sandbox.add_service("A")
    url = sandbox.add_receiver("A", mapping={**DEFAULT_MAPPING, "deploying": "maintenance"})
    assert post(stranger, url, b'{"status": "deploying"}').status_code == 200
    assert sandbox.status_of("A") == "maintenance"


BODIES = [b"", b"[]", b"{}", b'{"status": 1}', b'{"status": "fine"}', b'{"status": "maintenance"}']


@pytest.mark.parametrize("body", BODIES)
def test_receiver__wrong_payload(sandbox: Sandbox, stranger: Client, body: bytes) -> None:
    """A payload without a mapped status is a validation error: the default mapping has no maintenance."""
    sandbox.add_service("A")
    response = post(stranger, sandbox.add_receiver("A"), body)
    assert stranger.error(response) == (400, "validation_error")
    assert sandbox.status_of("A") == "operational"


def test_receiver__gone_with_its_service(sandbox: Sandbox, stranger: Client) -> None:
    """The receiver of a deleted service is as little found as a wrong token, and none can be read."""
    sandbox.add_service("A")
    url = sandbox.add_receiver("A")
    assert stranger.error(stranger.get(url.removeprefix(sandbox.url))) == (405, "method_not_allowed")
    sandbox.delete_service("A")
    for address in (url, f"{sandbox.url}/api/webhooks/incoming/nobody"):
        assert stranger.error(post(stranger, address, PAYLOAD)) == (404, "not_found")


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
