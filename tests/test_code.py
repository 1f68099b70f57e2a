"""Functions say what their code does, once somebody asks, with the line that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze, read
from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.config import Config
from advisor.rules.finding import Severity
from advisor.source.facts import NotRead
from tests.graphs import FUNCTION, graph_of, node_of
from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.functions import Function

HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
CALLER = """
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      Environment:
        Variables: {NEXT: !Ref Next, QUEUE: !Ref Queue}
  Queue: {Type: AWS::SQS::Queue}
  Next:
    Type: AWS::Serverless::Function
    Properties: {Runtime: java21, Handler: a.B, CodeUri: java/}
"""
CODE = """
import os, boto3
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
    boto3.client("lambda").invoke(FunctionName=os.environ["NEXT"]{how})
"""


def architecture_of(folder: Path, template: str, files: dict[str, str]) -> Architecture:
    (folder / "advise.toml").write_text("")
    (folder / "template.yaml").write_text(template)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (reading,) = read([folder / "template.yaml"], Config())
    return reading.architecture


def function_of(architecture: Architecture, name: str) -> Function:
    return next(each for each in architecture.functions() if each.name == name)


@pytest.mark.parametrize(
    ("how", "mode"),
    [
        ("", Mode.SYNCHRONOUS),
        (', InvocationType="RequestResponse"', Mode.SYNCHRONOUS),
        (', InvocationType="Event"', Mode.ASYNCHRONOUS),
        (", InvocationType=event['how']", None),
    ],
)
def test_calls_are_edges_with_the_line_that_makes_them(
    tmp_path: Path, how: str, mode: Mode | None
) -> None:
    code = {"src/app.py": CODE.format(how=how)}
    architecture = architecture_of(tmp_path, HEAD + CALLER, code)
    sent, invoked = architecture.calls(function_of(architecture, "Caller"))
    assert (sent.target.name, sent.kind, sent.actions) == (
        "Queue", EdgeKind.PUBLISHES, ("sqs:SendMessage",),
    )  # fmt: skip
    assert (invoked.target.name, invoked.kind, invoked.mode) == ("Next", EdgeKind.INVOKES, mode)
    assert invoked.evidence is Evidence.PROVED
    place = invoked.at("here")
    assert (place.path, place.span.start.line, place.label) == ("src/app.py", 5, "here")
    assert place.resource == "Caller"


def test_a_dry_run_calls_nothing(tmp_path: Path) -> None:
    code = {"src/app.py": CODE.format(how=', InvocationType="DryRun"')}
    architecture = architecture_of(tmp_path, HEAD + CALLER, code)
    (sent,) = architecture.calls(function_of(architecture, "Caller"))
    assert sent.target.name == "Queue"


def test_calls_belong_to_the_graph_once_they_are_added(tmp_path: Path) -> None:
    code = {"src/app.py": CODE.format(how="")}
    architecture = architecture_of(tmp_path, HEAD + CALLER, code)
    caller, called = function_of(architecture, "Caller"), function_of(architecture, "Next")
    assert not [e for e in architecture.edges() if e.evidence is Evidence.PROVED]
    before = architecture.invokers(called)
    architecture.add_calls()
    architecture.add_calls()
    added = [e for e in architecture.edges() if e.evidence is Evidence.PROVED]
    assert added == architecture.calls(caller)
    assert architecture.invokers(called) == before


def test_code_in_the_template_is_placed_in_the_template(tmp_path: Path) -> None:
    template = (
        HEAD + "  Caller:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Runtime: python3.13\n      Handler: index.handler\n"
        "      Environment: {Variables: {QUEUE: !Ref Queue}}\n"
        "      InlineCode: |\n"
        "        import os, boto3\n"
        "        def handler(event, context):\n"
        "            boto3.client('sqs').send_message(QueueUrl=os.environ['QUEUE'])\n"
        "  Queue: {Type: AWS::SQS::Queue}\n"
    )
    architecture = architecture_of(tmp_path, template, {})
    (edge,) = architecture.calls(function_of(architecture, "Caller"))
    start = edge.at().span.start
    assert (edge.at().path, start.line, start.column) == ("template.yaml", 12, 13)


@pytest.mark.parametrize("value", [r'"import os\ndef handler(e, c): pass"', "!Ref Text"])
def test_code_in_another_form_is_placed_at_its_property(tmp_path: Path, value: str) -> None:
    template = (
        "Parameters: {Text: {Type: String, Default: 'def handler(e, c): return 1'}}\n" + HEAD
        + "  Caller:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        f"      Runtime: python3.13\n      Handler: index.handler\n      InlineCode: {value}\n"
    )  # fmt: skip
    architecture = architecture_of(tmp_path, template, {})
    function = function_of(architecture, "Caller")
    facts = function.source
    assert not isinstance(facts, NotRead)
    assert facts.handler_place is not None
    assert function.code is not None
    assert function.code.location(facts.handler_place).span == function.at("Code", "ZipFile").span


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ("Runtime: python3.13, Handler: a.b, CodeUri: s3://bucket/key", "lies in a bucket"),
        ("Runtime: python3.13, Handler: a.b, CodeUri: ../outside", "outside the project's root"),
        ("Runtime: python3.13, Handler: a.b, CodeUri: nowhere", "is not there"),
        ("PackageType: Image, ImageUri: 1.dkr.ecr.eu-west-1.amazonaws.com/x", "image"),
    ],
)
def test_code_that_is_not_at_hand_says_why(tmp_path: Path, properties: str, reason: str) -> None:
    template = f"{HEAD}  F: {{Type: AWS::Serverless::Function, Properties: {{{properties}}}}}\n"
    function = function_of(architecture_of(tmp_path, template, {}), "F")
    for answer in (function.source, function.package):
        assert isinstance(answer, NotRead)
        assert reason in answer.reason


def test_without_files_nothing_is_read(tmp_path: Path) -> None:
    architecture = graph_of(tmp_path, f"Resources: {{F: {FUNCTION}}}")
    function = function_of(architecture, "F")
    assert isinstance(function.source, NotRead)
    assert isinstance(function.package, NotRead)
    assert architecture.calls(function) == []


def test_what_only_a_custom_resource_sets_off_is_for_deployment(tmp_path: Path) -> None:
    template = HEAD + "".join(
        f"  {name}: {{Type: AWS::Serverless::Function, Properties: {{Runtime: java21, "
        f"Handler: a.B, CodeUri: x/, Policies: [{policy}]}}}}\n"
        for name, policy in (
            ("Provider", "{LambdaInvokePolicy: {FunctionName: !Ref Work}}"),
            ("Work", "AWSLambdaExecute"),
            ("Other", "AWSLambdaExecute"),
        )
    )
    template += "  Setup: {Type: Custom::X, Properties: {ServiceToken: !GetAtt Provider.Arn}}\n"
    architecture = architecture_of(tmp_path, template, {})
    ids = architecture.deployment_functions()
    names = [each.name for each in architecture.functions() if each.id in ids]
    assert names == ["Provider", "Work"]


def test_a_finding_shows_the_line_of_code(tmp_path: Path) -> None:
    code = {"src/app.py": CODE.format(how="")}
    architecture_of(tmp_path, HEAD + CALLER, code)
    report = analyze([tmp_path / "template.yaml"], Config(select=("ARC001",)))
    (finding,) = report.findings
    assert [place.path for place in finding.related] == ["src/app.py"]
    assert report.sources["src/app.py"] == code["src/app.py"]


def sparse(file: Path, megabytes: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.truncate(megabytes * 1024 * 1024)


PACKAGED = (
    HEAD + "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    "      Runtime: python3.13\n      Handler: app.handler\n      CodeUri: src/\n"
    "      Layers: [!Ref L]\n      Events: {Api: {Type: HttpApi}}\n"
    "  L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}\n"
)


@pytest.mark.parametrize(
    ("code", "layer", "told"),
    [
        (10, 20, None),
        (30, 30, (Severity.WARNING, "wait for a package of 60 MB")),
        (150, 60, (Severity.WARNING, "210 MB of the 250 MB")),
        (150, 101, (Severity.ERROR, "251 MB unzipped")),
    ],
)
def test_code_and_layers_are_weighed_together(
    tmp_path: Path, code: int, layer: int, told: tuple[Severity, str] | None
) -> None:
    sparse(tmp_path / "src" / "model.bin", code)
    sparse(tmp_path / "layer" / "python" / "pandas" / "x.so", layer)
    architecture_of(tmp_path, PACKAGED, {})
    report = analyze([tmp_path / "template.yaml"], Config(select=("PKG001",)))
    if told is None:
        assert not report.findings
        return
    (finding,) = report.findings
    assert finding.severity is told[0]
    assert told[1] in finding.message
    assert "pandas" in finding.remediation


def test_what_is_built_first_is_never_an_error(tmp_path: Path) -> None:
    sparse(tmp_path / "src" / "model.bin", 300)
    (tmp_path / "layer").mkdir()
    architecture_of(tmp_path, PACKAGED, {"src/requirements.txt": "requests\n"})
    report = analyze([tmp_path / "template.yaml"], Config(select=("PKG001",)))
    assert [finding.severity for finding in report.findings] == [Severity.WARNING]


def test_what_sam_has_built_is_what_counts(tmp_path: Path) -> None:
    sparse(tmp_path / ".aws-sam" / "build" / "F" / "model.bin", 300)
    sparse(tmp_path / "src" / "small.bin", 1)
    architecture_of(tmp_path, PACKAGED, {"src/requirements.txt": "requests\n"})
    report = analyze([tmp_path / "template.yaml"], Config(select=("PKG001",)))
    assert [finding.severity for finding in report.findings] == [Severity.ERROR]
    assert "model.bin" in report.findings[0].remediation


@pytest.mark.parametrize(
    ("properties", "events", "bound"),
    [
        ("ReservedConcurrentExecutions: 7", "A: {Type: HttpApi}", 7),
        ("MemorySize: 128", "A: {Type: HttpApi}", None),
        ("MemorySize: 128", "A: {Type: Schedule, Properties: {Schedule: rate(1 day)}}", 1),
        (
            "MemorySize: 128",
            (
                "A: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, "
                "ScalingConfig: {MaximumConcurrency: 5}}}"
            ),
            5,
        ),
        ("MemorySize: 128", "A: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}", None),
    ],
)
def test_what_invokes_a_function_bounds_how_many_run(
    tmp_path: Path, properties: str, events: str, bound: int | None
) -> None:
    template = HEAD + (
        "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        f"      Runtime: java21\n      Handler: a.B\n      CodeUri: x/\n      {properties}\n"
        f"      Events: {{{events}}}\n  Q: {{Type: AWS::SQS::Queue}}\n"
    )
    architecture = graph_of(tmp_path, template)
    function = node_of(architecture, "F")
    assert architecture.concurrency_bound(function) == bound  # type: ignore[arg-type]  # a function by its name


def test_archives_are_weighed_by_what_they_declare() -> None:
    report = analyze([ROOT / "fixtures/applications/thumbnails"], Config(select=("PKG001",)))
    assert [(finding.severity, finding.message) for finding in report.findings] == [
        (
            Severity.ERROR,
            "'Resize' with its layers is 277 MB unzipped, Lambda takes 250 MB",
        ),
        (Severity.WARNING, "'List' makes 'Get' wait for a package of 66 MB unzipped"),
    ]
    heavy, slow = report.findings
    assert "94 MB  scipy" in heavy.remediation
    assert "development dependency 'pytest'" in heavy.remediation
    assert "'boto3', which the runtime has" in heavy.remediation
    assert "development dependency 'aws-cdk-lib'" in slow.remediation


def test_code_of_several_projects_is_named_from_where_they_meet(tmp_path: Path) -> None:
    code = {"src/app.py": CODE.format(how="")}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        architecture_of(tmp_path / name, HEAD + CALLER, code)
    folders = [tmp_path / "one", tmp_path / "two"]
    report = analyze(folders, Config(select=("ARC001",)))
    places = [finding.related[0].path for finding in report.findings]
    assert places == ["one/src/app.py", "two/src/app.py"]
    assert all(report.sources[path] == code["src/app.py"] for path in places)


def test_a_chain_is_told_whole_and_each_hop_once(tmp_path: Path) -> None:
    names = ("A", "B", "C", "D")
    links = {"A": ("B", "C"), "B": ("C",), "C": ("D",), "D": ()}
    template = HEAD
    for name in names:
        variables = ", ".join(f"{target}: !Ref {target}" for target in links[name])
        policies = ", ".join(
            f"{{LambdaInvokePolicy: {{FunctionName: !Ref {target}}}}}" for target in links[name]
        )
        template += (
            f"  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n"
            f"      Runtime: java21\n      Handler: a.B\n      CodeUri: x/\n"
            f"      Environment: {{Variables: {{{variables}}}}}\n      Policies: [{policies}]\n"
        )
    architecture_of(tmp_path, template, {})
    report = analyze([tmp_path / "template.yaml"], Config(select=("ARC001",)))
    told = [(finding.about, finding.location.resource) for finding in report.findings]
    assert told == [(("A", "B", "C", "D"), "A"), (("A", "C", "D"), "A")]
    assert "up to 9 s of waiting" in report.findings[0].why
