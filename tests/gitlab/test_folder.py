"""Where state and tool lie: outside of the checkout, in a folder of the job, safe from what a script does."""

from __future__ import annotations

import pytest

from .release import ALL, FINISHED, PYZ, STARTED, Release

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("cd /; rm -rf {project}/* {project}/.[!.]*; cd {project}", id="git clean -ffdx"),
        pytest.param("PATH=/nonexistent; export PATH", id="PATH"),
        pytest.param("mkdir other; cd other", id="cd"),
        pytest.param("rm {programs}/python3", id="no python3 any more"),
    ],
)
def test_finish__whatever_the_script_does__finds_tool_and_state(release: Release, line: str) -> None:
    """Start's tool and state lie outside of the checkout, under absolute paths, so that nothing gets in their way."""
    release.serve()
    places = {"project": f"'{release.machine.project}'", "programs": f"'{release.machine.programs}'"}
    ended = release.run(line.format(**places), "exit 0")
    assert ended.green, ended.log
    assert release.calls[-1] == FINISHED


def test_start__in_a_venv_that_goes__finish_runs(release: Release) -> None:
    """A python3 of a virtual environment in the checkout is not what finish depends on."""
    release.serve()
    venv = release.machine.project / "venv"
    venv.mkdir()
    (venv / "python3").symlink_to("/usr/bin/python3")
    release.machine.project_variables["PATH"] = f"{venv}:{release.machine.programs}"
    ended = release.run("rm -r venv")
    assert (ended.green, release.calls) == (True, ALL), ended.log


def test_folder__not_writable__in_the_checkout(release: Release) -> None:
    """Where the runner's folder can't be written, the checkout's own, which git ignores, takes its place."""
    release.serve()
    release.machine.temporary.write_text("not a directory")
    seen = 'cat "$ALERT24_FOLDER/.gitignore" >ignored; echo "$ALERT24_FOLDER" >folder'
    ended = release.run(seen)
    assert (ended.green, release.calls) == (True, ALL), ended.log
    project = release.machine.project
    assert (project / "ignored").read_text() == "*\n"
    assert (project / "folder").read_text().strip() == f"{project}/.alert24-deploy/12"


def test_folder__nowhere_writable__job_fails(release: Release) -> None:
    """Where there is no place for state and tool, the job says so and stops."""
    release.machine.temporary.write_text("not a directory")
    (release.machine.project / ".alert24-deploy").write_text("not a directory")
    ended = release.run()
    assert (ended.status, release.calls) == ("failed", [])
    ended.says("not writable")


def test_folder__of_an_earlier_job__is_not_this_ones(release: Release) -> None:
    """On a runner that keeps its directories, what another job left counts for nothing."""
    release.serve()
    other = release.machine.temporary / "alert24-deploy-11"
    other.mkdir(parents=True)
    (other / "rolled-back").touch()
    assert release.run().green
    assert (release.calls, other.exists()) == (ALL, True)


def test_tool__in_place__used_by_the_script(release: Release) -> None:
    """The file's own call is the recorded one: a single file runs by Python; nothing of ours is in the checkout."""
    release.serve()
    release.run('cat "$ALERT24_FOLDER/tool" >recorded')
    words = (release.machine.project / "recorded").read_text().splitlines()
    assert (words[0][0], words[1:]) == ("/", ["-I", str(release.machine.folder / PYZ)])
    assert STARTED in release.calls
    assert {path.name for path in release.machine.project.iterdir()} == {"calls", "recorded"}


def test_folder__of_the_users__keeps_what_is_not_ours(release: Release) -> None:
    """A folder that a project's variable names loses nothing but what these scripts make."""
    release.serve()
    folder = release.machine.root / "users"
    folder.mkdir()
    (folder / "precious").touch()
    release.machine.project_variables["ALERT24_FOLDER"] = str(folder)
    assert release.run().green
    assert [path.name for path in folder.iterdir()] == ["precious"]
