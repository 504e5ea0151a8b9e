from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from alert24_sandbox import Options, Sandbox
from helpers.browser import browser as browser  # noqa: PLC0414 - a fixture
from helpers.browser import eventually, texts
from helpers.processes import CliProcess
from sandbox.tools import Client

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=alert(1)>"


def open_page(browser: Chrome, sandbox: Sandbox) -> None:
    """Open the page, and return once its script has filled it: `get` may return before that."""
    browser.get(sandbox.url)
    eventually(browser, lambda: any(texts(browser, "#headline")))


def complaints(browser: Chrome) -> list[str]:
    """What the browser's console has to say since it was last asked: errors, refused contents."""
    entries: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries]


def test_page__change_appears_without_reload(browser: Chrome, sandbox: Sandbox) -> None:
    """Statuses, banner, title and timeline follow a change while the page stays the same document."""
    sandbox.add_service("Payments API")
    open_page(browser, sandbox)
    assert texts(browser, "#headline") == ["All systems operational"]
    assert texts(browser, "#services .word") == ["Operational"]
    assert texts(browser, "#no-events") == ["No status changes yet."]
    browser.execute_script("window.sameDocument = true")

    sandbox.set_status("Payments API", "maintenance", by="hand")

    eventually(browser, lambda: len(texts(browser, "#timeline li")) == 1)
    assert texts(browser, "#headline") == ["Maintenance in progress"]
    assert texts(browser, "#services .word") == ["Maintenance"]
    assert texts(browser, "#timeline .name") == ["Payments API"]
    assert texts(browser, "#timeline .after") == ["Maintenance"]
    assert browser.title == "Maintenance in progress"
    assert browser.execute_script("return window.sameDocument") is True
    assert complaints(browser) == []


def test_page__name_that_looks_like_html_is_text(browser: Chrome, sandbox: Sandbox) -> None:
    """A service named like an element shows that name, at once and after a change, and runs nothing."""
    sandbox.add_service(EVIL, description=EVIL, status=EVIL)
    open_page(browser, sandbox)
    assert texts(browser, "#services .name") == [EVIL]
    sandbox.set_status(EVIL, "down", by=EVIL)
    eventually(browser, lambda: texts(browser, "#timeline .name") == [EVIL])
    assert texts(browser, "#timeline .before") == [EVIL]
    assert texts(browser, "#timeline .note") == [f"by {EVIL}"]
    assert texts(browser, "#services .description") == [EVIL]
    assert browser.find_elements(By.TAG_NAME, "img") == []
    # An open alert would make this raise.
    assert complaints(browser) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page__readable_in_both_schemes(browser: Chrome, sandbox: Sandbox, scheme: str) -> None:
    """In light and dark every status has its word, its own shape, and a contrast of 4.5 or more."""
    for status in ("operational", "degraded", "down", "maintenance", "under_review"):
        sandbox.add_service(status, status=status)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    open_page(browser, sandbox)
    assert texts(browser, "#services .word") == ["Operational", "Degraded", "Down", "Maintenance", "under_review"]
    shapes = "return [...document.querySelectorAll('#services use')].map((e) => e.getAttribute('href'))"
    assert browser.execute_script(shapes) == ["#operational", "#degraded", "#down", "#maintenance", "#unknown"]
    contrasts = browser.execute_script(CONTRASTS)
    assert len(contrasts) == 5
    assert min(contrasts) >= 4.5
    grounds = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(244, 245, 248)", "dark": "rgb(14, 17, 23)"}[scheme]


# WCAG's contrast between a pill's text and its ground.
CONTRASTS = """
const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = (colour) => colour.match(/\\d+/g).slice(0, 3).map(Number).map(channel)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
return [...document.querySelectorAll("#services .pill")].map(getComputedStyle).map((style) => {
  const [low, high] = [light(style.color), light(style.backgroundColor)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
});
"""


def test_page__says_when_the_sandbox_is_gone_and_back(browser: Chrome, sandbox: Sandbox) -> None:
    """A page that can't refresh itself says so, and recovers by itself."""
    open_page(browser, sandbox)
    eventually(browser, lambda: texts(browser, "#live-text")[0].startswith("Live"))
    sandbox.stop()
    eventually(browser, lambda: texts(browser, "#live-text") == ["The sandbox is not responding"])
    sandbox.start()
    eventually(browser, lambda: texts(browser, "#live-text")[0].startswith("Live"))
    complaints(browser)  # The refused connections.


def test_page__another_sandbox_at_the_same_address(browser: Chrome, sandbox: Sandbox) -> None:
    """When a new sandbox takes the place of the old one, the old one's timeline goes away."""
    sandbox.add_service("Old")
    for status in ("down", "operational"):
        sandbox.set_status("Old", status)
    open_page(browser, sandbox)
    assert texts(browser, "#timeline .name") == ["Old", "Old"]
    sandbox.stop()
    with Sandbox(Options(), port=int(sandbox.url.rpartition(":")[2])) as other:
        other.add_service("New")
        other.set_status("New", "degraded")
        eventually(browser, lambda: texts(browser, "#timeline .name") == ["New"])
        assert texts(browser, "#services .name") == ["New"]
    complaints(browser)  # The refused connections.


