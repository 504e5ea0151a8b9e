"""The APIs of GitHub and GitLab as far as a deployment's end can be looked up there, in their documented shapes.

GitHub docs, "REST API endpoints for workflow runs", "... for workflow jobs" and "... for deployment statuses"; GitLab
docs, "Pipelines API" and "Jobs API". Only the documented fields are here, and not all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alert24_deploy.ci.runs.api import CiRuns

Item: TypeAlias = dict[str, Any]
Source: TypeAlias = Callable[..., CiRuns]
TOKEN = "ghs_0123456789abcdefghij"  # of nobody
STARTED = "2026-11-24T10:00:00Z"
ENDED = "2026-11-24T10:20:00Z"
UPDATED = "2026-11-24T10:20:05Z"


def at(hours: float) -> str:
    """Return the time in so many hours, as both write it."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(body: object, status: int = 200, **headers: str) -> Response:
    """Return an answer with JSON in it; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body), status, named, content_type="application/json")


class CiServer:
    """Answers by rules on path and query; what `instead` holds is answered first, one for each request."""

    def __init__(self, server: HTTPServer, prefix: str) -> None:
        self.url = server.url_for(prefix).rstrip("/")
        self.requests: list[Request] = []
        self.instead: list[Response] = []
        self._prefix = prefix
        server.expect_request(re.compile(f"{re.escape(prefix)}/.*")).respond_with_handler(self._answer)

    def paths(self) -> list[str]:
        """Return the paths that were asked for, without the prefix."""
        return [request.path[len(self._prefix) :] for request in self.requests]

    def rule(self, path: str, request: Request) -> Response:
        """Return the answer to a path below the prefix."""
        raise NotImplementedError

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        if self.instead:
            return self.instead.pop(0)
        return self.rule(request.path[len(self._prefix) :], request)


class GitHubApi(CiServer):
    """GitHub's API of the repository `octo/shop`."""

    def __init__(self, server: HTTPServer, prefix: str = "") -> None:
        super().__init__(server, prefix)
        self.environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": "octo/shop",
        }
        self._runs: dict[tuple[int, int], tuple[Item, list[Item]]] = {}
        self.statuses: dict[int, list[Item]] = {}  # of each deployment

    def deploy(self, number: int, state: str, when: str = "", **fields: Any) -> Item:
        """Add a status to a deployment and return the event that GitHub sends; `fields` are the deployment's."""
        statuses = self.statuses.setdefault(number, [])
        statuses.append(github_status(state, when or at(0), sum(map(len, self.statuses.values())) + 1))
        made = {"id": number, "created_at": statuses[0]["created_at"], **fields}
        return {
            "action": "created",
            "deployment": github_deployment(**made),
            "deployment_status": statuses[-1],
            "repository": {"full_name": "octo/shop"},
        }

    def add(self, *jobs: Item, **fields: Any) -> Item:
        """Add an attempt of a run and return it; a number of it that is added later is a later attempt."""
        run = github_run(**fields)
        self._runs[run["id"], run["run_attempt"]] = (run, list(jobs))
        return run

    def rule(self, path: str, request: Request) -> Response:
        """Return what the documentation says for a path."""
        home = "/repos/octo/shop/actions"
        found = re.fullmatch(r"/repos/octo/shop/deployments/(\d+)/statuses", path)
        if found and int(found[1]) in self.statuses:
            return self._page("", self.statuses[int(found[1])][::-1], request)
        if found := re.fullmatch(rf"{home}/workflows/([^/]+)/runs", path):
            return self._listed(found[1], request)
        if found := re.fullmatch(rf"{home}/runs/(\d+)(?:/attempts/(\d+)(/jobs)?)?", path):
            attempts = [attempt for number, attempt in self._runs if number == int(found[1])]
            attempt = int(found[2]) if found[2] else max(attempts, default=0)
            if attempt in attempts:
                run, jobs = self._runs[int(found[1]), attempt]
                return answer(run) if not found[3] else self._page("jobs", jobs, request)
        return answer({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)

    def _listed(self, workflow: str, request: Request) -> Response:
        latest = {number: run for (number, _), (run, _) in sorted(self._runs.items())}
        runs = [
            run
            for run in latest.values()
            if workflow in (str(run["workflow_id"]), run["path"].rpartition("/")[2])
            and request.args.get("status", run["status"]) in (run["status"], run["conclusion"])
        ]
        return self._page("workflow_runs", runs, request)

    def _page(self, name: str, items: list[Item], request: Request) -> Response:
        size, page = int(request.args.get("per_page", 30)), int(request.args.get("page", 1))
        shown = items[size * (page - 1) : size * page]
        return answer({"total_count": len(items), name: shown} if name else shown)


def github_deployment(**fields: Any) -> Item:
    """Return a deployment as GitHub shows it in an event."""
    return {
        "id": 1,
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "ref": "main",
        "task": "deploy",
        "payload": {},
        "original_environment": "production",
        "environment": "production",
        "description": None,
        "creator": {"login": "platform[bot]", "type": "Bot"},
        "created_at": STARTED,
        "updated_at": STARTED,
        "transient_environment": False,
        "production_environment": True,
        **fields,
    }


def github_status(state: str, created_at: str, number: int) -> Item:
    """Return the status of a deployment as GitHub shows it."""
    log = f"https://platform.example/builds/{number}"
    return {
        "id": number,
        "state": state,
        "description": "",
        "environment": "production",
        "target_url": log,
        "log_url": log,
        "creator": {"login": "platform[bot]", "type": "Bot"},
        "created_at": created_at,
        "updated_at": created_at,
    }


def github_run(**fields: Any) -> Item:
    """Return a workflow run as GitHub shows it: one that has failed, unless `fields` say something else."""
    repository = {"id": 1, "name": "shop", "full_name": "octo/shop", "fork": False}
    return {
        "id": 42,
        "name": "Deploy",
        "path": ".github/workflows/deploy.yml",
        "event": "push",
        "status": "completed",
        "conclusion": "failure",
        "workflow_id": 9,
        "updated_at": UPDATED,
        "run_attempt": 1,
        "run_started_at": STARTED,
        "repository": repository,
        "head_repository": repository,
        **fields,
    }


def github_job(*steps: Item, **fields: Any) -> Item:
    """Return a job as GitHub shows it: one that has failed, unless `fields` say something else."""
    return {
        "id": 399444496,
        "run_attempt": 1,
        "name": "deploy",
        "status": "completed",
        "conclusion": "failure",
        "started_at": STARTED,
        "completed_at": ENDED,
        "steps": [{"number": number, **step} for number, step in enumerate(steps, 1)],
        "runner_id": 5,
        "runner_name": "my runner",
        **fields,
    }


def github_step(name: str, conclusion: str | None = "success", status: str = "completed") -> Item:
    """Return a step as GitHub shows it."""
    return {"name": name, "status": status, "conclusion": conclusion, "started_at": STARTED, "completed_at": ENDED}


class GitLabApi(CiServer):
    """GitLab's API of the project 21."""

    def __init__(self, server: HTTPServer, prefix: str = "/api/v4") -> None:
        super().__init__(server, prefix)
        self.environ = {"GITLAB_CI": "true", "CI_API_V4_URL": self.url, "CI_PROJECT_ID": "21"}
        self.unknown_statuses: set[str] = set()
        self._pipelines: dict[int, tuple[Item, list[Item]]] = {}

    def add(self, *jobs: Item, **fields: Any) -> Item:
        """Add a pipeline and return it."""
        pipeline = gitlab_pipeline(**fields)
        self._pipelines[pipeline["id"]] = (pipeline, list(jobs))
        return pipeline

    def rule(self, path: str, request: Request) -> Response:
        """Return what the documentation says for a path."""
        if path == "/projects/21/pipelines":
            return self._listed(request)
        if found := re.fullmatch(r"/projects/21/pipelines/(\d+)(/jobs)?", path):
            pipeline, jobs = self._pipelines.get(int(found[1]), (None, []))
            if pipeline:
                return self._page(self._shown(jobs, request), request) if found[2] else answer(pipeline)
        return answer({"message": "404 Not found"}, 404)

    def _listed(self, request: Request) -> Response:
        status = request.args.get("status")
        if status in self.unknown_statuses:
            return answer({"error": "status does not have a valid value"}, 400)
        pipelines = [pipeline for pipeline, _ in self._pipelines.values()]
        found = [item for item in pipelines if status in (None, item["status"])]
        return self._page(found, request)

    def _shown(self, jobs: list[Item], request: Request) -> list[Item]:
        if request.args.get("include_retried") == "true":
            return jobs
        return list({job["name"]: job for job in sorted(jobs, key=lambda job: int(job["id"]))}.values())

    def _page(self, items: list[Item], request: Request) -> Response:
        size, page = int(request.args.get("per_page", 20)), int(request.args.get("page", 1))
        return answer(items[size * (page - 1) : size * page])


def gitlab_pipeline(**fields: Any) -> Item:
    """Return a pipeline as GitLab shows it: one that has failed, unless `fields` say something else."""
    return {
        "id": 287,
        "status": "failed",
        "created_at": "2026-11-24T09:59:00.200Z",
        "updated_at": "2026-11-24T10:20:05.185Z",
        "started_at": "2026-11-24T10:00:00.197Z",
        "finished_at": "2026-11-24T10:20:00.175Z",
        **fields,
    }


def gitlab_job(**fields: Any) -> Item:
    """Return a job as GitLab shows it: one that has failed, unless `fields` say something else."""
    return {
        "id": 8,
        "name": "deploy",
        "status": "failed",
        "failure_reason": "script_failure",
        "started_at": "2026-11-24T10:00:00.722Z",
        "finished_at": "2026-11-24T10:20:00.895Z",
        **fields,
    }
