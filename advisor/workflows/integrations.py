"""What a Task calls: kind, service, action, pattern, and the resources that its arguments name."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.values import UNKNOWN, Text
from advisor.workflows.catalogue import target_keys
from advisor.workflows.placeholders import Placeholder, blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.location import Pointer
    from advisor.templates.values import Value
    from advisor.workflows.model import State
    from advisor.workflows.placeholders import Asl

_HOLE = "\x00"
_LAMBDA = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:([^:]+)(?::([^:]+))?\Z")
_STATES = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:(.+)\Z", re.DOTALL)


class CallKind(StrEnum):
    """How a resource is called."""

    FUNCTION = "function"
    """A Lambda function by its own ARN."""
    ACTIVITY = "activity"
    OPTIMIZED = "optimized"
    SDK = "sdk"
    PLACEHOLDER = "placeholder"
    """Filled in at deployment: a function, an activity or any integration; see `value`."""
    INVALID = "invalid"
    """No resource that the service accepts."""


class Pattern(StrEnum):
    """What a Task waits for."""

    RESPONSE = "response"
    SYNC = "sync"
    SYNC_2 = "sync:2"
    CALLBACK = "waitForTaskToken"
    UNKNOWN = "unknown"


class How(StrEnum):
    """How an argument is given."""

    LITERAL = "literal"
    PLACEHOLDER = "placeholder"
    """Wholly or in part a placeholder of the definition."""
    DYNAMIC = "dynamic"
    """A path or an expression over the data of an execution."""


@record(frozen=True)
class Target:
    """An argument that names what a call works on. `value` is Unknown where `how` is dynamic."""

    key: str
    pointer: Pointer
    how: How
    value: Value
    written: str


@record(frozen=True, eq=False)
class Integration:
    """One thing that a state calls."""

    state: State
    pointer: Pointer
    """Where the resource is written."""
    resource: str
    """The resource as written, placeholders included."""
    kind: CallKind
    pattern: Pattern = Pattern.RESPONSE
    service: str = ""
    """As in the ARN, such as `dynamodb`, `states`, or in SDK integrations `sfn`."""
    action: str = ""
    value: Value = None
    """The function, the activity, or what a placeholder stands for."""
    arguments: Asl = None
    arguments_pointer: Pointer = ()
    suffix: str = ""
    """What follows the action in the ARN, with its leading dot."""

    @property
    def is_lambda(self) -> bool:
        """Whether it runs a function, by whatever integration."""
        if self.kind is CallKind.FUNCTION:
            return True
        return self.service == "lambda" and self.action == "invoke"

    @property
    def is_callback(self) -> bool:
        """Whether somebody else must report the outcome."""
        return self.pattern is Pattern.CALLBACK or self.kind is CallKind.ACTIVITY

    @property
    def is_job(self) -> bool:
        """Whether it waits until a job that it started has ended."""
        return self.pattern in {Pattern.SYNC, Pattern.SYNC_2}

    def argument(self, name: str) -> Target | None:
        """Return a top-level argument by name, in any case; None where it is not there."""
        return next(_named(self, self.arguments, name, self.arguments_pointer), None)

    def targets(self) -> list[Target]:
        """Return the arguments that name what the call works on, those that are there."""
        if self.kind not in {CallKind.OPTIMIZED, CallKind.SDK}:
            return []
        found: list[Target] = []
        for key in target_keys(self.service, self.action):
            found.extend(_find(self, key))
        return found


def find_calls(state: State) -> Iterator[Integration]:
    """Yield what a state calls: the resource of a Task, the reader and writer of a Map."""
    if state.type == "Task":
        if "Resource" in state.data:
            yield _read(state, state.data["Resource"], state.pointer, state.arguments)
        return
    if state.type != "Map":
        return
    for name in ("ItemReader", "ResultWriter"):
        part = state.data.get(name)
        if isinstance(part, dict) and "Resource" in part:
            arguments = part.get("Arguments" if state.is_jsonata else "Parameters")
            yield _read(state, part["Resource"], (*state.pointer, name), arguments)


def _read(state: State, resource: Asl, parent: Pointer, arguments: Asl) -> Integration:
    value = state.workflow.value(resource)
    if isinstance(value, (str, Text)):
        text = str(value)
    elif isinstance(resource, Placeholder):
        text = ""
    else:
        text = str(resource)
    kind, service, action, suffix = classify(text) if text else (CallKind.PLACEHOLDER, "", "", "")
    return Integration(
        state=state,
        pointer=(*parent, "Resource"),
        resource=str(resource),
        kind=kind,
        pattern=_pattern(suffix) if kind is not CallKind.PLACEHOLDER else Pattern.UNKNOWN,
        service=service,
        action=action,
        value=value,
        arguments=arguments,
        arguments_pointer=(*parent, "Arguments" if state.is_jsonata else "Parameters"),
        suffix=suffix,
    )


def classify(resource: str) -> tuple[CallKind, str, str, str]:
    """Return kind, service, action and suffix of a resource; placeholders match anything."""
    text = blank(resource, _HOLE)
    if _LAMBDA.match(text):
        return CallKind.FUNCTION, "lambda", "invoke", ""
    match = _STATES.match(text)
    if match is None:
        holds = _HOLE in text and not _contradicts(text)
        return CallKind.PLACEHOLDER if holds else CallKind.INVALID, "", "", ""
    words = match[1].split(":")
    if words[0] == "activity" and len(words) == 2 and words[1]:
        return CallKind.ACTIVITY, "", "", ""
    kind = CallKind.OPTIMIZED
    if words[0] == "aws-sdk":
        kind, words = CallKind.SDK, words[1:]
    service, _, rest = ":".join(words).partition(":")
    action, dot, suffix = rest.partition(".")
    if _HOLE in service or _HOLE in action or (not action and _HOLE in text):
        return CallKind.PLACEHOLDER, "", "", ""
    if not service or not action:
        return CallKind.INVALID, "", "", ""
    return kind, service, action, dot + suffix


def _contradicts(text: str) -> bool:
    """Tell whether no filling of the holes can make an ARN of a function, activity or action."""
    before = text[: text.index(_HOLE)]
    words = before.split(":")
    if not "arn".startswith(words[0]) or (len(words) > 1 and words[0] != "arn"):
        return True
    # Only segments in front of the first hole are sure to stand where they seem to.
    service = words[2] if len(words) > 3 else ""
    return bool(service) and service not in {"lambda", "states"}


def _pattern(suffix: str) -> Pattern:
    if not suffix:
        return Pattern.RESPONSE
    try:
        return Pattern(suffix[1:])
    except ValueError:
        return Pattern.UNKNOWN


def _find(call: Integration, path: str) -> Iterator[Target]:
    """Yield the targets at a path of keys such as `Entries[].EventBusName`."""
    places: list[tuple[Asl, Pointer]] = [(call.arguments, call.arguments_pointer)]
    *parents, last = path.split(".")
    for step in parents:
        name = step.removesuffix("[]")
        inner = [
            (data[key], (*pointer, key))
            for data, pointer in places
            if isinstance(data, dict)
            for key in data
            if key.lower() == name.lower()
        ]
        if step.endswith("[]"):
            inner = [
                (item, (*pointer, index))
                for data, pointer in inner
                if isinstance(data, list)
                for index, item in enumerate(data)
            ]
        places = inner
    for data, pointer in places:
        if not last.endswith("{}"):
            yield from _named(call, data, last, pointer)
            continue
        for found in _named(call, data, last[:-2], pointer):
            keys = data.get(str(found.pointer[-1])) if isinstance(data, dict) else None
            for key in keys if isinstance(keys, dict) else ():
                value = call.state.workflow.value(key)
                how = How.LITERAL if value == key else How.PLACEHOLDER
                yield Target(key, (*found.pointer, key), how, value, key)


def _named(call: Integration, data: Asl, name: str, pointer: Pointer) -> Iterator[Target]:
    if not isinstance(data, dict):
        return
    for key, item in data.items():
        bare = key.removesuffix(".$")
        if bare.lower() == name.lower():
            yield _target(call, bare, (*pointer, key), item, dynamic=bare != key)


def _target(call: Integration, key: str, pointer: Pointer, item: Asl, *, dynamic: bool) -> Target:
    written = str(item) if isinstance(item, (str, Placeholder)) else ""
    is_expression = call.state.is_jsonata and isinstance(item, str) and item.startswith("{%")
    if (dynamic and isinstance(item, str)) or is_expression:
        return Target(key, pointer, How.DYNAMIC, UNKNOWN, written)
    value = call.state.workflow.value(item)
    literal = isinstance(item, (str, int, float)) and value == item
    how = How.LITERAL if literal else How.PLACEHOLDER
    return Target(key, pointer, how, value, written)
