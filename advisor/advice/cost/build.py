"""From architectures and answers to the model: links first, then charges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.cost.apis import charge_apis
from advisor.advice.cost.calls import connect_calls
from advisor.advice.cost.events import connect
from advisor.advice.cost.machines import connect_machines
from advisor.advice.cost.meters import charge_all, charge_stores
from advisor.advice.cost.model import Model
from advisor.architecture.nodes import Bucket, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.advice.cost.answers import Answers
    from advisor.architecture.architecture import Architecture

_DEAR = (
    "AWS::ApiGateway::UsagePlan",
    "AWS::Cognito::",
    "AWS::CloudFront::Distribution",
    "AWS::RDS::",
    "AWS::ElastiCache::",
    "AWS::MemoryDB::",
    "AWS::Neptune::",
    "AWS::DocDB::",
    "AWS::OpenSearchService::",
    "AWS::Elasticsearch::",
    "AWS::Redshift",
    "AWS::EFS::FileSystem",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::EC2::Instance",
    "AWS::EC2::VPCEndpoint",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KinesisFirehose::",
    "AWS::MSK::",
    "AWS::AmazonMQ::",
    "AWS::Glue::",
    "AWS::Batch::",
    "AWS::SageMaker::",
    "AWS::IoT::TopicRule",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::WAFv2::WebACL",
    "AWS::CloudWatch::Alarm",
    "AWS::SES::",
    "AWS::Bedrock::",
    "AWS::CodeBuild::Project",
)
"""Types that cost something and have no meter here."""


def build_model(architectures: Sequence[Architecture], answers: Answers) -> Model:
    """Return the model; LoadError where an answer is out of its bounds."""
    model = Model(architectures, answers)
    for architecture in architectures:
        architecture.add_calls()
        connect(model, architecture)
        connect_calls(model, architecture)
        connect_machines(model, architecture)
        charge_all(model, architecture)
        charge_apis(model, architecture)
        charge_stores(model, architecture.tables(), architecture.all(Bucket))
        _leave_out(model, architecture)
    for field in ("duration_ms", "log_kb", "payload_kb", "failure_rate"):
        answers.default(field)
    return model


def _leave_out(model: Model, architecture: Architecture) -> None:
    for node in architecture.nodes():
        if node.type.startswith(_DEAR) and not isinstance(node, Table):
            service = "::".join(node.type.split("::")[:3])
            if node.type != "AWS::ApiGateway::UsagePlan":
                model.ledger.leave_out(f"{service}, which has no meter here", node.title)
    model.ledger.leave_out("data transfer out of AWS and between zones and regions")
    model.ledger.leave_out("storage of logs, messages, items and objects; alarms and traces; taxes")


__all__ = ["build_model"]
