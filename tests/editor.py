"""An editor as tests need one: a real client that starts the server and speaks with it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import to_fs_path

from tests.reports import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PATIENCE = 60.0
"""Seconds after which a test gives up waiting."""


class Editor(LanguageClient):
    """Keeps what the server has published, by URI, and tells when something arrives."""

    def __init__(self) -> None:
        super().__init__("test", "1")
        self.diagnostics: dict[str, types.PublishDiagnosticsParams] = {}
        self.published: list[types.PublishDiagnosticsParams] = []
        self.messages: list[str] = []
        self.watchers: list[types.Registration] = []
        self.arrived = asyncio.Condition()
        self.server: types.InitializeResult | None = None
        self.code: int | None = None
        self.texts: dict[str, tuple[int | None, str]] = {}
        """The version and the text of what is open, by URI."""

        async def published(params: types.PublishDiagnosticsParams) -> None:
            self.diagnostics[params.uri] = params
            self.published.append(params)
            await self._tell()

        async def shown(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)
            await self._tell()

        async def logged(params: types.LogMessageParams) -> None:
            self.messages.append(params.message)
            await self._tell()

        async def registered(params: types.RegistrationParams) -> None:
            self.watchers += params.registrations
            await self._tell()

        for method, function in (
            (types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, published),
            (types.WINDOW_SHOW_MESSAGE, shown),
            (types.WINDOW_LOG_MESSAGE, logged),
            (types.CLIENT_REGISTER_CAPABILITY, registered),
        ):
            self.feature(method)(function)

    async def server_exit(self, server: asyncio.subprocess.Process) -> None:
        """Note how the server ended."""
        self.code = server.returncode

    async def _tell(self) -> None:
        async with self.arrived:
            self.arrived.notify_all()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something holds of what has arrived."""
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(is_so), PATIENCE)

    async def of(self, file: Path, version: int) -> list[types.Diagnostic]:
        """Return what is published of a version of a text, once it is there."""
        uri = file.as_uri()

        def there() -> bool:
            known = self.diagnostics.get(uri)
            return known is not None and known.version == version

        await self.until(there)
        return list(self.diagnostics[uri].diagnostics)

    def open(self, file: Path, text: str | None = None, *, language: str = "yaml") -> None:
        """Open a file, as it is on the disk or with another text; its version is 1."""
        said = file.read_text(encoding="utf-8") if text is None else text
        self.texts[file.as_uri()] = (1, said)
        self.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(file.as_uri(), language, 1, said)
            )
        )

    def change(
        self, file: Path, version: int, *changes: types.TextDocumentContentChangeEvent | str
    ) -> None:
        """Change a text; a change that is a text replaces all of it."""
        uri = file.as_uri()
        text = self.texts[uri][1]
        events: list[types.TextDocumentContentChangeEvent] = []
        for change in changes:
            if isinstance(change, str):
                events.append(types.TextDocumentContentChangeWholeDocument(change))
                text = change
            else:
                events.append(change)
                if isinstance(change, types.TextDocumentContentChangePartial):
                    text = spliced(text, change.range, change.text)
        self.texts[uri] = (version, text)
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri), events
            )
        )

    def apply(self, edit: types.WorkspaceEdit | None) -> None:
        """Make the edits of an action in the open texts, each for the version that it is for."""
        assert edit is not None
        assert edit.document_changes
        for change in edit.document_changes:
            assert isinstance(change, types.TextDocumentEdit)
            version, text = self.texts[change.text_document.uri]
            assert change.text_document.version == version
            assert version is not None
            parts = []
            for each in change.edits:
                assert isinstance(each, types.TextEdit)
                parts.append(each)
            # All of them count in the text as it was, so the last one goes first.
            for each in sorted(parts, key=lambda part: part.range.start, reverse=True):
                text = spliced(text, each.range, each.new_text)
            self.change(Path(to_fs_path(change.text_document.uri) or ""), version + 1, text)

    async def actions(
        self, file: Path, at: types.Range, only: list[types.CodeActionKind | str] | None = None
    ) -> dict[str, types.CodeAction]:
        """Return the actions that are offered for a range, by title."""
        uri = file.as_uri()
        known = self.diagnostics.get(uri)
        found = await self.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                at,
                types.CodeActionContext(known.diagnostics if known else [], only),
            )
        )
        actions = [each for each in found or [] if isinstance(each, types.CodeAction)]
        return {each.title: each for each in actions}

    async def definitions(self, file: Path, line: int, character: int) -> list[types.Location]:
        """Return where one gets to from a place."""
        found = await self.text_document_definition_async(
            types.DefinitionParams(
                types.TextDocumentIdentifier(file.as_uri()), types.Position(line, character)
            )
        )
        locations = found if isinstance(found, (list, tuple)) else []
        return [each for each in locations if isinstance(each, types.Location)]

    async def completions(self, file: Path, line: int, character: int) -> types.CompletionList:
        """Return what may be written at a place."""
        found = await self.text_document_completion_async(
            types.CompletionParams(
                types.TextDocumentIdentifier(file.as_uri()), types.Position(line, character)
            )
        )
        if isinstance(found, types.CompletionList):
            return found
        return types.CompletionList(is_incomplete=False, items=list(found or []))

    async def hover(self, file: Path, line: int, character: int) -> str:
        """Return the Markdown that is shown over a place, "" where nothing is."""
        found = await self.text_document_hover_async(
            types.HoverParams(
                types.TextDocumentIdentifier(file.as_uri()), types.Position(line, character)
            )
        )
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value


