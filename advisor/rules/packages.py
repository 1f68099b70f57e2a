"""Installed packages of rules: entry points of the group `advise.rules` that a user names.

An entry point names a Python package; its folder holds rule files like any other. Nothing is
looked for unless the configuration or the command line names one.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import RuleLoadError

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP = "advise.rules"


def directories(names: Sequence[str]) -> list[Path]:
    """Return the folders of the named packages of rules. Raises RuleLoadError."""
    if not names:
        return []
    from importlib.metadata import entry_points

    known = {point.name: point.value for point in entry_points(group=GROUP)}
    return [_directory(name, known) for name in names]


def _directory(name: str, known: dict[str, str]) -> Path:
    if name not in known:
        from advisor.rules.registry import did_you_mean, shown

        there = f"; installed: {', '.join(sorted(known))}" if known else "; none is installed"
        hint = did_you_mean(name, known) or there
        raise RuleLoadError(shown(name), f"is no installed package of rules{hint}")
    module = known[name].partition(":")[0]
    try:
        spec = find_spec(module)
    except (ImportError, ValueError) as error:
        raise RuleLoadError(name, f"its package '{module}' cannot be found: {error}") from error
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise RuleLoadError(name, f"its '{module}' is no package with a folder of rules")
    return Path(folders[0])
