"""As much of GitHub's expression language as a test's workflow needs; anything else is an error, never a guess.

`tests/test_expressions.py` holds it against GitHub's own implementation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

Contexts = Mapping[str, object]

_EMBEDDED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>\|\||&&|==|!=|[!().]))"
)
_LITERALS = {"true": True, "false": False, "null": None}
_STATUS_FUNCTIONS = ("always", "success", "failure", "cancelled")


class ExpressionError(Exception):
    """An expression that GitHub refuses, or that this small evaluator doesn't know."""


def interpolate(text: str, contexts: Contexts) -> str:
    """The text with each `${{ expression }}` replaced by its value, as in `with:` and in an input's default."""
    return _EMBEDDED.sub(lambda found: as_text(evaluate(found[1], contexts)), text)


def condition(text: str, contexts: Contexts, status: str) -> bool:
    """Whether a step with this `if:` runs.

    Args:
        text: the expression, with or without `${{ }}`; empty means `success()`.
        contexts: what the expression may name.
        status: the job's status at this moment.
    """
    embedded = _EMBEDDED.fullmatch(text.strip())
    expression = (embedded[1] if embedded else text).strip() or "success()"
    # A condition that asks for no status asks for success first.
    if not re.search(rf"\b({'|'.join(_STATUS_FUNCTIONS)})\s*\(", expression):
        expression = f"success() && ({expression})"
    functions = {
        "always": lambda: True,
        "success": lambda: status == "success",
        "failure": lambda: status == "failure",
        "cancelled": lambda: status == "cancelled",
    }
    return truthy(evaluate(expression, contexts, functions))


def evaluate(
    expression: str, contexts: Contexts, functions: Mapping[str, Callable[[], object]] | None = None
) -> object:
    """The value of one expression.

    Raises:
        ExpressionError: it can't be read, or names a context or function that isn't there.
    """
    return _Parser(expression, contexts, functions or {}).whole()


def as_text(value: object) -> str:
    """A value as GitHub writes it into a string: null is empty, booleans are lower case."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    raise ExpressionError(f"A value of type {type(value).__name__} can't be put into a string.")


def truthy(value: object) -> bool:
    """Whether GitHub takes a value for true."""
    return value is not None and value not in (False, "", 0)


class _Parser:
    def __init__(self, text: str, contexts: Contexts, functions: Mapping[str, Callable[[], object]]) -> None:
        self._text, self._contexts, self._functions = text, contexts, functions
        self._tokens = self._split()

    def whole(self) -> object:
        value = self._or()
        if self._tokens:
            raise ExpressionError(f"Unexpected symbol {self._tokens[0][1]!r} in {self._text.strip()!r}.")
        return value

    def _split(self) -> list[tuple[str, str]]:
        tokens, position = [], 0
        text = self._text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None or found.lastgroup is None:
                raise ExpressionError(f"Unexpected symbol at {text[position:]!r}.")
            tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()
        return tokens

    def _take(self, *signs: str) -> str | None:
        if self._tokens and self._tokens[0][0] == "sign" and self._tokens[0][1] in signs:
            return self._tokens.pop(0)[1]
        return None

    def _expect(self, sign: str) -> None:
        if self._take(sign) is None:
            raise ExpressionError(f"Expected {sign!r} in {self._text.strip()!r}.")

    def _or(self) -> object:
        value = self._and()
        while self._take("||"):
            other = self._and()
            value = value if truthy(value) else other
        return value

    def _and(self) -> object:
        value = self._equality()
        while self._take("&&"):
            other = self._equality()
            value = other if truthy(value) else value
        return value

    def _equality(self) -> object:
        value = self._unary()
        while sign := self._take("==", "!="):
            value = _equal(value, self._unary()) == (sign == "==")
        return value

    def _unary(self) -> object:
        if self._take("!"):
            return not truthy(self._unary())
        if self._take("("):
            value = self._or()
            self._expect(")")
            return value
        return self._primary()

    def _primary(self) -> object:
        if not self._tokens or self._tokens[0][0] == "sign":
            raise ExpressionError(f"A value is missing in {self._text.strip()!r}.")
        kind, text = self._tokens.pop(0)
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text) if "." in text else int(text)
        if text in _LITERALS:
            return _LITERALS[text]
        return self._call(text) if self._take("(") else self._named(text)

    def _call(self, name: str) -> object:
        self._expect(")")
        if name not in self._functions:
            raise ExpressionError(f"Unrecognized function: {name!r}.")
        return self._functions[name]()

    def _named(self, name: str) -> object:
        if name not in self._contexts:
            raise ExpressionError(f"Unrecognized named-value: {name!r}.")
        value: object = self._contexts[name]
        while self._take("."):
            kind, key = self._tokens.pop(0) if self._tokens else ("", "")
            if kind != "name":
                raise ExpressionError(f"A name is missing after '.' in {self._text.strip()!r}.")
            # What isn't there is null, not a mistake: a step that hasn't run has no outcome.
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def _equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if type(left) is type(right):
        return bool(left == right)
    return _as_number(left) == _as_number(right)


def _as_number(value: object) -> float:
    if isinstance(value, str):
        try:
            return float(value.strip() or 0)
        except ValueError:
            return math.nan
    return float(value or 0) if isinstance(value, (int, float)) or value is None else math.nan
