"""Which assumptions to look at a group of stacks under: few, consistent, and covering.

A scenario assigns a value to everything that decides a condition. All assignments are looked at
where they are few; otherwise enough of them that every two conditions appear in every possible
combination, up to a bound that is said.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from advisor.records import field, record
from advisor.templates.assertions import refuses
from advisor.templates.conditions import OTHER, Side, Truths, Variable, atoms, parse
from advisor.templates.template import scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.documents.document import Data
    from advisor.templates.conditions import Formula
    from advisor.templates.stacks import Project, Stack

MOST_SCENARIOS = 32
"""Assignments looked at for one group of stacks; each costs one evaluation of all rules."""

_ALL_UP_TO = 32  # up to this many distinct outcomes, every one is looked at
_MOST_PER_PART = 512  # assignments tried of variables that decide conditions together


@record(frozen=True)
class Scenario:
    """One consistent set of assumptions."""

    assignment: Mapping[Variable, str] = field(default_factory=dict)
    formulas: Mapping[str, Mapping[str, Formula]] = field(default_factory=dict)
    """The conditions of each stack."""
    literals: Mapping[Variable, frozenset[str]] = field(default_factory=dict)
    """What each variable is compared with."""
    conditions: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    """The truth of each relevant condition by path of the template and name."""
    everything: bool = False
    """Whether everything exists that can, which no deployment is; tells who may have to do
    with whom."""

    def excludes(self, variable: Variable, text: str) -> bool:
        """Tell whether `OTHER` rules out that the variable has this value."""
        return text in self.literals.get(variable, frozenset())


@record(frozen=True)
class Scenarios:
    """The scenarios of a group of stacks, the usual one first."""

    items: tuple[Scenario, ...]
    bounded: bool = False
    """Whether there are more distinct outcomes than are looked at."""


def formulas_of(project: Project, region: str = "") -> dict[str, dict[str, Formula]]:
    """Return the conditions of all stacks as formulas."""
    reader = _Reader(project, region)
    found: dict[str, dict[str, Formula]] = {}
    for owner, stack in project.stacks.items():
        table = {
            name: parse(raw, lambda data, stack=stack: reader.side(stack, data, 0), owner)  # type: ignore[misc]  # the default binds the loop variable
            for name, raw in stack.conditions.items()
        }
        for name in _undeclared(stack):
            table[name] = ("holds", Variable(owner, f"condition {name}", opaque=True))
        if table:
            found[owner] = table
    return found


def _undeclared(stack: Stack) -> list[str]:
    """Return the conditions that a part of a template leaves to the parts it is joined with.

    CloudFormation refuses a template without them; but some are put together from several files
    before they are deployed, and what depends on such a condition may then exist or not.
    """
    named = {name for resource in stack.resources.values() for name in resource.conditions}
    if named <= stack.conditions.keys():
        return []
    return sorted(used_conditions(stack) - stack.conditions.keys())


class _Reader:
    """Reads the sides of comparisons."""

    def __init__(self, project: Project, region: str) -> None:
        self._project = project
        self._region = region

    def side(self, stack: Stack, data: Data, depth: int) -> Side:
        """Return one side of an `Fn::Equals`."""
        if isinstance(data, (str, int, float)):
            return Side(literal=scalar_text(data))
        if not isinstance(data, dict) or len(data) != 1 or depth > 20:  # bound
            return Side(key=f"{stack.owner}:{data!r}"[:500])
        ((name, argument),) = data.items()
        if name == "Ref" and isinstance(argument, str):
            return self._ref(stack, argument, depth)
        if name == "Fn::Sub" and isinstance(argument, str):
            if argument.startswith("${") and argument.find("}") == len(argument) - 1:
                return self._ref(stack, argument[2:-1], depth)
            if "${" not in argument:
                return Side(literal=argument)
        return self._computed(stack, data)

    def _computed(self, stack: Stack, data: Data) -> Side:
        """Return what a function of known things comes to, else a key for it."""
        from advisor.templates.evaluation import Evaluator
        from advisor.templates.intrinsics import canonical

        if _names_parameter(data, stack):
            return Side(key=f"{stack.owner}:{data!r}"[:500])
        value = Evaluator(self._project, Scenario(), region=self._region).evaluate(stack, data)
        if isinstance(value, (str, int, float)):
            return Side(literal=scalar_text(value))
        return Side(key=canonical(value)[:500])

    def _ref(self, stack: Stack, name: str, depth: int) -> Side:
        if name.startswith("AWS::"):
            if name == "AWS::Region" and self._region:
                return Side(literal=self._region)
            return Side(variable=Variable("", name))
        parameter = stack.parameters.get(name)
        if parameter is None:
            return Side(key=f"{stack.owner}#{name}")
        if name in stack.overrides:
            return Side(literal=scalar_text(stack.overrides[name]))
        if stack.parent is not None and name in stack.bindings:
            return self.side(stack.parent, stack.bindings[name], depth + 1)
        if stack.parent is not None and isinstance(parameter.default, (str, int, float)):
            # The parent passes nothing: a nested stack then always takes its default.
            return Side(literal=scalar_text(parameter.default))
        return Side(variable=Variable(stack.owner, name))


def _names_parameter(data: Data, stack: Stack, depth: int = 0) -> bool:
    """Tell whether raw data refers to a parameter, whose value is an assumption here."""
    if depth > 20:  # bound
        return True
    if isinstance(data, dict):
        if isinstance(name := data.get("Ref"), str) and name in stack.parameters:
            return True
        return any(_names_parameter(item, stack, depth + 1) for item in data.values())
    if isinstance(data, list):
        return any(_names_parameter(item, stack, depth + 1) for item in data)
    return isinstance(data, str) and any(f"${{{name}}}" in data for name in stack.parameters)


def usual_scenario(project: Project, formulas: Mapping[str, Mapping[str, Formula]]) -> Scenario:
    """Return the scenario in which parameters have their defaults, the others unusual values."""
    wanted = [(project.stacks[owner], name) for owner, table in formulas.items() for name in table]
    literals = _literals(wanted, formulas)
    assignment = {
        variable: _domain(project, variable, texts)[0] for variable, texts in literals.items()
    }
    texts_of = {variable: frozenset(texts) for variable, texts in literals.items()}
    return Scenario(assignment, formulas, texts_of)


def used_conditions(stack: Stack) -> set[str]:
    """Return the conditions that decide whether a resource exists or what a property is."""
    if not stack.conditions and not any(item.conditions for item in stack.resources.values()):
        return set()
    found: set[str] = set()
    for resource in stack.resources.values():
        found.update(resource.conditions)
        pending: list[Data] = [resource.properties]
        while pending:
            data = pending.pop()
            if isinstance(data, dict):
                argument = data.get("Fn::If")
                if isinstance(argument, list) and argument:
                    name = argument[0]
                    if isinstance(name, dict):
                        name = name.get("Condition")
                    if isinstance(name, str):
                        found.add(name)
                pending.extend(data.values())
            elif isinstance(data, list):
                pending.extend(data)
    return found


def scenarios(
    project: Project, owners: Iterable[str], formulas: Mapping[str, Mapping[str, Formula]]
) -> Scenarios:
    """Return the scenarios of a group of stacks."""
    stacks = [project.stacks[owner] for owner in owners if owner in formulas]
    wanted = [(stack, name) for stack in stacks for name in sorted(used_conditions(stack))]
    literals = _literals(wanted, formulas)
    all_literals = {key: frozenset(texts) for key, texts in literals.items()}
    usual = _scenario(formulas, all_literals, {}, wanted)
    if not literals:
        return Scenarios((usual,))
    outcomes, bounded = _parts(project, wanted, literals, formulas)
    rows, cut = _cover(outcomes)
    items = []
    for row in rows:
        assignment: dict[Variable, str] = {}
        for part, chosen in zip(outcomes, row, strict=True):
            assignment.update(part[chosen])
        if any(refuses(stack, assignment) for stack in stacks):
            continue
        items.append(_scenario(formulas, all_literals, assignment, wanted))
    return Scenarios(tuple(items) or (usual,), bounded or cut)


def _scenario(
    formulas: Mapping[str, Mapping[str, Formula]],
    literals: Mapping[Variable, frozenset[str]],
    assignment: Mapping[Variable, str],
    wanted: list[tuple[Stack, str]],
) -> Scenario:
    truths: dict[str, Truths] = {}
    named: dict[tuple[str, str], bool] = {}
    for stack, name in wanted:
        table = truths.setdefault(stack.owner, Truths(formulas[stack.owner], assignment))
        named[stack.path, name] = table[name]
    return Scenario(assignment, formulas, literals, named)


def _literals(
    wanted: list[tuple[Stack, str]], formulas: Mapping[str, Mapping[str, Formula]]
) -> dict[Variable, set[str]]:
    found: dict[Variable, set[str]] = {}
    for stack, name in wanted:
        table = formulas[stack.owner]
        for variable, text in atoms(table.get(name, ("const", False)), table):
            found.setdefault(variable, set()).update([text] if not variable.opaque else [])
    return found


def _domain(project: Project, variable: Variable, literals: set[str]) -> list[str]:
    """Return the values to tell apart, the usual one first."""
    if variable.opaque:
        return ["false", "true"]
    stack = project.stacks.get(variable.owner)
    parameter = stack.parameters.get(variable.name) if stack else None
    values = sorted(literals)
    if parameter is None:
        return [OTHER, *values]
    default = None if parameter.default is None else scalar_text(parameter.default)
    rest = OTHER
    if parameter.allowed:
        values = [text for text in values if text in parameter.allowed]
        others = [text for text in parameter.allowed if text not in literals]
        # Of several other values only the default is as good as known.
        if default in others or len(others) == 1:
            rest = default if default in others and default is not None else others[0]
        if others:
            values.append(rest)
    else:
        values.append(default if default is not None and default not in literals else OTHER)
    values.sort(key=lambda text: (text != default, text != OTHER))
    return values or [OTHER]


def _parts(
    project: Project,
    wanted: list[tuple[Stack, str]],
    literals: Mapping[Variable, set[str]],
    formulas: Mapping[str, Mapping[str, Formula]],
) -> tuple[list[list[dict[Variable, str]]], bool]:
    """Return, for each set of variables that decide conditions together, the distinct outcomes.

    An outcome is one assignment for each combination of truth values that can occur.
    """
    groups = _groups(wanted, formulas)
    parts: list[list[dict[Variable, str]]] = []
    bounded = False
    for variables, conditions in groups:
        domains = [_domain(project, variable, set(literals[variable])) for variable in variables]
        seen: dict[tuple[bool, ...], dict[Variable, str]] = {}
        for tried, values in enumerate(product(*domains)):
            if tried >= _MOST_PER_PART:
                bounded = True
                break
            assignment = dict(zip(variables, values, strict=True))
            truths: dict[str, Truths] = {}
            outcome = tuple(
                truths.setdefault(stack.owner, Truths(formulas[stack.owner], assignment))[name]
                for stack, name in conditions
            )
            seen.setdefault(outcome, assignment)
        parts.append(list(seen.values()))
    return parts, bounded


def _groups(
    wanted: list[tuple[Stack, str]], formulas: Mapping[str, Mapping[str, Formula]]
) -> list[tuple[list[Variable], list[tuple[Stack, str]]]]:
    """Put conditions that share a variable together."""
    leader: dict[Variable, Variable] = {}

    def find(variable: Variable) -> Variable:
        while leader[variable] != variable:
            leader[variable] = leader[leader[variable]]
            variable = leader[variable]
        return variable

    of_condition: list[tuple[tuple[Stack, str], list[Variable]]] = []
    for stack, name in wanted:
        table = formulas[stack.owner]
        variables = list(
            dict.fromkeys(key for key, _ in atoms(table.get(name, ("const", False)), table))
        )
        of_condition.append(((stack, name), variables))
        for variable in variables:
            leader.setdefault(variable, variable)
            leader[find(variable)] = find(variables[0])
    groups: dict[Variable, tuple[list[Variable], list[tuple[Stack, str]]]] = {}
    for variable in leader:
        groups.setdefault(find(variable), ([], []))[0].append(variable)
    for condition, variables in of_condition:
        if variables:
            groups[find(variables[0])][1].append(condition)
    return list(groups.values())


def _cover(parts: list[list[dict[Variable, str]]]) -> tuple[list[tuple[int, ...]], bool]:
    """Return rows of choices, one per part: all of them if few, else every pair of choices."""
    sizes = [len(part) for part in parts]
    total = 1
    for size in sizes:
        total *= size
        if total > _ALL_UP_TO:
            break
    else:
        return list(product(*(range(size) for size in sizes))), False
    rows = [tuple(shift % size for size in sizes) for shift in range(max(sizes))]
    # Codes that differ for any two parts: two parts of two choices each meet in all four ways.
    width = max(1, (len(sizes) - 1).bit_length())
    for bit in range(width):
        for shift in range(max(sizes)):
            rows += [
                tuple((shift if (at >> bit) & 1 else 0) % size for at, size in enumerate(sizes)),
                tuple((0 if (at >> bit) & 1 else shift) % size for at, size in enumerate(sizes)),
            ]
    unique = list(dict.fromkeys(rows))
    return unique[:MOST_SCENARIOS], True
