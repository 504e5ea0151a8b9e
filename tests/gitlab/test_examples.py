"""The guide's examples: their inputs are the component's, and their jobs do what the guide says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alert24_sandbox import Sandbox

from .jobs import Ended, Machine
from .rendering import COMPONENT, job, load, render

EXAMPLES = COMPONENT.parent / "examples" / "gitlab"
WITH_COMPONENT = [path for path in EXAMPLES.glob("*.yml") if path.name != "reconcile-schedule.yml"]
ALL = sorted(WITH_COMPONENT, key=lambda path: path.name)
BEFORE = ["operational", "degraded", "operational"]


@pytest.fixture
def shop(sandbox: Sandbox) -> Sandbox:
    """A page with the services of the examples."""
    sandbox.add_service("Payments API")
    sandbox.add_service("Web shop", status="degraded")
    sandbox.add_service("Search")
    return sandbox


def configuration(name: str, page: Sandbox) -> dict[str, Any]:
    """An example with the component that it includes."""
    example = load((EXAMPLES / name).read_text("utf-8"))
    (include,) = example.pop("include")
    return {**render({**include["inputs"], "api-url": page.url}), **example}


def run(machine: Machine, page: Sandbox, name: str, job_name: str, **scripts: str) -> Ended:
    """Run one of an example's jobs in a project with these scripts."""
    machine.install_tool()
    machine.project_variables["ALERT24_API_KEY"] = page.add_key()
    for script, line in scripts.items():
        path = machine.project / f"{script}.sh"
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
    wrapped = job(configuration(name, page), job_name)
    lines = wrapped["script"]
    return machine.run({**wrapped, "script": [lines] if isinstance(lines, str) else lines})


def statuses(page: Sandbox) -> list[str]:
    """What visitors see."""
    return [service.status for service in page.services]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_example__is_understood(path: Path, shop: Sandbox) -> None:
    """Each example's inputs exist, and what its jobs extend and refer to is there."""
    merged = configuration(path.name, shop)
    for name in merged:
        if name not in ("stages", "variables", "workflow"):
            job(merged, name)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_example__stages__are_there(path: Path, shop: Sandbox) -> None:
    """Where an example puts our jobs into stages, the pipeline has these."""
    merged = configuration(path.name, shop)
    stages = [".pre", *merged.get("stages", ["build", "test", "deploy"]), ".post"]
    ours = [merged["alert24:start"]["stage"], merged[".alert24-finish"]["stage"]]
    assert set(ours) <= set(stages)
    assert stages.index(ours[0]) < stages.index(ours[1])


@pytest.mark.parametrize(("line", "after"), [("true", "operational"), ("false", "down")])
def test_deploy__ends__page_follows(machine: Machine, shop: Sandbox, line: str, after: str) -> None:
    """The first example changes the service that it names."""
    run(machine, shop, "deploy.yml", "deploy", deploy=line)
    assert statuses(shop) == [after, *BEFORE[1:]]


@pytest.mark.parametrize(
    ("deploy", "rollback", "after"),
    [("true", "false", "operational"), ("false", "true", "degraded"), ("false", "false", "down")],
)
def test_own_scripts__deploy_and_roll_back__page_follows(
    machine: Machine, shop: Sandbox, deploy: str, rollback: str, after: str
) -> None:
    """Scripts around ours run in the order that the guide gives, and a rollback brings back the status of before."""
    shop.set_status("Payments API", "degraded")
    scripts = {"deploy": deploy, "rollback": rollback, "login": "echo logged in", "logout": "echo logged out"}
    ended = run(machine, shop, "own-scripts.yml", "deploy", **scripts)
    assert statuses(shop)[0] == after
    assert ended.log.index("-> maintenance") < ended.log.index("logged in")
    assert ended.log.index(f"-> {after}") < ended.log.index("logged out")


@pytest.mark.parametrize("finish_fails", [False, True])
def test_own_scripts__a_line_fails__the_others_count(machine: Machine, shop: Sandbox, finish_fails: bool) -> None:
    """A line of the user's that fails comes after ours, and a failed finish fails the job after the user's lines."""
    logout = "echo logged out" if finish_fails else "exit 9"
    scripts = {"deploy": "true", "rollback": "true", "login": "true", "logout": logout}
    if finish_fails:
        shop.fail(100, 503)
        machine.project_variables["ALERT24_TIMEOUT"] = "1"
    ended = run(machine, shop, "own-scripts.yml", "deploy", **scripts)
    assert ended.after_code == (4 if finish_fails else 9)
    assert finish_fails or statuses(shop)[0] == "operational"
    ended.says("logged out" if finish_fails else "-> operational")


@pytest.mark.parametrize("finished", [True, False])
def test_last_job__ends_only_what_is_left(machine: Machine, shop: Sandbox, finished: bool) -> None:
    """The last job heals a deployment whose after_script never came, and changes nothing after one that finished."""
    run(machine, shop, "last-job.yml", "deploy", deploy="false")
    if not finished:
        shop.set_status("Payments API", "maintenance")
    last = job(configuration("last-job.yml", shop), "end-maintenance")
    assert last["rules"] == job(configuration("last-job.yml", shop), "deploy")["rules"]
    assert machine.run(last).green
    assert statuses(shop) == ["down" if finished else "degraded", *BEFORE[1:]]


def test_several_services__each_job_has_its_own(machine: Machine, shop: Sandbox) -> None:
    """A job's own variable says which services it deploys."""
    run(machine, shop, "several-services.yml", "deploy-shop", deploy='[ "$1" = shop ]')
    assert statuses(shop) == ["operational", "operational", "operational"]
    assert {event.service for event in shop.events} == {"Web shop", "Search"}
