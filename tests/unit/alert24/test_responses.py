from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.alert24.responses import check, read_monitor, read_shown
from alert24_deploy.errors import Alert24DeployError, NoSuchService
from alert24_deploy.net.transport import Response, Transient


def display_name(name: str) -> str:
    """A setting's name as a user spells it."""
    return f"`{name}`"


def answer(status: int, body: object = None, **headers: str) -> Response:
    """An answer with a JSON body."""
    text = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


def error(status: int, body: object = None, method: str = "GET", **headers: str) -> Alert24DeployError:
    """What an answer that means no becomes."""
    with pytest.raises(Alert24DeployError) as caught:
        check(answer(status, body, **headers), method, display_name)
    return caught.value


# Whether it may pass, the exit code, and whether it may have been carried out, by status.
STATUSES = {
    (True, 4, False): (408, 429, 503),
    (True, 4, True): (500, 502, 504, 520, 524, 530),
    (False, 3, None): (*range(300, 305), 307, 308, *range(400, 406), 409, 410, 422, 425, 451),
    (False, 4, True): (101, 501, 505, 511, 600),
}


@pytest.mark.parametrize("meaning", STATUSES)
def test_check__every_kind_of_no__its_error(meaning: tuple[bool, int, bool | None]) -> None:
    """The table from statuses to errors: tried again or not, the exit code, and whether anything may have happened."""
    for status in STATUSES[meaning]:
        raised = error(status)
        assert (isinstance(raised, Transient), raised.exit_code, getattr(raised, "sent", None)) == meaning, status


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_check__yes__its_json(status: int) -> None:
    """Any 2xx with JSON is a yes."""
    assert check(answer(status, {"data": []}), "GET", display_name) == {"data": []}


def test_check__yes_without_content_to_a_write__nothing() -> None:
    """A write may be answered without a document."""
    assert check(answer(204), "PUT", display_name) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b'"ok"', b"7", b"null", b"\xff\xfe", b"[" * 100_000, b'{"data": '])
def test_check__yes_but_not_json__may_pass(body: bytes) -> None:
    """A proxy's page in between is as good as no answer."""
    raised = error(200, body)
    assert isinstance(raised, Transient)
    assert "not with the JSON" in raised.why


def test_check__retry_after__kept() -> None:
    """What the answer says about coming back goes along."""
    raised = error(429, None, Retry_After="7")
    assert isinstance(raised, Transient)
    assert (raised.status, raised.retry_after) == (429, "7")


def test_check__request_id__in_the_message() -> None:
    """Alert24's support can find the exchange."""
    assert "Alert24 answered 403 (request 7f3a)" in str(error(403, None, X_Request_Id="7f3a"))


def test_check__request_id_with_a_command__harmless() -> None:
    """A header is foreign text."""
    assert "##[" not in str(error(403, None, X_Request_Id="##[error]"))


def test_check__redirect__names_the_place_and_blames_the_address() -> None:
    """A redirect means a wrong address, and the key did not follow it."""
    message = str(error(302, None, Location="https://evil.example/"))
    assert "a redirect to 'https://evil.example/'" in message
    assert "the key would have gone along" in message
    assert "`api-url` is probably wrong" in message


def test_check__redirect_to_nowhere__still_told() -> None:
    """A redirect without a place is a redirect all the same."""
    assert "nowhere" in str(error(302))


def test_check__401__the_key_is_unknown() -> None:
    """The message names the key's setting, the reasons, and what to do."""
    message = str(error(401))
    assert "`api-key`" in message
    assert "mistyped, expired or revoked" in message
    assert "Settings > API Keys" in message


@pytest.mark.parametrize(("method", "scope"), [("GET", "read"), ("PUT", "write")])
def test_check__403__names_the_scope_that_is_missing(method: str, scope: str) -> None:
    """Reading and writing need different scopes."""
    assert f"a key with the `{scope}` scope" in str(error(403, None, method))


def test_check__404__no_such_service() -> None:
    """It doesn't exist, or belongs to somebody else; the command that lists them is named."""
    raised = error(404)
    assert isinstance(raised, NoSuchService)
    assert "belongs to another organization" in str(raised)
    assert "alert24-deploy services" in str(raised)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_check__refusal_with_a_message__shows_it(status: int) -> None:
    """What Alert24 says about it is what helps most."""
    body = {"error": {"type": "validation_error", "message": "Status is wrong\n::error::x", "status": status}}
    assert "Alert24 says: 'Status is wrong\\n::error::x'." in str(error(status, body))


UNDOCUMENTED: list[Any] = [None, {}, [], "no", {"error": "no"}, {"error": {"message": 7}}, {"error": []}, b"\xff"]


@pytest.mark.parametrize("body", UNDOCUMENTED, ids=repr)
def test_check__refusal_without_the_documented_body__still_a_refusal(body: object) -> None:
    """An answer in another form is told by its status."""
    message = str(error(400, body))
    assert message.startswith("Alert24 answered 400.")
    assert "says" not in message


@given(st.integers(100, 999), st.binary(max_size=60), st.sampled_from(["GET", "PUT"]))
def test_check__any_answer__json_or_an_expected_error(status: int, body: bytes, method: str) -> None:
    """No answer ends in another exception."""
    try:
        document = check(Response(status, {}, body), method, display_name)
    except Alert24DeployError as raised:
        assert raised.why  # noqa: PT017 - both ends of the story are right
        return
    assert isinstance(document, (dict, list)) or (document is None and method == "PUT")


def test_shown__id_that_cannot_be_printed__nothing() -> None:
    """What an update answered is not documented: an id that no service can have shows no service."""
    assert read_shown({"data": {"id": "a\n", "status": "down"}}) is None


@pytest.mark.parametrize(
    ("given", "read"), [(60, 60.0), (0, 600.0), (True, 600.0), ("60", 600.0), (float("inf"), 600.0)]
)
def test_monitor__interval_that_makes_no_sense__the_documented_one(given: object, read: float) -> None:
    """A number of seconds that can't be is as if it were missing."""
    assert read_monitor({"id": "m", "check_interval_seconds": given}).interval == read
