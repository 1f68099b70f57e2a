"""What the traffic file says, looked up by section and name; and all that was asked of it.

The same questions are asked whether there is a file or not: what is asked without one is what a
new file holds, and what a file answers without being asked is a mistake in it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key = tuple[str, str, str]
"""Section, name, and field within what the name stands for ("" where it stands for a number)."""


@record(frozen=True)
class Answer:
    """A number that the file gives, and the line and column where it stands."""

    value: Decimal
    line: int
    column: int


@record(frozen=True)
class Question:
    """A number that the computation can use; `note` says its unit and what is known of it."""

    key: Key
    note: str
    known: Decimal | None = None
    """What is used where the file says nothing; None where it then is unknown."""


class Answers:
    """The numbers of a traffic file, all of them optional."""

    def __init__(
        self, path: str = "", given: Mapping[Key, Answer] | None = None, *, region: str = ""
    ) -> None:
        self.path = path
        self.region = region
        self._given = dict(given or {})
        self.full_batches = False
        """Whether a batch of which nothing is given is full, for a comparison."""
        self._accepted: set[Key] = set()
        self.questions: dict[Key, Question] = {}

    def number(
        self,
        section: str,
        name: str,
        field: str = "",
        *,
        note: str,
        most: Decimal | int | None = None,
        least: Decimal | int = 0,
        known: Decimal | None = None,
    ) -> Decimal | None:
        """Return a number, `known` where the file says nothing.

        Raises LoadError with the place of a number that is not between `least` and `most`.
        """
        key = (section, name, field)
        self.questions.setdefault(key, Question(key, note, known))
        answer = self._given.get(key)
        if answer is None:
            if self.full_batches and section == "batches" and most is not None:
                return Decimal(most)
            return known
        if answer.value < least:
            raise self._error(answer, f"{answer.value:f} is less than {least}: {note}")
        if most is not None and answer.value > most:
            raise self._error(answer, f"{answer.value:f} is more than {most}: {note}")
        return answer.value

    def given(self, section: str, name: str) -> Decimal | None:
        """Return a number that the file may give and that is not asked for in a new one."""
        answer = self._given.get((section, name, ""))
        self._accepted.add((section, name, ""))
        return None if answer is None else answer.value

    def default(self, field: str) -> Decimal | None:
        """Return what the file gives for everything that it does not name."""
        most = Decimal("0.99") if field == "failure_rate" else None
        return self.number("defaults", field, note=DEFAULTS[field], most=most)

    def check(self) -> None:
        """Raise LoadError at the first answer to something that nobody asked."""
        for key, answer in self._given.items():
            if key in self.questions or key in self._accepted:
                continue
            section, name, field = key
            asked = {known[1] for known in self.questions if known[0] == section}
            names = asked | {known[1] for known in self._accepted if known[0] == section}
            if name in asked and field:
                fields = sorted(k[2] for k in self.questions if k[:2] == (section, name))
                raise self._error(answer, _unknown(field, f"'{section}.{name}' has no", fields))
            raise self._error(answer, _unknown(name, f"'{section}' has no", names))

    def _error(self, answer: Answer, text: str) -> LoadError:
        return LoadError(self.path, text, line=answer.line, column=answer.column)


DEFAULTS = {
    "duration_ms": "billed milliseconds of one invocation of a function",
    "log_kb": "KB that one invocation writes to CloudWatch Logs",
    "payload_kb": "KB of one message, event, record or request",
    "failure_rate": "share of invocations that fail, 0 to 0.99",
}


_SHOWN = 5


def _unknown(name: str, has_no: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    choices = [item for item in known if item]
    close = get_close_matches(name, choices, n=1, cutoff=0.5)
    if close:
        return f"{has_no} '{name}', did you mean '{close[0]}'?"
    some = ", ".join(f"'{item}'" for item in sorted(choices)[:_SHOWN])
    if len(choices) > _SHOWN:
        some += f" and {len(choices) - _SHOWN} more"
    return f"{has_no} '{name}'" + (f"; it has {some}" if some else " here")


__all__ = ["DEFAULTS", "Answer", "Answers", "Key", "Question"]
