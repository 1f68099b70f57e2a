"""The server: which messages of the protocol lead to what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from advisor import __version__
from advisor.lsp import hover
from advisor.lsp.actions import KINDS, Writer, actions_for, resolved
from advisor.lsp.completion import TRIGGERS, completed, page_of
from advisor.lsp.definition import definition
from advisor.lsp.judging import Settings
from advisor.lsp.places import here
from advisor.lsp.session import SETTINGS, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from advisor.lsp.judging import Judged
    from advisor.lsp.places import Here
    from advisor.reading import Reading
    from advisor.rules.finding import Finding

    T = TypeVar("T")

NAME = "advise"
_WATCHED = (
    "**/{" + ",".join(sorted(SETTINGS)) + "}",
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

    @property
    def resolves_edits(self) -> bool:
        """Whether the editor asks for the edit of an action once it is chosen."""
        text = self.client_capabilities.text_document
        actions = text.code_action if text else None
        support = actions.resolve_support if actions else None
        return support is not None and "edit" in support.properties

    def writer(self, judged: Judged) -> Writer:
        """Return what makes edits of the texts of an answer, as the editor takes them."""
        workspace = self.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        return Writer(
            judged,
            self.session.encoding,
            uri=self.session.names(),
            version=self.session.versions().get,
            with_versions=bool(edits and edits.document_changes),
        )

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
        at = here(opened, params.position, judged)
        return await session.beside(lambda: answer(at, judged.graph))


def server() -> Server:
    """Return a server that waits for an editor."""
    made = Server()
    _life(made)
    _texts(made)
    _questions(made)
    _actions(made)
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
        made.session.warm()
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
        # An open text is judged already; anything else may be what the judgement rests on.
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
    session = made.session

    @made.feature(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await made.asked(params, hover.hover)

    @made.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def _(params: types.DefinitionParams) -> list[types.Location] | None:
        names = session.names()
        return await made.asked(
            params,
            lambda at, graph: definition(at, graph, encoding=session.encoding, uri=names),
        )

    @made.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=TRIGGERS, resolve_provider=True),
    )
    async def _(params: types.CompletionParams) -> types.CompletionList | None:
        return await made.asked(params, lambda at, _: completed(at))

    @made.feature(types.COMPLETION_ITEM_RESOLVE)
    async def _(item: types.CompletionItem) -> types.CompletionItem:
        registry = session.registry()
        return item if registry is None else page_of(item, registry)


def _actions(made: Server) -> None:
    session = made.session

    @made.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=True),
    )
    async def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        project = session.project_of(params.text_document.uri)
        # Edits are of the text that the editor has now, so the answer about it is waited for.
        judged = await session.settled(project) if project else None
        opened = session.get(params.text_document.uri)
        if judged is None or opened is None:
            return []
        writer, lazy = made.writer(judged), made.resolves_edits

        def work() -> list[types.CodeAction]:
            return list(actions_for(params, opened, writer, lazy=lazy))

        return await session.beside(work)

    @made.feature(types.CODE_ACTION_RESOLVE)
    async def _(action: types.CodeAction) -> types.CodeAction:
        data = action.data = _plain(action.data)
        uri = data.get("uri") if isinstance(data, dict) else None
        project = session.project_of(str(uri))
        judged = await session.settled(project) if project else None
        if judged is None:
            return action
        writer = made.writer(judged)
        return await session.beside(lambda: resolved(action, writer) or action)

    @made.command("advise.architecture")
    async def _(uri: str) -> dict[str, str] | None:
        project = session.project_of(uri)
        judged = await session.known(project) if project else None
        if project is None or judged is None:
            return None
        return await session.beside(
            lambda: {"mermaid": mermaid(judged.graph(), judged.report.findings)}
        )


def mermaid(readings: Sequence[Reading], findings: Sequence[Finding]) -> str:
    """Return the architectures as one Mermaid flowchart."""
    from advisor.reporters.mermaid import render_mermaid

    return render_mermaid([each.architecture for each in readings], findings=findings)


def _plain(value: object) -> object:
    """Return what the protocol leaves open as plain data."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    fields = getattr(value, "_asdict", None)
    return _plain(fields()) if callable(fields) else value


__all__ = ["Server", "server"]
