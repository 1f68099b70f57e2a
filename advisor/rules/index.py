"""An index of the catalogue beside its bytecode, so that a run loads only the rules it asks.

Loading some hundred rule files costs more than all the rest of a run over one template, and most
rules are about things that the template does not hold. The index says of each file what a rule must
tell before it is asked: its names, its severity and what it applies to. It is written where Python
writes the bytecode of the same files, when Python writes that, and counts for exactly the files
whose names, sizes and times it names.
"""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import cache_from_source
from typing import TYPE_CHECKING

from advisor import __version__
from advisor.rules.finding import Confidence, Pillar, Severity
from advisor.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_FORM = 1
"""To be raised with every change of what the index holds."""

_PLAIN = ("id", "name", "aliases", "supersedes", "preview", "reads_code")

Stamp = tuple[str, int, int]
"""Of a file: its name, when it was changed in ns, and its size in bytes."""


def stamps(directory: Path) -> list[Stamp]:
    """Return the stamps of the rule files of a directory, by name; OSError if it is unreadable."""
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(".py") and entry.name[0] not in "_.":
                state = entry.stat()
                found.append((entry.name, state.st_mtime_ns, state.st_size))
    return sorted(found)


def indexed(
    directory: Path, files: Sequence[Stamp], load: Callable[[Rule, Path], Rule]
) -> list[Rule] | None:
    """Return the rules of a directory, None without an index that counts.

    `load` is called with a rule and its file when the rule is first asked for more.
    """
    try:
        # What stands beside bytecode is trusted as bytecode is: whoever can write there can
        # change the programs themselves.
        form, version, known, entries = marshal.loads(_place(directory).read_bytes())  # noqa: S302
        if (form, version, known) != (_FORM, __version__, files):
            return None
        pairs = zip(files, entries, strict=True)
        return [_deferred(directory / stamp[0], entry, load) for stamp, entry in pairs]
    except (OSError, ValueError, EOFError, TypeError, AttributeError, ImportError):
        return None


def remember(directory: Path, files: Sequence[Stamp], rules: Iterable[Rule]) -> None:
    """Write the index of a directory's rules; where that is not possible, there is none."""
    if sys.dont_write_bytecode:
        return
    place = _place(directory)
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    content = (_FORM, __version__, list(files), [_entry(rule) for rule in rules])
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(marshal.dumps(content))
        draft.replace(place)  # at once, for whoever reads at the same time
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _place(directory: Path) -> Path:
    return type(directory)(cache_from_source(str(directory / "_index.py"))).with_suffix(".rules")


def _entry(rule: Rule) -> tuple[object, ...]:
    kinds = rule.applies_to if isinstance(rule.applies_to, tuple) else (rule.applies_to,)
    return (
        tuple(getattr(rule, name) for name in _PLAIN),
        (rule.pillar.value, rule.severity.name, rule.confidence.name),
        tuple((kind.__module__, kind.__qualname__) for kind in kinds),
    )


def _deferred(
    file: Path,
    entry: tuple[tuple[object, ...], tuple[str, str, str], tuple[tuple[str, str], ...]],
    load: Callable[[Rule, Path], Rule],
) -> Rule:
    plain, (pillar, severity, confidence), kinds = entry
    known = dict(zip(_PLAIN, plain, strict=True))
    known["pillar"] = Pillar(pillar)
    known["severity"] = Severity[severity]
    known["confidence"] = Confidence[confidence]
    known["applies_to"] = tuple(getattr(import_module(module), name) for module, name in kinds)
    known["file"] = file
    return Rule.deferred(known, lambda rule: load(rule, file))
