"""The server: which messages of the protocol lead to what."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from advisor import __version__
from advisor.config import FILE_NAMES
from advisor.lsp import hover
from advisor.lsp.judging import Settings
from advisor.lsp.places import here
from advisor.lsp.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from advisor.lsp.places import Here
    from advisor.reading import Reading

    T = TypeVar("T")

NAME = "advise"
_WATCHED = (
    "**/{" + ",".join((*FILE_NAMES, "samconfig.toml")) + "}",
    "**/*.{yaml,yml,json,template,asl}",
    "**/*.{py,js,mjs,cjs,ts,mts,cts,jsx,tsx}",
)


class Server(LanguageServer):
    """One connection with one editor."""

    def __init__(self) -> None:
        super().__init__(NAME, __version__)
        self.is_shut_down = False
        self.session = Session(publish=self._publish, complain=self._complain, note=self._note)

    def _publish(self, uri: str, version: int | None, found: Sequence[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, list(found), version)
        )

    def _complain(self, text: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))

    def _note(self, text: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, text))

    async def asked(
        self,
        params: types.HoverParams | types.DefinitionParams | types.CompletionParams,
        answer: Callable[[Here, Callable[[], Sequence[Reading]]], T],
    ) -> T | None:
        """Return an answer about a position of an open text, worked out beside the loop."""
        session = self.session
        opened = session.get(params.text_document.uri)
        project = session.project_of(params.text_document.uri)
        if opened is None or project is None:
            return None
        judged = await session.known(project)
        if judged is None:
            return None
        judge = project.judge
        at = here(opened, params.position, judged)
        return await session.beside(lambda: answer(at, lambda: judge.graph(judged)))


def server() -> Server:
    """Return a server that waits for an editor."""
    made = Server()
    _life(made)
    _texts(made)
    _questions(made)
    return made


def _life(made: Server) -> None:
    @made.feature(types.INITIALIZE)
    def _(params: types.InitializeParams) -> None:
        made.session.settings = Settings.of(_plain(params.initialization_options))
        made.session.encoding = str(made.workspace.position_encoding)
        folders = params.workspace_folders or ()
        root = folders[0].uri if folders else params.root_uri
        path = to_fs_path(root) if root else None
        made.session.folder = Path(path) if path else Path.cwd()

    @made.feature(types.INITIALIZED)
    async def _(_: types.InitializedParams) -> None:
        workspace = made.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            await made.client_register_capability_async(
                types.RegistrationParams(
                    [
                        types.Registration(
                            "watched",
                            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                            types.DidChangeWatchedFilesRegistrationOptions(
                                [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
                            ),
                        )
                    ]
                )
            )

    @made.feature(types.SHUTDOWN)
    def _(*_: object) -> None:
        made.is_shut_down = True
        made.session.end()


def _texts(made: Server) -> None:
    session = made.session

    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _(params: types.DidOpenTextDocumentParams) -> None:
        text = params.text_document
        session.open(text.uri, text.text, text.version)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _(params: types.DidChangeTextDocumentParams) -> None:
        session.change(
            params.text_document.uri, params.content_changes, params.text_document.version
        )

    @made.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _(params: types.DidSaveTextDocumentParams) -> None:
        # An open text is judged already; anything else may be what a judgement rests on.
        session.changed_on_disk([params.text_document.uri])

    @made.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(params: types.DidChangeWatchedFilesParams) -> None:
        session.changed_on_disk([change.uri for change in params.changes])

    @made.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def _(params: types.DidChangeConfigurationParams) -> None:
        said = _plain(params.settings)
        if isinstance(said, dict) and isinstance(said.get(NAME), dict):
            session.configure(Settings.of(said[NAME]))


def _questions(made: Server) -> None:
    @made.feature(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await made.asked(params, hover.hover)


def _plain(value: object) -> object:
    """Return what the protocol leaves open as plain data."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    fields = getattr(value, "_asdict", None)
    return _plain(fields()) if callable(fields) else value


def serve() -> int:
    """Speak with an editor over standard input and output; return the exit code."""
    # Short runs collect nothing; this one lasts for days. What is loaded once is not looked at.
    gc.enable()
    made = server()
    gc.freeze()
    # Whatever a user's rule may print must not come between two messages.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as wire:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        made.start_io(stdout=wire)
    made.session.end()
    return 0 if made.is_shut_down else 1


__all__ = ["serve", "server"]
