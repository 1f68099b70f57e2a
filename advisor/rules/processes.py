"""Judging in several processes at once: forked from one that has read everything.

What is read is not handed over but there in each process. Each judges its share of the groups of
stacks and hands back what the rules said; put together in the order of the groups, that is what
one process says.
"""

from __future__ import annotations

import io
import os
import pickle
from typing import TYPE_CHECKING, NoReturn, TypeVar

from advisor.records import record
from advisor.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from advisor.rules.finding import Finding
    from advisor.rules.registry import Registry

MOST_PROCESSES = 64

T = TypeVar("T")

Told = list[tuple[list[str], list[str], dict[str, str]]]
"""By project: the notes, what code was not read, and the texts of code that findings name."""


@record(frozen=True)
class Processes:
    """How many processes judge, and what they tell of themselves beside what the rules say."""

    count: int
    told: Callable[[Sequence[Finding]], Told | None]
    """Returns what one of them knows beside its findings; None where one has to look alone."""
    hear: Callable[[Sequence[Told]], None]
    """Is given what all of them told, in their order."""


def can_share(count: int) -> bool:
    """Tell whether several processes are wanted and this system can make them of this one."""
    import threading

    return count > 1 and hasattr(os, "fork") and threading.active_count() == 1


def shared_out(count: int, work: Callable[[int], T | None], registry: Registry) -> list[T] | None:
    """Return what `work` returns for each number below `count`, each in a process of its own.

    None where one of them fails, or returns None. Rules are passed by their ids.
    """
    children: list[tuple[int, int]] = []
    try:
        for number in range(min(count, MOST_PROCESSES)):
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                _work(number, work, writing)
            os.close(writing)
            children.append((child, reading))
        contents = [_content(reading) for _, reading in children]
    finally:
        _end([child for child, _ in children])
    if not all(contents):
        return None
    results: list[T | None] = [_Reader(io.BytesIO(each), registry).load() for each in contents]
    whole = [result for result in results if result is not None]
    return whole if len(whole) == len(results) else None


def _work(number: int, work: Callable[[int], object], writing: int) -> NoReturn:
    """Do the work of a child; it ends here, whatever happens."""
    import signal

    code = 1
    try:
        # The parent says what is to be said.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        buffer = io.BytesIO()
        _Writer(buffer, pickle.HIGHEST_PROTOCOL).dump(work(number))
        with open(writing, "wb", closefd=False) as pipe:
            pipe.write(buffer.getbuffer())
        code = 0
    finally:
        os._exit(code)


def _content(reading: int) -> bytes:
    """Return all that a child writes; nothing where it writes nothing."""
    with open(reading, "rb") as pipe:
        return pipe.read()


def _end(children: Iterable[int]) -> None:
    import signal

    for child in children:
        # One that has written everything is done; what is left is in the way.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class _Writer(pickle.Pickler):
    def persistent_id(self, obj: object) -> str | None:
        return obj.id if isinstance(obj, Rule) else None


class _Reader(pickle.Unpickler):
    """Reads what a child of this very process has written, and nothing else."""

    def __init__(self, content: io.BytesIO, registry: Registry) -> None:
        super().__init__(content)
        self._registry = registry

    def persistent_load(self, pid: str) -> Rule:
        return self._registry.by_word[pid]
