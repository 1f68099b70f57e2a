"""Conditions as Boolean formulas over what decides them, and their truth under an assignment.

What decides a condition is a `Variable`: a parameter (or pseudo parameter) that is compared with
literals, or a comparison that cannot be looked into, which is simply true or false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from advisor.documents.document import Data

_DEEPEST = 60  # levels of nested condition functions; CloudFormation's own limit is far below


@record(frozen=True, order=True)
class Variable:
    """Something that decides conditions: a parameter of a stack, or an opaque comparison."""

    owner: str
    name: str
    opaque: bool = False


OTHER = "\0other"
"""The value of a parameter that equals none of the literals it is compared with."""

Formula = tuple[object, ...]
"""One of ("const", bool) · ("is", Variable, text) · ("holds", Variable) · ("not", f) ·
("and", f…) · ("or", f…) · ("condition", name)."""

Assignment = "Mapping[Variable, str]"
"""The text of each parameter, or OTHER; "true" or "false" for opaque comparisons."""

TRUE: Formula = ("const", True)
FALSE: Formula = ("const", False)


@record(frozen=True)
class Side:
    """One side of an `Fn::Equals`: a literal text, a variable, or neither with a key for it."""

    literal: str | None = None
    variable: Variable | None = None
    key: str = ""


def parse(raw: Data, side: Callable[[Data], Side], owner: str, depth: int = 0) -> Formula:
    """Return the formula of a condition; what cannot be read is an opaque variable."""
    if depth > _DEEPEST or not isinstance(raw, dict) or len(raw) != 1:
        return ("holds", Variable(owner, f"{raw!r}"[:200], opaque=True))
    ((name, argument),) = raw.items()
    if name == "Condition" and isinstance(argument, str):
        return ("condition", argument)
    if name == "Fn::Equals" and isinstance(argument, list) and len(argument) == 2:
        return _equals(side(argument[0]), side(argument[1]), owner)
    if name == "Fn::Not" and isinstance(argument, list) and len(argument) == 1:
        return ("not", parse(argument[0], side, owner, depth + 1))
    if name in {"Fn::And", "Fn::Or"} and isinstance(argument, list) and argument:
        inner = (parse(item, side, owner, depth + 1) for item in argument)
        return ("and" if name == "Fn::And" else "or", *inner)
    return ("holds", Variable(owner, f"{raw!r}"[:200], opaque=True))


def _equals(left: Side, right: Side, owner: str) -> Formula:
    if left.literal is not None and right.literal is not None:
        return TRUE if left.literal == right.literal else FALSE
    if left.variable and right.literal is not None:
        return ("is", left.variable, right.literal)
    if right.variable and left.literal is not None:
        return ("is", right.variable, left.literal)
    keys = sorted((_side_key(left), _side_key(right)))
    if keys[0] == keys[1]:
        return TRUE
    return ("holds", Variable(owner, " = ".join(keys), opaque=True))


def _side_key(side: Side) -> str:
    if side.literal is not None:
        return repr(side.literal)
    if side.variable:
        return f"{side.variable.owner}#{side.variable.name}"
    return side.key


def atoms(formula: Formula, conditions: Mapping[str, Formula]) -> Iterator[tuple[Variable, str]]:
    """Yield each variable of a formula with the literal it is compared with ("" if opaque)."""
    seen: set[str] = set()
    stack = [formula]
    while stack:
        current = stack.pop()
        match current:
            case ("is", Variable() as variable, str() as text):
                yield variable, text
            case ("holds", Variable() as variable):
                yield variable, ""
            case ("condition", str() as name) if name not in seen:
                seen.add(name)
                if name in conditions:
                    stack.append(conditions[name])
            case ("not" | "and" | "or", *inner):
                stack.extend(item for item in inner if isinstance(item, tuple))


def evaluate(
    formula: Formula,
    assignment: Mapping[Variable, str],
    named: Callable[[str], bool],
) -> bool:
    """Return the truth of a formula; `named` gives that of another condition."""
    match formula:
        case ("const", bool() as truth):
            return truth
        case ("is", Variable() as variable, str() as text):
            return assignment.get(variable, OTHER) == text
        case ("holds", Variable() as variable):
            return assignment.get(variable) == "true"
        case ("condition", str() as name):
            return named(name)
        case ("not", tuple() as inner):
            return not evaluate(inner, assignment, named)
        case ("and", *inner):
            return all(
                evaluate(item, assignment, named) for item in inner if isinstance(item, tuple)
            )
        case ("or", *inner):
            return any(
                evaluate(item, assignment, named) for item in inner if isinstance(item, tuple)
            )
    return False


class Questions:
    """How often it was asked what differs between scenarios."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Truths:
    """The truth of every condition of one stack under an assignment; cycles read as false."""

    def __init__(
        self,
        formulas: Mapping[str, Formula],
        assignment: Mapping[Variable, str],
        questions: Questions | None = None,
    ) -> None:
        """`questions` counts what is asked here, and perhaps elsewhere."""
        self._questions = questions or Questions()
        self._formulas = formulas
        self._assignment = assignment
        self._known: dict[str, bool] = {}
        self._asked: set[str] = set()
        self.told: dict[str, bool] = {}
        """What was answered so far, without the conditions that others are made of."""

    def __getitem__(self, name: str) -> bool:
        """Return whether the condition is true; one that is not declared is false."""
        self._questions.count += 1
        if self._asked:
            return self._truth(name)
        if name not in self.told:
            self.told[name] = self._truth(name)
        return self.told[name]

    def _truth(self, name: str) -> bool:
        if name in self._known:
            return self._known[name]
        if name in self._asked or name not in self._formulas or len(self._asked) > _DEEPEST:
            return False
        self._asked.add(name)
        self._known[name] = evaluate(self._formulas[name], self._assignment, self.__getitem__)
        self._asked.discard(name)
        return self._known[name]


class AllTrue(Truths):
    """Every condition holds, also those that exclude each other: what there can be at all."""

    def __init__(self, questions: Questions | None = None) -> None:
        super().__init__({}, {}, questions)

    def __getitem__(self, name: str) -> bool:
        """Return that the condition is true."""
        self._questions.count += 1
        return True
