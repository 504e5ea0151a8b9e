from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.hooks.environment import documented, environment

SECRETS = ["a-secret-of-the-job", ""]
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", min_size=1, max_size=12)
OUR_BEGINNING = "ALERT24_"
OURS = NAMES.map(lambda name: f"{OUR_BEGINNING}{name}")
VALUES = st.text(max_size=20) | st.text(max_size=5).map(lambda text: f"{text}{SECRETS[0]}{text}")


@given(st.dictionaries(NAMES | OURS, VALUES))
def test_environment__whatever_the_job_has__no_setting_and_no_secret_gets_through(environ: dict[str, str]) -> None:
    """Everything else does, unchanged."""
    passed = environment(environ, SECRETS, {})
    assert not [name for name in passed if name.startswith(OUR_BEGINNING)]
    assert not [value for value in passed.values() if SECRETS[0] in value]
    kept = {name for name in environ if not name.startswith(OUR_BEGINNING)}
    assert all(passed[name] == environ[name] for name in kept if SECRETS[0] not in environ[name])


def test_environment__documented_variables__win() -> None:
    """What the user set under their names stays behind."""
    assert environment({"ALERT24_OUTCOME": "x", "A": "b"}, [], {"ALERT24_OUTCOME": "failure"}) == {
        "A": "b",
        "ALERT24_OUTCOME": "failure",
    }


@pytest.mark.parametrize("name", ["ALERT24", "MY_ALERT24_KEY", "alert24_x", "STATE_BUCKET", "INPUT_FILE"])
def test_environment__names_that_only_look_like_ours__stay(name: str) -> None:
    """Only the beginning counts, as it is written."""
    assert environment({name: "x"}, [], {}) == {name: "x"}


def test_environment__secret_of_one_letter__takes_no_variable_that_contains_it() -> None:
    """A command without PATH would not run."""
    environ = {"PATH": "/usr/bin", "COPY": "b"}
    assert environment(environ, ["b"], {}) == {"PATH": "/usr/bin"}


def test_documented__before_the_end_two__for_a_rollback_four() -> None:
    """The deployment's id, and the names as JSON, whatever is in them; then outcome and exit code, even 0."""
    variables = documented("run-1", ["A,b", 'c"\n'])
    assert variables["ALERT24_DEPLOYMENT_ID"] == "run-1"
    assert (json.loads(variables["ALERT24_SERVICES"]), len(variables)) == (["A,b", 'c"\n'], 2)
    variables = documented("run-1", [], outcome="cancelled", code=0)
    assert (variables["ALERT24_OUTCOME"], variables["ALERT24_EXIT_CODE"]) == ("cancelled", "0")
