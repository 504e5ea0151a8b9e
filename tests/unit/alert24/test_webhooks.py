from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

import pytest

from alert24_deploy.alert24.webhooks import RollbackService, Signature, WebhookReceivers, WebhookSender
from alert24_deploy.deployment.interfaces import Service, ServiceUpdate
from alert24_deploy.errors import Alert24Refused, CannotReachAlert24
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.net.threads import interrupted
from alert24_deploy.net.transport import Request, Response, Transport
from alert24_deploy.text import Secret
from unit.exchanges import Clock, FakeStop

URL = "https://hooks.example/incoming/token-0123456789"


class Place:
    """Where posts go: gives the answers one after the other, the last for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Response | Exception, seconds: float = 10.0) -> None:
        self.clock = Clock()
        self.cancellation = FakeStop(self.clock)
        self.answers = list(answers) or [answer(200)]
        self.calls: list[Request] = []
        self.notified: list[str] = []
        self.deadline = Deadline(seconds, self.cancellation, self.clock)
        self.sender = WebhookSender(self.deadline, self.notified.append)
        monkeypatch.setattr(Transport, "send", lambda _, request, __: self._send(request))

    def _send(self, request: Request) -> Response:
        self.calls.append(request)
        reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def post(self, **options: object) -> None:
        """Post a document."""
        self.sender.post(Secret(URL), {"a": "ü"}, name="the place", **options)  # type: ignore[arg-type]


def answer(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that says no more."""
    return Response(status, headers or {}, b"")


def test_post__compact_json_signed_over_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is signed is what is sent."""
    place = Place(monkeypatch)
    place.post(headers={"X-One": "1"}, signature=Signature("X-Signed", Secret("s")))
    (call,) = place.calls
    assert call.body == b'{"a":"\\u00fc"}'
    digest = hmac.new(b"s", call.body, hashlib.sha256).hexdigest()
    assert call.headers == {"Content-Type": "application/json", "X-One": "1", "X-Signed": f"sha256={digest}"}
    assert (call.method, call.url) == ("POST", URL)


def test_post__passing_failure__again_with_the_same_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """As every other call, and when the server asks for it."""
    place = Place(monkeypatch, answer(429, {"Retry-After": "4"}), answer(202))
    place.post()
    assert len({(call.body, call.url) for call in place.calls}) == 1
    (slept,) = place.cancellation.slept
    assert (len(place.calls), 4 <= slept <= 6) == (2, True)


@pytest.mark.parametrize("status", [300, 301, 307, 400, 401, 404, 410, 422])
def test_post__no__is_not_tried_again(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A redirect is not followed: it would take the signature elsewhere."""
    place = Place(monkeypatch, answer(status, {"Location": "https://elsewhere.example"}))
    with pytest.raises(Alert24Refused, match=f"The place answered {status}") as caught:
        place.post(remedies={422: "Ask a person."})
    assert (len(place.calls), "token" in str(caught.value)) == (1, False)
    assert ("Ask a person." in str(caught.value)) is (status == 422)


@pytest.mark.parametrize("status", [501, 505, 599])
def test_post__other_server_errors__cannot_reach(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """They won't pass, and are nobody's mistake."""
    place = Place(monkeypatch, answer(status))
    with pytest.raises(CannotReachAlert24, match=f"answered {status}"):
        place.post()
    assert len(place.calls) == 1


def test_handover__the_deployments_id_is_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed only where there is a secret."""
    place = Place(monkeypatch)
    for secret in (Secret("s"), None):
        RollbackService(Secret(URL), secret, place.sender).request({"deployment": "run-1"})
    signed, plain = place.calls
    assert signed.headers["Idempotency-Key"] == plain.headers["Idempotency-Key"] == "run-1"
    assert "X-Alert24-Deploy-Signature-256" in signed.headers
    assert "X-Alert24-Deploy-Signature-256" not in plain.headers


def test_handover__refused__raises_in_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it was asked in another."""
    place = Place(monkeypatch, answer(404))
    with pytest.raises(Alert24Refused, match="The rollback service answered 404"):
        RollbackService(Secret(URL), None, place.sender).request({"deployment": "run-1"})


def receivers(place: Place, *urls: str) -> WebhookReceivers:
    """Some receivers."""
    return WebhookReceivers([Secret(url) for url in urls], place.sender, message="Deploying")


def test_receivers__are_known_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their addresses are secrets, their statuses nobody's to know."""
    page = receivers(Place(monkeypatch), URL, f"{URL}-2")
    assert page.list() == [Service("receiver-1", "receiver 1", None, ""), Service("receiver-2", "receiver 2", None, "")]
    assert (page.read(["receiver-2", "receiver-3"]), page.readable) == ([page.list()[1]], False)


def test_receivers__write__each_to_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One status for one service, with the documented fields and no others."""
    place = Place(monkeypatch)
    page = receivers(place, URL, f"{URL}-2")
    written = list(page.update([ServiceUpdate(each, {"status": "down"}) for each in page.list()]))
    assert {each.update.service.id: each.error for each in written} == {"receiver-1": None, "receiver-2": None}
    assert {call.url for call in place.calls} == {URL, f"{URL}-2"}
    document = {"status": "down", "message": "Deploying", "source": "alert24-deploy"}
    assert [json.loads(call.body or b"") for call in place.calls] == [document, document]


@pytest.mark.parametrize(
    ("status", "remedy"), [(400, "Map the status `down`"), (401, "signing secret"), (404, "complete")]
)
def test_receivers__refused__says_what_to_do(monkeypatch: pytest.MonkeyPatch, status: int, remedy: str) -> None:
    """The other receivers are written all the same."""
    page = receivers(Place(monkeypatch, answer(status)), URL)
    (written,) = page.update([ServiceUpdate(page.list()[0], {"status": "down"})])
    assert remedy in str(written.error)


def test_receivers__signal__nothing_more_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with Alert24's own interface."""
    place = Place(monkeypatch)
    place.cancellation.request(15)
    page = receivers(place, URL)
    (written,) = page.update([ServiceUpdate(page.list()[0], {"status": "down"})])
    assert (str(written.error), place.calls) == (str(interrupted(sent=False)), [])
