"""Every setting, one row each: the only place for its name, its type, its values, its default and its help.

The command line's options, the environment variables and the action's inputs are made from this table. `action.yml`,
`gitlab-ci-component.yml` and the documentation are checked against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from ..errors import WrongSetting
from ..policy import CONFLICT_RULES, FAIL_RULES, STATUSES, Policy
from ..text import Secret
from . import certificates, parsers, urls
from .setting import (
    ALERT24,
    CHECK,
    DEPLOYMENT,
    EVERYWHERE,
    INPUT,
    OPTION_ONLY,
    OUTPUT,
    POLICY,
    PROCESS,
    RECONCILE,
    RECORDING,
    ROLLBACK,
    VARIABLE,
    VERIFICATION,
    Setting,
)

AUTO = "auto"  # as an outcome: whatever the CI reports
PHASES = ("auto", "start", "finish", "set", "reconcile", "event")
ROLLBACK_ON = ("failure", "cancelled")
_MOST_CONCURRENCY = 64
_TOKEN_LENGTH = 16  # characters
_POLICY = Policy()


class Settings(NamedTuple):
    """What the user asks for, as `read` makes it. Durations are seconds.

    Each field's default is its row in the table, not a value: `read` gives every field one. A setting is an option and
    an input of the action, unless its row says where else it exists.
    """

    display_name: Callable[[str], str]  # how the user calls a setting: its option, input or variable

    services: tuple[str, ...] = ALERT24.row(
        "Service to change, by name or id. Can be repeated. The variable takes a JSON array, one service per line, or "
        "a comma-separated line.",
        parsers.services,
        metavar="NAME|ID",
        empty=(),
        option_name="service",
        short="s",
        parse_items=parsers.references,
        where=EVERYWHERE,
    )
    api_key: Secret | None = ALERT24.secret(
        "The Alert24 API key. --api-key-file can name a file instead.", parse=parsers.key, where=(VARIABLE, INPUT)
    )
    api_key_file: str = ALERT24.text(
        "File that contains the API key. Default: the key is read from ALERT24_API_KEY.",
        metavar="FILE",
        where=OPTION_ONLY,
    )
    api_url: str = ALERT24.row(
        "Base URL of the Alert24 API.", urls.api_url, metavar="URL", default="https://app.alert24.net", where=EVERYWHERE
    )
    ca_certificates: str = ALERT24.row(
        "Certificates of a CA to trust besides the public ones, such as that of a proxy that inspects TLS: PEM text or "
        "a file. Replaces REQUESTS_CA_BUNDLE.",
        certificates.ca_certificates,
        metavar="PEM|FILE",
        empty="",
        fresh=True,
    )
    webhook_urls: tuple[Secret, ...] = ALERT24.row(
        "Webhook receiver, instead of an API key and services. Can be repeated. The URL is a secret: prefer the "
        "variable, with one URL per line.",
        urls.webhook_urls,
        metavar="URL",
        empty=(),
        option_name="webhook-url",
        parse_items=urls.webhook_url_list,
        secret=True,
    )
    webhook_signature_header: str = ALERT24.row(
        "Header for the signature of requests to receivers, made with ALERT24_WEBHOOK_SECRET.",
        parsers.header_name,
        metavar="NAME",
        empty="",
    )
    webhook_secret: Secret | None = ALERT24.secret("Secret that signs requests to receivers.", where=(VARIABLE,))
    timeout: float = ALERT24.duration(
        "Time limit for talking to Alert24, retries included: 90, 90s or 2m.", default="60s", where=EVERYWHERE
    )
    concurrency: int = ALERT24.row(
        f"Services to change at the same time, at most {_MOST_CONCURRENCY}.",
        partial(parsers.count, most=_MOST_CONCURRENCY),
        metavar="N",
        default="16",
        where=OPTION_ONLY,
    )
    fail_on_unreachable: str = ALERT24.one_of(
        "When to fail if Alert24 is unreachable. finish: only if a service may be left with the wrong status.",
        FAIL_RULES,
        default="finish",
        metavar="|".join(FAIL_RULES),
        where=EVERYWHERE,
    )
    dry_run: bool = ALERT24.flag(
        "Read the services and report what would change, but change nothing.", where=EVERYWHERE
    )

    phase: str = DEPLOYMENT.one_of("What the step does.", PHASES, default="auto", noun="phase", where=(INPUT,))
    environment: str = DEPLOYMENT.text(
        "Environment whose deployments count, for the phase `event`.", default="production", where=(INPUT,)
    )
    start_on_pending: bool = DEPLOYMENT.flag(
        "Whether a deployment that is pending or queued counts as started, for the phase `event`.", where=(INPUT,)
    )
    status: str = DEPLOYMENT.status(
        f"List only services with this status: {', '.join(STATUSES[:-1])} or {STATUSES[-1]}."
    )
    outcome: str = DEPLOYMENT.outcome(
        "How the deployment ended: success, failure, cancelled or skipped. auto reads GitLab's CI_JOB_STATUS.",
        metavar="OUTCOME",
        default=AUTO,
    )
    rollback_outcome: str = DEPLOYMENT.outcome(
        "How the rollback ended, if there was one: success or failure.", metavar="OUTCOME"
    )
    job_status: str = DEPLOYMENT.outcome("The status of the job, filled in by GitHub.", where=(INPUT,))
    state: str = DEPLOYMENT.text(
        "File in which start saves the statuses, and from which finish reads them.",
        metavar="FILE",
        default=".alert24-deploy/state.json",
    )
    summary: str = DEPLOYMENT.text(
        "File to which a summary of the deployment is appended, as Markdown with a Mermaid chart.",
        metavar="FILE",
        where=OPTION_ONLY,
    )
    description: str = DEPLOYMENT.text(
        "Description to show during maintenance. finish restores the original.", metavar="TEXT", where=EVERYWHERE
    )
    respect_existing_maintenance: bool = DEPLOYMENT.flag(
        "Don't touch services that are already in maintenance.", where=EVERYWHERE
    )

    # The policy. Its defaults are only shown: finish takes what start saved before it takes a default.
    on_success: str = POLICY.target("Status after a success.", default=_POLICY.on_success)
    on_unverified: str = POLICY.target(
        "Status after a success that Alert24's monitors did not confirm in time.", default=_POLICY.on_unverified
    )
    on_failure: str = POLICY.target("Status after a failure.", default=_POLICY.on_failure)
    on_cancelled: str = POLICY.target("Status after a cancelled deployment.", default=_POLICY.on_cancelled)
    on_rollback: str = POLICY.target(
        "Status after a failure that was rolled back. previous: the status before the deployment.",
        default=_POLICY.on_rollback,
    )
    on_conflict: str = POLICY.one_of(
        "What to do if someone else changed a service since start. worst: the worse status wins.",
        CONFLICT_RULES,
        default=_POLICY.on_conflict,
        metavar="|".join(CONFLICT_RULES),
        where=EVERYWHERE,
    )

    record_change: bool = RECORDING.flag(
        "Record the deployment's start and end as changes in Alert24, and keep services in maintenance until the last "
        "of several deployments ends.",
        where=EVERYWHERE,
    )
    change: Mapping[str, object] = RECORDING.row(
        "Field of the changes, instead of what the CI says, such as environment=staging. Can be repeated. The variable "
        "takes a JSON array, or one per line.",
        parsers.change_fields,
        metavar="FIELD=VALUE",
        empty=MappingProxyType({}),
        parse_items=parsers.change_field_list,
        where=EVERYWHERE,
    )
    lane: str = RECORDING.text(
        "What later deployments replace the outcome of. Default: repository, workflow, job and environment.",
        metavar="NAME",
        where=EVERYWHERE,
    )
    max_duration: float = RECORDING.duration(
        "Time after which other deployments no longer wait for this one.", default="2h", where=EVERYWHERE
    )
    incident_on_failure: bool = RECORDING.flag(
        "Open an incident if the deployment fails; the next success of the lane resolves it. It may page people.",
        where=EVERYWHERE,
    )

    max_age: float | None = RECONCILE.duration("End only maintenance that has lasted longer than this, such as 2h.")
    to: str = RECONCILE.status(
        "With --max-age: status if it can't be found out how the deployment's run ended. Default: fail instead."
    )
    run: str = RECONCILE.text(
        "Id of the GitHub run or GitLab pipeline that deployed. Default: the state's, the event's, or the one that "
        "this job belongs to.",
        metavar="ID",
    )
    job: str = RECONCILE.text("Name of the job that deploys.", metavar="NAME")
    workflow: str = RECONCILE.text(
        "On GitHub, with --max-age: file of the workflow that deploys, such as deploy.yml. While one of its runs is in "
        "progress, maintenance stays.",
        metavar="FILE",
    )
    github_token: Secret | None = RECONCILE.secret("Token with `actions: read`.", fresh=True, where=(INPUT,))
    ci_token: Secret | None = RECONCILE.secret(
        "Token for reconcile: GitHub's with `actions: read`, or GitLab's with `read_api`. Default: GITHUB_TOKEN or "
        "CI_JOB_TOKEN.",
        where=(VARIABLE,),
    )

    url: str = CHECK.row(
        "Check this URL instead of running a command.", urls.probe_url, metavar="URL", empty="", where=OPTION_ONLY
    )
    on_pass: str = CHECK.status("Status if the check passes.", default="operational", where=OPTION_ONLY)
    on_fail: str = CHECK.status("Status if the check fails.", default="down", where=OPTION_ONLY)
    pass_after: int = CHECK.consecutive("Consecutive passes required before the status is set.", where=OPTION_ONLY)
    fail_after: int = CHECK.consecutive("Consecutive failures required before the status is set.", where=OPTION_ONLY)
    override_maintenance: bool = CHECK.flag("Also change services that are in maintenance.", where=OPTION_ONLY)

    verify_url: str = VERIFICATION.row(
        "The deployment is a success only if this URL is healthy.", urls.probe_url, metavar="URL", empty=""
    )
    verify_command: str = VERIFICATION.text(
        "The deployment is a success only if this command, run by sh, succeeds.", metavar="COMMAND", where=OPTION_ONLY
    )
    verify_checks: bool = VERIFICATION.flag(
        "The deployment is a success only if Alert24's own monitors have run since and report the services as up."
    )
    verify_status: tuple[int, int] = VERIFICATION.row(
        "HTTP status codes that count as healthy.", parsers.status_range, metavar="RANGE", default="200-299"
    )
    verify_text: str = VERIFICATION.text("Text that the response must contain.", metavar="TEXT")
    verify_header: tuple[str, Secret] | None = VERIFICATION.secret(
        "Header to send with the request.", parse=parsers.header, metavar="'NAME: VALUE'"
    )
    verify_timeout: float | None = VERIFICATION.duration(
        "Time limit for verification. Default: as long as the checks need."
    )
    verify_interval: float = VERIFICATION.duration("Time between checks.", default="5s")
    verify_successes: int = VERIFICATION.consecutive("Consecutive successful checks required.")

    rollback: str = ROLLBACK.text(
        "Command that rolls a failed deployment back, run by sh.", metavar="COMMAND", where=OPTION_ONLY
    )
    rollback_timeout: float | None = ROLLBACK.duration(
        "Time limit for the rollback. Default: no limit.", where=OPTION_ONLY
    )
    rollback_on: tuple[str, ...] = ROLLBACK.row(
        "Outcomes that are rolled back, separated by commas: failure, cancelled.",
        partial(parsers.choices, allowed=ROLLBACK_ON, noun="outcome"),
        metavar="OUTCOMES",
        default="failure",
        where=OPTION_ONLY,
    )
    rollback_url: Secret | None = ROLLBACK.secret(
        "URL to POST to when a deployment fails, so that your own service can roll it back.",
        parse=urls.callback_url,
        metavar="URL",
    )
    rollback_secret: Secret | None = ROLLBACK.secret(
        "Secret that signs requests to the rollback URL.", where=(VARIABLE,)
    )

    command_timeout: float | None = PROCESS.duration(
        "Time limit for the command; after that, it has failed. Default: no limit.", where=OPTION_ONLY
    )
    grace: float = PROCESS.duration(
        "Time that a command gets to end after a signal, before it is killed.", default="10s", where=OPTION_ONLY
    )
    allow_workflow_commands: bool = PROCESS.flag(
        "On GitHub: obey workflow commands in the output of your commands.", where=OPTION_ONLY
    )

    verbose: bool = OUTPUT.flag("Log every HTTP request.", where=OPTION_ONLY)
    color: str = OUTPUT.one_of(
        "When to use colors: `auto` on a terminal and in GitLab, unless NO_COLOR is set.",
        ("auto", "always", "never"),
        metavar="WHEN",
        default="auto",
        where=OPTION_ONLY,
    )
    json: bool = OUTPUT.flag("Write one JSON document to stdout, and the text for people to stderr.", where=OPTION_ONLY)

    @property
    def policy(self) -> Mapping[str, str]:
        """Return the fields of the policy that were given."""
        fields = (SETTINGS[name].field for name in POLICY_SETTINGS)
        return {field: value for field in fields if (value := getattr(self, field))}

    def secrets(self) -> list[str]:
        """Return every secret among the settings, to be redacted from all output."""
        # A token is long. A header's short value is a word such as `staging`, which other settings contain as well.
        header = [self.verify_header[1]] if self.verify_header else []
        header = [value for value in header if len(value.reveal()) >= _TOKEN_LENGTH]
        named = [self.api_key, self.webhook_secret, self.rollback_url, self.rollback_secret]
        named += [self.github_token, self.ci_token]
        return [secret.reveal() for secret in (*named, *self.webhook_urls, *header) if secret]

    def need_key(self) -> Secret:
        """Return the key, or raise WrongSetting if there is none."""
        if self.api_key is None:
            raise WrongSetting(
                f"there is no API key: {self.display_name('api-key')} is empty or not set",
                remedy="Create a key in Alert24 under Settings > API Keys, and store it as a secret of the pipeline.",
            )
        return self.api_key

    def need_services(self) -> tuple[str, ...]:
        """Return the references, or raise WrongSetting if there are none."""
        if not self.services:
            raise WrongSetting(
                f"no service is named: {self.display_name('services')} is empty or not set",
                remedy="Name at least one service by its name or id. `alert24-deploy services` lists them.",
            )
        return self.services


_ROWS: list[Setting] = [each._replace(field=field) for field, each in Settings._field_defaults.items()]
SETTINGS: Mapping[str, Setting] = {each.name: each for each in _ROWS}
POLICY_SETTINGS = tuple(each.name for each in _ROWS if each.group == POLICY)
