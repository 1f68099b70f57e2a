"""Who waits for a function, for how long, and who may invoke it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.functions import Function
from advisor.architecture.waits import Wait

from .edges import graph, one

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Ask:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      CodeUri: src/
      FunctionUrlConfig:
        AuthType: AWS_IAM
      Events:
        Get: {Type: Api, Properties: {Path: /a, Method: get}}
        Put: {Type: HttpApi, Properties: {Path: /a, Method: put}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        DefaultCacheBehavior: {TargetOriginId: url, ViewerProtocolPolicy: https-only}
        Origins:
          - Id: url
            DomainName: !Select [2, !Split ["/", !GetAtt AskUrl.FunctionUrl]]
            CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginReadTimeout: 45}
"""


def test_everyone_who_waits_is_told_with_the_time(tmp_path: Path) -> None:
    architecture = graph(tmp_path, TEMPLATE)
    callers = architecture.waiting_callers(one(architecture, Function))
    waits = {
        caller.wait.limit.key: caller.wait.seconds
        for caller in callers
        if isinstance(caller.wait, Wait)
    }
    assert waits == {
        "rest-integration-wait": 29,
        "http-integration-wait": 30,
        "origin-read-wait": 45,
    }
    assert not any(caller.streamed for caller in callers)


def test_a_streaming_url_makes_its_distribution_wait_for_pauses_only(tmp_path: Path) -> None:
    streaming = TEMPLATE.replace("AuthType: AWS_IAM", "InvokeMode: RESPONSE_STREAM")
    architecture = graph(tmp_path, streaming)
    callers = architecture.waiting_callers(one(architecture, Function))
    assert [caller.edge.source.name for caller in callers if caller.streamed] == ["Site"]


def test_permissions_are_found_with_the_version_that_they_speak_of(tmp_path: Path) -> None:
    aliased = TEMPLATE.replace(
        "      FunctionUrl", "      AutoPublishAlias: live\n      FunctionUrl"
    )
    for text, qualifiers in ((TEMPLATE, {None}), (aliased, {"live"})):
        architecture = graph(tmp_path, text)
        found = architecture.permissions(one(architecture, Function))
        assert {qualifier for _, qualifier in found} == qualifiers
        principals = {permission.principal for permission, _ in found}
        assert principals == {"apigateway.amazonaws.com", "events.amazonaws.com"}
