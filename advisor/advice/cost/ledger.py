"""What a computation supposes, what it lacks and what it leaves out, each said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator


@record(frozen=True)
class Remark:
    """A sentence and the things that it is about, in the order in which they came up."""

    text: str
    about: tuple[str, ...] = ()


class Ledger:
    """Collects remarks of three kinds."""

    def __init__(self) -> None:
        self._supposed: dict[str, dict[str, None]] = {}
        self._lacking: dict[str, dict[str, None]] = {}
        self._left_out: dict[str, dict[str, None]] = {}

    def suppose(self, text: str, about: str = "") -> None:
        """Note an assumption."""
        _note(self._supposed, text, about)

    def lack(self, text: str, about: str = "") -> None:
        """Note something that would have to be known."""
        _note(self._lacking, text, about)

    def leave_out(self, text: str, about: str = "") -> None:
        """Note something that costs and is not counted."""
        _note(self._left_out, text, about)

    @property
    def supposed(self) -> tuple[Remark, ...]:
        """All assumptions."""
        return tuple(_remarks(self._supposed))

    @property
    def lacking(self) -> tuple[Remark, ...]:
        """All that is unknown."""
        return tuple(_remarks(self._lacking))

    @property
    def left_out(self) -> tuple[Remark, ...]:
        """All that is not counted."""
        return tuple(_remarks(self._left_out))


def _note(book: dict[str, dict[str, None]], text: str, about: str) -> None:
    subjects = book.setdefault(text, {})
    if about:
        subjects[about] = None


def _remarks(book: dict[str, dict[str, None]]) -> Iterator[Remark]:
    for text, subjects in book.items():
        yield Remark(text, tuple(subjects))


__all__ = ["Ledger", "Remark"]
