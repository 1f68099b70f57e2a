"""What makes two findings the same one: in one run over scenarios, and across edits of a file."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.digests import sha256
from advisor.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.documents.location import Pointer
    from advisor.rules.finding import Finding

_LENGTH = 32  # hex digits: 128 bits are beyond any coincidence

Key = tuple[object, ...]


def key(finding: Finding) -> Key:
    """Return what tells findings of one run apart: rule, exact place and what is said."""
    return (
        finding.rule.id,
        finding.location.path,
        finding.location.pointer,
        finding.location.span,
        finding.message,
        finding.severity,
        finding.confidence,
    )


def named_keys(pointer: Pointer) -> tuple[str, ...]:
    """Return a pointer without positions in lists and branches of conditions."""
    return tuple(step for step in pointer if isinstance(step, str) and step != "Fn::If")


def digest(*parts: str) -> str:
    """Return a short hash of parts that cannot run into each other."""
    return sha256("".join(f"{len(part)}:{part}" for part in parts))[:_LENGTH]


def fingerprinted(
    findings: Sequence[Finding], *, path_of: Callable[[str], str] = str
) -> list[Finding]:
    """Return the findings, in the order given, each with its fingerprint.

    Lines, positions in lists and messages do not count; where all that counts is equal, a
    number by place in the file tells the true duplicates apart. `path_of` returns a
    path as fingerprints count it, so that a finding stays the same one whether a repository is
    judged or one file of it.
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, finding in enumerate(findings):
        place = finding.location
        about = _about(finding)
        base = (
            finding.rule.id,
            path_of(place.path),
            str(len(about)),
            *about,
            *named_keys(place.pointer),
        )
        groups[base].append(index)
    done = list(findings)
    for base, indexes in groups.items():
        # The sort is stable: at one place the first scenario's finding stays the first.
        indexes.sort(key=lambda index: findings[index].location.span)
        for count, index in enumerate(indexes):
            done[index] = replace(findings[index], fingerprint=digest(*base, str(count)))
    return done


def _about(finding: Finding) -> tuple[str, ...]:
    """Return the logical ids that count, in an order that is not that of the file.

    What stands in Globals belongs to none of the functions that share it: which of them is named
    may depend on their order.
    """
    place = finding.location
    shared = place.pointer[:1] == ("Globals",)
    return tuple(sorted(id_ for id_ in finding.about if not (shared and id_ == place.resource)))
