"""What is wrong with a definition, and where; and the collector that the checks write to."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.documents.location import Pointer
    from advisor.workflows.model import State, Workflow


class Code(StrEnum):
    """The service's own diagnostic codes, as `ValidateStateMachineDefinition` returns them.

    Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
    """

    SCHEMA = "SCHEMA_VALIDATION_FAILED"
    RESOURCE = "INVALID_RESOURCE"
    END = "MISSING_END_STATE"
    DUPLICATE_NAME = "DUPLICATE_STATE_NAME"
    NAME = "INVALID_STATE_NAME"
    DUPLICATE_LABEL = "DUPLICATE_LABEL_NAME"
    LABEL = "INVALID_LABEL_NAME"
    TARGET = "MISSING_TRANSITION_TARGET"
    JSON = "INVALID_JSON_DESCRIPTION"
    JSONATA = "UNSUPPORTED_JSONATA_EXPRESSION"
    NO_DOLLAR = "NO_DOLLAR"
    NO_PATH = "NO_PATH"
    STATIC_RESULT = "PASS_RESULT_IS_STATIC"


class Weight(StrEnum):
    """Whether the service refuses the definition, or only what is written cannot be meant."""

    ERROR = "error"
    WARNING = "warning"


@record(frozen=True)
class Problem:
    """One fault of a definition. `related` are further places that belong to it."""

    code: Code
    pointer: Pointer
    message: str
    severity: Weight = Weight.ERROR
    on_key: bool = False
    """Whether it is about the key that the pointer ends in, not about its value."""
    related: tuple[Pointer, ...] = ()
    topic: str = ""
    """What kind of fault it is, where one code covers several that deserve rules of their own."""
    suggestion: str = ""
    """What stands there instead if only a name is misspelt."""


_HINTS = 20
"""Similar words are looked for this often per definition: it takes time."""


@record()
class Report:
    """Collects the problems of one workflow."""

    workflow: Workflow
    machine_type: str | None
    """`STANDARD` or `EXPRESS`; None where nothing says."""
    problems: list[Problem] = field(default_factory=list)
    by_name: dict[str, State] = field(init=False)
    """The first state of each name, in whichever scope."""
    raised: frozenset[str] = field(init=False)
    """The errors that the machine's own Fail states raise."""
    hints: int = _HINTS

    def __post_init__(self) -> None:
        self.by_name = {}
        for state in self.workflow.states():
            self.by_name.setdefault(state.name, state)
        errors = (state.data.get("Error") for state in self.workflow.states("Fail"))
        self.raised = frozenset(error for error in errors if isinstance(error, str))

    def near(self, word: str, words: Iterable[str]) -> str | None:
        """Return the word that may be meant instead, for the first problems that ask."""
        from difflib import get_close_matches

        if self.hints <= 0:
            return None
        self.hints -= 1
        return next(iter(get_close_matches(word, list(words), n=1, cutoff=0.75)), None)

    def error(
        self,
        pointer: Pointer,
        message: str,
        *,
        code: Code = Code.SCHEMA,
        on_key: bool = False,
        related: tuple[Pointer, ...] = (),
        topic: str = "",
        suggestion: str = "",
    ) -> None:
        """Add what the service refuses, or what can never work."""
        self.problems.append(
            Problem(code, pointer, message, Weight.ERROR, on_key, related, topic, suggestion)
        )

    def warning(
        self,
        pointer: Pointer,
        message: str,
        *,
        code: Code = Code.SCHEMA,
        on_key: bool = False,
        related: tuple[Pointer, ...] = (),
        topic: str = "",
    ) -> None:
        """Add what the service accepts although it cannot be meant so."""
        self.problems.append(
            Problem(code, pointer, message, Weight.WARNING, on_key, related, topic)
        )


@record(frozen=True)
class Spot:
    """The place of a value that is being checked, and what holds there."""

    report: Report
    pointer: Pointer
    owner: str
    """Whose field it is, quoted for a message; empty for the machine itself."""
    state: State | None = None
    jsonata: bool = False
    result: bool = False
    """Whether `$states.result` exists here."""
    error_output: bool = False
    """Whether `$states.errorOutput` exists here."""

    def at(self, *keys: str | int) -> Spot:
        """Return the place of something below."""
        # Asked for at every value of a definition: naming all fields takes half of `replace`.
        return Spot(
            self.report,
            (*self.pointer, *keys),
            self.owner,
            self.state,
            self.jsonata,
            self.result,
            self.error_output,
        )

    @property
    def label(self) -> str:
        """The field in words, such as "'Seconds' of 'Pause'"."""
        names = [key for key in self.pointer if isinstance(key, str)]
        return self.named(names[-1] if names else "StartAt")

    def named(self, field_name: str) -> str:
        """Return a field of the same owner in words."""
        return f"'{field_name}' of {self.owner}"

    def error(
        self,
        message: str,
        *,
        code: Code = Code.SCHEMA,
        on_key: bool = False,
        topic: str = "",
        suggestion: str = "",
    ) -> None:
        """Add an error at this place."""
        self.report.error(
            self.pointer, message, code=code, on_key=on_key, topic=topic, suggestion=suggestion
        )

    def warning(
        self, message: str, *, code: Code = Code.SCHEMA, on_key: bool = False, topic: str = ""
    ) -> None:
        """Add a warning at this place."""
        self.report.warning(self.pointer, message, code=code, on_key=on_key, topic=topic)
