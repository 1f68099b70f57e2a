"""The examples of a rule beside each other: what is good in one template excuses no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import replace
from advisor.rules.testing import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from advisor.rules.rule import Rule
    from advisor.rules.testing import Case


def beside(rule: Rule, edge_cases: Path | None = None) -> Iterator[Case]:
    """Yield each bad example with the good ones in a folder that is read before it."""
    every = [case for case in cases(rule, edge_cases) if "advise.toml" not in case.files]
    good = {
        f"a{number}/{name}": text
        for number, case in enumerate(each for each in every if not each.bad)
        for name, text in case.files.items()
    }
    for case in every:
        if case.bad and good:
            files = good | {f"b/{name}": text for name, text in case.files.items()}
            marks = tuple(replace(mark, file=f"b/{mark.file}") for mark in case.marks)
            yield replace(case, name=f"{case.name} beside", files=files, marks=marks)
