"""The action's two stages: main starts, or does the phase that the user asks for; post finishes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from ..app.build import (
    Context,
    finish_request,
    now,
    read_result,
    references,
    rollback_request,
    set_request,
    start_request,
    status_page,
)
from ..app.commands import CommandRunner
from ..app.finish_page import finish_page
from ..app.reconcile import reconcile_services
from ..app.report_text import print_report
from ..app.stopwatch import Stopwatch
from ..app.summary import public_pages, summary
from ..app.verifier import Verifier
from ..ci import github
from ..ci.pipeline import deployment_id, pipeline_info, same_job, without_secrets
from ..deployment.finish import finish
from ..deployment.report import Report, explain_mistake
from ..deployment.set_status import set_status
from ..deployment.start import StartRequest, record_never_began, start
from ..errors import (
    NOT_VERIFIED,
    NOTHING_CHANGED,
    STILL_IN_MAINTENANCE,
    Alert24DeployError,
    BrokenState,
    WrongSetting,
    explaining,
)
from ..policy import DeploymentResult, Outcome, read_outcome
from ..settings import Settings
from ..settings.table import AUTO
from ..state import State
from ..text import redact
from . import inputs
from .state_store import ActionStateStore


def main_stage(context: Context) -> int:
    """Start, or do the phase that the inputs name; return the exit code."""
    given = inputs.words()
    no_secrets = "" if given["api-key"] or given["webhook-urls"] else without_secrets(context.environ)
    if no_secrets:
        context.console.note(f"No status was set: there is no API key here, because {no_secrets}.")
        _publish(context, None)
        return 0
    store = _store(given, context)
    try:
        settings = _checked(given, context)
        report = _PHASES[settings.phase](context, settings, store)
    except Alert24DeployError as error:
        _publish(context, None)
        _record(given, store, context)
        if isinstance(error, WrongSetting) and given["phase"].strip().lower() == "finish":
            with contextlib.suppress(BrokenState):
                explain_mistake(error, store.load(), by_command=not given["webhook-urls"])
        raise
    if settings.phase != "auto" or report.failed:  # else post's summary covers the whole deployment
        _summarize(context, settings, report)
    _publish(context, report)
    return print_report(context.console, report)


def post_stage(context: Context) -> int:
    """Finish, with everything but the outcomes and the secrets as main had it; return the exit code.

    If main had another phase, or nothing to do, post has nothing to do either.
    """
    given = inputs.kept()
    store = ActionStateStore.of_main(context.console.warn)
    state = store.load()
    if given is None or state is None:
        context.console.info("There is nothing to finish: the main stage started no deployment.")
        return 0
    try:
        settings = inputs.settings_from_inputs(given, context)
        if not settings.webhook_urls:
            settings.need_key()
    except WrongSetting as error:
        explain_mistake(error, state, by_command=not given["webhook-urls"])
        raise
    report = _finish_deployment(context, settings, store, state, _outcome(settings, None, context.environ))
    _summarize(context, settings, report)
    return print_report(context.console, report)


def _summarize(context: Context, settings: Settings, report: Report) -> None:
    if context.environ.get("GITHUB_STEP_SUMMARY"):
        github.add_summary(summary(report, public_pages(settings, context, report)), context.environ)


def _store(given: Mapping[str, str], context: Context) -> ActionStateStore:
    phase = given["phase"].strip().lower()
    return ActionStateStore(
        given["state"] if phase in _LATER else "",
        context.console.warn,
        as_output=phase in ("start", *_LATER),
        starting=phase not in _LATER,
    )


def _checked(given: Mapping[str, str], context: Context) -> Settings:
    inputs.warn_about_variables(context)
    with explaining(left=NOTHING_CHANGED):
        settings = inputs.settings_from_inputs(given, context)
        if not settings.webhook_urls and settings.api_key is None and context.environ.get("ALERT24_API_KEY"):
            raise WrongSetting(
                "the input `api-key` is empty, although ALERT24_API_KEY is set in the environment",
                remedy="The action reads inputs only: pass the secret in `with:` as `api-key`.",
            )
        if not settings.webhook_urls:
            settings.need_key()
        if settings.phase in _HANDOVERS:
            github.require_file(_HANDOVERS[settings.phase])
        if settings.phase == "auto":
            inputs.keep(given, settings.ca_certificates)
        return settings


def _record(given: Mapping[str, str], store: ActionStateStore, context: Context) -> None:
    """Record for post, or for the job that finishes, that the deployment never began."""
    if given["phase"].strip().lower() not in ("", "auto", "start"):
        return
    with contextlib.suppress(Alert24DeployError):  # the user sees the mistake itself
        if store.load() is None:
            record_never_began(store, deployment_id(context.environ), now())


def _start(
    context: Context, settings: Settings, store: ActionStateStore, request: StartRequest | None = None
) -> Report:
    page = status_page(settings, context)
    if settings.verify_checks:
        Verifier(settings, context, CommandRunner(settings, context), dict).require_monitors(page, references(settings))
    report = start(page, store, request or start_request(settings, context))
    if report.dry_run and report.state:
        with explaining(left=NOTHING_CHANGED):
            store.save(report.state)  # so that post can say what it would have written
    return report


def _finish(context: Context, settings: Settings, store: ActionStateStore) -> Report:
    state = store.load()
    word = _outcome(settings, state, context.environ)
    names = settings.services or settings.webhook_urls
    if state is None and not names and read_outcome(word) == (Outcome.SKIPPED, True):
        return Report("finish", notes=["No deployment was started, so there is nothing to finish."])
    if state is None:
        references(settings)
    return _finish_deployment(context, settings, store, state, word)


def _event(context: Context, settings: Settings, store: ActionStateStore) -> Report:
    """Start or finish somebody else's deployment by its status; what is saved is for this process alone."""
    from ..app.event import WRITING_SHARE, plan_event

    plan = plan_event(settings, context)
    rest = settings._replace(timeout=settings.timeout * WRITING_SHARE)
    if plan.start:
        return plan.complete(_start(context, rest, store, plan.start))
    if plan.state:
        store.save(plan.state)
        return plan.complete(_finish_deployment(context, rest, store, plan.state, plan.outcome))
    return plan.report


