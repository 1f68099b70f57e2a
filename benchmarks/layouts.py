"""Compares ways to lay a picture out in layers, on the largest graphs of a corpus.

    ADVISE_CORPUS=DIRECTORY python benchmarks/layouts.py > benchmarks/layouts.md

Each candidate gets the same lines without circles, one connected part after the other, and gives
back a place for each box; straight lines between these are what crossings are counted of, so that
no candidate gains by bending. A candidate that is not installed is left out of the table.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from advisor.analysis import read
from advisor.config import Config
from advisor.reporters.flow import flow_of
from advisor.reporters.html.layout import Measure, laid_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from advisor.reporters.html.layout import Pair, Point

LARGEST = 8
"""Graphs that are compared, those with the most lines."""
RUNS = 5
_MEASURE = Measure(width=222, height=50, across=112, down=20)


_HEAD = """# Layouts compared

How many lines cross, counted of straight lines between the places of the boxes, and the processor
time (user and system, median of {runs} runs) on the largest graphs of the corpus. Python {python},
{machine}; other work ran on the machine, so times are good to about a quarter.
"""


_CHOICE = """
fast-sugiyama is the fastest by far, gives the same picture every time, is small and needs no
program beside it. It crosses 1.2 times the lines of `dot` in the median and 1.6 times in the worst
case, which the page softens by laying out each stack for itself. `dot` crosses the fewest, but
its bindings need Graphviz installed (`graphviz`, `pydot`) or bring all of it along (`pygraphviz`).
grandalf crosses more where it matters, differs from run to run, and had its last release in 2023.
fast-sugiyama neither ends nor draws every line
where a graph has a circle, and confuses bends where it has several parts: the page breaks circles
and takes the parts apart before it asks (`advisor/reporters/html/layout.py`).
"""


def main() -> None:
    """Print the table."""
    graphs = sorted(_graphs(Path(os.environ["ADVISE_CORPUS"])), key=lambda each: -len(each[2]))
    print(_HEAD.format(python=platform.python_version(), machine=platform.machine(), runs=RUNS))
    print("| graph | boxes | lines | " + " | ".join(CANDIDATES) + " |")
    print("| --- | --- | --- |" + " --- |" * len(CANDIDATES))
    for name, count, pairs in graphs[:LARGEST]:
        cells = [_cell(layout, count, pairs) for layout in CANDIDATES.values()]
        print(f"| {name} | {count} | {len(pairs)} | " + " | ".join(cells) + " |")
    print(_CHOICE)
    print("| candidate | version | released as | installed size | brings along |")
    print("| --- | --- | --- | --- | --- |")
    for package in ("fast-sugiyama", "grandalf", "pygraphviz", "graphviz", "pydot"):
        print(_weight(package))


def _graphs(corpus: Path) -> Iterator[tuple[str, int, list[Pair]]]:
    """Yield the name, the number of connected boxes, and the lines without circles of each."""
    for folder in sorted(path for path in corpus.iterdir() if path.is_dir()):
        for reading in read([folder], Config()):
            if not reading.inputs.kinds:
                continue
            reading.architecture.add_calls()
            flow = flow_of(reading.architecture)
            number: dict[int, int] = {}
            pairs = set()
            for box in flow.boxes:
                for link in box.links:
                    ends = [
                        number.setdefault(id(end), len(number))
                        for end in (link.source, link.target)
                    ]
                    if ends[0] != ends[1]:
                        pairs.add((min(ends), max(ends)))
            if pairs:
                yield folder.name, len(number), sorted(pairs)


# --- candidates ---------------------------------------------------------------------------------


def _ours(count: int, pairs: Sequence[Pair]) -> list[Point]:
    """Lay out as the page does it: fast-sugiyama."""
    return laid_out(count, pairs, _MEASURE).boxes


def _grandalf(count: int, pairs: Sequence[Pair]) -> list[Point]:
    from grandalf.graphs import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
        Edge,
        Graph,
        Vertex,
    )  # fmt: skip
    from grandalf.layouts import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
        SugiyamaLayout,
    )

    class _View:
        w, h = _MEASURE.height + _MEASURE.down, _MEASURE.width + _MEASURE.across
        xy = (0.0, 0.0)

    vertices = [Vertex(at) for at in range(count)]
    for vertex in vertices:
        vertex.view = _View()
    graph = Graph(vertices, [Edge(vertices[a], vertices[b]) for a, b in pairs])
    places = [(0.0, 0.0)] * count
    right = 0.0
    for part in graph.C:
        layout = SugiyamaLayout(part)
        layout.init_all()
        layout.draw(3)
        least = min(vertex.view.xy[0] for vertex in part.sV)
        most = max(vertex.view.xy[0] for vertex in part.sV)
        for vertex in part.sV:
            x, y = vertex.view.xy
            places[vertex.data] = (y, x - least + right)
        right += most - least + 200
    return places


def _dot(count: int, pairs: Sequence[Pair]) -> list[Point]:
    import pygraphviz  # type: ignore[import-untyped,import-not-found,unused-ignore]

    graph = pygraphviz.AGraph(directed=True, strict=False, rankdir="LR")
    graph.node_attr.update(shape="box", fixedsize="true", width="3", height="0.7")
    graph.add_nodes_from(range(count))
    graph.add_edges_from(pairs)
    graph.layout(prog="dot")
    places = []
    for at in range(count):
        x, y = graph.get_node(at).attr["pos"].split(",")
        places.append((float(x), float(y)))
    return places


CANDIDATES: dict[str, Callable[[int, Sequence[Pair]], list[Point]]] = {
    "fast-sugiyama": _ours,
    "grandalf": _grandalf,
    "pygraphviz (dot)": _dot,
}


# --- measuring ----------------------------------------------------------------------------------


def _cell(
    layout: Callable[[int, Sequence[Pair]], list[Point]], count: int, pairs: Sequence[Pair]
) -> str:
    seconds = []
    places: list[Point] = []
    try:
        for _ in range(RUNS):
            before = _spent()
            places = layout(count, pairs)
            seconds.append(_spent() - before)
    except Exception as error:  # noqa: BLE001  # that a candidate fails is a result
        return f"fails: {type(error).__name__}"
    return f"{crossings(places, pairs)} crossings, {median(seconds) * 1000:.0f} ms"


def _spent() -> float:
    """Return seconds of processor time, those of programs that were called included."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in found)


def crossings(places: Sequence[Point], pairs: Sequence[Pair]) -> int:
    """Count pairs of lines that cross between their ends."""
    found = 0
    for at, (a, b) in enumerate(pairs):
        for c, d in pairs[:at]:
            if len({a, b, c, d}) == 4 and _cross(places[a], places[b], places[c], places[d]):
                found += 1
    return found


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _weight(package: str) -> str:
    try:
        found = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return f"| {package} | not installed | | | |"
    files = [Path(str(found.locate_file(file))) for file in found.files or ()]
    size = sum(file.stat().st_size for file in files if file.exists() and file.suffix != ".pyc")
    compiled = any(file.suffix == ".so" for file in files)
    needs = sorted(
        {each.split(";")[0].strip() for each in found.requires or () if "extra" not in each}
    )
    kind = "wheel with a compiled module" if compiled else "pure Python"
    return (
        f"| {package} | {found.version} | {kind} | {size / 1024:.0f} KiB | "
        f"{', '.join(needs) or 'nothing'} |"
    )


if __name__ == "__main__":
    main()
