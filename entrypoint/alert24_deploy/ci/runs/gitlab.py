"""GitLab's record of its pipelines (GitLab docs, "Pipelines API" and "Jobs API").

A project access token with the scope `read_api` reads both. `CI_JOB_TOKEN` does in newer versions only: GitLab 18.0's
docs ("Fine-grained permissions for CI/CD job tokens") list the jobs of a pipeline, and since the version that
deprecates `bridges` (19.2) lib/api/ci/pipelines.rb allows the pipeline and the list of pipelines, too; before that
gitlab#506668 holds. It is valid only while its job runs. A single job can't be read with it (lib/api/ci/jobs.rb), so
nothing here asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...deployment.ci_run import Run, RunState
from ...policy import Outcome
from ...text import Secret, quote, sanitize
from .api import PAGE, CiRuns, Host, Item, NoAnswer, decided, moment, number, read_run, text, with_job

# A blocking manual job lets its pipeline wait for a person, perhaps for ever: it goes on, but holds up nobody else.
_ACTIVE = ("running", "pending", "created", "preparing", "waiting_for_resource", "waiting_for_callback", "canceling")
_STATES = {
    **dict.fromkeys((*_ACTIVE, "scheduled", "manual"), RunState.IN_PROGRESS),
    **dict.fromkeys(("success", "failed", "canceled", "skipped"), RunState.ENDED),
}
_HINTS = {
    401: "it does not know the token",
    403: "the token can't read pipelines; it needs the scope `read_api`",
    404: "there is no such pipeline, or the token can't read it; it needs the scope `read_api`",
}
_LIMITED = "the job token can't read pipelines in this version; give a project access token with the scope `read_api`"


def host(environ: Mapping[str, str], token: Secret | None) -> Host:
    """Return the project's API, with a token of the user's or else the job's."""
    project = environ.get("CI_PROJECT_ID", "")
    return Host(
        "GitLab",
        environ.get("CI_API_V4_URL", "").rstrip("/"),
        ("projects", project),
        token or Secret(environ.get("CI_JOB_TOKEN", "").strip()),
        {"Accept": "application/json", "PRIVATE-TOKEN" if token else "JOB-TOKEN": "{token}"},
        _HINTS if token else dict.fromkeys(_HINTS, _LIMITED),
        "" if project else "no project is named",
    )


class GitLabRuns(CiRuns):
    """The pipelines of a project, which is one workflow. GitLab has no attempts and shows no steps."""

    noun = "pipeline"
    active = _ACTIVE

    def _in_progress(self, workflow: str, status: str) -> list[Item]:
        del workflow
        try:
            return self._items(self._get("pipelines", status=status, per_page=PAGE))
        except NoAnswer as error:
            if error.status == 400:  # an older GitLab does not know this status, and so has no such pipeline
                return []
            raise

    def _find(self, run_id: str, attempt: int | None, job: str) -> Run:
        del attempt
        item = self._known(self._get("pipelines", run_id), _STATES)
        started, ended = ("started_at", "created_at"), ("finished_at", "updated_at")
        state = _STATES[text(item, "status")]
        run = read_run(item, state, "pipeline", result="status", started=started, ended=ended)
        if not job:
            return run
        jobs = self._pages("pipelines", run_id, "jobs", include_retried="true")
        found = [item for item in jobs if str(number(item, "id")) == job]
        found = found or [item for item in jobs if text(item, "name") == job]
        if not found:
            return replace(run, outcome=None, began=None, reason=f"the pipeline has no job {quote(job)}")
        # A retried job keeps its name and gets a new id.
        return with_job(run, _job(max(found, key=lambda item: number(item, "id"))))


def _job(item: Item) -> Run:
    """Return what a job proves: without steps, its success, and whether a runner ever had it.

    GitLab sets `started_at` when a runner takes the job (app/models/commit_status.rb), so a job that has ended
    without one never ran: outdated, rejected, unmet prerequisites, or cancelled in the queue.
    """
    status, why = text(item, "status"), sanitize(text(item, "failure_reason"))
    state = RunState.ENDED if status == "manual" else _STATES.get(status, RunState.UNKNOWN)  # a person starts it
    ended = state is RunState.ENDED
    began = True if status == "success" else False if ended and not item.get("started_at") else None
    outcome = Outcome.SKIPPED if began is False else decided(status) if ended else None
    failed = "the job failed, which does not show that the deployment failed" + (f" ({why})" if why else "")
    return Run(
        state,
        outcome,
        began,
        started_at=moment(item, "started_at"),
        ended_at=moment(item, "finished_at"),
        reason=failed if ended and not outcome else "",
    )
