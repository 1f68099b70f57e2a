"""`advise graph` draws what is there, in every form, and says when there is nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.commands import BROKEN, GOOD, ran
from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = str(ROOT / "fixtures" / "applications" / "orders" / "template.yaml")
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Environment: {Variables: {NEXT: !Ref Next}}
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Next}}]
      InlineCode: |
        import os, boto3
        def handler(event, context):
            boto3.client("lambda").invoke(FunctionName=os.environ["NEXT"])
  Next:
    Type: AWS::Serverless::Function
    Properties: {Runtime: java21, Handler: a.B, CodeUri: java/, Timeout: 20}
"""


@pytest.fixture
def template(tmp_path: Path) -> str:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    return str(file)


def test_calls_in_code_are_drawn(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "graph", template)
    assert code == 0
    assert "└─ sync ─▶ ƒ Next  20 s" in out
    assert "! ARC001" in out


def test_it_can_be_drawn_without_findings_and_in_ascii(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "graph", "--ascii", "--no-findings", template)
    assert code == 0
    assert "`- sync --> fn Next  20 s" in out
    assert "ARC001" not in out
    assert out.isascii()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("mermaid", ("flowchart LR", '-->|"sync"|', "class n_0 warning")),
        ("dot", ("digraph architecture {", "n0 -> n1", '[label="sync"]', "}")),
    ],
)
def test_it_is_drawn_in_other_languages(
    template: str, form: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "graph", "--format", form, template)
    assert code == 0
    for word in words:
        assert word in out


def test_json_holds_every_node_and_edge(template: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "graph", "--format", "json", template)
    data = json.loads(out)
    assert code == 0
    ids = {node["id"] for node in data["nodes"]}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in data["edges"])
    (proved,) = [edge for edge in data["edges"] if edge["evidence"] == "proved"]
    assert (proved["mode"], proved["location"]["line"]) == ("synchronous", 14)


