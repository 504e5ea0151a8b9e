"""`phase: event` when runs overtake each other: every order of a few runs, with and without token and records.

GitHub starts a run for each status, and does not promise in which order they go. A status is there before its run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi, Item
from helpers.event_runs import EventRuns
from helpers.results import RESULTS

Status = tuple[int, str]  # of a deployment
Moment = tuple[str, Status]  # "is" or "run"
OVERLAPPING: tuple[Status, ...] = ((1, "in_progress"), (2, "in_progress"), (1, "success"), (2, "failure"))
NESTED: tuple[Status, ...] = ((1, "in_progress"), (2, "in_progress"), (2, "success"), (1, "success"))
FAILED_FIRST: tuple[Status, ...] = ((1, "in_progress"), (1, "failure"), (2, "in_progress"), (2, "success"))

both_tokens = pytest.mark.parametrize("token", [TOKEN, ""], ids=["token", "no token"])
both_records = pytest.mark.parametrize("record", ["true", "false"], ids=["records", "no records"])


def orders(statuses: Sequence[Status]) -> Iterator[list[Moment]]:
    """Every order in which each status comes after those before it, and its run some time after it."""

    def go_on(done: list[Moment], coming: Sequence[Status], waiting: Sequence[Status]) -> Iterator[list[Moment]]:
        if not coming and not waiting:
            yield done
        if coming:
            yield from go_on([*done, ("is", coming[0])], coming[1:], [*waiting, coming[0]])
        for each in waiting:
            yield from go_on([*done, ("run", each)], coming, [other for other in waiting if other != each])

    return go_on([], statuses, [])


class Orders:
    """One sandbox for many orders, with a service and deployments for each."""

    def __init__(self, runs: EventRuns, github: GitHubApi, sandbox: Sandbox) -> None:
        self._runs, self._github, self._sandbox = runs, github, sandbox
        self._offset = 0

    def play(self, order: Sequence[Moment], token: str, record: str) -> list[tuple[Moment, str]]:
        """Return what the page shows after each moment."""
        self._offset += 10
        service = self._sandbox.add_service(f"Website {self._offset}", id=f"svc-{self._offset}").id
        events: dict[Status, Item] = {}
        seen = []
        for what, status in order:
            if what == "is":
                events[status] = self._github.deploy(self._offset + status[0], status[1])
            else:
                inputs = {"github_token": token, "record_change": record, "services": service}
                assert self._runs(events[status], **inputs).code == 0
            seen.append(((what, status), self._sandbox.status_of(service)))
        RESULTS.clear()  # others that still run, and who has no token, are no surprise here
        return seen


@pytest.fixture
def every(runs: EventRuns, github: GitHubApi, sandbox: Sandbox) -> Orders:
    """Plays orders."""
    return Orders(runs, github, sandbox)


@both_tokens
@both_records
@pytest.mark.parametrize("end", ["success", "failure"])
def test_one_deployment__every_order__ends_right(every: Orders, end: str, token: str, record: str) -> None:
    """With a token or records nothing is stuck; without both, only a start that comes after the finish is."""
    found = 0
    for order in orders([(1, "pending"), (1, "in_progress"), (1, end)]):
        seen = every.play(order, token, record)
        runs = [status for what, (_, status) in order if what == "run"]
        before_the_end = order[: order.index(("is", (1, end)))]
        knows = token or record == "true"
        started = any(page == "maintenance" for _, page in seen)
        late = not knows and runs.index("in_progress") > runs.index(end)
        down = end == "failure" and (started or record == "true")  # else nobody knows that it was not finished before
        assert seen[-1][1] == ("maintenance" if late else "down" if down else "operational"), order
        if token:  # whatever run it is, it knows the latest status
            assert started is any(
                what == "run" and ("is", (1, "in_progress")) in before_the_end[:index]
                for index, (what, _) in enumerate(before_the_end)
            ), order
        found += 1
    assert found == 15


@both_tokens
@pytest.mark.slow
@pytest.mark.parametrize(
    ("statuses", "after"), [(OVERLAPPING, "down"), (NESTED, "operational"), (FAILED_FIRST, "operational")]
)
def test_two_deployments__every_order__recorded__end_right(
    every: Orders, statuses: Sequence[Status], after: str, token: str
) -> None:
    """Nothing is stuck; a deployment that has started, and is not over, has the page in maintenance.

    If the starts ran in their order, and before their deployments were over, the last status is that of all outcomes
    together. Else the records show them in the order of their runs.
    """
    exact = 0
    for order in orders(statuses):
        seen = every.play(order, token, "true")
        going: set[int] = set()
        over: set[int] = set()
        late = False
        for (what, (number, state)), page in seen:
            if state != "in_progress":
                over.add(number)
            elif what == "run":
                late = late or number in over or (number == 1 and 2 in going)
                going.add(number)
            assert page == "maintenance" or not going - over, order
        assert seen[-1][1] == after or (late and seen[-1][1] != "maintenance"), "\n".join(map(str, seen))
        exact += not late
    assert exact > 3


@pytest.mark.slow
@pytest.mark.parametrize("statuses", [OVERLAPPING, NESTED, FAILED_FIRST])
def test_two_deployments__every_order__with_a_token_alone__nothing_is_stuck(
    every: Orders, statuses: Sequence[Status]
) -> None:
    """The first one to finish ends the maintenance of both, but the page never stays in maintenance."""
    for order in orders(statuses):
        assert every.play(order, TOKEN, "false")[-1][1] != "maintenance", order
