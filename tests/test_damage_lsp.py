"""Texts that are spoilt while an editor holds them: every question has an answer, none a crash."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from advisor.lsp import hover
from advisor.lsp.actions import Writer, actions_for, resolved
from advisor.lsp.completion import completed, page_of
from advisor.lsp.definition import definition
from advisor.lsp.places import here
from advisor.lsp.server import mermaid
from advisor.lsp.session import Session
from tests.damage import damaged
from tests.reports import ROOT
from tests.test_damage_cost import subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from advisor.lsp.judging import Judged
    from advisor.lsp.session import Open
    from tests.damage import Subject


def positions(random: Random, text: str, line: int) -> Iterator[types.Position]:
    """Yield places near a line and anywhere, beyond the text, too."""
    lines = text.split("\n")
    for number in (line, line, random.randrange(len(lines)), len(lines) + 9):
        width = len(lines[number]) if number < len(lines) else 0
        yield types.Position(number, random.randint(0, min(width, 200) + 2))


def ask(session: Session, opened: Open, judged: Judged, at: types.Position) -> None:
    """Ask everything about a place that an editor asks."""
    place = here(opened, at, judged)
    names = session.names()
    hover.hover(place, judged.graph)
    definition(place, judged.graph, encoding=session.encoding, uri=names)
    items = completed(place)
    if items is not None and items.items:
        page_of(items.items[0], judged.registry)
    writer = Writer(
        judged, session.encoding, uri=names, version=session.versions().get, with_versions=True
    )
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(opened.uri), types.Range(at, at), types.CodeActionContext([])
    )
    for lazy in (False, True):
        for action in actions_for(params, opened, writer, lazy=lazy):
            resolved(action, writer)


async def edited(subject: Subject, random: Random, folder: Path) -> None:
    """Open a text, spoil it, ask about it, mend it; what is published at the end is as before."""
    complaints: list[str] = []
    published: dict[str, list[types.Diagnostic]] = {}

    def publish(uri: str, _: int | None, found: Sequence[types.Diagnostic]) -> None:
        published[uri] = list(found)

    session = Session(publish=publish, complain=complaints.append, note=lambda _: None)
    session.folder = folder
    uri = (folder / subject.document.path).as_uri()
    good = subject.document.text

    async def settled() -> Judged | None:
        project = session.project_of(uri)
        assert project is not None
        return await session.settled(project)

    def whole(text: str, version: int) -> None:
        session.change(uri, [types.TextDocumentContentChangeWholeDocument(text)], version)

    try:
        session.open(uri, good, 1)
        await settled()
        before = published.get(uri)
        for version in range(2, 5):
            damage = damaged(subject, random)
            said = f"{subject.document.path}: {damage.kind} at {damage.pointer}"
            whole(damage.text, version)
            judged, opened = await settled(), session.get(uri)
            assert not complaints, (said, complaints)
            if judged is None or opened is None:
                continue
            try:
                line = subject.document.span(damage.pointer).start.line - 1
            except KeyError:
                line = 0
            for at in positions(random, damage.text, line):
                try:
                    ask(session, opened, judged, at)
                except Exception as error:
                    raise AssertionError(f"{said}, asked at {at}") from error
            try:
                mermaid(judged.graph(), judged.report.findings)
            except Exception as error:
                raise AssertionError(said) from error
        whole(good, 9)
        await settled()
        assert not complaints
        assert published.get(uri) == before
    finally:
        session.end()


@pytest.mark.parametrize("part", range(2))
def test_questions_about_spoilt_texts(part: int, tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text("")
    random = Random(f"editor damage {part}")  # noqa: S311  # the same ones each time
    files = subjects(ROOT / "fixtures" / "applications")
    for _ in range(6):
        asyncio.run(edited(random.choice(files), random, tmp_path))