def test_helpers_are_drawn_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _, few, _ = ran(capsys, "graph", "--no-findings", ORDERS)
    _, all_, _ = ran(capsys, "graph", "--no-findings", "--all", ORDERS)
    assert "hidden: --all" in few
    assert len(all_.splitlines()) > len(few.splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.yaml",), "no such file"),
        (("--format", "png", "x.yaml"), "'png' is none of text, mermaid, dot, json, graphml, html"),
        ((), "missing argument"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, complaints = ran(capsys, "graph", *arguments)
    assert (code, out.strip()) == (2, "")
    assert told in complaints.lower()


CHAIN = """
Resources:
  First: {Type: AWS::SNS::Topic}
  Second:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Last.Arn, maxReceiveCount: 3}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {Protocol: sqs, TopicArn: !Ref First, Endpoint: !GetAtt Second.Arn}
  Last: {Type: AWS::SQS::Queue}
  Apart: {Type: AWS::SQS::Queue}
"""


@pytest.fixture
def chain(tmp_path: Path) -> str:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(CHAIN)
    return str(file)


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "json", "graphml", "html"])
@pytest.mark.parametrize(
    ("arguments", "there", "left_out"),
    [
        (("--focus", "First"), {"First", "Second"}, {"Last", "Apart"}),
        (("--focus", "First", "--depth", "2"), {"First", "Second", "Last"}, {"Apart"}),
        (("--focus", "Last", "--depth", "0"), {"Last"}, {"First", "Second", "Apart"}),
        (("--path", "First", "Last"), {"First", "Second", "Last"}, {"Apart"}),
        (("--path", "First", "Second"), {"First", "Second"}, {"Last", "Apart"}),
    ],
)
def test_a_part_is_drawn_in_every_form(  # noqa: PLR0917  # pytest names them
    form: str,
    arguments: tuple[str, ...],
    there: set[str],
    left_out: set[str],
    chain: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if form == "html":
        pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")
    arguments = ("graph", "--no-findings", "--format", form, *arguments, chain)
    code, out, complaints = ran(capsys, *arguments)
    assert (code, complaints) == (0, "")
    # The page tells properties as well, and these name other resources.
    shown = 'class="name" x="42" y="22">{}<' if form == "html" else "{}"
    assert {name for name in there | left_out if shown.format(name) in out} == there


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--focus", "Secnd"), "'Secnd' is not in the picture; did you mean 'Second'?"),
        (("--path", "Last", "First"), "no way leads from 'Last' to 'First'"),
        (("--path", "First", "Nothing"), "'Nothing' is not in the picture"),
        (("--focus", "First", "--path", "First", "Last"), "exclude each other"),
    ],
)
def test_a_part_that_is_not_there_is_an_error(
    arguments: tuple[str, ...], told: str, chain: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, complaints = ran(capsys, "graph", *arguments, chain)
    assert (code, out) == (2, "")
    assert told in complaints


def test_graphml_can_be_read_again_whatever_the_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import networkx as nx

    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(CHAIN + '  "<x>&\\x01\\u202e]]>": {Type: AWS::SQS::Queue}\n')
    code, out, _ = ran(capsys, "graph", "--format", "graphml", str(file))
    assert code == 0
    graph = nx.parse_graphml(out)
    _, text, _ = ran(capsys, "graph", "--format", "json", str(file))
    data = json.loads(text)
    assert len(graph) == len(data["nodes"])
    assert graph.number_of_edges() == len(data["edges"])
    kinds = {attributes["kind"] for _, _, attributes in graph.edges(data=True)}
    assert kinds == {"publishes", "dead-letters"}


HOSTILE = """
Resources:
  'a"b\\': {Type: AWS::SQS::Queue}
  "x&amp;<b>": {Type: AWS::SQS::Queue}
  "two\\nlines\\u202e": {Type: AWS::SQS::Queue}
  "end]}": {Type: AWS::SQS::Queue}
  T:
    Type: AWS::SNS::Topic
    Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt ['a"b\\', Arn]}]}
"""


def test_json_is_what_networkx_reads(capsys: pytest.CaptureFixture[str]) -> None:
    import networkx as nx

    _, text, _ = ran(capsys, "graph", "--format", "json", ORDERS)
    data = json.loads(text)
    graph = nx.node_link_graph(data, edges="edges")
    assert graph.is_directed()
    assert graph.is_multigraph()
    assert set(graph) == {node["id"] for node in data["nodes"]}
    assert graph.number_of_edges() == len(data["edges"])
    again = nx.node_link_data(graph, edges="edges")
    assert again["nodes"] == data["nodes"]
    ordered = sorted(again["edges"], key=lambda edge: edge["key"])
    assert ordered == sorted(data["edges"], key=lambda edge: edge["key"])


def test_graphml_holds_what_json_holds(capsys: pytest.CaptureFixture[str]) -> None:
    import networkx as nx

    _, text, _ = ran(capsys, "graph", "--format", "json", ORDERS)
    data = json.loads(text)
    _, text, _ = ran(capsys, "graph", "--format", "graphml", ORDERS)
    graph = nx.parse_graphml(text, force_multigraph=True)
    for node in data["nodes"]:
        there = graph.nodes[node["id"]]
        assert (there["name"], there["note"]) == (node["name"], node["note"])
        assert there["findings"].split() == sorted({each["rule"] for each in node["findings"]})
    assert any(node["findings"] for node in data["nodes"])
    labels = sorted((edge["source"], edge["target"], edge["label"]) for edge in data["edges"])
    assert sorted(graph.edges(data="label")) == labels


def test_dot_escapes_what_strangers_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(HOSTILE)
    code, out, _ = ran(capsys, "graph", "--no-findings", "--format", "dot", str(file))
    assert code == 0
    # https://graphviz.org/doc/info/lang.html: a quoted string ends at the first bare quote.
    string = r'"(?:[^"\\\n]|\\["\\])*"'
    attributes = rf"\[(?:\w+=(?:{string}|\w+)(?:, )?)+\]"
    assert re.fullmatch(
        rf"digraph architecture {{\n(?:  rankdir=LR;\n|  node {attributes};\n"
        rf"|  n\d+(?: -> n\d+)? {attributes};\n)*}}\n",
        out,
    )
    assert 'label="a\\"b\\\\' in out
    assert "x&amp;amp;<b>" in out
    assert "\u202e" not in out


STACKS = {
    "orders": "Resources:\n  Work: {Type: AWS::SQS::Queue}\n  Done: {Type: AWS::SNS::Topic}\n",
    "mail": "Resources:\n  Work: {Type: AWS::SQS::Queue}\n",
}


@pytest.fixture
def stacks(tmp_path: Path) -> str:
    (tmp_path / "advise.toml").write_text("")
    for name, text in STACKS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "template.yaml").write_text(text)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("form", "frame"),
    [
        ("text", r"(?m)^mail\n\n  not connected\n    ≡ Work"),
        ("mermaid", r'(?m)^  subgraph s_0\["mail"\]\n  n_0\["Work.*\n  end$'),
        ("dot", r'(?m)^  subgraph cluster_0 {\n    label="mail";\n    n0 .*Work.*\n  }$'),
    ],
)
def test_resources_are_grouped_by_stack(
    form: str, frame: str, stacks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "graph", "--no-findings", "--format", form, stacks)
    assert re.search(frame, out)


