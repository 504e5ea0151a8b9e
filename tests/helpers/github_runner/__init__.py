"""A runner of actions for tests, which does what GitHub's actions/runner does.

A test writes a job and looks at what came of it:

    job = Job(tmp_path, ProcessExecutor(programs), secrets={"KEY": key})
    job.uses(action_directory, {"api-key": "${{ secrets.KEY }}", "outcome": "${{ steps.deploy.outcome }}"}, id="page")
    job.run("exit 1", id="deploy")
    result = job.execute()
    assert result.post("page").conclusion == "success"

Each module names the file of actions/runner that it follows. It runs the main and post stages of docker, node and
composite actions, and `run:` steps; it knows no `pre`, no matrix, no job containers.
"""

from .executors import ContainerExecutor, NodeExecutor, ProcessExecutor
from .job import Job
from .process import Grace
from .results import Annotation, JobResult, StepResult
from .stage import RunningStep

__all__ = [
    "Annotation",
    "ContainerExecutor",
    "Grace",
    "Job",
    "JobResult",
    "NodeExecutor",
    "ProcessExecutor",
    "RunningStep",
    "StepResult",
]
