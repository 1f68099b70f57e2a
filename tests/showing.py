"""Shows a run in every way that there is: every format, every picture, every explanation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from advisor.advice.advised import advice_of
from advisor.analysis import read, selection_of
from advisor.explanation import explained, resources, unread
from advisor.fixes.apply import fix_all
from advisor.fixes.write import unified_diff
from advisor.reporters import patterns, summary
from advisor.reporters.explanation import (
    explanations_as_json,
    render_explanation,
    render_overview,
)
from advisor.reporters.formats import FORMATS, render
from advisor.reporters.graph_formats import render_dot, render_graph_json, render_graphml
from advisor.reporters.html import render_html
from advisor.reporters.look import Look
from advisor.reporters.mermaid import render_mermaid
from advisor.reporters.review import render_review_html, render_review_markdown
from advisor.reporters.tree import render_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from advisor.config import Config
    from advisor.report import Report

IN_JSON = frozenset({"json", "sarif", "gitlab", "graph json", "explain json", "patterns json"})
IN_XML = frozenset({"junit", "graphml"})


def _explained(
    paths: Sequence[Path], config: Config, report: Report, texts: Mapping[Path, str] | None
) -> tuple[str, str, str]:
    rules = selection_of(config).rules
    pages, overviews = [], []
    for reading in read(paths, config, texts=texts):
        architecture = reading.architecture
        architecture.add_calls()
        nodes = resources(architecture, [*report.sources])
        pages += [explained(architecture, node, report=report, rules=rules) for node in nodes[:9]]
        counts = {n.id: (0, 0) for n in nodes}
        overviews.append(
            render_overview(nodes, counts=counts, unread=unread(architecture, nodes), look=Look())
        )
    look = Look()
    return (
        "".join(overviews),
        "\n".join(render_explanation(page, look=look) for page in pages),
        explanations_as_json(pages),
    )


def ways(
    report: Report, paths: Sequence[Path], config: Config, texts: Mapping[Path, str] | None = None
) -> dict[str, Callable[[], str]]:
    """Return all that shows a run, by name, each to be called for its text."""
    architectures = [reading.architecture for reading in read(paths, config, texts=texts)]
    found = report.findings
    look = Look()

    def form(name: str) -> Callable[[], str]:
        return lambda: render(name, report, look=Look(verbose=True, show_suppressed=True))

    def drawn(each: Callable[..., str]) -> Callable[[], str]:
        return lambda: "\n".join(each(a, findings=found, all=True) for a in architectures)

    return {
        **{name: form(name) for name in FORMATS},
        "summary": lambda: summary.render(report, look=look),
        "tree": drawn(render_tree),
        "mermaid": lambda: render_mermaid(architectures, findings=found, all=True),
        "dot": lambda: render_dot(architectures, findings=found, all=True),
        "graph json": lambda: render_graph_json(architectures),
        "graphml": lambda: render_graphml(architectures),
        "html": lambda: render_html(architectures, findings=found, title="x", all=True),
        "review": lambda: render_review_markdown(report, architectures, title="x", look=look),
        "review html": lambda: render_review_html(report, architectures, title="x", look=look),
        "patterns": lambda: patterns.render_text(advice_of(architectures, report), look=look),
        "patterns markdown": lambda: patterns.render_markdown(
            advice_of(architectures, report), look=look
        ),
        "patterns json": lambda: patterns.render_json(advice_of(architectures, report)),
        "overview": lambda: _explained(paths, config, report, texts)[0],
        "explain": lambda: _explained(paths, config, report, texts)[1],
        "explain json": lambda: _explained(paths, config, report, texts)[2],
        "difference": lambda: unified_diff(
            fix_all(paths, config, unsafe=True, texts=texts).changed
        ),
    }


def well_formed(name: str, text: str) -> None:
    """Raise where a text is not of its own format."""
    if name in IN_JSON:
        json.loads(text)
    elif name == "jsonl":
        for line in text.splitlines():
            json.loads(line)
    elif name in IN_XML:
        ET.fromstring(text)  # noqa: S314  # our own output
