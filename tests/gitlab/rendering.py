"""Renders the component as GitLab does: inputs checked, put into the text, and only then read as YAML.

After GitLab's lib/gitlab/ci/config/interpolation and lib/ci/inputs. Where gitlab-ci-local differs (it reads the YAML
first), this is the stricter one: here a value can break out of its place in the text.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

COMPONENT = Path(__file__).resolve().parents[2] / "gitlab-ci-component.yml"
_TYPES: dict[str, type] = {"string": str, "array": list, "boolean": bool}
_MERGED_AT_MOST = 10  # levels of `extends`


class Refused(Exception):
    """GitLab would not take this input."""


class _Loader(yaml.CSafeLoader):
    """Reads `!reference` as a list that is known to be one; by libyaml, as GitLab's Ruby does."""


class Reference(list[str]):
    """A path to another part of the configuration."""


def _reference(loader: _Loader, node: yaml.SequenceNode) -> Reference:
    return Reference(loader.construct_sequence(node))


_Loader.add_constructor("!reference", _reference)


def header(text: str | None = None) -> dict[str, Any]:
    """The component's inputs, by name."""
    document = yaml.safe_load(_parts(text)[0])
    inputs: dict[str, Any] = document["spec"]["inputs"]
    return inputs


def content(text: str | None = None) -> str:
    """What stands below the component's header."""
    return _parts(text)[1]


def _parts(text: str | None) -> list[str]:
    return re.split(r"^---\s+", text or COMPONENT.read_text("utf-8"), maxsplit=1, flags=re.MULTILINE)


def render(given: Mapping[str, object], text: str | None = None) -> dict[str, Any]:
    """The component's configuration with these inputs.

    Raises:
        Refused: an input that doesn't exist, or a value that it can't have.
    """
    return load(interpolated(given, text))


def interpolated(given: Mapping[str, object], text: str | None = None) -> str:
    """The component's text with these inputs in their places; see `render`."""
    inputs = header(text)
    if unknown := set(given) - set(inputs):
        raise Refused(f"unknown inputs: {unknown}")
    values = {name: _checked(name, spec, given.get(name, spec.get("default"))) for name, spec in inputs.items()}
    return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: _written(values[found[1]]), content(text))


def _checked(name: str, spec: Mapping[str, Any], value: object) -> object:
    if not isinstance(value, _TYPES[spec.get("type", "string")]):
        raise Refused(f"{name}: not a {spec.get('type', 'string')}")
    if "options" in spec and value not in spec["options"]:
        raise Refused(f"{name}: not one of its options")
    # RE2's `$` is the text's end, Python's is also what stands before a last line end.
    if "regex" in spec and not re.search(re.sub(r"\$$|\$(?=\|)", r"\\Z", spec["regex"]), str(value)):
        raise Refused(f"{name}: not as its regex wants it")
    return value


def _written(value: object) -> str:
    """A string as it is; anything else by Rails' to_json, which escapes a few characters more than it must."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def load(text: str) -> dict[str, Any]:
    """A configuration from its YAML."""
    loaded: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a safe loader with one more tag
    return loaded


def job(configuration: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A job with all that it extends and refers to."""
    merged = _extended(configuration, name, 0)
    resolved: dict[str, Any] = _resolved(configuration, merged)
    return resolved


def _extended(configuration: Mapping[str, Any], name: str, level: int) -> dict[str, Any]:
    assert level < _MERGED_AT_MOST
    own = copy.deepcopy(configuration[name])
    parents = own.pop("extends", [])
    merged: dict[str, Any] = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        merged = _deep_merge(merged, _extended(configuration, parent, level + 1))
    return _deep_merge(merged, own)


def _deep_merge(lower: dict[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(lower)
    for key, value in upper.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _deep_merge(merged[key], value) if both else value
    return merged


def _resolved(configuration: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, Reference):
        first, *path = value
        found: Any = job(configuration, first)
        for step in path:
            found = found[step]
        return found
    if isinstance(value, dict):
        return {key: _resolved(configuration, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(configuration, each) for each in value]
    return value


def variables(rendered: Mapping[str, Any]) -> dict[str, str]:
    """A job's variables as its shell gets them."""
    values = {
        name: value["value"] if isinstance(value, dict) else value for name, value in rendered["variables"].items()
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def expanded(rendered: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """A job's variables with those that they refer to in their place, but where `expand: false` keeps them."""
    raw = {name for name, value in rendered["variables"].items() if isinstance(value, dict) and not value["expand"]}
    return {
        name: text
        if name in raw
        else re.sub(r"\$(?:(\w+)|{(\w+)})", lambda found: given.get(found[1] or found[2], ""), text)
        for name, text in variables(rendered).items()
    }


def script(rendered: Mapping[str, Any], *keys: str) -> str:
    """The lines of a job's scripts, one after the other."""
    return "\n".join(str(line) for key in keys for line in _flat(rendered.get(key, [])))


def _flat(items: list[Any]) -> list[Any]:
    return [each for item in items for each in (_flat(item) if isinstance(item, list) else [item])]
