"""The command line in this process, with an environment and streams of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import click

from alert24_deploy.ci.console import Console
from alert24_deploy.cli.main import app, run_app
from alert24_deploy.error_handler import run_guarded
from alert24_deploy.signals import Cancellation

KEY = "ak_live_" + "Qw7e" * 8


class Ended(NamedTuple):
    """How a command ended: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def ran(*arguments: str, environ: Mapping[str, str] | None = None) -> Ended:
    """Run a command line."""
    out, err, cancellation = io.StringIO(), io.StringIO(), Cancellation()
    console = Console(people=err, machine=out)
    code = run_guarded(lambda: run_app(arguments, environ or {}, console, cancellation), console, cancellation)
    return Ended(code, out.getvalue(), err.getvalue())


def commands() -> list[str]:
    """The names of all commands."""
    return app.list_commands(click.Context(app))


def command(name: str) -> click.Command:
    """One command."""
    found = app.get_command(click.Context(app), name)
    assert found is not None
    return found


def every_option() -> Iterator[tuple[str, click.Option]]:
    """Each option of each command."""
    for name in commands():
        for parameter in command(name).params:
            if isinstance(parameter, click.Option):
                yield name, parameter
