"""A state machine as text: its states in the order of their transitions, and where each leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.reporters.safe import safe
from advisor.rules.finding import Severity
from advisor.templates.values import Unknown
from advisor.workflows.model import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.workflows import StateMachine
    from advisor.rules.finding import Finding
    from advisor.workflows.model import State, Workflow
    from advisor.workflows.placeholders import Asl

MAX_STATES = 1_000
"""States that are drawn; the rest is counted."""
MAX_LEVELS = 20
"""Levels of Map and Parallel states that are drawn out."""
_MAX_LABEL = 60
_MARKS = {Severity.ERROR: ("✗", "x"), Severity.WARNING: ("!", "!"), Severity.INFO: ("·", "i")}
_COMPARED = ("Variable", "Next", "Comment", "Assign", "Output")


def render_workflow(
    architecture: Architecture,
    machine: StateMachine,
    *,
    findings: Sequence[Finding] = (),
    ascii: bool = False,  # noqa: A002  # the word that users know from other tools
) -> str:
    """Return one state machine with what was found in it; a line that says why if it has none."""
    workflow = machine.workflow
    title = machine.name or machine.at().path
    if workflow is None or not workflow.scopes:
        return f"{_line(title, ascii=ascii)}  {machine.problem or 'its definition is not here'}\n"
    drawing = _Drawing(architecture, machine, workflow, findings, ascii=ascii)
    drawing.scope(workflow.scopes[0])
    return "\n".join([drawing.heading(title), "", *drawing.lines]).rstrip() + "\n"


class _Drawing:
    """The lines of one picture while they are made."""

    def __init__(
        self,
        architecture: Architecture,
        machine: StateMachine,
        workflow: Workflow,
        findings: Sequence[Finding],
        *,
        ascii: bool,  # noqa: A002  # as above
    ) -> None:
        self.lines: list[str] = []
        self._machine = machine
        self._workflow = workflow
        self._ascii = ascii
        self._arrow = "-->" if ascii else "─▶"
        self._tasks = {task.state: task for task in architecture.workflow_tasks(machine)}
        self._found = findings_by_state(workflow, findings)

    def heading(self, title: str) -> str:
        """Return the machine in one line."""
        kind = self._machine.kind
        count = sum(1 for _ in self._workflow.states())
        facts = [f"{count} state{'s' if count != 1 else ''}", str(self._workflow.language.value)]
        if isinstance(kind, str) and not self._machine.stands_alone:
            facts.insert(0, kind.capitalize())
        if isinstance(self._workflow.timeout, (int, float)):
            facts.append(f"at most {self._workflow.timeout:g} s")
        rules = self._marks(self._found.get(None, []))
        return self._text("  ".join(filter(None, [title, ", ".join(facts), rules])))

    def scope(self, scope: Scope) -> None:
        """Draw the states of a scope, and those of the scopes inside of them below each."""
        # (indent, scope) or a finished line; a stack, because definitions nest deep.
        waiting: list[tuple[int, State | Scope | str]] = [(1, scope)]
        drawn = 0
        while waiting:
            level, item = waiting.pop()
            indent = "  " * level
            if isinstance(item, str):
                self.lines.append(indent + item)
            elif not isinstance(item, Scope):
                drawn += 1
                if drawn > MAX_STATES:
                    continue
                self.lines.append(indent + self._state(item))
                self.lines += [f"{indent}    {way}" for way in self._ways(item)]
                for number, inner in reversed(list(enumerate(item.scopes, 1))):
                    if level >= MAX_LEVELS:
                        waiting.append((level + 2, self._text("… deeper")))
                        continue
                    waiting.append((level + 2, inner))
                    word = f"branch {number}" if item.type == "Parallel" else "each item"
                    waiting.append((level + 1, f"{word}:"))
            else:
                waiting += [(level, state) for state in reversed(_in_order(item))]
        if drawn > MAX_STATES:
            self.lines.append(f"  {drawn - MAX_STATES} more states")

    def _state(self, state: State) -> str:
        """Return a state in one line: name, what it does, how long, what was found."""
        parts = [state.name, self._does(state), self._marks(self._found.get(state, []))]
        return self._text("  ".join(filter(None, parts)))

    def _does(self, state: State) -> str:
        call = state.call
        words = [state.type.lower() or "no type"]
        if state.type == "Map" and state.is_distributed:
            words[0] = "distributed map"
        if call is not None:
            task = self._tasks.get(state)
            label = task.label if task is not None else ""
            words = [f"{label}{call.suffix}" if label else call.resource]
            names = dict.fromkeys(target.title for target in task.targets) if task else {}
            if names:
                words.append(("-> " if self._ascii else "→ ") + ", ".join(names))
        seconds = state.seconds("Seconds") if state.type == "Wait" else state.timeout
        if isinstance(seconds, (int, float)):
            words.append(f"{seconds:g} s")
        elif isinstance(seconds, Unknown):
            words.append("some time")
        if state.type == "Map" and isinstance(state.concurrency, (int, float)):
            words.append(f"{state.concurrency:g} at a time")
        return " ".join(words)

    def _ways(self, state: State) -> Iterable[str]:
        for retrier in state.retriers:
            attempts = retrier.attempts
            count = "" if isinstance(attempts, Unknown) else f", {attempts:g} times"
            yield self._text(f"retry {', '.join(retrier.errors) or '?'}{count}")
        for move in state.transitions:
            yield self._text(f"{self._why(state, move.pointer)} {self._arrow} {move.target or '?'}")
        if state.data.get("End") is True:
            yield "end"

    def _why(self, state: State, pointer: tuple[str | int, ...]) -> str:
        inside = pointer[len(state.pointer) :]
        if inside[:1] == ("Next",):
            return "next"
        if inside[:1] == ("Default",):
            return "else"
        entries = state.data.get(str(inside[0])) if inside else None
        index = inside[1] if len(inside) > 1 else None
        entry = entries[index] if isinstance(entries, list) and isinstance(index, int) else None
        if not isinstance(entry, dict):
            return "next"
        if inside[0] == "Catch":
            errors = entry.get("ErrorEquals")
            listed = errors if isinstance(errors, list) else []
            names = [name for name in listed if isinstance(name, str)]
            return f"catch {', '.join(names) or '?'}"
        return f"if {_condition(entry)}"

    def _marks(self, findings: Sequence[Finding]) -> str:
        if not findings:
            return ""
        worst = max(finding.severity for finding in findings)
        ids = sorted({finding.rule.id for finding in findings})
        return f"{_MARKS[worst][1 if self._ascii else 0]} {' '.join(ids)}"

    def _text(self, text: str) -> str:
        return _line(text, ascii=self._ascii)


def findings_by_state(
    workflow: Workflow, findings: Sequence[Finding]
) -> dict[State | None, list[Finding]]:
    """Return the findings by the state that they stand in, None for the machine itself."""
    states = {}
    for state in workflow.states():
        place = state.at()
        states[place.path, place.pointer] = state
    found: dict[State | None, list[Finding]] = {}
    for finding in findings:
        for place in (finding.location, *finding.related):
            if place.path != workflow.places.path:
                continue
            pointer = place.pointer
            ends = range(len(pointer), -1, -1)
            inside = next(
                (states[place.path, pointer[:end]] for end in ends
                 if (place.path, pointer[:end]) in states), None
            )  # fmt: skip
            if inside is None and place is not finding.location:
                continue
            known = found.setdefault(inside, [])
            if inside is not None or _is_here(workflow, finding):
                known.append(finding)
    return found


def _is_here(workflow: Workflow, finding: Finding) -> bool:
    """Tell whether a finding that stands in no state is about this definition."""
    whole = workflow.at(())
    return finding.location.resource == whole.resource and finding.location.path == whole.path


def _in_order(scope: Scope) -> list[State]:
    """Return the states as they follow one another from the start; what nothing leads to last."""
    order: dict[State, None] = {}
    waiting = [scope.start] if scope.start is not None else []
    while waiting:
        state = waiting.pop()
        if state in order:
            continue
        order[state] = None
        # Where a state goes on if nothing special happens comes right below it.
        moves = [move.state for move in state.transitions if move.state is not None]
        waiting.extend(reversed(moves))
    order.update(dict.fromkeys(scope.states.values()))
    return list(order)


def _condition(rule: dict[str, Asl]) -> str:
    """Return what a choice rule asks, in few words."""
    condition = rule.get("Condition")
    if condition is not None:
        return _short(str(condition).removeprefix("{%").removesuffix("%}").strip())
    inner = rule.get("Not")
    if isinstance(inner, dict):
        return f"not {_condition(inner) if 'Not' not in inner else '…'}"
    for name in ("And", "Or"):
        parts = rule.get(name)
        if isinstance(parts, list):
            flat = [part for part in parts if isinstance(part, dict)]
            return _short(f" {name.lower()} ".join(map(_comparison, flat)))
    return _comparison(rule)


def _comparison(rule: dict[str, Asl]) -> str:
    name = next((key for key in rule if key not in _COMPARED), "")
    if name in {"And", "Or", "Not", ""}:
        return "(…)"
    return _short(f"{rule.get('Variable', '?')} {name} {rule[name]}")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MAX_LABEL else f"{flat[: _MAX_LABEL - 1]}…"


def _line(text: str, *, ascii: bool) -> str:  # noqa: A002  # as above
    return safe(text, ascii_only=ascii)


__all__ = ["findings_by_state", "render_workflow"]
