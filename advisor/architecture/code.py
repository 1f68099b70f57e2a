"""What a function's code and package say, asked of `source` on first use."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.architecture.code_calls import calls_in, connections_in
from advisor.architecture.nodes.functions import Layer
from advisor.records import record
from advisor.source.facts import NotRead
from advisor.templates.values import Text, Unknown

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.documents.location import Location
    from advisor.source.code import FunctionCode, InlineCode
    from advisor.source.dependencies import Estimate
    from advisor.source.facts import Facts, Place
    from advisor.source.package import Deployment, PackageSize
    from advisor.source.sources import Sources

_ASSET = "aws:asset:path"
"""The metadata in which the CDK says where a function's code lies beside the template."""
_NEAR = 6
"""Lines below a key within which inline code begins."""


@record(frozen=True)
class Package:
    """What a function's code and its layers weigh, in bytes."""

    deployment: Deployment
    code: PackageSize
    layers: tuple[tuple[Node, PackageSize], ...] = ()
    """The layers that lie on disk."""
    others: int = 0
    """Layers whose size is not known."""
    is_final: bool = True
    """Whether this is what is deployed: no build step makes something else of it."""

    @property
    def unzipped(self) -> int:
        """Bytes of the code and all layers that are at hand; Lambda counts them together."""
        return self.code.unzipped + sum(size.unzipped for _, size in self.layers)


class Code:
    """The code of one function in one architecture."""

    def __init__(self, architecture: Architecture, function: Function, sources: Sources) -> None:
        self._architecture = architecture
        self._function = function
        self._sources = sources
        self._inline = ""

    @cached_property
    def facts(self) -> Facts | NotRead:
        """What the code says, or why it says nothing."""
        described = self._described
        if isinstance(described, NotRead):
            return described
        return self._sources.facts(described)

    @cached_property
    def calls(self) -> list[Edge]:
        """The calls and connections in the code whose target is in the architecture."""
        facts = self.facts
        if isinstance(facts, NotRead):
            return []
        return [
            *calls_in(self._architecture, self._function, facts, self.location),
            *connections_in(self._architecture, self._function, facts, self.location),
        ]

    @cached_property
    def package(self) -> Package | NotRead:
        """What is deployed weighs, or why that is not known."""
        described = self._described
        if isinstance(described, NotRead):
            return described
        if described.is_image:
            return NotRead("it is an image")
        if described.inline is not None:
            return NotRead("its code stands in the template")
        # SAM has a build step, and so has what the CDK has laid down already.
        found = self._sources.package(described, builds=self._function.is_sam)
        if isinstance(found, NotRead):
            return found
        from advisor.source.package import Deployment

        layers: list[tuple[Node, PackageSize]] = []
        nodes, others = self._layers
        final = found[0] is Deployment.AS_IT_LIES
        for node in nodes:
            size, is_built = self._weigh(node, described)
            if isinstance(size, NotRead):
                others += 1
            else:
                layers.append((node, size))
                final = final and is_built
        return Package(*found, layers=tuple(layers), others=others, is_final=final)

    @cached_property
    def estimate(self) -> Estimate | NotRead | None:
        """What the dependencies weigh that a build installs; None where none are declared.

        Not known where a bundler takes only what is used, and where the build has been done.
        """
        described = self._described
        if isinstance(described, NotRead):
            return described
        if described.is_image or described.inline is not None:
            return None
        method = _metadata(self._function, "BuildMethod")
        if described.entry_points or method == "esbuild":
            return NotRead("a bundler takes only what is used")
        if method == "makefile" or not self._function.is_sam:
            return NotRead("its build is its own")
        return self._sources.estimate(described)

    def _weigh(self, layer: Layer, code: FunctionCode) -> tuple[PackageSize | NotRead, bool]:
        """Return what a layer weighs, and whether it is deployed so: built, or as it lies."""
        if layer.is_sam and layer.resource.logical_id.isalnum():
            built = code.folder / ".aws-sam/build" / layer.resource.logical_id
            size = self._sources.weigh(built, code.runtime)
            if not isinstance(size, NotRead):
                return size, True
        path = _local_content(layer)
        if not path or "\0" in path:
            return NotRead("it does not lie here"), False
        size = self._sources.weigh(code.folder / path, code.runtime)
        return size, _metadata(layer, "BuildMethod") is None

    def location(self, place: Place, label: str = "") -> Location:
        """Return a place of the code; of inline code that is not found, the property."""
        name = self._function.name
        if self._inline and place.path == self._inline:
            code = self._described
            if not isinstance(code, NotRead) and code.inline is not None and not code.inline.line:
                return self._function.at("Code", "ZipFile", label=label)
            return place.location(label, resource=name)
        found = place.location(label, resource=name)
        shown = self._sources.shown(found.path)
        return found if shown == found.path else type(found)(shown, (), found.span, label, name)

    # --- what the template says -------------------------------------------------------------

    @cached_property
    def _layers(self) -> tuple[list[Layer], int]:
        """The layers of the architecture, and the number of those that lie outside."""
        values = self._function.layers
        if isinstance(values, Unknown):
            return [], 1
        found = [self._architecture.node_of(value, "layer", self._function) for value in values]
        nodes = [node for node in found if isinstance(node, Layer)]
        return nodes, len(found) - len(nodes)

    @cached_property
    def _described(self) -> FunctionCode | NotRead:
        from advisor.source.code import FunctionCode

        function = self._function
        folder = function.view.folder(function.resource)
        if folder is None:
            return NotRead("its template is no file")
        nodes, others = self._layers
        handler, runtime = function.handler, function.runtime
        inline = self._inline_code()
        is_image = function.package_type == "Image"
        path = "" if is_image or inline is not None else _path(function)
        if isinstance(path, NotRead):
            return path
        entries = _metadata(function, "BuildProperties", "EntryPoints")
        command = function.get("ImageConfig", "Command")
        return FunctionCode(
            logical_id=function.resource.logical_id,
            folder=folder,
            handler=handler if isinstance(handler, str) else "",
            runtime=runtime if isinstance(runtime, str) else "",
            path=path,
            inline=inline,
            layers=tuple(path for node in nodes if (path := _local_content(node))),
            other_layers=others > 0,
            entry_points=_texts(entries),
            is_image=is_image,
            docker_context=_text(_metadata(function, "DockerContext")),
            dockerfile=_text(_metadata(function, "Dockerfile")),
            command=next(iter(_texts(command)), ""),
        )

    def _inline_code(self) -> InlineCode | None:
        from advisor.source.code import InlineCode

        value = self._function.get("Code", "ZipFile")
        if not isinstance(value, (str, Text)):
            return None
        text = str(value)
        place = self._function.at("Code", "ZipFile")
        self._inline = place.path
        line, indent = _begins(text, self._sources.text_of(place.path), place.span.start.line)
        return InlineCode(text, place.path, line, indent)


