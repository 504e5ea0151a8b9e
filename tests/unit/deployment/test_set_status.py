from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.deployment.interfaces import Service
from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.set_status import SetRequest, set_check_result, set_status
from alert24_deploy.errors import Alert24Refused, NoSuchService, UnknownService

from .fakes import Fakes, actions, outage, refusal, service


def by_id(name: str = "API", service_id: str = "svc-1") -> Fakes:
    """A service with an id that looks like one."""
    return Fakes(Service(service_id, name, "operational", "Main"))


def put(fakes: Fakes, *references: str, **options: Any) -> Report:
    """Set services to down."""
    return set_status(fakes.page, SetRequest("down", references, **options))


def check(fakes: Fakes, *references: str, **options: Any) -> Report:
    """Report a check that failed."""
    return set_check_result(fakes.page, SetRequest("down", references or ("API",), "the check failed", **options))


def test_set_status__by_names__one_list_and_a_write_each() -> None:
    """Names are looked up once, and every service is written; a description goes along only if it is asked for."""
    fakes = Fakes(service("API"), service("Web"), service("DB"))
    report = put(fakes, "API", "web")
    assert fakes.page.statuses == {"api": "down", "web": "down", "db": "operational"}
    assert (fakes.page.reads, report.exit_code, report.changed) == (1, 0, True)
    assert fakes.page.sent == [{"status": "down"}] * 2
    put(fakes, "DB", description="On fire")
    assert fakes.page.sent[-1] == {"status": "down", "description": "On fire"}


def test_set_status__by_one_id__one_write_and_nothing_else() -> None:
    """One service by id costs one PUT, and a key that may not write is told once."""
    fakes = by_id()
    put(fakes, "svc-1")
    assert (fakes.page.reads, fakes.page.sent) == (0, [{"status": "down"}])
    fakes.page.refuse["svc-1"] = refusal()
    report = put(fakes, "svc-1")
    assert (report.exit_code, fakes.page.reads, "Nothing was changed." in str(report.error)) == (3, 0, True)


def test_set_status__what_looks_like_an_id_is_none__may_be_a_name() -> None:
    """What is nowhere to be found stops before anything is written."""
    fakes = by_id("svc-payments", "0815")
    fakes.page.refuse = {name: NoSuchService("Alert24 answered 404") for name in ("svc-payments", "svc-9")}
    assert (put(fakes, "svc-payments").exit_code, fakes.page.statuses) == (0, {"0815": "down"})
    with pytest.raises(UnknownService, match="Nothing was changed"):
        put(fakes, "svc-9")


@pytest.mark.parametrize(("run", "rule", "code"), [(put, "never", 0), (check, "never", None), (put, "finish", 4)])
def test_lookup__fails__by_the_rule(run: Any, rule: str, code: int | None) -> None:
    """A wrong key is told before anything is written; `set` alone forgives an outage."""
    fakes = Fakes(service("API"))
    fakes.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        run(fakes, "API", fail_on_unreachable=rule)
    fakes.page.unreadable = outage()
    if code == 0:
        assert run(fakes, "API", fail_on_unreachable=rule).exit_code == code
    else:
        with pytest.raises(type(outage()), match="Nothing was changed"):
            run(fakes, "API", fail_on_unreachable=rule)


@pytest.mark.parametrize("run", [put, check])
@pytest.mark.parametrize(("rule", "code"), [("never", 0), ("finish", 4), ("always", 4)])
def test_write__without_an_answer__fails_by_the_rule(run: Any, rule: str, code: int) -> None:
    """A page left wrong counts as at finish, service by service; no rule forgives a refusal."""
    fakes = Fakes(service("API"), service("Web"))
    fakes.page.refuse["web"] = outage(sent=False)
    report = run(fakes, "API", "Web", fail_on_unreachable=rule)
    assert (actions(report), report.exit_code) == ({"api": "written", "web": "failed"}, code)
    fakes.page.refuse["web"] = refusal()
    assert run(fakes, "API", "Web", fail_on_unreachable=rule).exit_code == 3


@pytest.mark.parametrize("run", [put, check])
@pytest.mark.parametrize("reference", ["API", "api", "svc-1"])
def test_dry_run__reads_and_writes_nothing(run: Any, reference: str) -> None:
    """A rehearsal looks the services up, so that a wrong reference is found."""
    fakes = by_id()
    report = run(fakes, reference, dry_run=True)
    assert (fakes.page.sent, fakes.page.reads, actions(report)) == ([], 1, {"svc-1": "would-write"})
    assert report.services[0].name == "API"


@pytest.mark.parametrize(
    ("before", "override", "written", "reason"),
    [
        *((before, False, True, "the check failed") for before in ("operational", "degraded", "partial_outage", None)),
        ("down", False, False, "the check failed; the page shows that already"),
        ("maintenance", False, False, "the check failed, but it is in maintenance"),
        ("maintenance", True, True, "the check failed"),
    ],
)
def test_check__writes_only_what_changes_and_spares_maintenance(
    before: str | None, override: bool, written: bool, reason: str
) -> None:
    """Whoever set maintenance knows that the service is not healthy."""
    fakes = Fakes(service("API", before))
    report = check(fakes, override_maintenance=override)
    assert fakes.page.sent == [{"status": "down"}] * written
    assert (actions(report), report.services[0].reason) == ({"api": "written" if written else "kept"}, reason)


def test_check__wrong_reference__nothing_changed() -> None:
    """All references are looked up before anything is written."""
    fakes = Fakes(service("API"))
    with pytest.raises(UnknownService, match="Nothing was changed"):
        check(fakes, "API", "Nowhere")
    assert fakes.page.sent == []