def _publish(context: Context, report: Report | None) -> None:
    """Set the outputs that every phase has; if that fails, what was done still counts."""
    services = [result.document() for result in report.services] if report else []
    try:
        github.set_output("services", redact(json.dumps(services, separators=(",", ":"))))
        github.set_output("changed", "true" if report and report.changed else "false")
    except WrongSetting as error:
        context.console.warn(f"The outputs could not be set: {error.why}.")


_LATER = ("finish", "reconcile")  # phases that take the state of an earlier step or job
# The runner's file that finish depends on: it must be usable before anything is changed.
_HANDOVERS = {"auto": github.STATE, "start": github.OUTPUT}
_PHASES: Mapping[str, Callable[[Context, Settings, ActionStateStore], Report]] = {
    "auto": _start,
    "start": _start,
    "finish": _finish,
    "set": lambda context, settings, _: set_status(status_page(settings, context), set_request(settings)),
    "reconcile": lambda context, settings, store: reconcile_services(settings, context, store),
    "event": _event,
}


def _finish_deployment(
    context: Context, settings: Settings, store: ActionStateStore, state: State | None, word: str
) -> Report:
    """Verify a success if the inputs ask for it, and finish; `word` is the outcome as the user or GitHub wrote it."""
    read, watch = read_result(word, settings.rollback_outcome), Stopwatch()
    result, unverified = read.result, ""
    if result.outcome is Outcome.SUCCESS and not (state and state.never_began):
        result, unverified = _verified(context, settings, state, watch)
    hurried = context.cancellation.requested
    request = replace(
        finish_request(settings, context, result, state),
        hurried=hurried,
        rollback=rollback_request(settings, context.without_signals(), pipeline_info(context.environ)),
    )
    page = finish_page(settings, context, hurried=hurried)
    report = watch.measure("finish", lambda: finish(page, store, request), lambda report: report.error)
    report.phases = watch.phases
    if unverified:
        report.notes.append(f"The deployment could not be verified: {unverified}.")
        report.other_code = NOT_VERIFIED if result.outcome is Outcome.FAILURE else 0
    if result.outcome is Outcome.CANCELLED and read.result.outcome is Outcome.SUCCESS:  # a signal ended verification
        report.other_code = context.cancellation.exit_code
    return read.complete(report)


def _verified(
    context: Context, settings: Settings, state: State | None, watch: Stopwatch
) -> tuple[DeploymentResult, str]:
    """Return the result that verification leaves of a success, and why the deployment is not verified."""
    verifier = Verifier(settings, context, CommandRunner(settings, context), dict)
    verifier.set_services([service.id for service in state.services] if state else [])
    if not verifier.wanted:
        return DeploymentResult(Outcome.SUCCESS), ""
    verified = watch.measure("verification", verifier.run, lambda result: result.reason)
    if verified.stopped:
        return DeploymentResult(Outcome.CANCELLED), ""
    if verified.inconclusive:
        return DeploymentResult(Outcome.SUCCESS, unverified=True), verified.reason
    return DeploymentResult(Outcome.FAILURE if verified.reason else Outcome.SUCCESS), verified.reason


def _outcome(settings: Settings, state: State | None, environ: Mapping[str, str]) -> str:
    """Return the outcome: an explicit `outcome`, else the status of the job that deploys.

    Raises:
        WrongSetting: there is no `outcome`, and another job started the deployment: this one's status says nothing.
    """
    given = settings.outcome != AUTO
    if not given and state and not state.never_began and not same_job(state.deployment, environ):
        raise WrongSetting(
            "`outcome` is empty, and the deployment was started in another job",
            detail="The status of this job says nothing about that one.",
            remedy="Set `outcome` to the deploying job's result, `needs.<job>.result`.",
        ).with_context(left=STILL_IN_MAINTENANCE)
    return settings.outcome if given else settings.job_status
