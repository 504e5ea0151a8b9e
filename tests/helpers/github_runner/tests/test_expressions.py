from __future__ import annotations

import pytest

from helpers.github_runner.expressions import ExpressionError, as_text, condition, evaluate, interpolate

CONTEXTS = {
    "job": {"status": "failure"},
    "needs": {"deploy": {"result": "cancelled", "outputs": {"state": '{"v":1}'}}},
    "steps": {"roll-back": {"outcome": "success", "outputs": {}}},
}
# The same table is put to GitHub's own implementation in tests/e2e/test_reference.py.
VALUES = [
    ("job.status", "failure"),
    ("needs.deploy.result", "cancelled"),
    ("needs.deploy.outputs.state", '{"v":1}'),
    ("steps.roll-back.outcome", "success"),
    ("steps.deploy.outcome", ""),
    ("steps.deploy.outputs.a.b", ""),
    ("'it''s'", "it's"),
    ("true", "true"),
    ("null", ""),
    ("1.50", "1.5"),
    ("-3", "-3"),
    ("job.status == 'FAILURE'", "true"),
    ("job.status != 'failure'", "false"),
    ("'' == 0", "true"),
    ("null == ''", "true"),
    ("'1' == 1", "true"),
    ("'x' == 1", "false"),
    ("true == 1", "true"),
    ("!steps.deploy.outcome", "true"),
    ("!(job.status == 'failure' && false)", "true"),
    ("steps.deploy.outcome || job.status", "failure"),
    ("job.status && 'then' || 'else'", "then"),
    ("false || 'a' && 'b'", "b"),
    ("job.status == 'success' || needs.deploy.result == 'cancelled'", "true"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_evaluate__known_language__gives_githubs_value(expression: str, value: str) -> None:
    """Literals, contexts and operators have the values that GitHub gives them."""
    assert as_text(evaluate(expression, CONTEXTS)) == value


@pytest.mark.parametrize(
    "expression", ["", "vault.key", "job.", "job.status ==", "(true", "true)", "toJSON(job)", "a$b"]
)
def test_evaluate__anything_else__is_an_error(expression: str) -> None:
    """What can't be read is never guessed."""
    with pytest.raises(ExpressionError):
        evaluate(expression, CONTEXTS)


def test_interpolate__text_around__stays() -> None:
    """Each embedded expression is replaced where it stands; an object has no form as text."""
    assert interpolate("<${{ job.status }}|${{needs.deploy.result}}>", CONTEXTS) == "<failure|cancelled>"
    with pytest.raises(ExpressionError):
        interpolate("${{ job }}", CONTEXTS)


@pytest.mark.parametrize(
    ("if_", "by_status"),
    [
        ("", (True, False, False)),
        ("always()", (True, True, True)),
        ("failure()", (False, True, False)),
        ("cancelled()", (False, False, True)),
        ("${{ !cancelled() }}", (True, True, False)),
        ("true", (True, False, False)),
        ("always() && steps.roll-back.outcome == 'success'", (True, True, True)),
        ("failure() || cancelled()", (False, True, True)),
    ],
)
def test_condition__status__decides(if_: str, by_status: tuple[bool, bool, bool]) -> None:
    """A condition that asks for no status asks for success."""
    statuses = ("success", "failure", "cancelled")
    assert tuple(condition(if_, CONTEXTS, status) for status in statuses) == by_status
