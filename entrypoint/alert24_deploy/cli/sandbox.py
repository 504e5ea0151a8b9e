"""`sandbox`: an embedded Alert24 to try things out."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..app.build import Context
from ..errors import WrongSetting
from ..state.file import OUR_DIRECTORY, write_text
from ..text import quote
from .options import DocumentedOption, GroupedCommand, own_option

if TYPE_CHECKING:
    from alert24_sandbox import Sandbox

SERVICES = ("Payments API", "Web shop", "Search, EU")
_SERVICE_HELP = "Service to create. Can be repeated."
_MONITORS_HELP = "Interval at which monitors change statuses; 0 for never."
_KEY_FILE = f"{OUR_DIRECTORY}/sandbox.key"


@click.command("sandbox", cls=GroupedCommand, short_help="Run an embedded Alert24 to try things out.")
@own_option("--port", type=click.IntRange(0, 65535), default=8024, metavar="N", help="Port; 0 for any free one.")
@click.option("--service", "-s", "services", cls=DocumentedOption, multiple=True, metavar="NAME", help=_SERVICE_HELP)
@own_option("--latency", type=click.FloatRange(0, 60), default=0.0, metavar="SECONDS", help="Delay of responses.")
@own_option("--error-rate", type=click.FloatRange(0, 1), default=0.0, metavar="0..1", help="Share of failing requests.")
@own_option("--rate-limit", type=click.IntRange(min=1), metavar="N", help="Requests per minute before 429.")
@own_option(
    "--monitors", "monitor_interval", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help=_MONITORS_HELP
)
@own_option("--key-file", default=_KEY_FILE, metavar="FILE", help="File to write the API key to.")
@own_option("--read-only-key-file", metavar="FILE", help="File to write a second key to, which can't write services.")
@click.pass_obj
def command(
    context: Context,
    /,
    port: int,
    services: tuple[str, ...],
    key_file: str,
    read_only_key_file: str | None,
    **faults: Any,
) -> int:
    """Run an embedded Alert24 on this machine, with a status page at /, until Ctrl-C.

    Its API key is written to a file and not shown.
    """
    with start_sandbox(port, **faults) as sandbox:
        for name in services or SERVICES:
            sandbox.add_service(name)
        key = _write_key(key_file, "--key-file", sandbox.add_key())
        if read_only_key_file:
            read_only = _write_key(read_only_key_file, "--read-only-key-file", sandbox.add_key(["read"]))
        context.console.info(
            f"An embedded Alert24 is at {sandbox.url} (Ctrl-C stops it). In another terminal:\n"
            f"  export ALERT24_API_URL={sandbox.url}\n"
            f"  export ALERT24_API_KEY_FILE={key}\n"
            f"  {command_line(context, 'services')}"
        )
        if read_only_key_file:
            context.console.info(f"With a key that can't write services:\n  export ALERT24_API_KEY_FILE={read_only}")
        context.cancellation.sleep(None)
    return 0


def command_line(context: Context, words: str) -> str:
    """Return a command of this program as it works in any directory, also if the program is not on PATH."""
    program = Path(sys.argv[0]).absolute()
    found = shutil.which(program.name, path=context.environ.get("PATH"))
    on_path = found is not None and Path(found).resolve() == program.resolve()
    return f"{program.name if on_path else shlex.quote(str(program))} {words}"


def start_sandbox(port: int = 0, **options: Any) -> Sandbox:
    """Return a running sandbox with these options of its own; the extra that it needs is only needed here."""
    try:
        from alert24_sandbox import Options, Sandbox
    except ImportError:
        raise WrongSetting(
            "the sandbox is not installed",
            remedy="Install it with: pip install 'alert24-deploy[sandbox]' or, in a clone, pip install '.[sandbox]'",
        ) from None
    try:
        return Sandbox(Options(**options), port=port).start()
    except OSError as error:
        raise WrongSetting(
            f"port {port} can't be listened on ({error.strerror})", remedy="Name another with --port, or 0 for any."
        ) from None


def _write_key(file: str, option: str, key: str) -> str:
    """Write a key into a file, and return the file's path as a shell takes it."""
    path = Path(file).absolute()
    try:
        write_text(path, f"{key}\n")
    except OSError as error:
        raise WrongSetting(
            f"the key file {quote(path)} can't be written ({error.strerror})",
            remedy=f"Name another file: {option} FILE.",
        ) from None
    return shlex.quote(str(path))
