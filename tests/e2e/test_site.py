"""The documentation's site, as `make docs` builds it, in a real browser."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from helpers.browser import browser as browser  # noqa: PLC0414 - a fixture
from helpers.browser import eventually, texts

from .conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

MKDOCS = Path(sys.executable).with_name("mkdocs")
NAV = re.findall(r"^ +- .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site as `make docs` does, elsewhere."""
    command = [str(word) for word in (MKDOCS, "build", "--strict", "--config-file", config, "--site-dir", site)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": "https://docs.example.com/"}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's folder."""
    folder = tmp_path_factory.mktemp("site")
    ended = build(ROOT / "mkdocs.yml", folder)
    assert ended.returncode == 0, ended.stderr
    return folder


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    handler = functools.partial(_Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def _page(source: str) -> str:
    """The path of a page on the site."""
    return re.sub(r"(?:(?:^|(?<=/))(?:index|README))?\.md$", "/", source).removeprefix("/").replace("//", "/")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("source", NAV)
def test_page__on_phone_and_desktop__fits_and_comes_from_one_host(
    browser: Chrome, address: str, source: str, width: str
) -> None:
    """No page is wider than the screen, and none loads anything from another host."""
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1], "deviceScaleFactor": 1, "mobile": width == "phone"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(address + _page(source))
    assert texts(browser, "h1")
    script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(script) <= 0
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [url for url in loaded if not url.startswith(address)] == []
    entries: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in entries] == []


def test_search__for_a_word__finds_its_page(browser: Chrome, address: str) -> None:
    """The index is part of the site."""
    browser.get(address + "?q=force-cancelled")
    eventually(browser, lambda: bool(texts(browser, ".md-search-result__item")))


def test_llms_txt__lists_every_page__with_its_markdown(site: Path) -> None:
    """A program finds each page of the navigation, and its text without the page around it."""
    listed = (site / "llms.txt").read_text("utf-8")
    pages = re.findall(r"^- \[.+\]\(https://docs\.example\.com/(\S+)\): .+$", listed, re.MULTILINE)
    assert pages == [f"{_page(source)}index.md" for source in NAV]
    assert all((site / page).read_text("utf-8").startswith("# ") for page in pages)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("helm.md#around-the-command", ""),
        ("../../tests/README.md", ""),
        ("missing.md", "missing.md"),
        ("helm.md#missing", "#missing"),
        ("../../tests/missing.py", "missing.py"),
    ],
)
def test_build__link_of_a_page__leads_somewhere_or_fails(tmp_path: Path, link: str, said: str) -> None:
    """A page, a heading or a file of the repository that isn't there stops the build."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    (tmp_path / "mkdocs.yml").write_text(config.replace("hooks: [", f"hooks: [{ROOT}/"))
    page = tmp_path / "docs/guides/kamal.md"
    page.write_text(f"{page.read_text('utf-8')}\n[A link]({link})\n")
    ended = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert (ended.returncode, said in ended.stderr) == (1 if said else 0, True), ended.stderr
