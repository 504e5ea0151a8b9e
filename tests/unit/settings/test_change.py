from __future__ import annotations

import pytest

from alert24_deploy.settings import read

from .words import complaint, display_name, value


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("", {}),
        ("environment=staging", {"environment": "staging"}),
        (" environment = a=b \n\n branch=x\n", {"environment": "a=b", "branch": "x"}),
        ('["environment=eu\\nwest", "branch=x, y"]', {"environment": "eu\nwest", "branch": "x, y"}),
        ("[]", {}),
        ("pr_number=7", {"pr_number": "7"}),
        ("tags=a, b,,c ", {"tags": ["a", "b", "c"]}),
        ("description=", {"description": ""}),
        ("risk_level=high", {"risk_level": "high"}),
    ],
)
def test_change__lines_or_json__fields(word: str, fields: dict[str, object]) -> None:
    """One field a line, or a JSON array as the GitLab component passes it; a value may hold an equals sign."""
    assert value("change", word) == fields


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("environment", "'environment' is not a field of a change"),
        ("enviroment=x", "did you mean environment?"),
        ("service_id=x", "Use FIELD=VALUE with description, "),
        ("external_id=x", "'external_id=x' is not a field of a change"),
        ("pr_number=seven", "'seven' is not a valid number for pr_number in --change"),
        ("pr_number=0", "from 1 to 999999999"),
        ("risk_level=hihg", "did you mean high?"),
        ("description=ak_live_" + "x1Y2" * 8, "contains an API key"),
        ('["environment=x"', "starts like a JSON array but is not valid JSON"),
        ("[7, {}]", "contains something that is not text"),
        ("[x", "'[x' is not a field of a change"),
    ],
)
def test_change__mistake__named_with_what_is_right(word: str, says: str) -> None:
    """A slip is answered with the field, the value and what to write."""
    assert says in complaint("change", word)


def test_change__repeated_option__the_last_of_a_field_counts() -> None:
    """Each `--change` is one field."""
    given = ("environment=a", "branch=x", "environment=b")
    settings = read({}, display_name, {"change": given})
    assert settings.change == {"environment": "b", "branch": "x"}
