"""The grammar of workflow commands, as the runner reads it from a line of output (ActionCommand.cs)."""

from __future__ import annotations

from dataclasses import dataclass, field

# Replaced one after another and "%25" last, as the runner does it: another order would read "%250A" differently.
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_LEGACY = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))

# What .NET trims. Python's own str.lstrip() also takes U+001C to U+001F, after which the runner sees no command.
_DOTNET_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@dataclass
class Command:
    """One workflow command: its name, its properties by lower-case name, and its unescaped data."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def parse(line: str, registered: set[str]) -> Command | None:
    """Read a line of output as a command.

    Args:
        line: one line, without its end.
        registered: lower-case names of the commands that the runner knows at this moment.

    Returns:
        The command, or None where the line is plain output.
    """
    return _parse_current(line, registered) or _parse_legacy(line, registered)


def _parse_current(line: str, registered: set[str]) -> Command | None:
    """`::name key=value,key=value::data`, at the start of the line but for blanks."""
    line = line.lstrip(_DOTNET_BLANKS)
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    if name.lower() not in registered:
        return None
    return Command(name, _properties(properties.strip(), ",", _PROPERTY), _unescape(line[end + 2 :], _DATA))


def _parse_legacy(line: str, registered: set[str]) -> Command | None:
    """`##[name key=value;key=value]data`, anywhere in the line: only the first `##[` is looked at."""
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    if name.lower() not in registered:
        return None
    return Command(name, _properties(properties, ";", _LEGACY), _unescape(line[end + 1 :], _LEGACY))


def _properties(text: str, separator: str, escapes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The properties that have a name and a value: an empty value is as if the property weren't there."""
    found = {}
    for pair in text.split(separator):
        name, _, value = pair.lstrip("=").partition("=")
        if name and value:
            found[name.lower()] = _unescape(value, escapes)
    return found


def _unescape(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in escapes:
        text = text.replace(escaped, plain)
    return text
