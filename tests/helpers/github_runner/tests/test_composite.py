from __future__ import annotations

from pathlib import Path

from .conftest import MakeJob, WriteAction

MANIFEST = """
name: Deploy
description: A composite action of the runner's own tests.
inputs:
  outcome: {description: A word.}
outputs:
  said: {description: What the first step put out., value: '${{ steps.one.outputs.said }} ${{ inputs.outcome }}'}
runs:
  using: composite
  steps:
    - {id: one, uses: ./one, with: {phase: '${{ inputs.outcome }}'}}
    - {run: 'exit 3', shell: bash}
    - {uses: ./skipped}
    - {uses: ./last, if: always(), with: {phase: '${{ steps.one.outputs.said }}'}}
"""
MAIN = """
open(os.environ['GITHUB_OUTPUT'], 'a').write('said=hello\\n')
open(os.environ['GITHUB_STATE'], 'a').write('from_main=kept\\n')
print('main', os.environ['INPUT_PHASE'])
"""
POST = "print('post', os.environ['INPUT_PHASE'], os.environ['INPUT_JOB-STATUS'], os.environ['STATE_from_main'])"


def test_composite__steps__fail_skip_and_finish_as_on_github(
    make_job: MakeJob, write_action: WriteAction, tmp_path: Path
) -> None:
    """A failed step skips the next but for `always()`; posts run last first, with inputs and status of the end."""
    (tmp_path / "action.yml").write_text(MANIFEST, "utf-8")
    job = make_job(outputs={"said": "${{ steps.deploy.outputs.said }}"})
    for name in ("one", "skipped", "last"):
        (job.directories.workspace / name).symlink_to(write_action(MAIN, POST, name=name))
    job.uses(tmp_path, {"outcome": "${{ steps.later.outcome }}"}, id="deploy")
    job.run("true", id="later", if_="always()")
    result = job.execute()
    deploy, post = result.step("deploy"), result.post("deploy")
    assert (deploy.log, deploy.outcome) == (["main ", "main hello"], "failure")
    assert post.log == ["post hello failure kept", "post success failure kept"]
    assert (result.outputs, result.status) == ({"said": "hello "}, "failure")
