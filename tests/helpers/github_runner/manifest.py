"""action.yml of a docker, node or composite action, as the runner reads it (ActionManifestManager.cs)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .expressions import Contexts, as_text, interpolate

# The only contexts that an input's default may name; `with:` may name more.
DEFAULT_CONTEXTS = ("github", "strategy", "matrix", "job", "runner")


class ManifestError(Exception):
    """An action.yml that the runner refuses, or that asks for something this runner doesn't do."""


@dataclass(frozen=True)
class Manifest:
    """What an action says of itself. The entry points of a node action are its scripts; a composite one has steps."""

    name: str
    using: str
    image: str
    entrypoint: str
    post_entrypoint: str
    post_if: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    defaults: Mapping[str, str | None]
    steps: Sequence[Mapping[str, Any]]
    outputs: Mapping[str, str]

    def inputs(self, given: Mapping[str, str], contexts: Contexts) -> dict[str, str]:
        """The inputs of one stage: what the user gave, and the defaults evaluated now for the rest."""
        allowed = {name: contexts[name] for name in DEFAULT_CONTEXTS if name in contexts}
        names = {name.lower() for name in given}
        defaults = {
            name: interpolate(default or "", allowed)
            for name, default in self.defaults.items()
            if name.lower() not in names
        }
        return {**given, **defaults}

    def unexpected(self, given: Mapping[str, str]) -> list[str]:
        """Inputs that the user gave and the action doesn't have: worth a warning, no more."""
        known = {name.lower() for name in self.defaults} | {"entrypoint", "args"}
        return [name for name in given if name.lower() not in known]


def read_manifest(directory: Path) -> Manifest:
    """Read `action.yml` of an action.

    Raises:
        ManifestError: it isn't there, is of another kind, or has a `pre` stage, which isn't run here.
    """
    file = directory / "action.yml"
    if not file.is_file():
        raise ManifestError(f"Can't find 'action.yml' under '{directory}'.")
    document = yaml.safe_load(file.read_text("utf-8"))
    runs = document["runs"]
    using = runs.get("using")
    if using not in ("docker", "node24", "composite"):
        raise ManifestError(f"This runner runs docker, node24 and composite actions only, not {using!r}.")
    if "pre-entrypoint" in runs or "pre" in runs:
        raise ManifestError("`pre` execution is not supported for local action.")
    main, post = (
        str(directory / runs[key]) if key in runs else runs.get(entrypoint, "")
        for key, entrypoint in (("main", "entrypoint"), ("post", "post-entrypoint"))
    )
    return Manifest(
        name=document["name"],
        using=using,
        image=runs.get("image", ""),
        entrypoint=main,
        post_entrypoint=post,
        post_if=runs.get("post-if", "always()"),
        args=tuple(map(as_text, runs.get("args", ()))),
        env={name: as_text(value) for name, value in runs.get("env", {}).items()},
        defaults={name: _default(declared) for name, declared in document.get("inputs", {}).items()},
        steps=runs.get("steps", ()),
        outputs={name: declared.get("value", "") for name, declared in document.get("outputs", {}).items()},
    )


def _default(declared: Mapping[str, Any] | None) -> str | None:
    default = (declared or {}).get("default")
    return None if default is None else as_text(default)
