"""The summary's chart, drawn by Mermaid itself in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium.webdriver import Chrome

from alert24_deploy.app.summary import summary
from alert24_deploy.deployment.report import Action, Report, ServiceResult
from alert24_deploy.deployment.timeline import Phase, moment
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus
from alert24_deploy.text import sanitize
from helpers.browser import browser as browser  # noqa: PLC0414 - a fixture

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

AT = moment("2026-01-31T10:00:00Z") or 0.0
PHASES = [
    Phase("start", AT, AT + 2),
    Phase("command", AT + 2, AT + 252, failed=True),
    Phase("rollback", AT + 252, AT + 272),
    Phase("finish", AT + 272, AT + 274),
]
DRAW = """
const [text, done] = [arguments[0], arguments[1]];
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
mermaid.render("chart", text).then(
  ({ svg }) => { document.body.innerHTML = svg; done({
    labels: [...document.querySelectorAll("text.taskText, text.taskTextOutsideRight, text.taskTextOutsideLeft")]
      .map((e) => e.textContent.replace(/\\s+/g, " ").trim()).sort(),
    bars: [...document.querySelectorAll("rect.task")].length,
    extras: document.querySelectorAll("a, img, script, foreignObject, line.today").length,
  }); },
  (error) => done({ error: String(error) }));
"""
# What Mermaid reads in a line of a chart, and what would end the chart or the line.
PIECES = """
    : ; # %% %%{init:{}}%% #quot; #35; " ' ` ``` < > & </text> <br> <img/src=x/onerror=alert(1)> {{ }} --- ,
    title section gantt click dateFormat excludes todayMarker accTitle style classDef style:#a; ﬂ°°60¶ß after x vert
""".split()
NAMES = st.lists(st.sampled_from([*PIECES, " ", "\n", "\r", "\t", "é", "漢", "😀"]) | st.text(max_size=3), max_size=8)


def chart(*names: str) -> str:
    """The chart in the summary of a deployment of services with these names."""
    services = [ServiceState(str(number), name, "operational", WriteStatus.YES) for number, name in enumerate(names)]
    results = [
        ServiceResult(each.id, each.name, "operational", "down", Action.WRITTEN, "it failed") for each in services
    ]
    state = State("d", Stage.FINISHED, "2026-01-31T10:00:00Z", services, finished_at="2026-01-31T10:04:34Z")
    return summary(Report("finish", results, state=state, phases=PHASES)).split("```mermaid\n")[1].split("\n```")[0]


@pytest.fixture(scope="module")
def page(browser: Chrome, node_packages: Path) -> Chrome:
    """A browser with Mermaid loaded."""
    browser.get("about:blank")
    script = (node_packages / "node_modules/mermaid/dist/mermaid.min.js").read_text("utf-8")
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": script})
    return browser


def drawn(page: Chrome, text: str) -> dict[str, object]:
    """What Mermaid makes of a chart."""
    found: dict[str, object] = page.execute_async_script(DRAW, text)
    return found


def test_chart__deployment__is_drawn(page: Chrome, tmp_path: Path) -> None:
    """Each phase and each service has its bar, named with its duration."""
    found = drawn(page, chart("Payments API", "Web shop, EU"))
    phases = ["start (2 s)", "command (4 min 10 s)", "rollback (20 s)", "finish (2 s)"]
    services = ["Payments API (4 min 34 s)", "Web shop, EU (4 min 34 s)"]
    assert found == {"labels": sorted([*phases, *services]), "bars": 6, "extras": 0}
    page.save_screenshot(str(tmp_path / "chart.png"))


def test_chart__fifty_long_names__are_not_too_much(page: Chrome) -> None:
    """Mermaid refuses a chart of more than 50,000 characters."""
    assert drawn(page, chart(*["😀" * 90] * 60))["bars"] == 54


@settings(max_examples=150)
@given(NAMES.map("".join))
def test_chart__any_name__is_one_label(page: Chrome, name: str) -> None:
    """Whatever a name contains, it is the text of one bar, and nothing else in the chart."""
    found = drawn(page, chart(name, "Web shop"))
    label = re.sub(r"\s+", " ", f"{sanitize(name, 60) or 'unnamed'} (4 min 34 s)")
    assert (found.get("error"), found.get("bars"), found.get("extras")) == (None, 6, 0), json.dumps(chart(name))
    assert label in found["labels"]  # type: ignore[operator]


def test_chart__name_as_it_is__would_not_do(page: Chrome) -> None:
    """The judge would tell: Mermaid reads a name that is not escaped."""
    text = chart("x")
    assert "#120; (" in text
    for name in ("a:b", "title"):
        found = drawn(page, text.replace("#120;", name))
        assert f"{name} (4 min 34 s)" not in found.get("labels", [])  # type: ignore[operator]
