"""What a newcomer tries first: the demo, and a sandbox of one's own."""

from __future__ import annotations

import re
import signal
import socket
import stat

from helpers.processes import CliProcess


def test_demo__tells_five_deployments_in_order(cli_process: CliProcess) -> None:
    """Each story says what was called and what visitors saw: down, healed, degraded, a monitor's word."""
    result = cli_process("demo", "--pace", "0")
    seen = re.findall(r"Payments API  maintenance -> (\w+)  \((.+?)\)", result.out)
    ours = [(status, "alert24-deploy") for status in ("operational", "down", "operational", "degraded")]
    assert (result.code, seen) == (0, [*ours, ("down", "a monitor")])
    assert result.out.count("operational -> maintenance  (alert24-deploy)") == 5
    assert "stays down (the deployment succeeded; what someone else set is kept" in result.out


def test_sandbox__served__works_with_what_it_says(cli_process: CliProcess) -> None:
    """The address and the key file that it names are all that another terminal needs; Ctrl-C ends it well."""
    more = ("--service", "API, EU", "--read-only-key-file", "read.key")
    running = cli_process.begin("sandbox", "--port", "0", *more)
    said = "".join(running.said() for _ in range(4))
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
