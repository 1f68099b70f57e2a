"""Buses, rules and their targets, schedules and pipes, with the defaults that AWS documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.filters import filter_patterns
from advisor.architecture.nodes.part import Part
from advisor.architecture.nodes.values import parsed, whole
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.architecture.nodes.filters import FilterPattern
    from advisor.templates.values import Value

_A_DAY = 86_400  # seconds; how long EventBridge and Scheduler retry by default
_MOST_ATTEMPTS = 185  # attempts that EventBridge and Scheduler make by default


class EventBus(Node):
    """An event bus of EventBridge."""

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it."""
        return self.get("Name")

    @property
    def dead_letter_target(self) -> Value:
        """The queue for events that could not be decrypted; None for none."""
        return self.get("DeadLetterConfig", "Arn")


class EventRule(Node):
    """A rule of EventBridge: a pattern or a schedule, and its targets."""

    targets: tuple[RuleTarget, ...] = ()

    @property
    def bus(self) -> Value:
        """The bus; None for the default one."""
        return self.get("EventBusName")

    @property
    def pattern(self) -> Value:
        """The event pattern, from an object or its JSON text; None for a schedule."""
        return parsed(self.get("EventPattern"))

    @property
    def schedule(self) -> Value:
        """The schedule expression; None for a pattern."""
        return self.get("ScheduleExpression")

    @property
    def enabled(self) -> bool | Unknown:
        """Whether it matches at all; true by default."""
        state = self.text("State", default="ENABLED")
        return state if isinstance(state, Unknown) else state != "DISABLED"

    def parts(self) -> Iterable[Node]:
        """Yield the targets."""
        found = self.items("Targets")
        targets = [] if isinstance(found, Unknown) else found
        self.targets = tuple(
            RuleTarget(self, "Targets", index)
            for index, item in enumerate(targets)
            if isinstance(item, dict)
        )
        for target in self.targets:
            target.rule = self
        return self.targets


class RuleTarget(Part):
    """One target of a rule."""

    rule: EventRule
    target: Node | None = None
    """What it sends events to; filled in when the graph is built."""

    @property
    def arn(self) -> Value:
        """What it sends events to."""
        return self.get("Arn")

    @property
    def dead_letter_target(self) -> Value:
        """The queue for events that could not be delivered; None for none."""
        return self.get("DeadLetterConfig", "Arn")

    @property
    def retries(self) -> int | Unknown:
        """Further attempts after the first; 185 by default."""
        return whole(self.number("RetryPolicy", "MaximumRetryAttempts", default=_MOST_ATTEMPTS))

    @property
    def event_age(self) -> int | Unknown:
        """Seconds that an event is retried for; a day by default."""
        return whole(self.number("RetryPolicy", "MaximumEventAgeInSeconds", default=_A_DAY))

    @property
    def message_group(self) -> Value:
        """The message group for a FIFO queue."""
        return self.get("SqsParameters", "MessageGroupId")


class Schedule(Node):
    """A schedule of EventBridge Scheduler, which has one target."""

    target: Node | None = None
    """What it calls; filled in when the graph is built."""

    @property
    def arn(self) -> Value:
        """What it calls: a resource, or an operation of any service."""
        return self.get("Target", "Arn")

    @property
    def schedule(self) -> Value:
        """The schedule expression."""
        return self.get("ScheduleExpression")

    @property
    def dead_letter_target(self) -> Value:
        """The queue for events that could not be delivered; None for none."""
        return self.get("Target", "DeadLetterConfig", "Arn")

    @property
    def retries(self) -> int | Unknown:
        """Further attempts after the first; 185 by default."""
        path = ("Target", "RetryPolicy", "MaximumRetryAttempts")
        return whole(self.number(*path, default=_MOST_ATTEMPTS))

    @property
    def event_age(self) -> int | Unknown:
        """Seconds that an event is retried for; a day by default."""
        path = ("Target", "RetryPolicy", "MaximumEventAgeInSeconds")
        return whole(self.number(*path, default=_A_DAY))

    @property
    def message_group(self) -> Value:
        """The message group for a FIFO queue."""
        return self.get("Target", "SqsParameters", "MessageGroupId")

    @property
    def enabled(self) -> bool | Unknown:
        """Whether it fires at all; true by default."""
        state = self.text("State", default="ENABLED")
        return state if isinstance(state, Unknown) else state != "DISABLED"


