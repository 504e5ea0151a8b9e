from __future__ import annotations

import pytest

from alert24_deploy.deployment.set_status import SetRequest, set_check_result
from alert24_deploy.errors import UnknownService

from .fakes import Fakes, actions, outage, refusal, service


def health(status: str = "down", *references: str, **options: bool | str) -> SetRequest:
    """What a check asks for."""
    return SetRequest(status, references or ("API",), "the check failed", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", ["operational", "degraded", "partial_outage", None])
def test_health__another_status__is_written(before: str | None) -> None:
    """Whatever was there, and where nobody knows what was."""
    fakes = Fakes(service("API", before))
    report = set_check_result(fakes.page, health())
    assert (fakes.page.statuses, actions(report)) == ({"api": "down"}, {"api": "written"})


def test_health__says_so_already__is_not_written_again() -> None:
    """A check every minute writes only what changes."""
    fakes = Fakes(service("API", "down"))
    report = set_check_result(fakes.page, health())
    assert (fakes.page.sent, report.services[0].reason) == ([], "the check failed; the page shows that already")


@pytest.mark.parametrize(("override", "sent"), [(False, []), (True, [{"status": "down"}])])
def test_health__maintenance__is_left_alone_unless_told_otherwise(override: bool, sent: list[dict[str, str]]) -> None:
    """Whoever set it knows that the service is not well."""
    fakes = Fakes(service("API", "maintenance"))
    report = set_check_result(fakes.page, health(override_maintenance=override))
    assert fakes.page.sent == sent
    assert report.services[0].reason.endswith("" if override else "but it is in maintenance")


def test_health__dry_run__writes_nothing() -> None:
    """And says what it would write."""
    fakes = Fakes(service("API"))
    assert actions(set_check_result(fakes.page, health(dry_run=True))) == {"api": "would-write"}
    assert fakes.page.sent == []


def test_health__wrong_reference__nothing_changed() -> None:
    """All references are looked up before anything is written."""
    fakes = Fakes(service("API"))
    with pytest.raises(UnknownService) as caught:
        set_check_result(fakes.page, health("down", "API", "Nowhere"))
    assert "Nothing was changed." in str(caught.value)
    assert fakes.page.sent == []


@pytest.mark.parametrize(("rule", "code"), [("never", 0), ("finish", 4), ("always", 4)])
def test_health__write_without_an_answer__fails_by_the_rule(rule: str, code: int) -> None:
    """A page left wrong counts as at finish."""
    fakes = Fakes(service("API"))
    fakes.page.refuse["api"] = outage()
    assert set_check_result(fakes.page, health(fail_on_unreachable=rule)).exit_code == code


def test_health__write_refused__always_fails() -> None:
    """No rule forgives a key that may not write."""
    fakes = Fakes(service("API"))
    fakes.page.refuse["api"] = refusal()
    assert set_check_result(fakes.page, health(fail_on_unreachable="never")).exit_code == 3
