from __future__ import annotations

import io

import pytest

from alert24_deploy.app.report_text import print_report, report_document, sentence
from alert24_deploy.ci.console import Console
from alert24_deploy.deployment.report import Action, Report, ServiceResult
from alert24_deploy.errors import Alert24Refused, CannotReachAlert24


def result(action: Action, after: str | None, name: str = "API", found: str | None = "operational") -> ServiceResult:
    """What became of a service."""
    return ServiceResult("svc-1", name, "degraded", after, action, "because", found=found, wanted="down")


SENTENCES = [
    (result(Action.WRITTEN, "down"), "API: operational -> down (because)"),
    (result(Action.WRITTEN, "down", found=None), "API: -> down (because)"),
    (result(Action.WOULD_WRITE, "down"), "API: would be set to down (because)"),
    (result(Action.KEPT, "operational"), "API: stays operational (because)"),
    (result(Action.KEPT, None), "API: stays unknown (because)"),
    (result(Action.UNKNOWN, None), "API: sent down, but no answer came (because)"),
    (result(Action.FAILED, "operational"), "API: NOT set to down, is operational (because)"),
]


@pytest.mark.parametrize(("each", "expected"), SENTENCES, ids=lambda value: getattr(value, "action", ""))
def test_sentence__every_action__says_what_became_of_it(each: ServiceResult, expected: str) -> None:
    """One line a service, in the same words everywhere."""
    assert sentence(each) == expected


def test_sentence__name_with_commands__harmless() -> None:
    """A service's name commands nobody's CI."""
    told = sentence(result(Action.WRITTEN, "down", name="::error::x\n##[error]y"))
    assert not told.startswith("::")
    assert "\n" not in told
    assert "##[" not in told


@pytest.mark.parametrize(
    ("report", "code", "lines"),
    [
        (Report("finish", error=Alert24Refused("no"), failed=True), 3, ["Error: No."]),
        (
            Report("start", error=CannotReachAlert24("no answer")),
            0,
            ["Warning: No answer.", "Continuing, because of `fail-on-unreachable`."],
        ),
        (Report("start", dry_run=True), 0, ["Dry run: nothing was written."]),
        (
            Report("finish", [result(Action.WRITTEN, "down")], warnings=["Look."], notes=["Know."]),
            0,
            ["API: operational -> down (because)", "Know.", "Warning: Look."],
        ),
    ],
)
def test_print_report__people__what_was_done_what_to_know_what_to_look_at(
    report: Report, code: int, lines: list[str]
) -> None:
    """A failure looks like one, an outage that is forgiven says why it goes on, and nobody mistakes a rehearsal."""
    out, err = io.StringIO(), io.StringIO()
    assert (print_report(Console(people=err, machine=out), report), out.getvalue()) == (code, "")
    assert [line.strip() for line in err.getvalue().splitlines()] == lines


def test_document__error__code_and_message() -> None:
    """A forgiven error is in the document too, with its own code beside the command's."""
    shown = report_document(Report("start", error=CannotReachAlert24("no answer")))
    assert (shown["error"], shown["exit_code"]) == ({"code": 4, "message": "No answer."}, 0)
