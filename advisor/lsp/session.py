"""The open texts of an editor and what is known of them: judged beside the loop, newest wins."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from pygls.uris import to_fs_path

from advisor.config import FILE_NAMES
from advisor.errors import AdviseError
from advisor.lsp.diagnostics import diagnostics
from advisor.lsp.judging import Judge, Settings, StaleError, shipped
from advisor.lsp.pages import Page
from advisor.records import field, record
from advisor.templates.discovery import find_root

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lsprotocol import types

    from advisor.lsp.judging import Judged
    from advisor.rules.registry import Registry

T = TypeVar("T")

SETTINGS = frozenset({*FILE_NAMES, "samconfig.toml"})
"""Files that say how to judge; they count as they are saved."""
SHORTEST_PAUSE = 0.03
LONGEST_PAUSE = 0.3
"""Seconds to wait for the next keystroke: half of what judging took the last time, within these."""
QUIET = 2.0
"""Seconds without a change after which what is no longer used is collected."""


@record(eq=False)
class Open:
    """One text that the editor holds."""

    uri: str
    file: Path
    page: Page
    version: int | None


@record(eq=False)
class Project:
    """The open texts below one root, and the last answer about them."""

    root: Path
    judge: Judge
    stale: Event = field(default_factory=Event)
    task: asyncio.Task[None] | None = None
    cleaning: asyncio.TimerHandle | None = None
    judged: Judged | None = None
    seconds: float = 0.0
    """What judging took the last time."""
    changed: float = float("-inf")
    """When the last change came."""
    published: dict[str, list[types.Diagnostic]] = field(default_factory=dict)
    complaint: str = ""


class Session:
    """Everything that is open in one editor.

    `publish` sends the diagnostics of a URI, with the version of the text they are about;
    `complain` tells the user, `note` the log, one line each.
    """

    def __init__(
        self,
        *,
        publish: Callable[[str, int | None, Sequence[types.Diagnostic]], None],
        complain: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        self._publish = publish
        self._complain = complain
        self._note = note
        self.settings = Settings()
        self.encoding = "utf-16"
        self.folder = Path.cwd()
        """Where a text that has no file yet is taken to lie."""
        self._open: dict[str, Open] = {}
        self._projects: dict[Path, Project] = {}
        # One thread: nothing that judges is shared between two.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judge")

    # --- texts ------------------------------------------------------------------------------

    def open(self, uri: str, text: str, version: int | None) -> None:
        """Take a text in."""
        each = Open(uri, self.path_of(uri), Page(text, self.encoding), version)
        self._open[uri] = each
        self._touch(self._project(each.file))

    def change(
        self, uri: str, changes: Sequence[types.TextDocumentContentChangeEvent], version: int | None
    ) -> None:
        """Change a text that is open; one that is not is none of ours."""
        each = self._open.get(uri)
        if each is not None:
            each.page = each.page.changed(changes)
            each.version = version
            self._touch(self._project(each.file))

    def close(self, uri: str) -> None:
        """Forget a text; what was shown of it goes."""
        each = self._open.pop(uri, None)
        if each is not None:
            self._touch(self._project(each.file))

    def get(self, uri: str) -> Open | None:
        """Return an open text."""
        return self._open.get(uri)

    def path_of(self, uri: str) -> Path:
        """Return the real path of a URI; of one without a file, a path in the folder."""
        path = to_fs_path(uri) if uri.startswith("file:") else None
        if path is None:
            name = "".join(c if c.isalnum() or c in "-_." else "_" for c in uri.rpartition("/")[2])
            path = str(self.folder / (name[-100:] or "untitled"))
        return Path(os.path.realpath(path))

    def names(self) -> Callable[[Path], str]:
        """Return what gives the URI of a file, as the editor writes it where it is open."""
        uris = {each.file: each.uri for each in self._open.values()}
        return lambda file: uris.get(file) or file.as_uri()

    def versions(self) -> dict[Path, int | None]:
        """Return the versions of the open files."""
        return {each.file: each.version for each in self._open.values()}

    # --- what is known ----------------------------------------------------------------------

    def project_of(self, uri: str) -> Project | None:
        """Return the project of an open text."""
        each = self._open.get(uri)
        return self._project(each.file) if each is not None else None

    def registry(self) -> Registry | None:
        """Return the rules of any project that is open."""
        known = (project.judged for project in self._projects.values())
        return next((judged.registry for judged in known if judged is not None), None)

    async def settled(self, project: Project) -> Judged | None:
        """Return the answer about the newest texts, once it is there; None where there is none."""
        while (task := project.task) is not None and not task.done():
            await asyncio.wait([task])
        return project.judged

    async def known(self, project: Project) -> Judged | None:
        """Return the last answer, however old; wait only for the first one."""
        return project.judged or await self.settled(project)

    async def beside(self, work: Callable[[], T]) -> T:
        """Return what is worked out on the thread that judges."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def touch(self, *, rules: bool = False) -> None:
        """Judge everything anew: what lies beside the open texts may have changed."""
        for each in self._open.values():
            self._project(each.file)  # another root may count now
        for project in list(self._projects.values()):
            project.judge.forget(rules=rules)
            self._touch(project)

    def changed_on_disk(self, uris: Sequence[str]) -> None:
        """Judge anew what may rest on files; that of an open text counts as the editor has it."""
        files = [self.path_of(uri) for uri in uris]
        files = [file for file in files if file.name in SETTINGS or not self._has(file)]
        if files:
            self.touch(rules=any(self._is_rule(file) for file in files))

    def _has(self, file: Path) -> bool:
        return any(each.file == file for each in self._open.values())

    def _is_rule(self, file: Path) -> bool:
        return any(
            file.is_relative_to(os.path.realpath(folder))
            for project in self._projects.values()
            if project.judged is not None
            for folder in project.judged.config.rule_directories
        )

    def configure(self, settings: Settings) -> None:
        """Take other settings."""
        if settings != self.settings:
            self.settings = settings
            for project in self._projects.values():
                project.judge.settings = settings
            self.touch(rules=True)

    def warm(self) -> None:
        """Load the rules, which the first text that is opened need not wait for."""
        self._worker.submit(shipped)

    def end(self) -> None:
        """Stop what is going on."""
        for project in self._projects.values():
            project.stale.set()
            if project.cleaning is not None:
                project.cleaning.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)

    # --- judging ----------------------------------------------------------------------------

    def _project(self, file: Path) -> Project:
        root = Path(os.path.realpath(find_root(file)))
        if root not in self._projects:
            self._projects[root] = Project(root, Judge(root, self.settings))
        return self._projects[root]

    def _touch(self, project: Project) -> None:
        """Judge a project after a pause; whatever is going on for it is out of date."""
        now = perf_counter()
        pause = min(max(project.seconds / 2, SHORTEST_PAUSE), LONGEST_PAUSE)
        if now - project.changed > pause and (project.task is None or project.task.done()):
            pause = 0.0  # nobody is typing: the first keystroke need not wait
        project.changed = now
        project.stale.set()
        project.stale = Event()
        if project.task is not None:
            project.task.cancel()
        if project.cleaning is not None:
            project.cleaning.cancel()
        project.task = asyncio.get_running_loop().create_task(self._judged(project, pause))

    async def _judged(self, project: Project, pause: float) -> None:
        # Even without a pause, what has arrived together is read together.
        await asyncio.sleep(pause)
        texts = {
            o.file: o.page.text for o in self._open.values() if self._project(o.file) is project
        }
        versions, names = self.versions(), self.names()
        stale = project.stale

        def work() -> tuple[Judged | None, Mapping[Path, list[types.Diagnostic]], float]:
            started = perf_counter()
            judged = project.judge.judge(texts, stale) if texts else None
            if judged is None:
                return None, {}, 0.0
            shown = diagnostics(judged, encoding=self.encoding, uri=names)
            return judged, shown, perf_counter() - started

        try:
            judged, shown, seconds = await self.beside(work)
        except StaleError:
            return
        except AdviseError as error:
            self._say(project, str(error))
            return
        except Exception as error:  # noqa: BLE001  # one bad moment must not end the session
            self._note(f"judging failed with {type(error).__name__}: {error}")
            self._say(project, f"internal error: {type(error).__name__}: {error}")
            return
        loop = asyncio.get_running_loop()
        project.cleaning = loop.call_later(QUIET, self._worker.submit, gc.collect)
        project.complaint = ""
        project.judged, project.seconds = judged, seconds
        if not texts:
            self._projects.pop(project.root, None)
        self._show(project, {names(f): (versions.get(f), d) for f, d in shown.items()})
        for problem in judged.problems if judged is not None else ():
            if judged is not None and judged.file(problem.path) not in judged.texts:
                self._note(str(problem))

    def _show(
        self, project: Project, found: Mapping[str, tuple[int | None, list[types.Diagnostic]]]
    ) -> None:
        """Publish what was found, and take back what was published before and is gone."""
        for uri in [uri for uri in project.published if uri not in found]:
            del project.published[uri]
            if not any(uri in each.published for each in self._projects.values()):
                self._publish(uri, None, ())
        for uri, (version, each) in found.items():
            if version is not None or project.published.get(uri) != each:
                self._publish(uri, version, each)
            project.published[uri] = each

    def _say(self, project: Project, text: str) -> None:
        """Tell the user of a failure, once as long as it lasts."""
        if project.complaint != text:
            project.complaint = text
            self._complain(text)
            sys.stderr.write(f"{text}\n")


__all__ = ["Open", "Project", "Session"]