@pytest.mark.parametrize("width", [360, 1200])
def test_page__fits_its_window(browser: Chrome, sandbox: Sandbox, width: int) -> None:
    """Not even an endless name makes the page wider than its window."""
    sandbox.add_service("Payments" * 20, description="x" * 300, status="under_review" * 5)
    sandbox.set_status("Payments" * 20, "maintenance" * 9, by="monitor" * 20)
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    open_page(browser, sandbox)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def press(browser: Chrome, words: str) -> None:
    """Open the first service's buttons if need be, and press the one with these words."""
    script = """
    const row = document.querySelector("#services li"); row.querySelector("details").open = true;
    [...row.querySelectorAll("button")].find((b) => b.value === arguments[0]).click();
    """
    browser.execute_script(script, words)


RECORDED: dict[str, str | None] = {
    "ALERT24_SERVICES": '["Payments API", "Web shop"]',
    "ALERT24_RECORD_CHANGE": "true",
    "ALERT24_INCIDENT_ON_FAILURE": "true",
    "CI_COMMIT_SHA": "4f2a9c1d7e8b",
    "CI_COMMIT_REF_NAME": "main",
    "GITLAB_USER_LOGIN": "deployer",
}


def screenshots(browser: Chrome, folder: Path, name: str) -> None:
    """Keep pictures of the whole page, for somebody to look at: desktop and phone, light and dark."""
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    for width, scheme in ((1100, "light"), (1100, "dark"), (390, "light"), (390, "dark")):
        features = [{"name": "prefers-color-scheme", "value": scheme}, still]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        size = {"width": width, "height": 2400, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.save_screenshot(str(folder / f"{name}-{width}-{scheme}.png"))
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_page__failed_deployment__is_told_by_deployment_and_writer(
    browser: Chrome, sandbox: Sandbox, cli_process: CliProcess, tmp_path: Path
) -> None:
    """The real command's deployment is one card, with who wrote each change, and its failure is an open incident."""
    for name in ("Payments API", "Web shop"):
        sandbox.add_service(name)
    open_page(browser, sandbox)
    press(browser, "hand degraded")
    eventually(browser, lambda: texts(browser, "#timeline .note") == ["by hand"])

    assert cli_process("start", env=RECORDED).code == 0
    eventually(browser, lambda: texts(browser, "#timeline .title") == ["Deployment in progress"])
    facts = ["Payments API, Web shop", "production", "main @ 4f2a9c1 by deployer"]
    assert texts(browser, "#timeline .parts span") == facts
    screenshots(browser, tmp_path, "during")
    press(browser, "monitor down")
    eventually(browser, lambda: texts(browser, "#timeline .note")[0] == "by a monitor")

    assert cli_process("finish", "--outcome", "failure", env=RECORDED).code == 0
    eventually(browser, lambda: texts(browser, "#incidents .word") == ["Open"])
    eventually(browser, lambda: texts(browser, "#timeline .title")[0].startswith("Deployment failed after "))
    eventually(browser, lambda: texts(browser, "#timeline ol .after")[:2] == ["Down", "Down"])
    writers = ["by alert24-deploy", "by a monitor", "by alert24-deploy", "by alert24-deploy", "by hand"]
    assert texts(browser, "#timeline .note") == writers
    assert len(browser.find_elements(By.CSS_SELECTOR, "#timeline > .event")) == 1
    screenshots(browser, tmp_path, "failed")
    assert complaints(browser) == []


def test_page__rollback__ends_the_deployment_and_the_incident(
    browser: Chrome, sandbox: Sandbox, cli_process: CliProcess, tmp_path: Path
) -> None:
    """A failed deployment that is rolled back shows so, ends the lane's incident, and how long visitors saw it."""
    for name in ("Payments API", "Web shop"):
        sandbox.add_service(name)
    assert cli_process("run", "--", "false", env=RECORDED).code == 1
    open_page(browser, sandbox)
    assert texts(browser, "#incidents .word") == ["Open"]
    assert cli_process("run", "--rollback", "true", "--", "false", env=RECORDED).code == 1
    eventually(browser, lambda: texts(browser, "#incidents .word") == ["Resolved"])
    eventually(browser, lambda: "and was rolled back" in texts(browser, "#timeline .title")[0])
    eventually(browser, lambda: texts(browser, "#timeline .parts span")[1].startswith("maintenance for "))
    assert len(texts(browser, "#timeline .title")) == 2
    shape = "return document.querySelector('#timeline .deployment use').getAttribute('href')"
    assert browser.execute_script(shape) == "#degraded"
    screenshots(browser, tmp_path, "rolled-back")
    assert complaints(browser) == []


@pytest.mark.parametrize(
    ("address", "shown"), [("https://ci.example/1", True), ("javascript:alert(1)", False), (EVIL, False)]
)
def test_page__link_to_a_run__is_a_web_address_or_none(
    browser: Chrome, sandbox: Sandbox, address: str, shown: bool
) -> None:
    """Whatever a change or an incident holds is text; the link to the run leads to a web page or isn't there."""
    service = sandbox.add_service("A")
    with Client(sandbox, sandbox.add_key()) as client:
        change = {"summary": EVIL, "pipeline_url": address, "commit_message": EVIL, "branch": EVIL}
        client.call("POST", f"/api/v1/services/{service.id}/changes", json=change)
        client.call("POST", "/api/v1/incidents", json={"title": EVIL, "description": EVIL})
    open_page(browser, sandbox)
    assert [each.is_displayed() for each in browser.find_elements(By.CSS_SELECTOR, "#timeline a")] == [shown]
    assert texts(browser, ".title") == texts(browser, ".message") == [EVIL, EVIL]
    assert browser.find_elements(By.TAG_NAME, "img") == []
    assert complaints(browser) == []
