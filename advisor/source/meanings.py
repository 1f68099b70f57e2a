"""What an expression can mean to the analysis of a function's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.facts import Target, TargetKind

if TYPE_CHECKING:
    from advisor.source.program import Expression, Module, Scalar, Scope, Site


@record(frozen=True)
class Context:
    """Which call bound a function's parameters; `outer` is the context of that call."""

    scope: Scope
    site: Site
    receiver: Instance | None = None
    outer: Context | None = None


@record(frozen=True)
class Nothing:
    """Not known."""


NOTHING = Nothing()


@record(frozen=True)
class Literal:
    """A constant of the code."""

    value: Scalar


@record(frozen=True)
class Prefix:
    """A text of which only the beginning is known."""

    text: str


@record(frozen=True)
class Variable:
    """The value of an environment variable."""

    name: str
    has_default: bool = False


@record(frozen=True)
class FromEvent:
    """A part of what the handler was called with."""

    path: str


@record(frozen=True)
class External:
    """A name of a module that is not at hand, dotted: `boto3.client`, `os.environ`."""

    name: str


CONTEXT = "lambda-context"
"""What Lambda hands to a handler beside the event; durable functions call others with it."""


@record(frozen=True)
class Namespace:
    """A module of the code at hand."""

    module: Module


@record(frozen=True)
class Session:
    """A session of boto3 and its kin, which makes clients."""


@record(frozen=True)
class Client:
    """A client of an AWS service, named as boto3 does; `document` for DynamoDB's simple one."""

    service: str
    document: bool = False


@record(frozen=True)
class Factory:
    """A service resource of boto3, which makes handles."""

    service: str


@record(frozen=True)
class Handle:
    """A resource of boto3 that stands for one AWS resource, such as a table."""

    service: str
    kind: str
    target: Meaning


@record(frozen=True)
class Pager:
    """A paginator or waiter of one operation."""

    service: str
    operation: str
    waits: bool = False


@record(frozen=True)
class Data:
    """A mapping or list literal of the code, read when asked for a key."""

    expression: Expression
    scope: Scope
    context: Context | None


@record(frozen=True)
class Command:
    """A command object of the AWS SDK for JavaScript v3."""

    service: str
    operation: str
    parameters: Data | None


@record(frozen=True)
class Operation:
    """A method of a client or handle, not yet called."""

    receiver: Client | Handle | Pager | Factory | Session
    name: str


@record(frozen=True)
class Method:
    """A method of any other meaning, not yet called."""

    receiver: Meaning
    name: str


@record(frozen=True)
class Function:
    """A function of the code at hand."""

    scope: Scope
    receiver: Instance | None = None
    context: Context | None = None


@record(frozen=True)
class Class:
    """A class of the code at hand."""

    scope: Scope


@record(frozen=True)
class Instance:
    """An object of a class of the code; `site` is the call that made it, where that is known."""

    scope: Scope
    site: Site | None = None
    context: Context | None = None


Meaning = (
    Nothing
    | Literal
    | Prefix
    | Variable
    | FromEvent
    | External
    | Namespace
    | Session
    | Client
    | Factory
    | Handle
    | Pager
    | Data
    | Command
    | Operation
    | Method
    | Function
    | Class
    | Instance
)


def target_of(meaning: Meaning) -> Target:
    """Return a meaning as the target of a call."""
    match meaning:
        case Literal(value=str(text)) if text:
            return Target(TargetKind.LITERAL, text)
        case Variable():
            return Target(TargetKind.ENVIRONMENT, meaning.name, meaning.has_default)
        case FromEvent():
            return Target(TargetKind.EVENT, meaning.path)
        case Prefix():
            return Target(TargetKind.PREFIX, meaning.text)
        case Handle():
            return target_of(meaning.target)
        case _:
            return Target(TargetKind.UNKNOWN)
