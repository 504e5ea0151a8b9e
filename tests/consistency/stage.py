"""Where the commands of an example are run: a folder, stand-ins for the programs that they call, and a sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alert24_sandbox import Sandbox
from helpers.key_watch import KeyWatch
from helpers.results import Result, watched

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_LONGEST_SECONDS = 40


@dataclass
class Stage:
    """Runs what an example says, as its CI would, with `alert24-deploy` on PATH."""

    folder: Path
    sandbox: Sandbox
    key: str
    watch: KeyWatch

    def __repr__(self) -> str:
        return f"Stage({self.folder})"

    def program(self, name: str, *, code: int = 0, script: str = "") -> None:
        """Add a stand-in that notes how it is called; a name with a slash lies in the folder, others are on PATH."""
        path = self.folder / name if "/" in name else self.folder / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "{Path(name).name} $*" >>"{self.folder}/calls"\n{script}\nexit {code}\n')
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """How the stand-ins were called, in order."""
        noted = self.folder / "calls"
        return [line.strip() for line in noted.read_text().splitlines()] if noted.exists() else []

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a command: what a CI gives, and the sandbox's address."""
        path = [str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        given = {"ALERT24_API_URL": self.sandbox.url, "ALERT24_API_KEY": self.key}
        return {**measured, **given, "PATH": os.pathsep.join(path), "HOME": str(self.folder)}

    def run(self, words: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Result:
        """Run a command to its end."""
        ended = subprocess.run(
            words,
            cwd=self.folder,
            env={**self.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        return watched(self.watch, (Path(words[0]).name,), Result(ended.returncode, ended.stdout, ended.stderr))

    def shell(self, line: str, env: Mapping[str, str] | None = None) -> Result:
        """Run a line of shell."""
        return self.run(["sh", "-c", line], env)

    def shown(self, name: str) -> list[str]:
        """What visitors saw of a service, from the beginning."""
        return [event.after for event in self.sandbox.events if event.service == name]
