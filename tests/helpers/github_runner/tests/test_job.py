from __future__ import annotations

import json

import pytest

from helpers.github_runner import RunningStep

from .conftest import MANIFEST, MakeJob, WriteAction

SHOW = "import json; print(json.dumps(dict(os.environ)))"
SAVE = "open(os.environ['GITHUB_STATE'], 'a').write('Mixed_Key=found\\n')"


def test_execute__inputs__are_evaluated_in_each_stage(make_job: MakeJob, write_action: WriteAction) -> None:
    """What is unknown in main is known in post: the outcome of a later step, and the job's status."""
    job = make_job()
    job.uses(write_action(SHOW, SHOW), {"outcome": "${{ steps.deploy.outcome }}", "phase": True}, id="page")
    job.run("exit 7", id="deploy")
    result = job.execute()
    main, post = json.loads(result.step("page").log[-1]), json.loads(result.post("page").log[-1])
    assert (main["INPUT_OUTCOME"], main["INPUT_JOB-STATUS"], main["INPUT_PHASE"]) == ("", "success", "true")
    assert (post["INPUT_OUTCOME"], post["INPUT_JOB-STATUS"], post["INPUT_API-KEY"]) == ("failure", "failure", "")


def test_execute__unknown_input__is_a_warning(make_job: MakeJob, write_action: WriteAction) -> None:
    """An input that the action hasn't is given all the same, with a warning."""
    job = make_job()
    job.uses(write_action(SHOW), {"speling": "x"}, id="page")
    page = job.execute().step("page")
    assert page.messages("warning") == [
        "Unexpected input(s) 'speling', valid inputs are ['api-key', 'job-status', 'phase']"
    ]
    assert json.loads(page.log[-1])["INPUT_SPELING"] == "x"


@pytest.mark.parametrize("default", ["${{ env.HOME }}", "${{ steps.x.outcome }}", "${{ secrets.KEY }}"])
def test_execute__default_names_other_context__fails(
    make_job: MakeJob, write_action: WriteAction, default: str
) -> None:
    """A default may name few contexts only."""
    job = make_job()
    job.uses(write_action(SHOW, manifest=MANIFEST.replace("${{ job.status }}", default)), id="page")
    assert "Unrecognized named-value" in job.execute().step("page").messages("error")[0]


def test_execute__state__reaches_post_with_its_case(make_job: MakeJob, write_action: WriteAction) -> None:
    """A key saved by main is there in post, in the case in which it was saved."""
    job = make_job()
    job.uses(write_action(SAVE, SHOW), id="page")
    assert json.loads(job.execute().post("page").log[-1])["STATE_Mixed_Key"] == "found"


