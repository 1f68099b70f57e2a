"""Rules of other tools whose findings are reported beside ours."""

from __future__ import annotations

import re

from advisor.rules.rule import Rule

CFN_LINT = "cfn-lint"
"""The name that all rules of cfn-lint go by; their ids tell them apart."""

_ID = re.compile(r"[EWI][0-9]{4}")


class ForeignRule(Rule):
    """What outputs need of a rule that is not ours: it has no examples and is never run."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Take the texts as they are."""


def is_foreign(word: str) -> bool:
    """Tell whether a word is the id of a rule of cfn-lint."""
    return _ID.fullmatch(word.upper()) is not None
