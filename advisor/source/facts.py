"""What a function's code says, as facts with positions; rules judge them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from advisor.documents.location import Location
from advisor.records import field, record

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.documents.location import Span
    from advisor.source.program import Language


@record(frozen=True)
class Place:
    """A span of a file of code; `path` as shown to the user."""

    path: str
    span: Span

    def location(self, label: str = "", *, resource: str | None = None) -> Location:
        """Return the place as one that a finding or an edge carries."""
        return Location(self.path, (), self.span, label, resource)

    @property
    def order(self) -> tuple[str, int, int]:
        """Reading order: file, line, column."""
        return (self.path, self.span.start.line, self.span.start.column)


class TargetKind(StrEnum):
    """Where the name of what is called comes from."""

    ENVIRONMENT = "environment variable"
    LITERAL = "literal"
    PREFIX = "literal beginning"
    EVENT = "event"
    UNKNOWN = "unknown"


@record(frozen=True)
class Target:
    """What a call names: `text` is the variable's name, the literal, or the path in the event."""

    kind: TargetKind
    text: str = ""
    has_default: bool = False
    """For an environment variable: the code has a value where it is not set."""

    @property
    def is_known(self) -> bool:
        """Whether the target is a full name or the variable that holds one."""
        return self.kind in {TargetKind.ENVIRONMENT, TargetKind.LITERAL}


UNKNOWN_TARGET = Target(TargetKind.UNKNOWN)


class Invocation(StrEnum):
    """How `lambda:Invoke` is asked to run a function, in the API's words."""

    REQUEST_RESPONSE = "RequestResponse"
    EVENT = "Event"
    DRY_RUN = "DryRun"
    UNKNOWN = "unknown"
    NOT_AWAITED = "not awaited"
    """Asked for an answer that the code does not wait for."""
    SUSPENDED = "suspended"
    """A durable function stops until the answer is there, and is not paid for until then."""


class Phase(StrEnum):
    """When a piece of code runs."""

    INIT = "init"
    """Once per execution environment, when the module is loaded."""
    INVOCATION = "invocation"
    """Every time that the handler runs."""
    ONCE = "once"
    """On the first invocation; the result is kept."""


@record(frozen=True)
class EventEntry:
    """One entry of `events:PutEvents`; a bus of None is the default bus."""

    bus: Target | None
    source: Target
    detail_type: Target
    place: Place


@record(frozen=True)
class SdkCall:
    """One call of an AWS API that the handler can reach.

    `service` is the name that boto3 uses (`lambda`, `stepfunctions`, `events`), `operation` the
    API's own (`SendMessage`), `action` the IAM action that it needs. One call in the code is
    several facts where its target or invocation type differs from caller to caller.
    """

    service: str
    operation: str
    action: str
    target: Target
    place: Place
    phase: Phase
    invocation: Invocation | None = None
    """For Lambda's Invoke; absent in the code means `RequestResponse`."""
    in_loop: bool = False
    presigned: bool = False
    """Whether it only signs a URL: the permission is needed, another makes the call."""
    via: tuple[Place, ...] = ()
    """The calls that lead here, the outermost first, where the target depends on them."""
    entries: tuple[EventEntry, ...] = ()
    key: Target | None = None
    """For S3 objects, the key."""


@record(frozen=True)
class EnvironmentRead:
    """An environment variable that the code reads."""

    name: str
    has_default: bool
    place: Place
    fails: bool = False
    """Whether the code raises right here where the variable is not set."""
    checked: bool = False
    """Whether the code goes another way where the variable is not set."""


@record(frozen=True)
class ClientCreation:
    """A client of an AWS service that is made."""

    service: str
    phase: Phase
    place: Place
    varies: bool = False
    """Whether it is made with a part of the event, so that it is of no use to every other one."""


@record(frozen=True)
class DatabaseConnection:
    """A connection, pool or engine of a database driver that is made."""

    driver: str
    phase: Phase
    host: Target
    place: Place
    varies: bool = False
    """Whether it is made with a part of the event, so that it is of no use to every other one."""


@record(frozen=True)
class Sleep:
    """A wait; `seconds` is None where the code does not say how long."""

    seconds: float | None
    in_loop: bool
    place: Place


@record(frozen=True)
class PollingLoop:
    """A loop that sleeps and asks an API again, or a waiter of the SDK that does."""

    operation: str
    place: Place
    is_waiter: bool = False
    """Whether the SDK asks; the operation is then the name of its waiter."""

    @property
    def asked(self) -> str:
        """What is asked, as the object of a sentence."""
        if not self.is_waiter:
            return self.operation
        # The waiters of version 2 of the SDK for JavaScript are named in an argument.
        return "in a waiter" if self.operation == "waitFor" else f"in waiter '{self.operation}'"


@record(frozen=True)
class FileWrite:
    """A file opened for writing at a literal path that is not below `/tmp`."""

    file: str
    place: Place


@record(frozen=True)
class SwallowedFailure:
    """A handler of all exceptions inside a loop over the event's records that stays silent."""

    place: Place


@record(frozen=True)
class PackageImport:
    """A module that is imported and is not part of the code at hand."""

    package: str
    """The top-level package (Python) or the npm package's name."""
    module: str
    at_load: bool
    place: Place


@record(frozen=True)
class SecretLiteral:
    """A text in the code that looks like a credential; the text itself is not kept."""

    name: str
    """The variable that holds it, or the kind of key that it has the form of."""
    certain: bool
    """Whether its form alone gives it away."""
    place: Place


@record(frozen=True)
class Facts:
    """Everything that was read of one function's code."""

    handler: Path | None
    shown: str
    function: str
    language: Language | None
    handler_place: Place | None = None
    """Where the handler function stands; None where the file has none of that name."""
    lacks_handler: bool = False
    """Whether the file has no such function for certain: nothing gives it names unseen."""
    calls: tuple[SdkCall, ...] = ()
    environment: tuple[EnvironmentRead, ...] = ()
    clients: tuple[ClientCreation, ...] = ()
    databases: tuple[DatabaseConnection, ...] = ()
    sleeps: tuple[Sleep, ...] = ()
    polling: tuple[PollingLoop, ...] = ()
    writes: tuple[FileWrite, ...] = ()
    swallowed: tuple[SwallowedFailure, ...] = ()
    imports: tuple[PackageImport, ...] = ()
    secrets: tuple[SecretLiteral, ...] = ()
    batch_item_failures: Place | None = None
    """Where code that runs makes a partial batch response, or has Powertools make one."""
    may_answer_batches: bool = False
    """Whether any code at hand could make one, whether or not it is seen to run."""
    opaque: tuple[Place, ...] = ()
    """Uses of clients that cannot be followed: calls beyond those listed are possible."""
    possible_calls: tuple[SdkCall, ...] = ()
    """Calls in functions that nothing is seen to call, though code mentions one of their name."""
    possible_variables: frozenset[str] = frozenset()
    """Environment variables that such functions read."""
    environment_is_open: bool = False
    """Whether variables are read by names that the code does not spell out."""
    files: tuple[str, ...] = ()
    """The files that were read, as shown to the user, the handler's first."""
    problems: tuple[str, ...] = ()
    """What could not be read, and which bounds were hit."""

    @property
    def is_complete(self) -> bool:
        """Whether what is not listed does not happen, as far as the local code goes."""
        return not self.problems and not self.opaque and self.handler_place is not None


@record(frozen=True)
class NotRead:
    """Why a function's code says nothing, in words to show after the function's name."""

    reason: str
    missing: bool = field(default=False)
    """Whether the template names code that is certainly not there."""
