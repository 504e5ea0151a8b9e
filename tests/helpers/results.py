"""What a command left behind, however it was run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .key_watch import KeyWatch
from .schemas import validate, validate_output


@dataclass(frozen=True)
class Result:
    """A command that has ended: its exit code, stdout for machines, stderr for people; and what the test asserted."""

    code: int
    out: str
    people: str
    asserted: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    def says(self, *words: str) -> None:
        """Assert that people are told all these words; capitals and what stands between do not count."""
        self.asserted.extend(words)
        told = self.people.casefold()
        missing = [word for word in words if word.casefold() not in told]
        assert not missing, f"Missing {missing} in:\n{self.people}"


# The results of the running test; helpers/expected_warnings.py looks at their warnings when it ends.
RESULTS: list[Result] = []


def watched(watch: KeyWatch, arguments: tuple[str, ...], result: Result) -> Result:
    """Show a result to the key watch, keep it for the watch over warnings, and return it; check its document."""
    command = f"`alert24-deploy {' '.join(arguments[:1])}`"
    watch.saw(f"stdout of {command}", result.out)
    watch.saw(f"stderr of {command}", result.people)
    RESULTS.append(result)
    validate_output(result.out)
    return result


def state_in(folder: Path) -> Any:
    """Return the document of the default state file in a folder."""
    state = json.loads((folder / ".alert24-deploy" / "state.json").read_text(encoding="utf-8"))
    validate("state.json", state)
    return state
