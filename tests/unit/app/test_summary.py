"""The job summary: foreign text stays text, and the story is told in full."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.app.summary import LIMIT, summary
from alert24_deploy.deployment.interfaces import StatusPageInfo
from alert24_deploy.deployment.report import Action, Report, ServiceResult
from alert24_deploy.deployment.timeline import Phase, moment, timeline
from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

STATE = State(
    "github-1",
    Stage.FINISHED,
    "2026-01-31T10:00:00Z",
    services=(
        ServiceState(
            "svc_1",
            "API",
            "operational",
            WriteStatus.YES,
            wrote_at="2026-01-31T09:00:00.300Z",
            after_at="2026-01-31T09:01:04.000Z",
        ),
    ),
    finished_at="2026-01-31T10:01:05Z",
    outcome="failure",
)
AT = moment(STATE.started_at) or 0.0
LINK = '<a href="https://status.example.org/">status.example.org</a>'
RESULT = ServiceResult("svc_1", "API", "operational", "down", Action.WRITTEN, "the deployment failed")


# Each is a link, a mention or a reference to GitHub (GFM spec, "Autolinks"; GitHub docs, "Autolinked references").
LINKS = """
    www.example.org http://example.org/a?b=c https://example.org ftp://example.org mailto:someone@example.org
    someone@example.org xmpp:someone@example.org/room <https://example.org> [text](https://example.org)
    ![image](https://example.org/x.png) #1 GH-1 octo/shop#1 @octocat 0123456789abcdef0123456789abcdef01234567
    a5c3785 octo@a5c3785ed8d6a35868bc169f07e40e889087fd2e
""".split()
MARKUP = [
    "| a | b |",
    "<img src=x onerror=alert(1)>",
    "`rm -rf`",
    "a_b*c*",
    "# heading",
    "</pre><b>",
    "</code>",
    "&amp;",
    "- a",
]
PIECES = [*LINKS, *MARKUP, " ", "\n", "\n\n", "word", "<table>", "<!--", "</table>", "```", "\\", "\t"]


class Rendered(HTMLParser):
    """A summary as GitHub's renderer makes it: its tags, the text within code, and the text around it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.code: list[str] = []
        self.around = ""
        self._open: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note an element, and that its text begins."""
        assert not attrs or (tag, attrs) == ("pre", [("lang", "mermaid")])
        self.tags.add(tag)
        if tag in ("code", "pre"):
            self.code.append("")
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note that an element has ended."""
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text where it belongs."""
        if self._open:
            self.code[-1] += data
        else:
            self.around += data


def rendered(text: str) -> Rendered:
    """A summary that has foreign text wherever it can."""
    result = ServiceResult("svc_1", text, text, text, Action.WRITTEN, text)
    state = replace(STATE, services=(replace(STATE.services[0], name=text),))
    error = CannotReachAlert24(text, detail=text, remedy=text).with_context(what=text, left=text)
    return Rendered(summary(Report("finish", [result], [text], [text], error=error, state=state)))


OURS = rendered("x")


@pytest.mark.parametrize("text", LINKS)
def test_links__on_their_own__would_be_rendered(text: str) -> None:
    """The renderer makes links: of what GitHub alone knows, it makes none."""
    known = not re.match(r"^(#1|GH-1|octo|@octocat|[0-9a-f]+$)", text)
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    assert ("<a " in html or "<img " in html) == known


@pytest.mark.parametrize("text", [*LINKS, *MARKUP])
def test_summary__link_or_markup__is_text(text: str) -> None:
    """It is rendered as code, as it was written; around the code there is nothing but our own words."""
    page = rendered(text)
    assert (page.tags, page.around) == (OURS.tags, OURS.around)
    foreign = [code for code in page.code if code and not code.startswith("gantt")]  # a chart is code within pre
    assert len(foreign) == len(page.code) - 2
    assert all(text in code for code in foreign)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join) | st.text(min_size=1))
def test_summary__any_text__makes_no_element_of_its_own(text: str) -> None:
    """Neither a link nor a tag comes of foreign text, wherever it stands."""
    page = rendered(text)
    assert (page.tags, page.around) == (OURS.tags, OURS.around)


def test_summary__long_message__is_not_cut() -> None:
    """Who opens the run's page reads all of it, to its last line."""
    long = "\n".join(f"{number} " + "word " * 100 + "end" for number in range(20))
    page = Rendered(summary(Report("finish", [RESULT], [long])))
    assert long in page.code[-1]
    assert "  indented" in Rendered(summary(Report("finish", notes=["a\n  indented"]))).code[-1]


def test_summary__finish__has_table_timeline_and_duration() -> None:
    """The summary says what became of each service, when, how long it was in maintenance, and where visitors see it."""
    page = StatusPageInfo("sp-1", "Acme", "status.example.org", public=True)
    phases = [Phase("verification", AT + 60, AT + 62.4, failed=True), Phase("finish", AT + 62.4, AT + 65)]
    text = summary(Report("finish", [RESULT], state=STATE, phases=phases), [page, page._replace(domain="a b")])
    assert text.splitlines()[0] == "### Alert24: the deployment failed"
    found = Rendered(text.replace(LINK, ""))
    assert found.code[:4] == ["API", "operational", "down", "the deployment failed"]
    assert "written" in found.around
    assert text.split("```")[1].splitlines()[7:] == [
        "  deployment (1 min) :2026-01-31T10:00:00.000, 2026-01-31T10:01:00.000",
        "  verification (2 s) :crit, 2026-01-31T10:01:00.000, 2026-01-31T10:01:02.400",
        "  finish (3 s) :2026-01-31T10:01:02.400, 2026-01-31T10:01:05.000",
        "  section Services",
        "  #65;PI (1 min 4 s) :active, 2026-01-31T10:00:00.000, 2026-01-31T10:01:03.700",
    ]
    assert (
        f"<p>Visitors saw maintenance for 1 min 4 s. Status page: {LINK}. Status page: <code>Acme</code>.</p>" in text
    )


def test_timeline__services_one_after_the_other__have_their_own_times() -> None:
    """A service's maintenance begins when it was written, and visitors saw some from the first to the last."""
    later = replace(STATE.services[0], id="svc_2", wrote_at="2026-01-31T09:00:20.300Z", after_at="2026-01-31T09:01:05Z")
    state = replace(STATE, services=(STATE.services[0], later))
    found = timeline(Report("finish", [RESULT, RESULT._replace(id="svc_2")], state=state))
    assert found is not None
    assert [(each.began - AT, round(each.seconds, 1)) for each in found.maintenance] == [(0, 63.7), (20, 44.7)]
    assert (round(found.seconds, 1), found.visible) == (64.7, "Visitors saw maintenance for 1 min 5 s.")


def test_timeline__phases_after_the_finish__lengthen_no_maintenance() -> None:
    """After a signal, the page is put right first: what follows is seen by nobody."""
    state = replace(STATE, services=(replace(STATE.services[0], wrote_at=None),))
    phases = [Phase("start", AT, AT + 1), Phase("finish", AT + 8, AT + 9), Phase("rollback", AT + 9, AT + 99)]
    found = timeline(Report("finish", [RESULT], state=state, phases=phases))
    assert found is not None
    assert (found.seconds, len(found.phases)) == (9, 3)


def test_timeline__part_of_a_second__is_not_none() -> None:
    """Visitors who saw maintenance for a moment did not see it for 0 s."""
    service = replace(STATE.services[0], after_at="2026-01-31T09:00:00.700Z")
    found = timeline(Report("finish", [RESULT], state=replace(STATE, services=(service,))))
    assert found is not None
    assert found.visible == "Visitors saw maintenance for less than 1 s."


@pytest.mark.parametrize(
    ("action", "after", "told"),
    [
        (Action.FAILED, "maintenance", "so far. <code>API</code>: still in maintenance"),
        (Action.UNKNOWN, None, "so far. <code>API</code>: perhaps still in maintenance"),
        (Action.KEPT, "down", "<code>API</code>: at most: someone else ended it"),
    ],
)
def test_summary__maintenance_that_finish_did_not_end__is_told(action: Action, after: str | None, told: str) -> None:
    """A bar that ends nowhere, or that someone else ended, is no measured one."""
    assert told in summary(Report("finish", [RESULT._replace(action=action, after=after)], state=STATE))


@pytest.mark.parametrize(
    "after_at", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "2026-01-31T09:00:00.200Z", "x"]
)
def test_summary__times_of_alert24_that_make_no_sense__are_not_believed(after_at: str) -> None:
    """Alert24's times are foreign: one before the first, or long after the end, is not believed."""
    services = [replace(STATE.services[0], after_at=after_at)]
    assert "maintenance for 1 min 5 s" in summary(Report("finish", [RESULT], state=replace(STATE, services=services)))


