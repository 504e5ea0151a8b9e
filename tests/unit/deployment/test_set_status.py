from __future__ import annotations

import pytest

from alert24_deploy.deployment.interfaces import Service
from alert24_deploy.deployment.set_status import SetRequest, set_status
from alert24_deploy.errors import Alert24Refused, NoSuchService, UnknownService

from .fakes import Fakes, actions, outage, refusal, service


def test_set_status__by_names__one_list_and_a_write_each() -> None:
    """Names are looked up once, and every service is written."""
    fakes = Fakes(service("API"), service("Web"), service("DB"))
    report = set_status(fakes.page, SetRequest("degraded", ("API", "web")))
    assert fakes.page.statuses == {"api": "degraded", "web": "degraded", "db": "operational"}
    assert (fakes.page.reads, report.exit_code, report.changed) == (1, 0, True)


def test_set_status__by_one_id__one_write_and_nothing_else() -> None:
    """One service by id costs one PUT."""
    fakes = Fakes(Service("svc-1", "API", "operational", "Main"))
    set_status(fakes.page, SetRequest("down", ("svc-1",)))
    assert (fakes.page.reads, fakes.page.sent) == (0, [{"status": "down"}])


def test_set_status__a_name_that_looks_like_an_id__looked_up_after_all() -> None:
    """Where there is no such id, it may be a name."""
    fakes = Fakes(Service("0815", "svc-payments", "operational", ""))
    fakes.page.refuse["svc-payments"] = NoSuchService("Alert24 answered 404")
    report = set_status(fakes.page, SetRequest("down", ("svc-payments",)))
    assert (fakes.page.statuses["0815"], report.exit_code) == ("down", 0)


def test_set_status__neither_id_nor_name__unknown() -> None:
    """What is nowhere to be found stops before anything is written."""
    fakes = Fakes(service("API"))
    fakes.page.refuse["svc-9"] = NoSuchService("Alert24 answered 404")
    with pytest.raises(UnknownService) as caught:
        set_status(fakes.page, SetRequest("down", ("svc-9",)))
    assert "Nothing was changed." in str(caught.value)


def test_set_status__refused__code_3_and_nothing_changed() -> None:
    """A read-only key is told once, and the list is not asked for."""
    fakes = Fakes(Service("svc-1", "API", "operational", ""))
    fakes.page.refuse["svc-1"] = refusal()
    report = set_status(fakes.page, SetRequest("down", ("svc-1",)))
    assert (report.exit_code, fakes.page.reads) == (3, 0)
    assert "Nothing was changed." in str(report.error)


def test_set_status__lookup_refused__goes_on_to_the_caller() -> None:
    """A wrong key is told before anything is written."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        set_status(fakes.page, SetRequest("down", ("API",)))


def test_set_status__partly_unreachable__each_service_told() -> None:
    """Some written, some not: the report has both, and the code is the outage's."""
    fakes = Fakes(service("API"), service("Web"))
    fakes.page.refuse["web"] = outage(sent=False)
    report = set_status(fakes.page, SetRequest("down", ("API", "Web")))
    assert (actions(report), report.exit_code) == ({"api": "written", "web": "failed"}, 4)


def test_set_status__unreachable_and_never__forgiven() -> None:
    """`fail-on-unreachable: never` forgives an outage here too."""
    fakes = Fakes(service("API"))
    fakes.page.refuse["api"] = outage()
    assert set_status(fakes.page, SetRequest("down", ("API",), fail_on_unreachable="never")).exit_code == 0


def test_set_status__description__sent_along() -> None:
    """A description that the user asks for goes along with the status."""
    fakes = Fakes(service("API"))
    set_status(fakes.page, SetRequest("down", ("API",), description="On fire"))
    assert fakes.page.sent == [{"status": "down", "description": "On fire"}]


@pytest.mark.parametrize("reference", ["API", "api"])
def test_set_status__dry_run__reads_and_writes_nothing(reference: str) -> None:
    """A rehearsal looks the services up, so that a wrong reference is found."""
    fakes = Fakes(service("API"))
    report = set_status(fakes.page, SetRequest("down", (reference,), dry_run=True))
    assert (fakes.page.sent, fakes.page.reads, actions(report)) == ([], 1, {"api": "would-write"})


def test_set_status__dry_run_of_an_id__looked_up_too() -> None:
    """A rehearsal of one id reads it instead of writing it."""
    fakes = Fakes(Service("svc-1", "API", "operational", ""))
    report = set_status(fakes.page, SetRequest("down", ("svc-1",), dry_run=True))
    assert (fakes.page.sent, report.services[0].name) == ([], "API")
