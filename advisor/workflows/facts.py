"""Questions that rules ask of states and machines; every answer is a fact, none a judgement."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.templates.values import Reference
from advisor.workflows.placeholders import Placeholder, names, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.location import Pointer
    from advisor.workflows.model import Catcher, Retrier, Scope, State, Workflow
    from advisor.workflows.placeholders import Asl

_TOKEN = re.compile(r"\$\$(?:\.Task(?:\.Token)?)?(?![\w.\[$])|\$\$\[?'?\.?Task'?\]?\.?\[?'?Token")
_TOKEN_JSONATA = re.compile(r"\$states(?:\.context(?:\.Task(?:\.Token)?)?)?(?![\w.\[])")
_PATH = re.compile(r"\$\$?[^\s,')]*")

LAMBDA_TRANSIENT = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
)
"""Errors of the Lambda service itself that a retry mends.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
"""

_NEVER_ANSWERED_BY_ALL = {"States.DataLimitExceeded", "States.Runtime"}


# --- failures ---------------------------------------------------------------------------------


def answers(entry: Retrier | Catcher, error: str) -> bool:
    """Tell whether a retrier or catcher answers an error of a task.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    if error in entry.errors:
        return True
    if error in _NEVER_ANSWERED_BY_ALL:
        return False
    if "States.ALL" in entry.errors:
        return True
    return "States.TaskFailed" in entry.errors and error != "States.Timeout"


def retrier_of(state: State, error: str) -> Retrier | None:
    """Return the retrier that answers an error first; None where none does."""
    return next((entry for entry in state.retriers if answers(entry, error)), None)


def catcher_of(state: State, error: str) -> Catcher | None:
    """Return the catcher that answers an error first; None where none does."""
    return next((entry for entry in state.catchers if answers(entry, error)), None)


def retried_by(state: State) -> State | None:
    """Return the innermost of the state and the states around it that has a `Retry`."""
    return next((one for one in (state, *state.enclosing()) if one.data.get("Retry")), None)


def caught_by(state: State) -> State | None:
    """Return the innermost of the state and the states around it that has a `Catch`."""
    return next((one for one in (state, *state.enclosing()) if one.data.get("Catch")), None)


def retry_seconds(state: State) -> float | None:
    """Return the seconds that all retries of a state wait together; None where not known."""
    total = 0.0
    for retrier in state.retriers:
        delays = retrier.delays
        if delays is None:
            return None
        total += delays[1]
    return total


# --- reachability -----------------------------------------------------------------------------


def following(state: State) -> set[State]:
    """Return the states of the same scope that can run after it, itself only in a cycle."""
    found: set[State] = set()
    waiting = [move.state for move in state.transitions]
    while waiting:
        here = waiting.pop()
        if here is not None and here not in found:
            found.add(here)
            waiting.extend(move.state for move in here.transitions)
    return found


def can_fail(state: State) -> bool:
    """Tell whether a Fail state can follow, or the state is one."""
    return state.type == "Fail" or any(one.type == "Fail" for one in following(state))


def leading_to_failure(scope: Scope) -> set[State]:
    """Return the states of a scope from which a Fail state can be reached, those included."""
    before: dict[State, list[State]] = defaultdict(list)
    for state in scope.states.values():
        for move in state.transitions:
            if move.state is not None:
                before[move.state].append(state)
    waiting = [state for state in scope.states.values() if state.type == "Fail"]
    found: set[State] = set()
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting.extend(before[state])
    return found


def runs_as(scope: Scope, machine_type: str | None) -> str | None:
    """Return the type of execution that runs a scope: a distributed Map starts its own."""
    inside: Scope | None = scope
    while inside is not None:
        if inside.mode != "INLINE":
            return inside.execution_type or None
        inside = inside.owner.scope if inside.owner else None
    return machine_type


# --- data -------------------------------------------------------------------------------------


def passes_token(state: State) -> bool | None:
    """Tell whether a task's arguments hold its token; None where deployment fills them in."""
    is_open = False
    pattern = _TOKEN_JSONATA if state.is_jsonata else _TOKEN
    targets = {(target.key,) for target in state.call.targets()} if state.call else set()
    for pointer, item in walk(state.arguments):
        key = pointer[-1] if pointer else ""
        if isinstance(item, Placeholder):
            # What names the target is no token, whatever is filled in.
            is_target = pointer[-1:] in targets
            is_open = is_open or not (is_target or _names_resource(item))
        if not isinstance(item, str):
            continue
        evaluated = item.startswith("{%") if state.is_jsonata else str(key).endswith(".$")
        if evaluated and pattern.search(item):
            return True
        is_open = is_open or (evaluated and "${" in item)
    return None if is_open else False


