"""Two deployments at once: the first one's finish never hides how the second one ended."""

from __future__ import annotations

import os

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli

OTHER_PARENT = os.getpid()


@pytest.fixture(autouse=True)
def api(sandbox: Sandbox) -> None:
    """One service."""
    sandbox.add_service("API", id="svc-api")


def of_another_parent(cli: Cli, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Run a command that another process has called, such as another terminal or job."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getppid", lambda: OTHER_PARENT)
        assert cli(*words).code == 0


@pytest.mark.parametrize("second", [("failure", "down"), ("cancelled", "degraded"), ("success", "operational")])
def test_two_starts__of_one_parent__both_outcomes_reach_the_page(
    sandbox: Sandbox, cli: Cli, second: tuple[str, str]
) -> None:
    """A starts, B starts, A succeeds, B fails: the page is down, and nobody reads `finished before`."""
    assert [cli("start", "-s", "API").code for _ in "AB"] == [0, 0]
    assert cli("finish", "--outcome", "success").code == 0
    outcome, after = second
    result = cli("finish", "--outcome", outcome)
    assert (result.code, sandbox.status_of("API")) == (0, after)
    assert "finished before" not in result.people


def test_two_starts__of_two_parents__the_first_finish_leaves_the_page_to_the_second(
    sandbox: Sandbox, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A's success ends no maintenance while B still deploys; B's own failure does."""
    cli("start", "-s", "API")
    of_another_parent(cli, monkeypatch, "start", "-s", "API")
    first = cli("finish", "--outcome", "success")
    first.says("Warning:", "Another deployment", "'API'", "has started since", "stays in maintenance")
    assert (first.code, sandbox.status_of("API")) == (0, "maintenance")
    of_another_parent(cli, monkeypatch, "finish", "--outcome", "failure")
    assert sandbox.status_of("API") == "down"


def test_two_states__first_succeeds_and_second_fails__down(sandbox: Sandbox, cli: Cli) -> None:
    """Without a common state, A's success ends the maintenance early, and B's failure still reaches the page."""
    for name in ("a.json", "b.json"):
        cli("start", "-s", "API", "--state", name)
    cli("finish", "--outcome", "success", "--state", "a.json")
    assert sandbox.status_of("API") == "operational"
    cli("finish", "--outcome", "failure", "--state", "b.json")
    assert sandbox.status_of("API") == "down"


def test_two_states__first_fails_and_second_succeeds__says_what_stays(sandbox: Sandbox, cli: Cli) -> None:
    """B's success hides no failure that it did not see the end of."""
    for name in ("a.json", "b.json"):
        cli("start", "-s", "API", "--state", name)
    cli("finish", "--outcome", "failure", "--state", "a.json")
    cli("finish", "--outcome", "success", "--state", "b.json").says("Warning:", "but 'API' stays 'down'")
    assert sandbox.status_of("API") == "down"


def test_two_states__first_succeeds_and_second_is_lost__reconcile_changes_nothing(sandbox: Sandbox, cli: Cli) -> None:
    """Only maintenance is ended for a run that is gone: A's success stands."""
    for name in ("a.json", "b.json"):
        cli("start", "-s", "API", "--state", name)
    cli("finish", "--outcome", "success", "--state", "a.json")
    writes = len(sandbox.writes)
    assert cli("reconcile", "--outcome", "failure", "--state", "b.json").code == 0
    assert (len(sandbox.writes), sandbox.status_of("API")) == (writes, "operational")


def test_false_green__start_refused_after_a_failed_deployment__page_stays_down(sandbox: Sandbox, cli: Cli) -> None:
    """A start that fails half way restores what it found, not what an earlier deployment had found."""
    sandbox.add_service("Web", id="svc-web")
    both = ("-s", "API", "-s", "Web", "--concurrency", "1")
    cli("start", *both)
    cli("finish", "--outcome", "failure")
    sandbox.fail(1, 404, method="PUT", path="svc-web")
    assert cli("start", *both).code == 3
    assert [service.status for service in sandbox.services] == ["down", "down"]
    assert cli("finish", "--outcome", "failure").code == 0
    assert [service.status for service in sandbox.services] == ["down", "down"]


@pytest.mark.parametrize("mistake", [("start", "-s", "Nobody"), ("start", "-s", "API", "--on-success", "fine")])
def test_second_start_fails_at_once__first_finish_ends_its_own_maintenance(
    sandbox: Sandbox, cli: Cli, monkeypatch: pytest.MonkeyPatch, mistake: tuple[str, ...]
) -> None:
    """A mistake in another terminal, with the same state file, doesn't leave the page of a running deployment stuck."""
    cli("start", "-s", "API")
    with monkeypatch.context() as patch:
        patch.setattr(os, "getppid", lambda: OTHER_PARENT)
        assert cli(*mistake).code in (2, 3)
        assert cli("finish", "--outcome", "failure").code == 0
        assert sandbox.status_of("API") == "maintenance"
    assert cli("finish", "--outcome", "success").code == 0
    assert sandbox.status_of("API") == "operational"
