"""What happened in a deployment, in its order: the steps of the user's commands and the page's writes, by one clock."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from alert24_sandbox import Sandbox


class Diary:
    """Commands write a line when they run; the page's accepted writes come from the sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self._path = folder / "diary"
        self._sandbox = sandbox

    def noting(self, word: str, then: str = "") -> str:
        """Return a line of shell that notes a word and goes on."""
        return f"echo {word} $(date +%s.%N) >> '{self._path}'; {then}"

    @property
    def steps(self) -> list[str]:
        """The words of the commands alone."""
        return [word for _, word in self._noted()]

    @property
    def entries(self) -> list[str]:
        """Everything in its order: commands by their words, writes by their statuses."""
        written = [
            (request.time, request.json["status"])
            for request in self._sandbox.requests
            if request.method in ("PUT", "POST") and request.status == 200
        ]
        return [word for _, word in sorted([*self._noted(), *written])]

    def _noted(self) -> list[tuple[datetime, str]]:
        if not self._path.exists():
            return []
        lines = [line.split() for line in self._path.read_text(encoding="ascii").splitlines()]
        return [(datetime.fromtimestamp(float(seconds), timezone.utc), word) for word, seconds in lines]
