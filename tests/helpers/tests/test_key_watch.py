from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from helpers.key_watch import holds_key, redact

KEY = "ak_live_" + "0123456789abcdefghijABCDEFGHIJ42"
TESTS = Path(__file__).parents[2]
HEAD = 'import pytest\nKEY = "ak_" + "live_" + "x7" * 16\n'
LEAKS = {
    "stdout": 'def test_it():\n    print("hello", KEY)',
    "stderr": "import sys\ndef test_it():\n    print(KEY, file=sys.stderr)",
    "log": 'import logging\ndef test_it():\n    logging.getLogger("some").warning(KEY)',
    "fixture": "@pytest.fixture\ndef made():\n    yield\n    print(KEY)\ndef test_it(made):\n    pass",
    "file": 'def test_it(tmp_path):\n    (tmp_path / "a").mkdir()\n    (tmp_path / "a" / "state.json").write_text(KEY)',
    "helper": 'def test_it(key_watch):\n    key_watch.saw("stdout of a command", KEY)',
    "cut off": "def test_it():\n    print(KEY[:20])",
    "test that fails": "def test_it():\n    print(KEY)\n    assert False",
}


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the watch over this very test does not look."""
    return tmp_path_factory.mktemp("inner")


def run_pytest(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on one test file with this project's conftest."""
    (folder / "conftest.py").write_text((TESTS / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_leak.py").write_text(HEAD + source + "\n", "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, folder],
        env={
            "PYTHONPATH": str(TESTS),
            "HOME": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("source", LEAKS.values(), ids=LEAKS)
def test_key_watch__leak__fails_the_test_and_strikes_the_key(folder: Path, source: str) -> None:
    """A test that lets a key out fails, and the report does not repeat the key."""
    ran = run_pytest(folder, source)
    assert ran.returncode == 1
    assert "An API key was let out" in ran.stdout
    assert not holds_key(ran.stdout.encode())


def test_key_watch__variables_of_a_failing_test__are_shown_without_the_key(folder: Path) -> None:
    """A test that fails for another reason keeps its reason, and its variables are redact."""
    ran = run_pytest(folder, "def test_it():\n    key = KEY\n    assert key == 0, 'the reason'")
    assert (ran.returncode, "the reason" in ran.stdout) == (1, True)
    assert not holds_key(ran.stdout.encode())


def test_key_watch__no_leak__lets_the_test_pass(folder: Path) -> None:
    """The prefix alone, and the words that tell of a key, are no leak."""
    ran = run_pytest(folder, 'def test_it():\n    print("`ak_live_` and 32 characters", KEY[:8])')
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True)


@pytest.mark.parametrize("before", ["", "x", "xy", "Bearer ", "user:", "{"])
def test_holds_key__base64__found_wherever_the_key_begins(before: str) -> None:
    """A key is found in base64 text, at each of the three places in a group of bytes."""
    assert holds_key(base64.b64encode(f"{before}{KEY} and more".encode()))


@pytest.mark.parametrize("form", [KEY, KEY[:20], quote(KEY), KEY.replace("_", "%5F"), KEY.replace("_", "%5f")])
def test_holds_key__plain_or_quoted__found_and_struck(form: str) -> None:
    """A key is found whole, cut off and percent-encoded, and nothing of it is left after striking."""
    assert holds_key(f"said '{form}' to you".encode())
    assert redact(f"said '{form}' to you") == "said '<a key>' to you"
