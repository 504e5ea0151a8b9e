"""A finish that can't even begin: it names the services that are still in maintenance, and the command that ends it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli

MISTAKES: Mapping[str, tuple[tuple[str, ...], Mapping[str, str | None], int]] = {
    "no key": (("--outcome", "success"), {"ALERT24_API_KEY": None}, 2),
    "key file is missing": (("--outcome", "success", "--api-key-file", "gone"), {}, 2),
    "unknown key": (("--outcome", "success"), {"ALERT24_API_KEY": "ak_live_" + "0" * 32}, 3),
    "wrong option": (("--outcome", "success", "--on-success", "fine"), {}, 2),
    "wrong address": (("--outcome", "success", "--api-url", "ftp://status.test"), {}, 2),
    "unknown option": (("--outcome", "success", "--nope"), {}, 2),
    "auto outside of GitLab": ((), {}, 2),
    "auto while the job runs": ((), {"CI_JOB_STATUS": "running"}, 2),
}


@pytest.fixture(autouse=True)
def two(sandbox: Sandbox) -> None:
    """Two services, one with a space in its name."""
    sandbox.add_service("API", id="svc-api")
    sandbox.add_service("Web shop", id="svc-web")


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.expects_warnings("an unknown key can't read either")
def test_finish__mistake__names_what_is_still_in_maintenance(sandbox: Sandbox, cli: Cli, mistake: str) -> None:
    """`Nothing was changed` alone would be taken for good news."""
    arguments, env, code = MISTAKES[mistake]
    cli("start", "-s", "API", "-s", "Web shop")
    result = cli("finish", *arguments, env=env)
    result.says("'API' and 'Web shop' are still in maintenance")
    result.says("alert24-deploy set operational -s svc-api -s svc-web")
    assert (result.code, [service.status for service in sandbox.services]) == (code, ["maintenance"] * 2)


def test_finish__mistake_after_a_finish_that_worked__nothing_is_in_maintenance(cli: Cli) -> None:
    """What is done needs no advice."""
    cli("start", "-s", "API")
    cli("finish", "--outcome", "success")
    result = cli("finish", "--outcome", "success", env={"ALERT24_API_KEY": None})
    assert (result.code, "maintenance" in result.people) == (2, False)


def test_finish__mistake_and_a_broken_state_file__the_mistake_is_shown(cli: Cli) -> None:
    """What can't be read names nothing, and hides nothing."""
    cli("start", "-s", "API")
    (cli.folder / ".alert24-deploy" / "state.json").write_text("{", "utf-8")
    cli("finish", env={"ALERT24_API_KEY": None}).says("There is no API key", "Nothing was changed.")


def test_finish__receivers__no_command_that_needs_a_key(sandbox: Sandbox, cli: Cli) -> None:
    """`set` by id would not reach a receiver."""
    env = {"ALERT24_WEBHOOK_URLS": sandbox.add_receiver("API", {"maintenance": "maintenance"})}
    cli("start", env=env)
    result = cli("finish", env=env)
    result.says("still in maintenance")
    assert "alert24-deploy set" not in result.people
