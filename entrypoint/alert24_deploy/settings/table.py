"""Every setting, one row each: the only place for its name, its values, its default and its help.

The command line's options, the environment variables and the action's inputs are made from this table. `action.yml`,
`gitlab-ci-component.yml` and the documentation are checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ..policy import CONFLICT_RULES, FAIL_RULES, STATUSES, Policy
from . import around, certificates, parsers, urls
from .kinds import DURATION, EVERYWHERE, FLAG, NOT_COMPONENT, STATUS, TARGET, one_of, text
from .setting import ALERT24, DEPLOYMENT, INPUT, OUTPUT, POLICY, VARIABLE, Setting

AUTO = "auto"  # as an outcome: whatever the CI reports
PHASES = ("auto", "start", "finish", "set", "reconcile")
_MOST_CONCURRENCY = 64

_POLICY = Policy()

_ROWS = [
    Setting(
        "services",
        ALERT24,
        "Service to change, by name or id. Can be repeated. The variable takes a JSON array, one service per line, or "
        "a comma-separated line.",
        parsers.services,
        metavar="NAME|ID",
        option_name="service",
        short="s",
        parse_items=parsers.references,
        where=EVERYWHERE,
    ),
    Setting(
        "api-key",
        ALERT24,
        "The Alert24 API key. --api-key-file can name a file instead.",
        parsers.key,
        where=(VARIABLE, INPUT),
        secret=True,
    ),
    Setting(
        "api-key-file",
        ALERT24,
        "File that contains the API key. Default: the key is read from ALERT24_API_KEY.",
        text,
        metavar="FILE",
    ),
    Setting(
        "api-url",
        ALERT24,
        "Base URL of the Alert24 API.",
        urls.api_url,
        metavar="URL",
        default="https://app.alert24.net",
        where=EVERYWHERE,
    ),
    Setting(
        "ca-certificates",
        ALERT24,
        "Certificates of a CA to trust besides the public ones, such as that of a proxy that inspects TLS: PEM text or "
        "a file. Replaces REQUESTS_CA_BUNDLE.",
        certificates.ca_certificates,
        metavar="PEM|FILE",
        where=NOT_COMPONENT,
        fresh=True,
    ),
    Setting(
        "webhook-urls",
        ALERT24,
        "Webhook receiver, instead of an API key and services. Can be repeated. The URL is a secret: prefer the "
        "variable, with one URL per line.",
        urls.webhook_urls,
        metavar="URL",
        option_name="webhook-url",
        parse_items=urls.webhook_url_list,
        where=NOT_COMPONENT,
        secret=True,
    ),
    Setting(
        "webhook-signature-header",
        ALERT24,
        "Header for the signature of requests to receivers, made with ALERT24_WEBHOOK_SECRET.",
        parsers.header_name,
        metavar="NAME",
        where=NOT_COMPONENT,
    ),
    Setting(
        "webhook-secret",
        ALERT24,
        "Secret that signs requests to receivers.",
        parsers.secret,
        where=(VARIABLE,),
        secret=True,
    ),
    Setting(
        "timeout",
        ALERT24,
        "Time limit for talking to Alert24, retries included: 90, 90s or 2m.",
        **DURATION,
        default="60s",
        where=EVERYWHERE,
    ),
    Setting(
        "concurrency",
        ALERT24,
        f"Services to change at the same time, at most {_MOST_CONCURRENCY}.",
        partial(parsers.count, most=_MOST_CONCURRENCY),
        metavar="N",
        default="16",
    ),
    Setting(
        "fail-on-unreachable",
        ALERT24,
        "When to fail if Alert24 is unreachable. finish: only if a service may be left with the wrong status.",
        metavar="|".join(FAIL_RULES),
        **one_of(FAIL_RULES),
        default="finish",
        where=EVERYWHERE,
    ),
    Setting(
        "dry-run",
        ALERT24,
        "Read the services and report what would change, but change nothing.",
        **FLAG,
        where=EVERYWHERE,
    ),
    Setting("phase", DEPLOYMENT, "What the step does.", **one_of(PHASES, "phase"), default="auto", where=(INPUT,)),
    Setting(
        "status",
        DEPLOYMENT,
        f"List only services with this status: {', '.join(STATUSES[:-1])} or {STATUSES[-1]}.",
        **STATUS,
        where=NOT_COMPONENT,
    ),
    Setting(
        "outcome",
        DEPLOYMENT,
        "How the deployment ended: success, failure, cancelled or skipped. auto reads GitLab's CI_JOB_STATUS.",
        parsers.outcome,
        metavar="OUTCOME",
        default=AUTO,
        where=NOT_COMPONENT,
        fresh=True,
    ),
    Setting(
        "rollback-outcome",
        DEPLOYMENT,
        "How the rollback ended, if there was one: success or failure.",
        parsers.outcome,
        metavar="OUTCOME",
        where=NOT_COMPONENT,
        fresh=True,
    ),
    Setting(
        "job-status",
        DEPLOYMENT,
        "The status of the job, filled in by GitHub.",
        parsers.outcome,
        where=(INPUT,),
        fresh=True,
    ),
    Setting(
        "state",
        DEPLOYMENT,
        "File in which start saves the statuses, and from which finish reads them.",
        text,
        metavar="FILE",
        default=".alert24-deploy/state.json",
        where=NOT_COMPONENT,
    ),
    Setting(
        "description",
        DEPLOYMENT,
        "Description to show during maintenance. finish restores the original.",
        text,
        metavar="TEXT",
        where=EVERYWHERE,
    ),
    Setting(
        "respect-existing-maintenance",
        DEPLOYMENT,
        "Don't touch services that are already in maintenance.",
        **FLAG,
        where=EVERYWHERE,
    ),
    Setting("on-success", help="Status after a success.", **TARGET, default=_POLICY.on_success),
    Setting(
        "on-unverified",
        help="Status after a success that Alert24's monitors did not confirm in time.",
        **TARGET,
        default=_POLICY.on_unverified,
    ),
    Setting("on-failure", help="Status after a failure.", **TARGET, default=_POLICY.on_failure),
    Setting("on-cancelled", help="Status after a cancelled deployment.", **TARGET, default=_POLICY.on_cancelled),
    Setting(
        "on-rollback",
        help="Status after a failure that was rolled back. previous: the status before the deployment.",
        **TARGET,
        default=_POLICY.on_rollback,
    ),
    Setting(
        "on-conflict",
        POLICY,
        "What to do if someone else changed a service since start. worst: the worse status wins.",
        metavar="|".join(CONFLICT_RULES),
        **one_of(CONFLICT_RULES),
        default=_POLICY.on_conflict,
        where=EVERYWHERE,
    ),
    *around.ROWS,
    Setting("verbose", OUTPUT, "Log every HTTP request.", **FLAG),
    Setting("json", OUTPUT, "Write one JSON document to stdout, and the text for people to stderr.", **FLAG),
]
SETTINGS: Mapping[str, Setting] = {row.name: row for row in _ROWS}
POLICY_SETTINGS = tuple(row.name for row in _ROWS if row.group == POLICY)
