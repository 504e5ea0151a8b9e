"""The rows of the settings around a deployment: health checks, verification, rollback, processes, reconcile."""

from __future__ import annotations

from functools import partial

from . import parsers, urls
from .kinds import DURATION, FLAG, NOT_COMPONENT, STATUS, text
from .setting import CHECK, INPUT, PROCESS, RECONCILE, ROLLBACK, VARIABLE, VERIFICATION, Setting

ROLLBACK_ON = ("failure", "cancelled")
_MOST_SUCCESSES = 100

ROWS = [
    Setting(
        "max-age",
        RECONCILE,
        "End only maintenance that has lasted longer than this, such as 2h.",
        **DURATION,
        where=NOT_COMPONENT,
    ),
    Setting(
        "to",
        RECONCILE,
        "With --max-age: status if it can't be found out how the deployment's run ended. Default: fail instead.",
        **STATUS,
        where=NOT_COMPONENT,
    ),
    Setting(
        "run",
        RECONCILE,
        "Id of the GitHub run or GitLab pipeline that deployed. Default: the state's, the event's, or the one that "
        "this job belongs to.",
        text,
        metavar="ID",
        where=NOT_COMPONENT,
    ),
    Setting("job", RECONCILE, "Name of the job that deploys.", text, metavar="NAME", where=NOT_COMPONENT),
    Setting(
        "workflow",
        RECONCILE,
        "On GitHub, with --max-age: file of the workflow that deploys, such as deploy.yml. While one of its runs is in "
        "progress, maintenance stays.",
        text,
        metavar="FILE",
        where=NOT_COMPONENT,
    ),
    Setting(
        "github-token",
        RECONCILE,
        "Token with `actions: read`.",
        parsers.secret,
        where=(INPUT,),
        secret=True,
        fresh=True,
    ),
    Setting(
        "ci-token",
        RECONCILE,
        "Token for reconcile: GitHub's with `actions: read`, or GitLab's with `read_api`. Default: GITHUB_TOKEN or "
        "CI_JOB_TOKEN.",
        parsers.secret,
        where=(VARIABLE,),
        secret=True,
    ),
    Setting("url", CHECK, "Check this URL instead of running a command.", urls.probe_url, metavar="URL"),
    Setting("on-pass", CHECK, "Status if the check passes.", **STATUS, default="operational"),
    Setting("on-fail", CHECK, "Status if the check fails.", **STATUS, default="down"),
    Setting("override-maintenance", CHECK, "Also change services that are in maintenance.", **FLAG),
    Setting(
        "verify-url",
        VERIFICATION,
        "The deployment is a success only if this URL is healthy.",
        urls.probe_url,
        metavar="URL",
        where=NOT_COMPONENT,
    ),
    Setting(
        "verify-command",
        VERIFICATION,
        "The deployment is a success only if this command, run by sh, succeeds.",
        text,
        metavar="COMMAND",
    ),
    Setting(
        "verify-checks",
        VERIFICATION,
        "The deployment is a success only if Alert24's own monitors have run since and report the services as up.",
        **FLAG,
        where=NOT_COMPONENT,
    ),
    Setting(
        "verify-status",
        VERIFICATION,
        "HTTP status codes that count as healthy.",
        parsers.status_range,
        metavar="RANGE",
        default="200-299",
        where=NOT_COMPONENT,
    ),
    Setting(
        "verify-text", VERIFICATION, "Text that the response must contain.", text, metavar="TEXT", where=NOT_COMPONENT
    ),
    Setting(
        "verify-header",
        VERIFICATION,
        "Header to send with the request.",
        parsers.header,
        metavar="'NAME: VALUE'",
        where=NOT_COMPONENT,
        secret=True,
    ),
    Setting(
        "verify-timeout",
        VERIFICATION,
        "Time limit for verification. Default: as long as the checks need.",
        **DURATION,
        where=NOT_COMPONENT,
    ),
    Setting("verify-interval", VERIFICATION, "Time between checks.", **DURATION, default="5s", where=NOT_COMPONENT),
    Setting(
        "verify-successes",
        VERIFICATION,
        "Consecutive successful checks required.",
        partial(parsers.count, most=_MOST_SUCCESSES),
        metavar="N",
        default="1",
        where=NOT_COMPONENT,
    ),
    Setting("rollback", ROLLBACK, "Command that rolls a failed deployment back, run by sh.", text, metavar="COMMAND"),
    Setting("rollback-timeout", ROLLBACK, "Time limit for the rollback. Default: no limit.", **DURATION),
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
        where=NOT_COMPONENT,
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
        **DURATION,
    ),
    Setting(
        "grace",
        PROCESS,
        "Time that a command gets to end after a signal, before it is killed.",
        **DURATION,
        default="10s",
    ),
    Setting(
        "allow-workflow-commands", PROCESS, "On GitHub: obey workflow commands in the output of your commands.", **FLAG
    ),
]