def _names_resource(item: Placeholder) -> bool:
    """Tell whether a placeholder stands for a resource or a known text without an expression."""
    value = item.value
    return isinstance(value, Reference) or (isinstance(value, str) and "Task.Token" not in value)


def mentions_token(state: State) -> bool:
    """Tell whether a task's arguments name the token outright."""
    return any(isinstance(item, str) and "Task.Token" in item for _, item in walk(state.arguments))


def paths_read(state: State) -> Iterator[tuple[Pointer, str]]:
    """Yield every JSONPath that a state reads from its input, the context or variables."""
    from advisor.workflows.jsonpath import is_intrinsic  # a grammar, of which few runs need a word

    skipped = {"ItemProcessor", "Iterator", "Branches", "ResultSelector", "ResultPath"}
    for name, data in state.data.items():
        if name in skipped:
            continue
        for pointer, item in walk(data):
            if not isinstance(item, str):
                continue
            key = str((name, *pointer)[-1] if pointer else name)
            if not (key.endswith((".$", "Path")) or key == "Variable"):
                continue
            if is_intrinsic(item):
                for match in _PATH.finditer(item):
                    yield (*state.pointer, name, *pointer), match[0]
            elif item.startswith("$"):
                yield (*state.pointer, name, *pointer), item


_ORDER = re.compile(r"(Numeric|String|Timestamp)((?:Less|Greater)Than(?:Equals)?)(Path)?\Z")
_NOT_COMPARED = frozenset({"Next", "Comment", "Assign", "Output"})


def is_exhaustive(state: State) -> bool:
    """Tell whether a Choice always finds a rule: by `Default`, or by both answers to a test."""
    if "Default" in state.data:
        return True
    seen: dict[tuple[str, str], set[bool]] = defaultdict(set)
    asked: dict[str, set[bool]] = defaultdict(set)
    rules = state.data.get("Choices")
    for outer in rules if isinstance(rules, list) else ():
        if not isinstance(outer, dict):
            return True
        inner = outer.get("Not")
        negated = isinstance(inner, dict)
        rule = inner if isinstance(inner, dict) else outer
        compared = {key: rule[key] for key in sorted(rule) if key not in _NOT_COMPARED}
        asked[str(compared)].add(negated)
        for name, value in rule.items():
            match = _ORDER.match(name)
            if match is not None:
                # Less is the opposite of greater or equal, with the same thing on both sides.
                less_or_equal = match[2] in {"LessThanEquals", "GreaterThan"}
                lower = match[2].startswith("Less") != negated
                key = f"{match[1]} {match[3]} {less_or_equal} {rule.get('Variable')} {value}"
                asked[key].add(lower)
        if rule.get("Condition") is True or str(rule.get("Condition")).strip("{}% ") == "true":
            return True
        for name, value in rule.items():
            if isinstance(value, bool) and name != "Condition":
                seen[str(rule.get("Variable")), name].add(value != negated)
    return any(len(both) > 1 for both in (*seen.values(), *asked.values()))


# --- placeholders -----------------------------------------------------------------------------


def placeholders(workflow: Workflow) -> dict[str, list[Pointer]]:
    """Return the names of all placeholders with the places where each is used."""
    known = workflow.placeholders
    if known is None:
        known = workflow.placeholders = _placeholders(workflow)
    return known


def _placeholders(workflow: Workflow) -> dict[str, list[Pointer]]:
    found: dict[str, list[Pointer]] = {}
    for pointer, item in walk(workflow.data):
        for name in _names_in(item):
            found.setdefault(name, []).append(pointer)
        for key in item if isinstance(item, dict) else ():
            for name in names(key):
                found.setdefault(name, []).append((*pointer, key))
    return found


def unresolved(workflow: Workflow) -> dict[str, list[Pointer]]:
    """Return the placeholders that nothing defines; none where no template deploys the file."""
    if workflow.substitutions is None:
        return {}
    known = workflow.substitutions.keys() | workflow.names.keys()
    return {name: found for name, found in placeholders(workflow).items() if name not in known}


def unused_substitutions(workflow: Workflow) -> list[str]:
    """Return the names of substitutions that the definition does not hold."""
    used = placeholders(workflow)
    return [name for name in workflow.substitutions or () if name not in used]


def _names_in(item: Asl) -> list[str]:
    if isinstance(item, Placeholder):
        return [item.name] if item.name else []
    return names(item) if isinstance(item, str) else []
