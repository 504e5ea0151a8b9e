"""Builds the objects that a command or a stage of the action needs, from its settings and its context.

Each function imports what it builds: `set` must not pay for start and finish, nor `--help` for any of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..errors import NOTHING_CHANGED, WRONG_USE, WrongSetting, explaining
from ..policy import OUTCOME_WORDS, PREVIOUS, STATUSES, DeploymentResult, Outcome, read_outcome
from ..signals import Cancellation
from ..text import join_words, nearest, quote

if TYPE_CHECKING:
    from ..alert24.client import Alert24
    from ..alert24.webhooks import Signature, WebhookReceivers
    from ..ci.console import Console
    from ..deployment.changes import Recording
    from ..deployment.finish import FinishRequest
    from ..deployment.interfaces import StatusPage
    from ..deployment.report import Report
    from ..deployment.rollback_request import RollbackRequest
    from ..deployment.set_status import SetRequest
    from ..deployment.start import StartRequest
    from ..settings import Settings
    from ..state import State

_MESSAGE = "Set by a deployment (alert24-deploy)"  # what receivers get beside the status
_SEVERITY = "high"  # of the incident of a failed deployment
_ROLLBACK_SHARE = 0.5  # of the finish's time; the rest is for the page


class Context(NamedTuple):
    """What every command gets beside its settings."""

    environ: Mapping[str, str]
    console: Console
    cancellation: Cancellation

    def without_signals(self) -> Context:
        """Return the same context without its signals, for what must be completed."""
        return self._replace(cancellation=Cancellation())


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return _clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def trust(settings: Settings) -> None:
    """Have every connection of this process trust the certificates that the settings add."""
    if settings.ca_certificates:
        from ..net import tls

        tls.trust(settings.ca_certificates)


def connect(settings: Settings, context: Context, *, seconds: float | None = None) -> Alert24:
    """Return Alert24 as the settings name it; it may take their `timeout` in all, or so many seconds, from now on."""
    if settings.api_url.startswith("https:"):
        from ..net import tls

        tls.preload()  # while the HTTP library is imported

    from ..alert24.client import Alert24
    from ..net.deadline import Deadline

    return Alert24(
        settings.api_url,
        settings.need_key().reveal(),
        deadline=Deadline(seconds or settings.timeout, context.cancellation),
        notify=context.console.info,
        trace=context.console.trace,
        display_name=settings.display_name,
        concurrency=settings.concurrency,
    )


def status_page(settings: Settings, context: Context, *, seconds: float | None = None) -> StatusPage:
    """Return the page to write to: webhook receivers if there are any, else Alert24 by its key."""
    return (_webhook_receivers if settings.webhook_urls else connect)(settings, context, seconds=seconds)


def start_request(settings: Settings, context: Context, names: Sequence[str] | None = None) -> StartRequest:
    """Return what the settings ask of start; `names` are the services if the settings need not name them."""
    from ..ci.pipeline import deployment_id, owner, same_run
    from ..deployment.start import StartRequest

    def restoring_page() -> StatusPage:
        from .finish_page import finish_page

        return finish_page(settings, context, hurried=context.cancellation.requested)

    return StartRequest(
        deployment=deployment_id(context.environ),
        references=references(settings) if names is None else names,
        now=now,
        policy=settings.policy,
        respect_existing_maintenance=settings.respect_existing_maintenance,
        description=settings.description or None,
        fail_on_unreachable=settings.fail_on_unreachable,
        dry_run=settings.dry_run,
        owner=owner(context.environ),
        same_run=lambda deployment: bool(same_run(deployment, context.environ)),
        cancelled=lambda: context.cancellation.requested,
        restoring_page=restoring_page,
        recording=recording(settings, context),
    )


def finish_request(
    settings: Settings, context: Context, result: DeploymentResult, state: State | None = None
) -> FinishRequest:
    """Return what the settings ask of finish, and what start left in the state, if there is one."""
    from ..ci.gitlab import on_gitlab
    from ..ci.pipeline import later_attempt, owner
    from ..deployment.finish import FinishRequest

    return FinishRequest(
        result=result,
        now=now,
        references=references(settings) if settings.webhook_urls else settings.services,
        policy=settings.policy,
        fail_on_unreachable=settings.fail_on_unreachable,
        dry_run=settings.dry_run,
        owner=owner(context.environ),
        later_attempt=state is not None and later_attempt(state.deployment, context.environ),
        attempts_counted=not on_gitlab(context.environ),
        monitors=None if settings.webhook_urls else lambda: connect(settings, context).monitors(),
        recording=recording(settings, context, state),
    )


def recording(
    settings: Settings,
    context: Context,
    state: State | None = None,
    *,
    rolling_back: bool = False,
    run_id: str | None = None,
) -> Recording | None:
    """Return what is recorded in Alert24 about the deployment, None for nothing.

    Args:
        settings: what the user asks for.
        context: whose environment describes the deployment.
        state: what start left: what it records and its lane count, whichever job finishes the deployment.
        rolling_back: whether it is a rollback.
        run_id: the CI's run that the deployment belongs to, empty if unknown; None for the run of this process.
    """
    from ..state import CHANGES, INCIDENTS

    kept: Sequence[str] = state.records if state else ()
    changes, incidents = settings.record_change or CHANGES in kept, settings.incident_on_failure or INCIDENTS in kept
    if not (changes or incidents):
        return None
    from ..ci.change import change_fields, fields_of_run, lane, run_and_attempt, short_lane
    from ..deployment.changes import Recording
    from .other_runs import asking_the_ci

    known = change_fields(context.environ) if run_id is None else fields_of_run(context.environ, run_id)
    fields = {**known, **settings.change}
    run, attempt = run_and_attempt(context.environ)
    declared = settings.lane.strip() or (state.lane if state else "")
    return Recording(
        fields=fields,
        lane=short_lane(declared) or lane(context.environ, fields.get("environment", "")),
        run=run,
        attempt=attempt,
        max_duration=settings.max_duration,
        time=_clock,
        goes_on=asking_the_ci(settings, context),
        rolling_back=rolling_back,
        changes=changes,
        incidents=_SEVERITY if incidents else "",
    )


def set_request(settings: Settings) -> SetRequest:
    """Return what the settings ask of set, or raise WrongSetting if the status is empty."""
    from ..deployment.set_status import SetRequest

    with explaining(left=NOTHING_CHANGED):
        if not settings.status:
            raise WrongSetting(
                f"{settings.display_name('status')} is empty", remedy=f"Give {join_words(STATUSES, 'or')}."
            )
        return SetRequest(
            status=settings.status,
            references=references(settings),
            description=settings.description or None,
            fail_on_unreachable=settings.fail_on_unreachable,
            dry_run=settings.dry_run,
        )


def references(settings: Settings) -> tuple[str, ...]:
    """Return the services that the settings name, or raise WrongSetting if they name none."""
    if settings.webhook_urls:
        return tuple(f"receiver-{number}" for number in range(1, len(settings.webhook_urls) + 1))
    with explaining(left=NOTHING_CHANGED):
        return settings.need_services()


class ReadResult(NamedTuple):
    """A deployment's result, read from what the user or the CI gave."""

    result: DeploymentResult
    warnings: Sequence[str]  # sentences about outcomes that are not valid
    code: int  # the exit code that a typo leaves in the end, else 0

    def complete(self, report: Report) -> Report:
        """Add the warnings and the exit code to what finish reports, and return that."""
        report.warnings[:0] = self.warnings
        report.other_code = report.other_code or self.code
        return report


