"""The steps that a test writes into a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .expressions import Contexts, as_text, interpolate

if TYPE_CHECKING:
    from .stage import RunningStep

# What stands in `with:`: a value, a text with `${{ }}` in it, or a function of the contexts at that moment.
InputValue: TypeAlias = "str | bool | int | float | Callable[[Contexts], str]"
Script: TypeAlias = "str | Callable[[RunningStep], int | None]"


@dataclass
class Step:
    """What all steps have.

    Args:
        id: the step's id, by which the `steps` context and the results know it.
        if_: the condition, as in a workflow; empty means `success()`.
        continue_on_error: a failure is then an outcome but no conclusion.
        timeout: seconds that each stage of the step may take (a workflow says minutes); None for no limit.
        env: the step's own environment.
    """

    id: str
    if_: str = ""
    continue_on_error: bool = False
    timeout: float | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ActionStep(Step):
    """`uses: ./directory`."""

    directory: Path = Path()
    with_: Mapping[str, InputValue] = field(default_factory=dict)
    # Saved by one stage, given to the next.
    state: dict[str, str] = field(default_factory=dict)
    # Of a composite action: the steps that have a post stage, in the order in which they ran, and the results of all.
    nested_posts: list[ActionStep] = field(default_factory=list)
    nested_results: dict[str, object] = field(default_factory=dict)

    def given(self, contexts: Contexts) -> dict[str, str]:
        """The user's inputs, evaluated now."""
        return {name: _given(value, contexts) for name, value in self.with_.items()}

    def save(self, key: str, value: str) -> None:
        """Keep one key of state: a key differing in case only is the same, in its first spelling."""
        known = {saved.lower(): saved for saved in self.state}
        self.state[known.get(key.lower(), key)] = value


@dataclass
class ScriptStep(Step):
    """`run:`, with shell commands or with a function of the test."""

    script: Script = ""


def _given(value: InputValue, contexts: Contexts) -> str:
    if callable(value):
        return value(contexts)
    return interpolate(value, contexts) if isinstance(value, str) else as_text(value)
