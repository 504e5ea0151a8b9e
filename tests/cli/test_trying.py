"""What a newcomer tries first: the demo, and a sandbox of one's own."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import stat
from pathlib import Path

import requests

from helpers.processes import SCRIPT, CliProcess


def test_demo__tells_five_deployments_in_order(cli_process: CliProcess) -> None:
    """Each story says what was called and what visitors saw: down, healed, degraded, a monitor's word."""
    result = cli_process("demo", "--pace", "0")
    seen = re.findall(r"Payments API  maintenance -> (\w+)  \((.+?)\)", result.out)
    ours = [(status, "alert24-deploy") for status in ("operational", "down", "operational", "degraded")]
    assert (result.code, seen) == (0, [*ours, ("down", "a monitor")])
    assert result.out.count("operational -> maintenance  (alert24-deploy)") == 5
    assert "stays down (the deployment succeeded; what someone else set is kept" in result.out


def test_demo__leaves_the_page__and_names_commands_that_work_as_typed(cli_process: CliProcess) -> None:
    """Its last lines name a file that needs no sandbox, and commands; no link leads to the sandbox that has gone."""
    result = cli_process("demo", "--pace", "0")
    assert "http://" not in result.out
    page = Path(result.out.partition("all that visitors saw: ")[2].splitlines()[0])
    assert page == cli_process.folder / ".alert24-deploy" / "demo.html"
    data = json.loads(page.read_text().partition('id="initial">')[2].partition("</script>")[0])
    titles = [entry["title"].partition(" after ")[0] for entry in data["entries"] if entry["kind"] == "deployment"]
    outcomes = ["succeeded", "was cancelled", "failed and was rolled back", "failed", "succeeded"]
    assert titles == [f"Deployment {outcome}" for outcome in outcomes]
    assert (page.parent / ".gitignore").read_text() == "*\n"
    command = result.out.rpartition("commands:")[2].strip()
    assert shlex.split(command) == [str(SCRIPT), "sandbox"]
    found = cli_process("demo", "--pace", "0", env={"PATH": str(SCRIPT.parent)})
    assert found.out.rpartition("commands:")[2].split() == ["alert24-deploy", "sandbox"]


def test_demo__nowhere_to_write__says_so_and_goes_on(cli_process: CliProcess) -> None:
    """A read-only folder costs the file, and not the demo."""
    (cli_process.folder / ".alert24-deploy").write_text("a file where the folder would be")
    result = cli_process("demo", "--pace", "0")
    assert (result.code, "could not be written" in result.out) == (0, True)


def test_demo__watch__the_page_lives_until_ctrl_c(cli_process: CliProcess) -> None:
    """The address that it names answers before the first deployment and after the last."""
    running = cli_process.begin("demo", "--watch", "--pace", "0")
    printed = ""
    while "until Ctrl-C" not in printed:
        printed += running.printed()
    first, last = re.findall(r"http://127\.0\.0\.1:\d+", printed)
    assert (first, requests.get(f"{last}/timeline.json", timeout=10).status_code) == (last, 200)
    running.signal(signal.SIGINT)
    assert running.end().code == 0


def test_sandbox__served__works_with_what_it_says(cli_process: CliProcess) -> None:
    """The address and the key file that it names are all that another terminal needs; Ctrl-C ends it well."""
    more = ("--service", "API, EU", "--read-only-key-file", "read.key")
    running = cli_process.begin("sandbox", "--port", "0", *more)
    said = "".join(running.said() for _ in range(6))
    assert f"\n  {shlex.quote(str(SCRIPT))} services\n" in said
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found
    key_file = cli_process.folder / ".alert24-deploy" / "sandbox.key"
    there: dict[str, str | None] = {
        "ALERT24_API_URL": found[0],
        "ALERT24_API_KEY": None,
        "ALERT24_API_KEY_FILE": str(key_file),
    }
    listed = cli_process("services", env=there)
    assert (listed.code, listed.out.split()[1:]) == (0, ["operational", "API,", "EU"])
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert f"ALERT24_API_KEY_FILE={key_file}\n" in said
    read_only = cli_process.folder / "read.key"
    assert f"can't write services:\n  export ALERT24_API_KEY_FILE={read_only}\n" in said
    limited = {**there, "ALERT24_API_KEY_FILE": str(read_only)}
    assert cli_process("services", env=limited).code == 0
    refused = cli_process("set", "down", "-s", "API, EU", env=limited)
    assert refused.code == 3
    read_only.unlink()
    key_file.unlink()  # a key in a file is what the test's own watch is looking for
    running.signal(signal.SIGINT)
    assert running.end().code == 0


def test_sandbox__port_taken__says_so(cli_process: CliProcess) -> None:
    """A port that somebody else has is named, with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = cli_process("sandbox", "--port", port)
    assert result.code == 2
    result.says(f"port {port} can't be listened on", "--port")