def read_result(outcome: str, rollback_outcome: str, *, unknown: Outcome = Outcome.FAILURE) -> ReadResult:
    """Return the result that the outcomes mean.

    A mistyped outcome counts as `unknown`, never as success, and is not silent: finish ends with exit code 2 after it
    has written. An empty outcome, because the CI gave none, is a failure with a warning only.
    """
    found, known = read_outcome(outcome)
    rolled_back, rollback_known = read_outcome(rollback_outcome)
    typos = []
    if outcome.strip() and not known:
        typos.append(_about_typo(outcome, unknown))
    if rollback_outcome.strip() and not rollback_known:
        typos.append(_about_typo(rollback_outcome, Outcome.FAILURE))
    empty = [] if outcome.strip() else ["How the deployment ended is not known, so it counts as failed."]
    result = DeploymentResult(
        found if known else unknown, rolled_back=rollback_known and rolled_back is Outcome.SUCCESS
    )
    return ReadResult(result, [*typos, *empty], WRONG_USE if typos else 0)


def _about_typo(word: str, counts_as: Outcome) -> str:
    near = nearest(word, OUTCOME_WORDS)
    hint = f"Did you mean {quote(near)}?" if near else f"Use {join_words([each.value for each in Outcome], 'or')}."
    return f"{quote(word)} is not a valid outcome, so it counts as {counts_as.value}. {hint}"


