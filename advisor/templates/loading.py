"""Reads templates from disk: each once, only beneath the root, with what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.templates.sniff import Kind, sniff
from advisor.templates.tags import long_form
from advisor.templates.template import read_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from advisor.documents.document import Document
    from advisor.templates.stacks import Stack
    from advisor.templates.template import Template


class Files:
    """The files of one project, read at most once, never outside its root."""

    def __init__(
        self,
        root: Path,
        base: Path | None = None,
        *,
        definitions: Callable[[str, str], Document] | None = None,
        texts: Mapping[Path, str] | None = None,
    ) -> None:
        """Read beneath `root`, which must be resolved (no symlinks left in it).

        `base` is what shown paths are relative to where several roots are read in one run;
        `definitions` reads a state machine's text in which placeholders stand for JSON; `texts`
        are read instead of what is on the disk.
        """
        self._definitions = definitions
        self.texts = texts or {}
        self.root = root
        self.base = base or root
        self._documents: dict[Path, Document | LoadError] = {}
        self._templates: dict[Path, Template] = {}

    def shown(self, file: Path) -> str:
        """Return a path as shown to the user: relative to the base, with forward slashes."""
        try:
            return file.relative_to(self.base).as_posix()
        except ValueError:
            return file.name

    def inside(self, file: Path) -> Path | None:
        """Return the real path of a file beneath the root, None where it lies elsewhere."""
        try:
            real = file.resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return real if real.is_relative_to(self.root) else None

    def document(self, file: Path) -> Document:
        """Return a file's document. Raises LoadError."""
        known = self._documents.get(file)
        if known is None:
            from advisor.documents.load import load_file, read_text

            try:
                if file in self.texts:
                    known = read_text(self.texts[file], self.shown(file), tags=long_form)
                else:
                    known = load_file(file, self.shown(file), tags=long_form)
            except LoadError as error:
                known = self._definition(file) or error
            self._documents[file] = known
        if isinstance(known, LoadError):
            raise known
        return known

    def _definition(self, file: Path, text: str = "") -> Document | None:
        """Return a state machine's file whose placeholders keep it from being JSON."""
        if self._definitions is None:
            return None
        from advisor.documents.load import decode, read_bytes

        path = self.shown(file)
        text = self.texts.get(file, text)
        try:
            content = text.encode("utf-8", "replace") if text else read_bytes(file, path)
            if b"${" not in content or sniff(content) is not Kind.WORKFLOW:
                return None
            return self._definitions(decode(content, path)[0], path)
        except LoadError:
            return None

    def add_text(self, file: Path, text: str) -> Document:
        """Take a text as the contents of a file, such as an editor's or standard input's."""
        from advisor.documents.load import read_text

        known: Document
        try:
            known = read_text(text, self.shown(file), tags=long_form)
        except LoadError:
            definition = self._definition(file, text)
            if definition is None:
                raise
            known = definition
        self._documents[file] = known
        return known

    def read(self) -> dict[str, Document]:
        """Return every document that was read, by the path as shown."""
        return {
            known.path: known
            for known in self._documents.values()
            if not isinstance(known, LoadError)
        }

    def text(self, shown: str) -> str | None:
        """Return the text of a file that was read, by its path as shown."""
        known = self._documents.get(self.base / shown)
        return None if known is None or isinstance(known, LoadError) else known.text

    def template(self, file: Path) -> Template:
        """Return a file as a template. Raises LoadError."""
        if file not in self._templates:
            self._templates[file] = read_template(self.document(file), file)
        return self._templates[file]

    def local(self, base: Path | None, location: str) -> Path | None:
        """Return the file that a location names beside a template, if it is there and inside."""
        if base is None or not location or "\0" in location:
            return None
        try:
            file = self.inside(base.parent / location)
            return file if file is not None and (file in self.texts or file.is_file()) else None
        except (OSError, ValueError):
            return None

    def has_read(self, file: Path) -> bool:
        """Tell whether a file was read, or tried to, so that what is wrong with it is known."""
        return file in self._documents

    def load(self, stack: Stack, location: str) -> Template | None:
        """Return what a template references by a local path; None where there is no such file."""
        file = self.local(stack.template.file, location)
        if file is None:
            return None
        try:
            template = self.template(file)
        except LoadError:
            return None
        return template if isinstance(template.document.data, dict) else None