def test_execute__job_environment__loses_to_the_runner(
    make_job: MakeJob, write_action: WriteAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job's own variables are there, but none replaces the runner's, and the test's own reach no action."""
    monkeypatch.setenv("TEST_SECRET", "leaked")
    job = make_job(env={"GITHUB_OUTPUT": "/lost", "GITHUB_TOKEN": "mine", "HOME": "/nowhere", "CI": "no", "OWN": "1"})
    job.uses(write_action(SHOW), env={"OWN": "2"}, id="page")
    seen = json.loads(job.execute().step("page").log[-1])
    assert (seen["GITHUB_TOKEN"], seen["CI"], seen["OWN"], seen["GITHUB_ACTIONS"]) == ("mine", "no", "2", "true")
    assert seen["GITHUB_OUTPUT"].startswith(str(job.directories.file_commands))
    assert (seen["HOME"], "TEST_SECRET" in seen) == (str(job.directories.home), False)


def test_execute__variable_of_a_step__reaches_later_ones(make_job: MakeJob, write_action: WriteAction) -> None:
    """What a step writes to GITHUB_ENV, the following see, but for what the runner blocks."""
    job = make_job()
    job.run('echo "PYTHONPATH=/evil" >> "$GITHUB_ENV"; echo "NODE_OPTIONS=x" >> "$GITHUB_ENV"', id="set")
    job.uses(write_action(SHOW), id="page")
    result = job.execute()
    seen = json.loads(result.step("page").log[-1])
    assert (seen["PYTHONPATH"], "NODE_OPTIONS" in seen) == ("/evil", False)
    assert result.step("set").messages("error") == [
        "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command."
    ]


def test_execute__posts__run_last_first_even_after_failure(make_job: MakeJob, write_action: WriteAction) -> None:
    """Post stages run in reverse order, after main stages that failed too, but not after one that was skipped."""
    job = make_job()
    job.uses(write_action("", "sys.exit(1)", name="one"), id="one")
    job.uses(write_action("sys.exit(3)", name="two"), id="two")
    job.uses(write_action("", name="three"), id="three")
    result = job.execute()
    ran = " ".join(f"{step.name.replace('Post ', '-')}:{step.conclusion}" for step in result.steps)
    assert ran == "one:success two:failure three:skipped -two:success -one:failure"
    assert (result.status, result.step("two").exit_code) == ("failure", 3)


def test_execute__post_if__decides(make_job: MakeJob, write_action: WriteAction) -> None:
    """A post stage has a condition of its own."""
    job = make_job()
    manifest = MANIFEST.replace("runs:", "runs:\n  post-if: failure()")
    job.uses(write_action("", manifest=manifest), id="page")
    assert job.execute().post("page").conclusion == "skipped"


def test_execute__continue_on_error__forgives(make_job: MakeJob) -> None:
    """A forgiven failure is an outcome but no conclusion, and the job goes on."""
    job = make_job()
    job.run("exit 1", id="fails", continue_on_error=True)
    job.run("true", id="after", if_="steps.fails.outcome == 'failure' && steps.fails.conclusion == 'success'")
    result = job.execute()
    assert [step.outcome for step in result.steps] == ["failure", "success"]
    assert result.status == "success"


@pytest.mark.parametrize("file", ["GITHUB_STATE", "GITHUB_OUTPUT", "GITHUB_ENV"])
def test_execute__broken_file_command__fails_the_step(make_job: MakeJob, write_action: WriteAction, file: str) -> None:
    """A delimiter that never comes fails a step whose program succeeded, and what stood before is taken."""
    job = make_job()
    job.uses(write_action(f"open(os.environ['{file}'], 'w').write('a=1\\nb<<EOF\\nlost\\n')", SHOW), id="page")
    result = job.execute()
    assert (result.step("page").exit_code, result.step("page").conclusion) == (0, "failure")
    assert "Matching delimiter not found 'EOF'" in result.step("page").messages("error")[1]
    assert file != "GITHUB_STATE" or json.loads(result.post("page").log[-1])["STATE_a"] == "1"


def test_execute__outputs__reach_later_steps_and_jobs(make_job: MakeJob, write_action: WriteAction) -> None:
    """An output is there for later steps, for the job's outputs, and for a job that needs this one."""
    write = "open(os.environ['GITHUB_OUTPUT'], 'a').write('left={\"v\": 1}\\n')"
    first = make_job(outputs={"state": "${{ steps.page.outputs.left }}"})
    first.uses(write_action(write), id="page")
    first.run("exit 1")
    second = make_job(needs={"deploy": first.execute()})
    with_ = {"state": "${{ needs.deploy.outputs.state }}", "outcome": "${{ needs.deploy.result }}"}
    second.uses(write_action(SHOW, name="second"), with_, id="page", if_="always()")
    seen = json.loads(second.execute().step("page").log[-1])
    assert (seen["INPUT_STATE"], seen["INPUT_OUTCOME"]) == ('{"v": 1}', "failure")


def test_execute__output_with_a_secret__is_kept_back(make_job: MakeJob) -> None:
    """A job output that the masker would change never leaves the job."""
    job = make_job(secrets={"KEY": "hush"}, outputs={"a": "${{ steps.s.outputs.a }}", "b": "${{ steps.s.outputs.b }}"})
    job.run("echo a=say hush >> $GITHUB_OUTPUT; echo b=fine >> $GITHUB_OUTPUT", id="s")
    result = job.execute()
    assert result.outputs == {"b": "fine"}
    assert "Skip output 'a' since it may contain secret." in result.log


def test_execute__outputs_of_post__are_seen_by_nobody(make_job: MakeJob, write_action: WriteAction) -> None:
    """The steps context doesn't change in post."""
    write = "open(os.environ['GITHUB_OUTPUT'], 'a').write('late=1\\n')"
    job = make_job(outputs={"late": "${{ steps.page.outputs.late }}"})
    job.uses(write_action("", write), id="page")
    assert job.execute().outputs == {}


def test_execute__known_secret__is_masked_and_mentioned(make_job: MakeJob) -> None:
    """A secret that the runner knows is hidden in log, annotations and summary, and noted as printed."""
    job = make_job(secrets={"KEY": "hush"})
    job.run("echo hush; echo ::error::hush >&2; echo '# hush' >> $GITHUB_STEP_SUMMARY", id="s")
    result = job.execute()
    assert sorted(result.log.splitlines()) == ["##[error]***", "***"]
    assert (result.annotations[0].message, result.summary, result.leaks) == ("***", "# ***", [])
    assert sorted(result.mentions) == ["***", "::error::***"]


@pytest.mark.parametrize(
    ("script", "place"),
    [
        ("echo hush", "log of s"),
        ("echo ::error::hush", "log of s"),
        ("echo '::error title=hush::x'", "annotation 0 of s"),
        ("printf hush | base64", "log of s"),
        ("echo hush >> $GITHUB_STEP_SUMMARY", "summary of s"),
        ("echo o=hush >> $GITHUB_OUTPUT", "job output o"),
    ],
)
def test_execute__unknown_secret__is_a_leak_unless_masked(make_job: MakeJob, script: str, place: str) -> None:
    """A secret of which the runner wasn't told leaks everywhere; a mask closes all but an annotation's title."""
    job = make_job(watched=["hush"], outputs={"o": "${{ steps.s.outputs.o }}"})
    job.run(script, id="s")
    assert place in job.execute().leaks
    masked = make_job(watched=["hush"], outputs={"o": "${{ steps.s.outputs.o }}"})
    masked.run(f"echo ::add-mask::hush; {script}", id="s")
    assert masked.execute().leaks == (["annotation 0 of s"] if "title" in script else [])


def test_execute__summary_too_long__is_dropped_without_failing(make_job: MakeJob) -> None:
    """Over a mebibyte there is no summary, an error, and no failure."""
    job = make_job()
    job.run("head -c 1048577 /dev/zero >> $GITHUB_STEP_SUMMARY", id="s")
    step = job.execute().step("s")
    assert (step.summary, step.conclusion, len(step.messages("error"))) == ("", "success", 1)


def test_execute__function__may_set_and_fail(make_job: MakeJob) -> None:
    """A function in place of commands can do what they can."""

    def script(step: RunningStep) -> int:
        step.set_output("a", "1")
        step.set_env("B", "2")
        return 9

    job = make_job()
    job.run(script, id="f")
    job.run("test $B = 2", id="after", if_="always() && steps.f.outputs.a == '1'")
    result = job.execute()
    assert (result.step("f").exit_code, result.step("after").conclusion) == (9, "success")


def test_execute__wiped_workspace_or_bad_condition__fails_the_stage(
    make_job: MakeJob, write_action: WriteAction
) -> None:
    """A post stage would run from the workspace, and a condition that GitHub couldn't read fails its step."""
    action = write_action("")
    job = make_job()
    job.uses(action, id="page")
    job.run(lambda _: (action / "action.yml").unlink())
    job.run("true", id="s", if_="nobody.knows")
    result = job.execute()
    assert (result.post("page").conclusion, result.step("s").conclusion) == ("failure", "failure")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("using: docker", "using: node12"), "docker, node24 and composite actions only"),
        (("  entrypoint:", "  pre-entrypoint: x\n  entrypoint:"), "`pre`"),
    ],
)
def test_execute__other_action__is_refused(
    make_job: MakeJob, write_action: WriteAction, change: tuple[str, str], message: str
) -> None:
    """What this runner can't do faithfully it refuses."""
    job = make_job()
    job.uses(write_action("", manifest=MANIFEST.replace(*change)), id="page")
    assert message in job.execute().step("page").messages("error")[0]


def test_execute__args_and_env__see_the_inputs(make_job: MakeJob, write_action: WriteAction) -> None:
    """The action's own arguments and variables are given in both stages, and its variables override none."""
    manifest = MANIFEST + "  args: ['${{ inputs.phase }}', b]\n  env: {OWN: '${{ inputs.phase }}', SET: action}\n"
    show = "print(sys.argv[1:], os.environ['OWN'], os.environ['SET'])"
    job = make_job(env={"SET": "user"})
    job.uses(write_action(show, show, manifest), id="page")
    result = job.execute()
    assert result.step("page").log == result.post("page").log == ["['auto', 'b'] auto user"]