def _begins(code: str, template: str | None, key_line: int) -> tuple[int, int]:
    """Return the line of the template on which inline code begins, and its indentation.

    Zeros where the code stands in another form than a block of text.
    """
    lines = code.splitlines()
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None or template is None:
        return 0, 0
    wanted = lines[first]
    for number, line in enumerate(template.splitlines()[key_line:][:_NEAR], start=key_line + 1):
        if line.strip() == wanted.strip():
            return number - first, line.index(line.strip()) - wanted.index(wanted.strip())
    return 0, 0


def _path(function: Function) -> str | NotRead:
    """Return the local path of a function's code, relative to its template."""
    asset = _metadata(function, _ASSET)
    if isinstance(asset, str):
        return asset
    value = function.get("CodeUri")
    if value is None:
        value = function.get("Code")
    if value is None:
        return ""
    if isinstance(value, Unknown):
        return NotRead("where its code lies is not known")
    if isinstance(value, str):
        return value if "://" not in value else NotRead("its code lies in a bucket")
    return NotRead("its code lies in a bucket")


def _local_content(layer: Node) -> str:
    """Return the local path of a layer's content; empty where there is none."""
    for value in (_metadata(layer, _ASSET), layer.get("ContentUri"), layer.get("Content")):
        if isinstance(value, str) and "://" not in value and not Path(value).is_absolute():
            return value
    return ""


def _metadata(node: Node, *path: str) -> object:
    return node.view.attribute(node.resource, "Metadata", *path)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item for item in items[:50] if isinstance(item, str))


__all__ = ["Code", "Package"]