def _webhook_receivers(settings: Settings, context: Context, *, seconds: float | None = None) -> WebhookReceivers:
    from ..alert24.webhooks import WebhookReceivers, WebhookSender
    from ..net.deadline import Deadline

    with explaining(left=NOTHING_CHANGED):
        _refuse_reading(settings)
        deadline = Deadline(seconds or settings.timeout, context.cancellation)
        return WebhookReceivers(
            settings.webhook_urls,
            WebhookSender(deadline, context.console.info),
            signature=_signature(settings),
            message=_MESSAGE,
            concurrency=settings.concurrency,
        )


def _signature(settings: Settings) -> Signature | None:
    from ..alert24.webhooks import Signature

    header, secret = settings.webhook_signature_header, settings.webhook_secret
    if bool(header) != bool(secret):
        raise WrongSetting(
            "signing for receivers needs a secret and a header's name, and one of them is missing",
            remedy=f"Give both: ALERT24_WEBHOOK_SECRET and {settings.display_name('webhook-signature-header')}.",
        )
    return Signature(header, secret) if secret else None


def _refuse_reading(settings: Settings) -> None:
    given = {
        "services": bool(settings.services),
        "description": bool(settings.description),
        "respect-existing-maintenance": settings.respect_existing_maintenance,
        "verify-checks": settings.verify_checks,
        "override-maintenance": settings.override_maintenance,
        "on-conflict": "on_conflict" in settings.policy,
    }
    previous = [name.replace("_", "-") for name, value in settings.policy.items() if value == PREVIOUS]
    names = [settings.display_name(name) for name in (*(name for name in given if given[name]), *previous)]
    if names:
        raise WrongSetting(
            f"{join_words(names)} can't be used with {settings.display_name('webhook-urls')}",
            detail="A receiver sets the one service that it belongs to, and nothing can be read from it: "
            "no name, no previous status, no conflict.",
            remedy="Use an API key instead of receivers, or leave these settings out.",
        )


def rollback_request(settings: Settings, context: Context, pipeline: Mapping[str, str]) -> RollbackRequest | None:
    """Return how a rollback is requested, and with what about the pipeline; None if no service is named for it."""
    if not settings.rollback_url:
        return None
    from ..alert24.webhooks import RollbackService, WebhookSender
    from ..deployment.rollback_request import RollbackRequest
    from ..net.deadline import Deadline

    deadline = Deadline(settings.timeout * _ROLLBACK_SHARE, context.cancellation)
    sender = WebhookSender(deadline, context.console.info)
    service = RollbackService(settings.rollback_url, settings.rollback_secret, sender)
    return RollbackRequest(service.request, pipeline)
