from __future__ import annotations

import pytest

from alert24_deploy.alert24.key_form import key_problem
from alert24_deploy.app.doctor import Finding, exit_code

KEY = "ak_live_" + "0123456789abcdefghijklmnopqrstuv"
FORMS = {
    KEY: ("ok", "documented form"),
    "ak_live_" + "your0key" * 4: ("ok", "documented form"),
    f"{KEY}\n": ("note", "blanks around it"),
    "": ("problem", "empty"),
    " \n": ("problem", "empty"),
    f'"{KEY}"': ("problem", "quotes"),
    f"'{KEY}'": ("problem", "quotes"),
    f"\u201c{KEY}\u201d": ("problem", "quotes"),
    f'{KEY}"': ("problem", "quotes"),
    f"Bearer {KEY}": ("problem", "`Bearer`"),
    f"{KEY[:20]}\n{KEY[20:]}": ("problem", "line break"),
    f"{KEY[:20]} {KEY[20:]}": ("problem", "blank"),
    f"{KEY}\u200b": ("problem", "characters that are in no key"),
    KEY[:-1]: ("warning", "has 39 characters"),
    "k2JdXq": ("warning", "has 6 characters"),
    **dict.fromkeys(
        ("YOUR_KEY", "ak_live_your_key_here", "${{ secrets.X }}", "$ALERT24_API_KEY", "${KEY}", "%KEY%", "<api-key>"),
        ("problem", "placeholder"),
    ),
    **dict.fromkeys(
        ("xxx", "ak_live_" + "x" * 32, "ak_live_...", "***", "changeme", "change-me", "{{ key }}", "[key]", "api_key"),
        ("problem", "placeholder"),
    ),
}


@pytest.mark.parametrize(("text", "found"), FORMS.items(), ids=repr)
def test_key_problem__each_form__is_recognised(text: str, found: tuple[str, str]) -> None:
    """What people store instead of a key has a name; what is not documented is a warning only."""
    level, problem = key_problem(text)
    assert (level, found[1] in problem) == (found[0], True)
    assert not text.strip() or text.strip() not in problem


@pytest.mark.parametrize(("codes", "worst"), [([], 0), ([0, 0], 0), ([4, 3, 0], 3), ([70, 4], 4), ([4, 2, 3], 2)])
def test_exit_code__several_findings__what_must_be_corrected_first(codes: list[int], worst: int) -> None:
    """A wrong configuration comes before a refusal, and that before an outage."""
    assert exit_code([Finding("problem", "", code=code) for code in codes]) == worst
