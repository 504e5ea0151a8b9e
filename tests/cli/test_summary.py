"""`--summary`, the lines of the timeline, and what the link to the status page costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli

from .test_counts import calls

PAGES = ("GET", "/api/v1/status-pages")
DOMAIN = "status.example.org"


def test_run__fails_and_is_rolled_back__tells_each_phase(sandbox: Sandbox, tool: Cli, tmp_path: Path) -> None:
    """The log ends with a line on what took how long; the file has the chart, the link, and what was there before."""
    sandbox.add_service("API")
    sandbox.set_status_page(custom_domain=DOMAIN)
    file = tmp_path / "summary.md"
    file.write_text("# Ours\n")
    result = tool("run", "--summary", str(file), "--rollback", "exit 0", "--", "sh", "-c", "exit 3")
    took = r"(?:less than )?\d+ s"
    steps = rf"start {took}, command {took} \(failed\), rollback {took}, finish {took}"
    line = rf"The deployment failed after {took}: {steps}\. Visitors saw maintenance for {took}\."
    assert re.fullmatch(line, result.people.splitlines()[-1])
    text = file.read_text()
    assert text.startswith("# Ours\n### Alert24: the deployment failed")
    assert re.search(r"^  command \(\d+ s\) :crit, ", text, re.MULTILINE)
    assert f'<a href="https://{DOMAIN}/">' in text


@pytest.mark.parametrize("command", ["finish", "run"])
def test_timeline__in_text_and_as_json__per_service_and_in_all(sandbox: Sandbox, tool: Cli, command: str) -> None:
    """Whoever finishes says how long visitors saw maintenance, also in another process than start's."""
    for name in ("API", "Web shop"):
        sandbox.add_service(name)
    services = ("-s", "API", "-s", "Web shop")
    if command == "finish":
        assert tool("start", *services).code == 0
        result = tool("finish", "--outcome", "success", "--json")
        timeline, first = result.document["timeline"], "deployment"
    else:
        result = tool("run", *services, "--json", "--", "true")
        assert result.document["start"]["timeline"] is None
        timeline, first = result.document["finish"]["timeline"], "start"
    names = [each["name"] for each in timeline["phases"]]
    assert (names[0], names[-1], timeline["phases"][-1]["failed"]) == (first, "finish", False)
    seen = {each["service"]: each["seconds"] for each in timeline["maintenance"]}
    assert list(seen) == ["API", "Web shop"]
    assert 0 <= max(seen.values()) <= timeline["maintenance_seconds"] < 60
    for line in (r"API: maintenance for \d+ s", r"Web shop: maintenance for \d+ s", r"The deployment succeeded after"):
        assert len(re.findall(f"^{line}", result.people, re.MULTILINE)) == 1


@pytest.mark.parametrize(("options", "asked"), [([], 0), (["--summary", "x.md"], 1)])
@pytest.mark.parametrize("status", [200, 403, 503])
def test_finish__link__costs_one_request_and_fails_nothing(
    sandbox: Sandbox,
    tool: Cli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: list[str],
    asked: int,
    status: int,
) -> None:
    """Only who shows the link asks for it, once, after everything is written; a refusal changes nothing else."""
    sandbox.add_service("API")
    monkeypatch.chdir(tmp_path)
    assert tool("start").code == 0
    sandbox.clear_requests()
    if status != 200:
        sandbox.fail(None, status, path="/api/v1/status-pages")
    result = tool("finish", "--outcome", "success", *options)
    assert (result.code, calls(sandbox).count(PAGES)) == (0, asked)
    assert asked == 0 or calls(sandbox)[-1] == PAGES


def test_finish__summary_that_can_not_be_written__is_a_warning(sandbox: Sandbox, tool: Cli, tmp_path: Path) -> None:
    """A summary is never worth a failure."""
    sandbox.add_service("API")
    assert tool("start").code == 0
    result = tool("finish", "--outcome", "success", "--summary", str(tmp_path))
    assert result.code == 0
    result.says("could not be written", "--summary")


@pytest.mark.parametrize("command", [("finish", "--outcome", "success"), ("run", "--", "true")])
def test_error__before_there_is_a_report__is_in_the_summary(
    tool: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Whoever opens the summary of a job that was stopped reads why, and once."""
    file = tmp_path / "summary.md"
    result = tool(command[0], "--summary", str(file), "-s", "No such service", *command[1:])
    assert result.code == 3
    assert file.read_text().count("### Alert24: stopped") == 1
    assert "No such service" in file.read_text()
