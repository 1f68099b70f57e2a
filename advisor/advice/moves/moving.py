"""All moves for the findings of an architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.moves import chains, shares, waits, workflows
from advisor.advice.moves.subjects import Subjects
from advisor.advice.patterns.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.advice.moves.move import Move
    from advisor.architecture.architecture import Architecture
    from advisor.rules.finding import Finding

_MODULES = (chains, waits, shares, workflows)
_RULES = frozenset(name for module in _MODULES for name in module.RULES)


def moves(
    architecture: Architecture, findings: Sequence[Finding], *, sources: Mapping[str, str]
) -> tuple[Move, ...]:
    """Return a move for each fault that another architecture mends.

    `sources` are the texts of the files that findings name, by path, as a report has them.
    """
    asked = [finding for finding in findings if finding.rule.name in _RULES]
    if not asked:
        return ()
    architecture.add_calls()
    subjects = Subjects(Survey(architecture), sources)
    return tuple(move for module in _MODULES for move in module.moves(subjects, asked))


__all__ = ["moves"]
