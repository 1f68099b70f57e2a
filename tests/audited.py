"""Runs the command line in a process that writes down all that it opens, starts and imports.

Python tells its audit hooks of each: https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record
from tests.reports import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM = """
import json, os, sys

events = []
here = os.getcwd()

def note(event, arguments):
    if event == "open":
        name, mode, flags = arguments
        if isinstance(name, int):
            return
        write = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        events.append(["write" if write else "open", os.path.join(here, os.fsdecode(name))])
    elif event in {"os.listdir", "os.scandir"}:
        name = arguments[0]
        if not isinstance(name, int):
            events.append(["list", os.path.join(here, os.fsdecode(name or here))])
    elif event == "subprocess.Popen":
        events.append(["start", " ".join(map(os.fsdecode, arguments[1]))])
    elif event.split(".")[0] in {"socket", "urllib", "http", "ftplib", "smtplib", "ctypes"}:
        events.append(["network" if "ctypes" not in event else "native", event])
    elif event in {"os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn",
                   "pty.spawn", "os.startfile"}:
        events.append(["start", f"{event} {arguments}"])
    elif event in {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link",
                   "os.chmod", "os.chown", "os.truncate", "os.utime", "shutil.rmtree"}:
        events.append(["write", f"{event} {arguments[0]!r}"])

sys.addaudithook(note)
from advisor.cli.main import run
code = run(sys.argv[2:])
seen = [*events]
with open(sys.argv[1], "w") as file:
    json.dump([code, seen], file)
"""


@record(frozen=True)
class Audit:
    """What a run did: its exit code, and the names of what it touched by kind."""

    code: int
    output: str
    events: Mapping[str, frozenset[str]]
    """Kinds: `open`, `write`, `list`, `start` (processes), `network`, `native`."""

    def opened_outside(self, *folders: Path) -> set[str]:
        """Return what was opened or listed beneath none of these folders nor Python's own."""
        own = [*_python_itself(), ROOT / "advisor", ROOT / "rules", *folders]
        names = self.events.get("open", frozenset()) | self.events.get("list", frozenset())
        names -= {str(ROOT)}  # where Python looks for modules
        return {name for name in names if not _is_beneath(Path(name), own)}

    def by_kind(self, project: Path) -> dict[str, int]:
        """Return how many files of each kind were opened."""
        found: dict[str, int] = defaultdict(int)
        for name in self.events.get("open", ()):
            file = Path(name)
            if _is_beneath(file, [project]):
                found[f"project: {file.suffix or file.name}"] += 1
            elif _is_beneath(file, [ROOT / "advisor" / "data"]):
                found["data of the package"] += 1
            elif _is_beneath(file, [ROOT / "rules", ROOT / "advisor" / "catalogue"]):
                found["rules of the package"] += 1
            elif _is_beneath(file, [ROOT / "advisor"]):
                found["modules of the package"] += 1
            elif _is_beneath(file, _python_itself()):
                found["Python's own modules, and installed ones"] += 1
            else:
                found[f"other: {name}"] += 1
        return dict(sorted(found.items()))


def _python_itself() -> list[Path]:
    names = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    return [Path(os.path.realpath(name)) for name in names] + [Path(name) for name in names]


def _is_beneath(path: Path, folders: list[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(folder) for folder in folders)


def audited(*arguments: str, cwd: Path, record_in: Path, timeout: float = 60) -> Audit:
    """Run the command line and return what it touched. `record_in` is a file outside `cwd`."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(record_in), *arguments],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=timeout,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert not done.returncode, done.stderr
    code, events = json.loads(record_in.read_text())
    found: dict[str, set[str]] = defaultdict(set)
    for kind, name in events:
        found[kind].add(name)
    return Audit(code, done.stdout, {kind: frozenset(names) for kind, names in found.items()})
