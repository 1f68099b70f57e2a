"""Reads the arguments of `advise check` without paying for a command-line framework.

Importing typer costs more time than all the rules on a small template, and a hook starts
the tool on every commit; the help page and all other commands are typer's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.options import Options, Takes, every_option
from advisor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.cli.options import Option

_STDIN = "-"
_REST_ARE_PATHS = "--"


def parse(arguments: Sequence[str]) -> Options:
    """Return what the arguments say; ConfigError for an option that is not known or lacks a value.

    Options and paths stand in any order; `--name=value` and `--name value` are the same.
    """
    known = {option.name: option for option in every_option()}
    short = {option.short: option for option in known.values() if option.short}
    paths: list[str] = []
    found: dict[str, str | bool | tuple[str, ...]] = {}
    waiting = list(reversed(arguments))
    while waiting:
        word = waiting.pop()
        if word == _REST_ARE_PATHS:
            paths.extend(reversed(waiting))
            break
        if word == _STDIN or not word.startswith("-"):
            paths.append(word)
            continue
        if not word.startswith("--") and len(word) > len("-x"):
            waiting.extend(f"-{letter}" for letter in reversed(word[2:]))
            word = word[:2]
        name, has_value, value = word.partition("=")
        option = known.get(name) or short.get(name)
        if option is None:
            raise ConfigError(f"no option is called '{name}'{_nearest(name, list(known))}")
        if option.takes is Takes.NOTHING:
            if has_value:
                raise ConfigError(f"option '{name}' takes no value")
            found[option.field] = True
            continue
        if not has_value:
            if not waiting:
                raise ConfigError(f"option '{name}' needs {option.shows or 'a value'}")
            value = waiting.pop()
        _add(found, option, value)
    return Options(paths=tuple(paths), **found)  # type: ignore[arg-type] # the table's fields


def _add(found: dict[str, str | bool | tuple[str, ...]], option: Option, value: str) -> None:
    if option.choices and value not in option.choices:
        choices = ", ".join(option.choices)
        nearest = _nearest(value, option.choices)
        raise ConfigError(f"'{value}' is no value of '{option.name}': {choices}{nearest}")
    if option.takes is Takes.ONE:
        found[option.field] = value
        return
    before = found.get(option.field, ())
    assert isinstance(before, tuple)  # noqa: S101 - the option decides, and it is the same one
    parts = value.split(",") if option.takes is Takes.LIST else [value]
    found[option.field] = (*before, *(part.strip() for part in parts if part.strip()))


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(word, known, n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""