NESTED = """
Resources:
  Shop: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: shop.yaml}}
  Mail: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: shop.yaml}}
"""


def test_a_nested_stack_is_named_by_its_place_in_the_one_around_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "shop.yaml").write_text("Resources:\n  Work: {Type: AWS::SQS::Queue}\n")
    file = tmp_path / "template.yaml"
    file.write_text(NESTED)
    _, out, _ = ran(capsys, "graph", "--no-findings", str(file))
    for stack in ("Shop", "Mail"):
        assert f"template.yaml > {stack}\n\n  not connected\n    ≡ Work" in out


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_several_projects_make_one_picture(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "advise.toml").write_text("")
        (tmp_path / name / "template.yaml").write_text(STACKS["orders"])
    places = [str(tmp_path / name) for name in ("a", "b")]
    _, out, _ = ran(capsys, "graph", "--no-findings", "--format", form, *places)
    assert len(re.findall(r"(?m)^(flowchart|digraph)", out)) == 1
    assert len(re.findall(r"(?m)^ +subgraph", out)) == 2
    assert len(set(re.findall(r"(?m)^ +(n_?\d+) ?\[", out))) == 4


LIMITS = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 90}}
  Do:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: x
      Timeout: 15
      ReservedConcurrentExecutions: 7
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
      Events:
        Come:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            MaximumBatchingWindowInSeconds: 5
            ScalingConfig: {MaximumConcurrency: 4}
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}
"""


def test_what_bounds_the_flow_is_written_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(LIMITS)
    _, out, _ = ran(capsys, "graph", "--no-findings", str(file))
    assert "≡ Work  visibility 90 s" in out
    assert (
        "polled batch 10 window 5 s concurrency 4 ─▶ ƒ Do  15 s, concurrency 7, 2 provisioned"
        in out
    )
    assert "rate(1 day), disabled" in out


CONDITIONAL = """
Parameters: {Stage: {Type: String, Default: prod}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Always: {Type: AWS::SQS::Queue}
  OnlyInProd: {Type: AWS::SQS::Queue, Condition: IsProd}
  Elsewhere: {Type: AWS::SQS::Queue, Condition: NotDeclared}
"""


def test_what_the_defaults_of_parameters_make_exist_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    file = tmp_path / "template.yaml"
    file.write_text(CONDITIONAL)
    _, out, _ = ran(capsys, "graph", str(file))
    assert "OnlyInProd" in out
    assert "Elsewhere" not in out
    _, out, _ = ran(capsys, "graph", "--parameter", "Stage=dev", str(file))
    assert "OnlyInProd" not in out


@pytest.mark.parametrize("words", [(), ("--no-findings",)])
def test_a_template_that_cannot_be_read_is_said_with_its_path_from_here(
    words: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "good.yaml").write_text(GOOD)
    (tmp_path / "shop" / "broken.yaml").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)
    code, out, err = ran(capsys, "graph", "shop", *words)
    assert code == 2
    assert "Requests" in out
    assert err.startswith("error: shop/broken.yaml:5:1:")


def test_a_depth_without_a_focus_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "graph", ORDERS, "--depth", "2")
    assert code == 2
    assert err == "error: '--depth' needs '--focus'\n"
