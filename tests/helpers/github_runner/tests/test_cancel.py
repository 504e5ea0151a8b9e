from __future__ import annotations

import pytest

from helpers.github_runner import Grace, RunningStep

from .conftest import MakeJob, WriteAction

# Says that it is ready, so that nobody has to wait a while and hope.
COUNT = """
import signal, time
def note(number, frame):
    print('got', signal.Signals(number).name)
    if signal.Signals(number).name == os.environ['ENDS_AT']: sys.exit(5)
signal.signal(signal.SIGINT, note); signal.signal(signal.SIGTERM, note)
print('ready')
while True: time.sleep(60)
"""


@pytest.mark.parametrize(
    ("ends_at", "signals"),
    [("SIGINT", ["got SIGINT"]), ("SIGTERM", ["got SIGINT", "got SIGTERM"]), ("", ["got SIGINT", "got SIGTERM"])],
)
def test_cancel__program__is_asked_then_killed(
    make_job: MakeJob, write_action: WriteAction, ends_at: str, signals: list[str]
) -> None:
    """A cancelled program gets SIGINT, then SIGTERM, then no more time; its post stage runs all the same."""
    job = make_job(env={"ENDS_AT": ends_at}, grace=Grace(interrupt=0.2, terminate=0.2))
    job.uses(write_action(COUNT, "print(os.environ['INPUT_JOB-STATUS'])"), id="page")
    job.on_line = lambda line: job.cancel() if line == "ready" else None
    job.run("true", id="later")
    result = job.execute()
    page = result.step("page")
    assert [line for line in page.log if line.startswith("got")] == signals
    assert (page.outcome, page.exit_code) == ("cancelled", 5 if ends_at else -9)
    assert (result.step("later").outcome, result.post("page").log, result.status) == (
        "skipped",
        ["cancelled"],
        "cancelled",
    )


def test_cancel__in_a_step__stops_what_has_no_always(make_job: MakeJob) -> None:
    """After a cancellation only steps whose condition still holds run."""
    job = make_job()
    job.run(RunningStep.cancel, id="cancelled")
    job.run("true", id="plain")
    job.run("true", id="always", if_="always()")
    job.run("exit 1", id="fails", if_="cancelled()")
    result = job.execute()
    assert [step.outcome for step in result.steps] == ["cancelled", "skipped", "success", "failure"]
    # A later failure doesn't undo the cancellation.
    assert result.status == "cancelled"


def test_cancel__step_with_always__goes_on(make_job: MakeJob) -> None:
    """A running step whose condition holds for a cancelled job is left alone; a cancellation wins over a failure."""
    job = make_job()
    job.run("exit 1", id="fails")
    job.run(RunningStep.cancel, id="s", if_="always()")
    result = job.execute()
    assert (result.step("s").outcome, result.status) == ("success", "cancelled")


def test_timeout__program__is_stopped_and_failed(make_job: MakeJob, write_action: WriteAction) -> None:
    """A step that takes too long is stopped like a cancelled one, but it failed."""
    job = make_job(env={"ENDS_AT": "SIGINT"}, grace=Grace(interrupt=5, terminate=5))
    # The program ends at its first signal: the timeout only has to be long enough for Python to start.
    job.uses(write_action(COUNT), id="page", timeout=1.0)
    result = job.execute()
    assert (result.step("page").outcome, result.status) == ("failure", "failure")
    assert "has timed out" in result.step("page").messages("error")[-1]


def test_run__grandchild_keeps_the_stream__is_killed(make_job: MakeJob) -> None:
    """A child left behind with the stream in its hand doesn't hold the step for ever."""
    job = make_job(grace=Grace(streams=0.2))
    job.run("sleep 1000 & echo done", id="s")
    assert job.execute().step("s").log == ["done"]
