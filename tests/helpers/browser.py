"""A real browser: headless Chromium, for the tests of the marker `browser`."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.ui import WebDriverWait

# As root a container has no sandbox of Chromium's own; the rest keeps it from calling home.
FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync
""".split()


def program(*names: str) -> str:
    """The first of these programs that is installed."""
    found = next(filter(None, map(shutil.which, names)), None)
    assert found is not None, f"install one of: {', '.join(names)}"
    return found


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """A headless Chromium with an empty profile in a folder."""
    options = ChromeOptions()
    options.binary_location = program("chromium", "google-chrome", "chromium-browser")
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(program("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A headless Chromium for one module's tests."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


def texts(browser: Chrome, selector: str) -> list[str]:
    """The visible texts of the elements that a CSS selector finds, in one moment."""
    script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.trim())"
    found: list[str] = browser.execute_script(script, selector)
    return found


def eventually(browser: Chrome, condition: Callable[[], bool]) -> None:
    """Wait until the page fulfils the condition."""
    WebDriverWait(browser, 15, poll_frequency=0.05).until(lambda _: condition())