PIPE_STREAMS = ("KinesisStreamParameters", "DynamoDBStreamParameters")
"""Parameters of the sources for which a pipe has a dead-letter target."""


class Pipe(Node):
    """A pipe of EventBridge: a polled source, an optional enrichment and a target."""

    source: Node | None = None
    """What it polls; filled in when the graph is built."""
    target: Node | None = None
    """What it sends to; filled in when the graph is built."""

    @property
    def source_arn(self) -> Value:
        """What it polls."""
        return self.get("Source")

    @property
    def enrichment(self) -> Value:
        """What it asks for more about each batch; None for nothing."""
        return self.get("Enrichment")

    @property
    def target_arn(self) -> Value:
        """What it sends to."""
        return self.get("Target")

    @property
    def dead_letter_path(self) -> tuple[str, ...]:
        """The property that names the sink for failed records; empty where none is written."""
        for name in PIPE_STREAMS:
            path = ("SourceParameters", name, "DeadLetterConfig", "Arn")
            if self.get(*path) is not None:
                return path
        return ()

    @property
    def dead_letter_target(self) -> Value:
        """The sink for records of a stream that failed; None for none."""
        return self.get(*self.dead_letter_path) if self.dead_letter_path else None

    @property
    def filter_patterns(self) -> list[FilterPattern] | Unknown:
        """Filter patterns, read and with their places."""
        return filter_patterns(self, "SourceParameters", "FilterCriteria")

    @property
    def stream_parameters(self) -> str:
        """The property with the settings of a stream as source; empty where it reads none."""
        for name in PIPE_STREAMS:
            if self.get("SourceParameters", name) is not None:
                return name
        return ""

    @property
    def is_stream(self) -> bool:
        """Whether it is known to read a Kinesis or DynamoDB stream, which has its parameters."""
        return bool(self.stream_parameters)

    def path_of(self, key: str) -> tuple[str, ...]:
        """Return the path of a setting of the stream that it reads."""
        return ("SourceParameters", self.stream_parameters, key)

    @property
    def retries(self) -> int | Unknown:
        """Further attempts for records of a stream; -1, the default, for no end.

        https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceKinesisStreamParameters.html
        """
        return whole(self.number(*self.path_of("MaximumRetryAttempts"), default=-1))

    @property
    def record_age(self) -> int | Unknown:
        """Seconds after which a record of a stream is given up; -1, the default, for never."""
        return whole(self.number(*self.path_of("MaximumRecordAgeInSeconds"), default=-1))

    @property
    def starting_position(self) -> str | Unknown | None:
        """Where in a stream it begins to read."""
        return self.text(*self.path_of("StartingPosition"))

    @property
    def is_running(self) -> bool | Unknown:
        """Whether it polls at all; true by default."""
        state = self.text("DesiredState", default="RUNNING")
        return state if isinstance(state, Unknown) else state != "STOPPED"

    @property
    def is_asynchronous(self) -> bool | Unknown:
        """Whether it does not wait for its target; a pipe waits by default."""
        for name in ("LambdaFunctionParameters", "StepFunctionStateMachineParameters"):
            found = self.text("TargetParameters", name, "InvocationType")
            if found is not None:
                return found == "FIRE_AND_FORGET" if isinstance(found, str) else found
        return False


class Subscriber(Node):
    """A subscriber of a custom event bus of the second kind (`AWS::EventsV2`)."""

    @property
    def dead_letter_path(self) -> tuple[str, ...]:
        """The property that names the queue for failed events; empty where none is written."""
        for key in ("Arn", "TargetArn", "Destination", "QueueArn"):
            path = ("OnFailureConfiguration", key)
            if self.get(*path) is not None:
                return path
        return ()

    @property
    def dead_letter_target(self) -> Value:
        """The queue for events that could not be delivered; None for none."""
        return self.get(*self.dead_letter_path) if self.dead_letter_path else None


TYPES: dict[str, type[Node]] = {
    "AWS::Events::EventBus": EventBus,
    "AWS::Events::Rule": EventRule,
    "AWS::Scheduler::Schedule": Schedule,
    "AWS::Pipes::Pipe": Pipe,
    "AWS::EventsV2::Subscriber": Subscriber,
}
