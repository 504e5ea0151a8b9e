from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.gate import Gate
from helpers.key_watch import KeyWatch
from helpers.processes import CliProcess

from .diary import Diary
from .raw import Raw

FOR_API = {"ALERT24_SERVICES": "API", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@pytest.fixture
def diary(sandbox: Sandbox, tmp_path: Path) -> Diary:
    """What happens, in its order."""
    return Diary(tmp_path, sandbox)


@pytest.fixture
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """One place in a script."""
    opened = Gate(tmp_path_factory.mktemp("gate") / "gate")
    yield opened
    opened.close()


@pytest.fixture
def tool(cli: Cli) -> Cli:
    """The command for the service `API` in this process, with the PATH that commands need."""
    cli.environ.update(FOR_API)
    return cli


@pytest.fixture
def tool_process(cli_process: CliProcess) -> CliProcess:
    """The same command as a process: five times as slow, for signals, streams and real exit codes."""
    cli_process.environ.update(FOR_API)
    return cli_process


@pytest.fixture
def raw(tool_process: CliProcess, key_watch: KeyWatch) -> Raw:
    """The same command with streams of bytes."""
    return Raw(tool_process.environ, tool_process.folder, key_watch)


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a program of the user's into the folder and returns its path."""

    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return write
