"""Every setting, one row each: the only place for its name, its values, its default and its help.

The command line's options, the environment variables and the action's inputs are made from this table. `action.yml`,
`gitlab-ci-component.yml` and the documentation are checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..policy import CONFLICT_RULES, FAIL_RULES, STATUSES, TARGETS, Policy
from . import parsers, urls
from .parsers import RawValue
from .setting import (
    ALERT24,
    CHECK,
    COMPONENT,
    DEPLOYMENT,
    INPUT,
    OPTION,
    OUTPUT,
    POLICY,
    PROCESS,
    ROLLBACK,
    VARIABLE,
    VERIFICATION,
    Setting,
)

AUTO = "auto"  # as an outcome: whatever the CI reports
PHASES = ("auto", "start", "finish", "set")
ROLLBACK_ON = ("failure", "cancelled")
_MOST_CONCURRENCY = 64
_MOST_SUCCESSES = 100
_NOT_COMPONENT = (OPTION, INPUT)
_EVERYWHERE = (OPTION, INPUT, COMPONENT)


def _choice(choices: tuple[str, ...], noun: str = "value") -> dict[str, Any]:
    return {"choices": choices, "noun": noun, "parse": partial(parsers.choice, allowed=choices, noun=noun)}


def _text(word: RawValue) -> str:
    return word.text


_STATUS = {"metavar": "STATUS", **_choice(STATUSES, "status")}
_TARGET = {"group": POLICY, "metavar": "STATUS", **_choice(TARGETS, "status"), "where": _EVERYWHERE}
_FLAG: dict[str, Any] = {"parse": parsers.flag}
_DURATION: dict[str, Any] = {"parse": parsers.duration, "metavar": "DURATION"}
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
        where=_EVERYWHERE,
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
        _text,
        metavar="FILE",
    ),
    Setting(
        "api-url",
        ALERT24,
        "Base URL of the Alert24 API.",
        urls.api_url,
        metavar="URL",
        default="https://app.alert24.net",
        where=_EVERYWHERE,
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
        where=_NOT_COMPONENT,
        secret=True,
    ),
    Setting(
        "webhook-signature-header",
        ALERT24,
        "Header for the signature of requests to receivers, made with ALERT24_WEBHOOK_SECRET.",
        parsers.header_name,
        metavar="NAME",
        where=_NOT_COMPONENT,
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
        **_DURATION,
        default="60s",
        where=_EVERYWHERE,
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
        **_choice(FAIL_RULES),
        default="finish",
        where=_EVERYWHERE,
    ),
    Setting(
        "dry-run",
        ALERT24,
        "Read the services and report what would change, but change nothing.",
        **_FLAG,
        where=_EVERYWHERE,
    ),
    Setting("phase", DEPLOYMENT, "What the step does.", **_choice(PHASES, "phase"), default="auto", where=(INPUT,)),
    Setting(
        "status",
        DEPLOYMENT,
        f"List only services with this status: {', '.join(STATUSES[:-1])} or {STATUSES[-1]}.",
        **_STATUS,
        where=_NOT_COMPONENT,
    ),
    Setting(
        "outcome",
        DEPLOYMENT,
        "How the deployment ended: success, failure, cancelled or skipped. auto reads GitLab's CI_JOB_STATUS.",
        parsers.outcome,
        metavar="OUTCOME",
        default=AUTO,
        where=_NOT_COMPONENT,
        fresh=True,
    ),
    Setting(
        "rollback-outcome",
        DEPLOYMENT,
        "How the rollback ended, if there was one: success or failure.",
        parsers.outcome,
        metavar="OUTCOME",
        where=_NOT_COMPONENT,
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
        _text,
        metavar="FILE",
        default=".alert24-deploy/state.json",
        where=_NOT_COMPONENT,
    ),
    Setting(
        "description",
        DEPLOYMENT,
        "Description to show during maintenance. finish restores the original.",
        _text,
        metavar="TEXT",
        where=_EVERYWHERE,
    ),
    Setting(
        "respect-existing-maintenance",
        DEPLOYMENT,
        "Don't touch services that are already in maintenance.",
        **_FLAG,
        where=_EVERYWHERE,
    ),
    Setting("on-success", help="Status after a success.", **_TARGET, default=_POLICY.on_success),
    Setting(
        "on-unverified",
        help="Status after a success that Alert24's monitors did not confirm in time.",
        **_TARGET,
        default=_POLICY.on_unverified,
    ),
    Setting("on-failure", help="Status after a failure.", **_TARGET, default=_POLICY.on_failure),
    Setting("on-cancelled", help="Status after a cancelled deployment.", **_TARGET, default=_POLICY.on_cancelled),
    Setting(
        "on-rollback",
        help="Status after a failure that was rolled back. previous: the status before the deployment.",
        **_TARGET,
        default=_POLICY.on_rollback,
    ),
    Setting(
        "on-conflict",
        POLICY,
        "What to do if someone else changed a service since start. worst: the worse status wins.",
        metavar="|".join(CONFLICT_RULES),
        **_choice(CONFLICT_RULES),
        default=_POLICY.on_conflict,
        where=_EVERYWHERE,
    ),
    Setting("url", CHECK, "Check this URL instead of running a command.", urls.probe_url, metavar="URL"),
    Setting("on-pass", CHECK, "Status if the check passes.", **_STATUS, default="operational"),
    Setting("on-fail", CHECK, "Status if the check fails.", **_STATUS, default="down"),
    Setting("override-maintenance", CHECK, "Also change services that are in maintenance.", **_FLAG),
    Setting(
        "verify-url",
        VERIFICATION,
        "The deployment is a success only if this URL is healthy.",
        urls.probe_url,
        metavar="URL",
        where=_NOT_COMPONENT,
    ),
    Setting(
        "verify-command",
        VERIFICATION,
        "The deployment is a success only if this command, run by sh, succeeds.",
        _text,
        metavar="COMMAND",
    ),
    Setting(
        "verify-checks",
        VERIFICATION,
        "The deployment is a success only if Alert24's own monitors have run since and report the services as up.",
        **_FLAG,
        where=_NOT_COMPONENT,
    ),
    Setting(
        "verify-status",
        VERIFICATION,
        "HTTP status codes that count as healthy.",
        parsers.status_range,
        metavar="RANGE",
        default="200-299",
        where=_NOT_COMPONENT,
    ),
    Setting(
        "verify-text", VERIFICATION, "Text that the response must contain.", _text, metavar="TEXT", where=_NOT_COMPONENT
    ),
    Setting(
        "verify-header",
        VERIFICATION,
        "Header to send with the request.",
        parsers.header,
        metavar="'NAME: VALUE'",
        where=_NOT_COMPONENT,
        secret=True,
    ),
    Setting(
        "verify-timeout",
        VERIFICATION,
        "Time limit for verification. Default: as long as the checks need.",
        **_DURATION,
        where=_NOT_COMPONENT,
    ),
    Setting("verify-interval", VERIFICATION, "Time between checks.", **_DURATION, default="5s", where=_NOT_COMPONENT),
    Setting(
        "verify-successes",
        VERIFICATION,
        "Consecutive successful checks required.",
        partial(parsers.count, most=_MOST_SUCCESSES),
        metavar="N",
        default="1",
        where=_NOT_COMPONENT,
    ),
    Setting("rollback", ROLLBACK, "Command that rolls a failed deployment back, run by sh.", _text, metavar="COMMAND"),
    Setting("rollback-timeout", ROLLBACK, "Time limit for the rollback. Default: no limit.", **_DURATION),
    Setting(
        "rollback-on",
        ROLLBACK,
        "Outcomes that are rolled back, separated by commas: failure, cancelled.",
        partial(parsers.choices, allowed=ROLLBACK_ON, noun="outcome"),
        metavar="OUTCOMES",
        default="failure",
    ),
    Setting(
        "rollback-url",
        ROLLBACK,
        "URL to POST to when a deployment fails, so that your own service can roll it back.",
        urls.callback_url,
        metavar="URL",
        where=_NOT_COMPONENT,
        secret=True,
    ),
    Setting(
        "rollback-secret",
        ROLLBACK,
        "Secret that signs requests to the rollback URL.",
        parsers.secret,
        where=(VARIABLE,),
        secret=True,
    ),
    Setting(
        "command-timeout",
        PROCESS,
        "Time limit for the command; after that, it has failed. Default: no limit.",
        **_DURATION,
    ),
    Setting(
        "grace",
        PROCESS,
        "Time that a command gets to end after a signal, before it is killed.",
        **_DURATION,
        default="10s",
    ),
    Setting(
        "allow-workflow-commands", PROCESS, "On GitHub: obey workflow commands in the output of your commands.", **_FLAG
    ),
    Setting("verbose", OUTPUT, "Log every HTTP request.", **_FLAG),
    Setting("json", OUTPUT, "Write one JSON document to stdout, and the text for people to stderr.", **_FLAG),
]
SETTINGS: Mapping[str, Setting] = {row.name: row for row in _ROWS}
POLICY_SETTINGS = tuple(row.name for row in _ROWS if row.group == POLICY)
