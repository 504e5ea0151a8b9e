from __future__ import annotations

import pytest

from alert24_deploy.settings.setting import OPTION, VARIABLE
from alert24_deploy.settings.table import SETTINGS
from alert24_deploy.settings.variables import OTHERS, misspelled_variables

KNOWN = [row.variable for row in SETTINGS.values() if OPTION in row.where or VARIABLE in row.where]
MISSPELLED = {
    "ALERT24_SERVICE": "ALERT24_SERVICES",
    "ALERT24_WEBHOOK_URL": "ALERT24_WEBHOOK_URLS",
    "ALERT24_TIME_OUT": "ALERT24_TIMEOUT",
    "ALERT24_ON_FALURE": "ALERT24_ON_FAILURE",
    "ALERT24_APIKEY": "ALERT24_API_KEY",
    "ALERT24_ROLLBACK_SECRT": "ALERT24_ROLLBACK_SECRET",
    "ALERT24_API_KEY_FIL": "ALERT24_API_KEY_FILE",
}


@pytest.mark.parametrize(("name", "meant"), MISSPELLED.items())
def test_misspelled__resembles_a_setting__suggests_it(name: str, meant: str) -> None:
    """A variable that nobody reads is named, with the one that was probably meant."""
    (warning,) = misspelled_variables({name: "x"})
    assert warning == f"The environment variable {name} is unknown and ignored. Did you mean {meant}?"


@pytest.mark.parametrize("name", [*KNOWN, *OTHERS])
def test_misspelled__known_variable__no_warning(name: str) -> None:
    """What is read is no mistake, nor is what we set for the user's commands."""
    assert misspelled_variables({name: "x"}) == []


FOREIGN = ["ALERT24_UNHEARD_OF", "ALERT24_TEST_STATE", "ALERT24_API_KEY_EU", "SERVICE", "PATH", "alert24_service", ""]


@pytest.mark.parametrize("name", FOREIGN)
def test_misspelled__not_similar_or_not_ours__no_warning(name: str) -> None:
    """The user's own variables are the user's business, such as a second key."""
    assert misspelled_variables({name: "x"}) == []


def test_misspelled__names_the_keys_variable__no_warning() -> None:
    """The GitLab component can take the key from any variable."""
    environ = {"ALERT24_APIKEY": "x"}
    assert misspelled_variables(environ) != []
    assert misspelled_variables({**environ, "ALERT24_API_KEY_VARIABLE": "ALERT24_APIKEY"}) == []


def test_misspelled__several__in_the_order_of_their_names_and_harmless() -> None:
    """Two runs warn alike, and a variable's name comes from outside, too."""
    first, second = misspelled_variables({"ALERT24_TIMEOUTS": "", "ALERT24_SERVICES\n": ""})
    assert first.startswith("The environment variable ALERT24_SERVICES\\n is unknown")
    assert second.split()[3] == "ALERT24_TIMEOUTS"
