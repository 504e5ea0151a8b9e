"""The steps of a composite action, and their post stages, last first (CompositeActionHandler.cs).

A cancelled job stops the step that runs if the composite action's own condition no longer holds; the runner asks for
the inner step's, which differs only for inner steps with `always()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .expressions import condition, interpolate
from .manifest import Manifest, read_manifest
from .results import StepResult, merged
from .steps import ActionStep, ScriptStep, Step

if TYPE_CHECKING:
    from .stage import Stage


RunStep: TypeAlias = "Callable[[Step, Stage], None]"


def run_composite(manifest: Manifest, step: ActionStep, stage: Stage, inputs: Mapping[str, str], run: RunStep) -> None:
    """Run one stage of a composite action: its steps, or in post the post stages of those that ran.

    Args:
        manifest: the action's.
        step: the step that uses it.
        stage: which stage of the step.
        inputs: the action's, as of now.
        run: runs one stage of a step.
    """
    results = step.nested_results  # in post, too, the contexts are those of main
    scope = {"inputs": inputs, "steps": results}
    inner = replace(stage, scope=scope, register_post=lambda post: _register(post, step, stage))
    if stage.name == "post":
        for post in reversed(step.nested_posts):
            _run(post, read_manifest(post.directory).post_if, inner, stage.result, run)
        return
    for number, entry in enumerate(manifest.steps):
        nested = _step(entry, number, stage.job.directories.workspace)
        result = _run(nested, nested.if_, inner, stage.result, run)
        results[nested.id] = {"outcome": result.outcome, "conclusion": result.outcome, "outputs": result.outputs}
    outputs = {name: interpolate(value, inner.contexts()) for name, value in manifest.outputs.items()}
    stage.result.outputs.update(outputs)


def _register(post: ActionStep, step: ActionStep, stage: Stage) -> None:
    if not step.nested_posts:
        stage.register_post(step)
    step.nested_posts.append(post)


def _step(entry: Mapping[str, Any], number: int, workspace: Path) -> Step:
    step_id, if_, env = entry.get("id", f"__{number}"), str(entry.get("if", "")), entry.get("env", {})
    if "run" in entry:
        return ScriptStep(step_id, if_, env=env, script=entry["run"])
    return ActionStep(step_id, if_, env=env, directory=workspace / entry["uses"], with_=entry.get("with", {}))


def _run(step: Step, if_: str, inner: Stage, outer: StepResult, run: RunStep) -> StepResult:
    """Run a step, add what came of it to the composite action's own result, and return it."""
    result = StepResult(step.id, step.id, inner.name)
    status = "cancelled" if inner.job.status == "cancelled" else outer.outcome
    if not condition(if_, inner.contexts(), status):
        result.outcome = "skipped"
        return result
    run(step, replace(inner, result=result, output=inner.job.output_of(result)))
    outer.outcome = merged(outer.outcome, result.outcome)
    outer.exit_code = result.exit_code
    for field in ("log", "annotations", "deprecated", "mentions"):
        getattr(outer, field).extend(getattr(result, field))
    outer.summary += result.summary
    return result
