"""What a text that should be a key is instead: a placeholder, or a key with something around it."""

from __future__ import annotations

import re

OK, NOTE, WARNING, PROBLEM = "ok", "note", "warning", "problem"
STORE_KEY = "Store the key alone, as Alert24 showed it: `ak_live_` and 32 characters."
_KEY_FORM = re.compile(r"ak_live_(?!(.)\1*$)[0-9A-Za-z]{32}", re.ASCII)
_KEY_PROBLEMS = {
    r"^$": "is empty or not set",
    r"\$[\w{(]|^%.*%$|^<.*>$|^\[.*\]$|^\{\{|^(?:ak_live_)?(.)\1*$|(?<![a-z])(?:your|my|placeholder|change(?:me)?|"
    r"example|insert|replace|dummy|todo|secret|api[_ -]?key)(?![a-z])": "is a placeholder, not a key",
    "^[\"'`\u2018\u2019\u201c\u201d]|[\"'`\u2018\u2019\u201c\u201d]$": "has quotes around it",
    r"^(?:bearer|authorization)\b": "starts with `Bearer`",
    r"[\r\n]": "contains a line break",
    r"\s": "contains a blank",
    r"[^!-~]": "contains characters that are in no key",
}


def key_problem(text: str) -> tuple[str, str]:
    """Return the level of a finding about a key's form, and a clause about it that shows none of it."""
    key = text.strip()
    if _KEY_FORM.fullmatch(key):
        return (OK, "has the documented form") if key == text else (NOTE, "has blanks around it, which are ignored")
    for pattern, problem in _KEY_PROBLEMS.items():
        if re.search(pattern, key, re.IGNORECASE | re.DOTALL):
            return PROBLEM, problem
    return WARNING, f"has {len(key)} characters, and not the documented form: `ak_live_` and 32 letters or digits"
