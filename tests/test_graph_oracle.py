"""The graph of a SAM template equals that of what the real translator makes of it."""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import read
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.mappings import EventSourceMapping
from advisor.architecture.nodes.messaging import Queue
from advisor.config import Config

from .sam_oracle import templates, translate, uploaded

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node

FIXTURES = Path(__file__).parent.parent / "fixtures" / "sam"
CORPUS = os.environ.get("ADVISE_CORPUS", "")
INPUTS = os.environ.get("ADVISE_SAM_INPUTS", "")

_HASH = re.compile(r"[0-9a-f]{10}$")

# Differences that are meant, by what they look like; the list only shrinks.
EXPLAINED: dict[str, str] = {
    r"CodeDeployServiceRole|DeploymentGroup|ServerlessDeploymentApplication": (
        "a deployment of a function that exists under a condition: ours exists with the function"
    ),
    r"apis\.yaml: \+ ServerlessRestApi.*/options": (
        "the preflight answer of a path whose methods exist under a condition stays without it"
    ),
    r"api_with_any_method_in_swagger": "events of an HTTP API that name a REST API are not made",
    r"feature_toggle_api_open_api_version_override": "the toggles of the service are not ours",
    r"implicit_api_with_serverless_rest_api_resource": (
        "a function has the id that the translator gives the implicit API, which then wins"
    ),
}


def graph_of(data: object, folder: Path) -> Architecture:
    """Return the architecture of template data, written out as JSON."""
    file = folder / "template.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    (reading,) = read([file], Config())
    return reading.architecture


def name_of(node: Node) -> str:
    """Return what identifies a node on both sides: SAM ends some ids with a hash of content."""
    if isinstance(node, External):
        return f"({node.kind})"
    own = _HASH.sub("", node.resource.logical_id)
    return f"{own}{node.id.partition('/')[1]}{node.id.partition('/')[2]}"


def facts_of(architecture: Architecture) -> Counter[str]:
    """Return nodes with the properties that rules use most, and edges, as lines to compare."""
    lines: Counter[str] = Counter()
    for node in architecture.nodes():
        if isinstance(node, External):
            continue
        lines[f"{name_of(node)}: {type(node).__name__}"] += 1
        if isinstance(node, Function):
            facts = (node.timeout, node.memory, node.reserved_concurrency, node.tracing)
            lines[f"{name_of(node)}: {facts}"] += 1
        elif isinstance(node, Queue):
            facts_ = (node.visibility_timeout, node.retention, node.is_fifo, node.max_receive_count)
            lines[f"{name_of(node)}: {facts_}"] += 1
        elif isinstance(node, EventSourceMapping):
            settings = (node.source_kind, node.batch_size, node.batching_window, node.retries)
            lines[f"{name_of(node)}: {settings}"] += 1
    for edge in architecture.edges():
        mode = edge.mode.value if edge.mode else "-"
        lines[
            f"{name_of(edge.source)} {edge.kind.value} {name_of(edge.target)} "
            f"{mode} {edge.evidence.word} {', '.join(sorted(edge.actions))}"
        ] += 1
    return lines


def compare(folder: Path, tmp_path: Path) -> tuple[int, int, list[str]]:
    """Return how many templates were compared, how many were equal, and what is unexplained."""
    logging.disable(logging.CRITICAL)
    compared = equal = 0
    unexplained: list[str] = []
    try:
        for name, data in templates(folder):
            finished = uploaded(data)
            made = translate(finished)
            if made is None:
                continue
            compared += 1
            theirs = facts_of(graph_of(made, tmp_path))
            ours = facts_of(graph_of(finished, tmp_path))
            found = [f"- {line}" for line in (theirs - ours)] + [
                f"+ {line}" for line in ours - theirs
            ]
            equal += not found
            unexplained += [
                f"{name}: {line}"
                for line in sorted(found)
                if not any(re.search(pattern, f"{name}: {line}") for pattern in EXPLAINED)
            ]
    finally:
        logging.disable(logging.NOTSET)
    print(f"{folder}: {compared} graphs compared, {equal} equal")  # noqa: T201  # the oracle's numbers
    return compared, equal, unexplained


@pytest.mark.filterwarnings("ignore")  # of the translator's own dependencies
def test_the_graph_of_every_kind_of_sam_resource_is_that_of_the_translation(tmp_path: Path) -> None:
    compared, _, unexplained = compare(FIXTURES, tmp_path.resolve())
    assert unexplained == []
    assert compared == len(list(FIXTURES.glob("*.yaml")))


@pytest.mark.filterwarnings("ignore")  # of the translator's own dependencies
def test_the_graphs_of_the_corpus_are_those_of_its_translations(tmp_path: Path) -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: the graphs of the corpus are not compared")
    compared, _, unexplained = compare(Path(CORPUS), tmp_path.resolve())
    assert unexplained == []
    assert compared > 0


@pytest.mark.filterwarnings("ignore")  # of the translator's own dependencies
def test_the_graphs_of_the_translators_own_inputs_are_those_of_its_outputs(tmp_path: Path) -> None:
    if not INPUTS:
        pytest.skip("ADVISE_SAM_INPUTS is not set: the translator's inputs are not compared")
    compared, _, unexplained = compare(Path(INPUTS), tmp_path.resolve())
    assert unexplained == []
    assert compared > 0
