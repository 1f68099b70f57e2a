"""The Rules section: which combinations of parameters a template refuses to be deployed with.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.conditions import OTHER, Variable
from advisor.templates.template import scalar_text, section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.documents.document import Data
    from advisor.templates.stacks import Stack

_DEEPEST = 20


def refuses(stack: Stack, assignment: Mapping[Variable, str]) -> bool:
    """Tell whether a template certainly refuses an assignment; the unknown refuses nothing."""
    for rule in section(stack.data, "Rules").values():
        if not isinstance(rule, dict):
            continue
        asked = rule.get("RuleCondition")
        if asked is not None and _truth(asked, stack, assignment, 0) is not True:
            continue
        assertions = rule.get("Assertions")
        for item in assertions if isinstance(assertions, list) else ():
            said = item.get("Assert") if isinstance(item, dict) else None
            if said is not None and _truth(said, stack, assignment, 0) is False:
                return True
    return False


def _truth(data: Data, stack: Stack, assignment: Mapping[Variable, str], depth: int) -> bool | None:
    """Return the truth of a rule's function; None where it is not known."""
    if not isinstance(data, dict) or len(data) != 1 or depth > _DEEPEST:
        return None
    ((name, argument),) = data.items()
    if not isinstance(argument, list) or not argument:
        return None
    if name in {"Fn::And", "Fn::Or", "Fn::Not"}:
        inner = [_truth(item, stack, assignment, depth + 1) for item in argument]
        return _combined(name, inner)
    if len(argument) != 2:
        return None
    if name == "Fn::Equals":
        return _equal(argument[0], argument[1], stack, assignment)
    if name == "Fn::Contains" and isinstance(argument[0], list):
        inner = [_equal(item, argument[1], stack, assignment) for item in argument[0]]
        return _combined("Fn::Or", inner)
    return None


def _combined(name: str, inner: list[bool | None]) -> bool | None:
    if name == "Fn::Not":
        return None if inner[0] is None else not inner[0]
    decisive = name == "Fn::Or"
    if decisive in inner:
        return decisive
    return None if None in inner else not decisive


def _equal(
    left: Data, right: Data, stack: Stack, assignment: Mapping[Variable, str]
) -> bool | None:
    one, other = _value(left, stack, assignment), _value(right, stack, assignment)
    if one is None or other is None or OTHER in {one, other}:
        return None
    return one == other


def _value(data: Data, stack: Stack, assignment: Mapping[Variable, str]) -> str | None:
    if isinstance(data, (str, int, float)):
        return scalar_text(data)
    name = data.get("Ref") if isinstance(data, dict) and len(data) == 1 else None
    if not isinstance(name, str):
        return None
    if name in stack.overrides:
        return stack.overrides[name]
    return assignment.get(Variable("" if name.startswith("AWS::") else stack.owner, name))
