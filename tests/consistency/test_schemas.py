"""The schemas in docs/schemas: each is a schema, allows what the program writes, and refuses anything else."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pytest_httpserver import HTTPServer

from alert24_deploy import __version__
from alert24_deploy.deployment.report import Action
from alert24_deploy.state.model import Stage as StateStage
from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import state_in
from helpers.schemas import FOLDER, schema_of, schemas, validate, validator

OPEN = "rollback-request.json"  # whose page promises that fields may come
EXAMPLES = [(name, example) for name, schema in schemas().items() for example in schema.get("examples", [])]
Wrong = tuple[str, str, Any]


def _wrong() -> Iterator[Wrong]:
    """Each schema's example, wrong in one place: a field that is missing, unknown or of another kind."""
    for name, example in EXAMPLES:
        for path in _objects(example):
            for field in [*_at(example, path), "unknown"]:
                spoilt = copy.deepcopy(example)
                _at(spoilt, path)[field] = {"wrong": [1]}
                if field != "unknown" or name != OPEN:
                    yield name, "/".join(map(str, (*path, field))), spoilt
        for field in schemas()[name].get("required", ()):
            yield name, f"no {field}", {key: value for key, value in example.items() if key != field}
        yield name, "not a document", "text"


def _objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each object in a document."""
    if isinstance(value, dict):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _objects(item, (*path, key))


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _shape(value: Any) -> Any:
    """What a document is made of, without its values."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(item) for item in value[:1]] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("name", schemas())
def test_schema__is_one_of_this_version(name: str) -> None:
    """Each is valid by itself, and its address has the file's name and the version's tag."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    major = __version__.partition(".")[0]
    assert schema["$id"] == f"https://raw.githubusercontent.com/alert24/alert24-deploy/v{major}/docs/schemas/{name}"
    assert name == "common.json" or schema["examples"]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_example__is_allowed(name: str, example: object) -> None:
    """What the page shows is a document of that kind."""
    validate(name, example)


@pytest.mark.parametrize(("name", "_", "document"), list(_wrong()))
def test_wrong_document__is_refused(name: str, _: str, document: object) -> None:
    """A field that is missing, unknown, or of another kind is found at every depth."""
    assert not validator(name).is_valid(document)


def test_words__are_the_programs() -> None:
    """The schemas list the same actions and stages as the code."""
    common, state = schemas()["common.json"]["$defs"], schemas()["state.json"]["properties"]
    assert common["service"]["properties"]["action"]["enum"] == [each.value for each in Action]
    assert state["stage"]["enum"] == [each.value for each in StateStage]


def test_examples__have_the_shape_of_real_documents(sandbox: Sandbox, cli: Cli, httpserver: HTTPServer) -> None:
    """The program's own documents have the same fields, of the same kinds, as the examples."""
    sandbox.add_service("Payments API", id="svc-1")
    cli.environ.update(ALERT24_SERVICES="Payments API", PATH="/usr/bin:/bin")
    real: dict[str, Any] = {"services.json": cli("services", "--json").document}
    real["report.json"] = cli("start", "--json").document
    real["state.json"] = state_in(cli.folder)
    real["action-services.json"] = real["report.json"]["services"]
    cli("finish", "--outcome", "success")
    for arguments in (["run", "--json", "--", "true"], ["init", "make", "--json"], ["set", "ok", "--json"]):
        document = cli(*arguments).document
        real[schema_of(document)] = document
    real["doctor.json"] = cli("doctor", "--json", env={"ALERT24_API_KEY": "'quoted'"}).document
    httpserver.expect_request("/").respond_with_data(status=202)
    github = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "0", "GITHUB_REF_NAME": "main", "GITHUB_ACTOR": "mona"}
    cli("run", "--rollback-url", httpserver.url_for("/"), "--", "false", env=github)
    real[OPEN] = json.loads(httpserver.log[0][0].get_data())
    assert {name: _shape(example) for name, example in EXAMPLES} == {
        name: _shape(document) for name, document in real.items()
    }


def test_page__lists_every_schema() -> None:
    """Each schema's file is linked once."""
    page = (FOLDER.parent / "reference" / "json.md").read_text("utf-8")
    assert sorted(re.findall(r"\(\.\./schemas/(.+?)\)", page)) == sorted(schemas())