@asynccontextmanager
async def editor(
    folder: Path,
    *,
    encodings: list[types.PositionEncodingKind | str] | None = None,
    options: dict[str, object] | None = None,
    with_versions: bool = True,
    lazy: bool = False,
) -> AsyncIterator[Editor]:
    """Start a server and an editor that has a folder open; end both."""
    client = Editor()
    await client.start_io(
        sys.executable, "-m", "advisor", "lsp", cwd=str(folder),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    client.server = await asyncio.wait_for(
        client.initialize_async(
            types.InitializeParams(
                types.ClientCapabilities(
                    workspace=types.WorkspaceClientCapabilities(
                        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                            dynamic_registration=True
                        ),
                        workspace_edit=types.WorkspaceEditClientCapabilities(
                            document_changes=with_versions
                        ),
                    ),
                    text_document=types.TextDocumentClientCapabilities(
                        code_action=types.CodeActionClientCapabilities(
                            resolve_support=types.ClientCodeActionResolveOptions(["edit"])
                            if lazy
                            else None
                        )
                    ),
                    general=types.GeneralClientCapabilities(position_encodings=encodings),
                ),
                process_id=os.getpid(),
                workspace_folders=[types.WorkspaceFolder(folder.as_uri(), "test")],
                initialization_options=options,
            )
        ),
        PATIENCE,
    )
    client.initialized(types.InitializedParams())
    try:
        yield client
    finally:
        await asyncio.wait_for(client.shutdown_async(None), PATIENCE)
        client.exit(None)
        await asyncio.wait_for(client.stop(), PATIENCE)  # type: ignore[no-untyped-call] # as pygls has it


def place_of(text: str, words: str, *, after: str = "") -> tuple[int, int]:
    """Return line and column, from zero, of words that stand in a text in ASCII."""
    offset = text.index(words, text.index(after))
    line = text.count("\n", 0, offset)
    return line, offset - (text.rfind("\n", 0, offset) + 1)


def spliced(text: str, where: types.Range, new: str) -> str:
    """Return a text with other words in a range, in UTF-16 as editors count by default."""
    lines = text.split("\n")
    before = lines[: where.start.line]
    head = _units(lines[where.start.line])[: where.start.character * 2].decode("utf-16-le")
    tail = _units(lines[where.end.line])[where.end.character * 2 :].decode("utf-16-le")
    return "\n".join([*before, f"{head}{new}{tail}", *lines[where.end.line + 1 :]])


def _units(line: str) -> bytes:
    return line.encode("utf-16-le")