def test_summary__too_many_services__is_cut_to_what_github_shows() -> None:
    """Neither the table nor the chart grows past what GitHub and Mermaid show, and both say what they leave out."""
    results = [RESULT._replace(id=str(number), name="\U0001f600" * 600) for number in range(2000)]
    services = [replace(STATE.services[0], id=each.id) for each in results]
    text = summary(Report("finish", results, state=replace(STATE, services=services)))
    assert 100_000 < len(text.encode()) < LIMIT
    assert "and 1900 more services" in text
    assert "The chart leaves out 1950 services." in text
    assert len(text.split("```")[1]) < 50_000


def test_summary__error_and_warning__are_there_in_full() -> None:
    """Every message stands in the summary, with all of its lines."""
    error = CannotReachAlert24("no answer in time", remedy="Look at it.").with_context(
        what="Could not set 'API' to down"
    )
    page = Rendered(summary(Report("finish", [RESULT], ["Odd outcome."], error=error, state=STATE)))
    assert page.code[-2:] == ["Odd outcome.", "Could not set 'API' to down: no answer in time.\nLook at it."]


@pytest.mark.parametrize("times", [("yesterday", "today"), ("2026-01-31T10:00:00Z", "2026-01-30T10:00:00Z")])
def test_summary__times_that_are_none__no_timeline(times: tuple[str, str]) -> None:
    """A state whose times somebody edited still makes a summary."""
    state = replace(STATE, started_at=times[0], finished_at=times[1])
    text = summary(Report("finish", [RESULT], state=state))
    assert "mermaid" not in text
    assert "saw maintenance" not in text


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (Report("start", [RESULT], state=STATE), "a deployment begins"),
        (Report("start", [RESULT], state=STATE, failed=True), "a deployment did not begin"),
        (Report("set", [RESULT]), "statuses set"),
        (Report("set", [RESULT], dry_run=True), "statuses set (dry run)"),
        (Report("finish"), "finish"),
    ],
)
def test_summary__phase__names_itself(report: Report, title: str) -> None:
    """The heading says which phase it was."""
    assert summary(report).splitlines()[0] == f"### Alert24: {title}"


def test_summary__unknown_status__says_so() -> None:
    """A status that nobody knows is called unknown."""
    result = ServiceResult("svc_1", "API", None, None, Action.UNKNOWN, "a deployment starts")
    row = "<td>unknown</td><td>unknown</td><td>sent, no answer</td>"
    assert row in summary(Report("start", [result]))
