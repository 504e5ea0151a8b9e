"""The published schemas, by which every document that a test's command writes is checked."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schemas"
_OF_COMMAND = dict.fromkeys(("run", "rollback"), "run.json") | {"doctor": "doctor.json", "init": "init.json"}


@functools.cache
def schemas() -> dict[str, dict[str, Any]]:
    """Every schema, by its file's name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """What checks a document by a schema, whose references it knows."""
    resources = [(schema["$id"], Resource.from_contents(schema)) for schema in schemas().values()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator(schemas()[name], registry=registry)


def validate(name: str, document: object) -> None:
    """Assert that a schema allows a document."""
    errors = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)]
    assert not errors, f"{name} does not allow this document:\n{json.dumps(document, indent=2)}\n{errors}"


def validate_output(out: str) -> None:
    """Assert that stdout is allowed by the schema of its command, if it is one document of `--json`."""
    try:
        document = json.loads(out)
    except ValueError:
        return
    if isinstance(document, list):
        validate("services.json", document)
    elif isinstance(document, dict) and "exit_code" in document:
        validate(schema_of(document), document)


def schema_of(document: dict[str, Any]) -> str:
    """Return the name of the schema of a command's document."""
    return (
        "error.json"
        if document.keys() <= {"command", "error", "exit_code", "gitlab"}
        else _OF_COMMAND.get(document["command"], "report.json")
    )


def validate_outputs(outputs: Mapping[str, str]) -> None:
    """Assert that the schemas allow what our action handed over, if these outputs are its own."""
    if {"services", "changed"} <= outputs.keys():
        validate("action-services.json", json.loads(outputs["services"]))
    if outputs.get("state", "").startswith("{"):
        validate("state.json", json.loads(outputs["state"]))
