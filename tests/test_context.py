"""What authors and tools note beside resources: contexts, construct paths, helpers of the CDK."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor import EdgeKind
from advisor.analysis import analyze, read
from advisor.architecture.build import BUILDERS
from advisor.config import Config
from advisor.reporters.formats import render
from advisor.reporters.look import Look

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from advisor import Architecture

NOTED = """
Metadata:
  com.aws.cloudformation.Context:
    must: [all data stays in the region]
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Metadata:
      aws:cdk:path: Shop/Orders/Resource
      com.aws.cloudformation.Context:
        why: orders are cheap to repeat
        must: [never FIFO]
        deps: [Prices, child.Table, nothing.Here]
  Prices: {Type: AWS::DynamoDB::Table}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Events: {Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
"""


def test_notes_of_the_authors_stand_beside_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(NOTED)
    (tmp_path / "child.yaml").write_text("Resources: {Table: {Type: AWS::DynamoDB::Table}}")
    report = analyze([file], Config(select=("source-queue-without-dlq",)))
    (finding,) = report.findings
    assert finding.context == (
        "why it is so: orders are cheap to repeat",
        "must hold: never FIFO",
        "must hold: all data stays in the region",
    )
    assert finding.location.construct == "Shop/Orders"
    (data,) = json.loads(render("json", report, look=Look()))["findings"]
    assert data["context"] == list(finding.context)
    assert data["location"]["construct"] == "Shop/Orders"


def test_dependencies_that_authors_declare_are_edges(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(NOTED)
    (tmp_path / "child.yaml").write_text("Resources: {Table: {Type: AWS::DynamoDB::Table}}")
    (reading,) = read([file, tmp_path / "child.yaml"], Config())
    found = {
        (edge.source.name, edge.target.name)
        for edge in reading.architecture.edges(EdgeKind.USES)
        if edge.via == "declared dependency"
    }
    assert found == {("Orders", "Prices"), ("Orders", "Table")}


HELPER = """
Resources:
  Uploads: {Type: AWS::S3::Bucket}
  BucketNotificationsHandler050a0587b7544547bf325f094a3db8347ECC3691:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: index.handler, Code: {ZipFile: "x"}}
  Timer:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - Id: a
          Arn: !GetAtt BucketNotificationsHandler050a0587b7544547bf325f094a3db8347ECC3691.Arn
"""


def test_nobody_is_asked_to_mend_what_the_cdk_adds_for_itself(tmp_path: Path) -> None:
    file = tmp_path / "stack.template.json"
    file.write_text(HELPER)
    chosen = Config(select=("async-function-without-failure-destination",))
    assert analyze([file], chosen).findings == ()
    file.write_text(HELPER.replace("BucketNotificationsHandler050a", "MyHandler050a"))
    assert len(analyze([file], chosen).findings) == 1


def test_a_family_of_edges_that_fails_hides_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(architecture: Architecture) -> None:
        raise KeyError(str(architecture))

    monkeypatch.setattr("advisor.architecture.build.BUILDERS", (fails, *BUILDERS))
    file = tmp_path / "template.yaml"
    file.write_text(NOTED)
    report = analyze([file], Config(select=("source-queue-without-dlq",)))
    assert len(report.findings) == 1
    (error,) = report.errors
    assert error.message.startswith("drawing the edges of ")
    assert error.message.endswith(" failed with KeyError")
    assert "fails" in error.detail
