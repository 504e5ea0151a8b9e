"""What all tests share: a sandbox, its keys, the command line in two ways, and the watch over keys."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from alert24_deploy import text
from alert24_deploy.net import retry, tls
from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.key_watch import WATCH, KeyWatch
from helpers.processes import CliProcess

pytest_plugins = ["helpers.executor_fixtures", "helpers.expected_warnings", "helpers.signals.fixtures"]
# A busy machine is slow, which is no failure. In CI, hypothesis tries the same examples every time, so that a run
# without a change ends like the one before.
settings.register_profile(
    "alert24",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
    print_blob=True,
)
settings.load_profile("alert24")
_FROM_OUTSIDE = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


def pytest_configure(config: pytest.Config) -> None:
    """Set the watch over keys, and let signals be signals where a shell's background job, or nohup, ignores them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started from here inherits what is ignored
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    config.stash[WATCH] = KeyWatch()
    config.pluginmanager.register(config.stash[WATCH], "alert24-key-watch")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Collect garbage between tests only: an earlier test's finalizer fails at the bottom of a recursion."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(optionalhook=True)  # pytest may run without xdist
def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` starts: two for each core, because a test waits as long as it computes."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
def key_watch(pytestconfig: pytest.Config) -> KeyWatch:
    """Takes note of text that a helper captured."""
    return pytestconfig.stash[WATCH]


@pytest.fixture(autouse=True)
def _nothing_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test without secrets and certificates: they are known to the whole process."""
    monkeypatch.setattr(text, "_secrets", [])
    monkeypatch.setattr(tls, "_also_trusted", [])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that serves, without services."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def api_key(sandbox: Sandbox) -> str:
    """A key that may write."""
    return sandbox.add_key(["write"])


@pytest.fixture
def read_key(sandbox: Sandbox) -> str:
    """A key that may only read."""
    return sandbox.add_key(["read"])


@pytest.fixture
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Writes a file with some content, where the watch over keys does not look, and returns its path."""

    def write(content: str) -> str:
        path = tmp_path_factory.mktemp("secrets") / "key"
        path.write_text(content, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def cli(sandbox: Sandbox, api_key: str, tmp_path: Path, key_watch: KeyWatch, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line in this process, in an empty folder, with the sandbox's address and a key that may write."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in _FROM_OUTSIDE:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return Cli({"ALERT24_API_URL": sandbox.url, "ALERT24_API_KEY": api_key}, tmp_path, key_watch)


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the waits between tries too short to notice, for commands in this process."""
    monkeypatch.setattr(retry, "_backoff", lambda _: 0.0)


@pytest.fixture
def cli_process(sandbox: Sandbox, api_key: str, tmp_path: Path, key_watch: KeyWatch) -> Iterator[CliProcess]:
    """The installed command in an empty folder, with nothing in its environment but home, address and key."""
    environ = {"HOME": str(tmp_path), "ALERT24_API_URL": sandbox.url, "ALERT24_API_KEY": api_key}
    processes = CliProcess(environ, tmp_path, key_watch)
    yield processes
    processes.kill_all()
