"""Write the table of properties whose change replaces a resource, from cfn-lint's schemas.

Run it with the package installed: python scripts/make_replacement_table.py YYYY-MM-DD
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

TARGET = Path(__file__).parent.parent / "advisor" / "data" / "replacement.json"

TYPES = """
AWS::ApiGateway::Deployment AWS::ApiGateway::DomainName AWS::ApiGateway::Method
AWS::ApiGateway::Resource AWS::ApiGateway::RestApi AWS::ApiGateway::Stage
AWS::ApiGateway::UsagePlan AWS::ApiGatewayV2::Api AWS::ApiGatewayV2::DomainName
AWS::ApiGatewayV2::Integration AWS::ApiGatewayV2::Route AWS::ApiGatewayV2::Stage
AWS::AppSync::ApiKey AWS::AppSync::DataSource AWS::AppSync::GraphQLApi AWS::AppSync::Resolver
AWS::Athena::WorkGroup AWS::CloudFront::Distribution AWS::CloudWatch::Alarm
AWS::CloudWatch::CompositeAlarm AWS::Cognito::IdentityPool AWS::Cognito::UserPool
AWS::Cognito::UserPoolClient AWS::DocDB::DBCluster AWS::DynamoDB::GlobalTable
AWS::DynamoDB::Table AWS::EC2::SecurityGroup AWS::EC2::Subnet AWS::EC2::VPC
AWS::EC2::VPCEndpoint AWS::ElastiCache::ReplicationGroup AWS::ElastiCache::ServerlessCache
AWS::Events::ApiDestination AWS::Events::Archive AWS::Events::Connection AWS::Events::EventBus
AWS::Events::Rule AWS::IAM::ManagedPolicy AWS::IAM::Policy AWS::IAM::Role AWS::IoT::TopicRule
AWS::KMS::Key AWS::Kinesis::Stream AWS::KinesisFirehose::DeliveryStream AWS::Lambda::Alias
AWS::Lambda::CodeSigningConfig AWS::Lambda::EventInvokeConfig AWS::Lambda::EventSourceMapping
AWS::Lambda::Function AWS::Lambda::LayerVersion AWS::Lambda::Permission AWS::Lambda::Url
AWS::Lambda::Version AWS::Logs::LogGroup AWS::Logs::SubscriptionFilter AWS::MSK::Cluster
AWS::MSK::ServerlessCluster AWS::OpenSearchService::Domain AWS::Pipes::Pipe AWS::RDS::DBCluster
AWS::RDS::DBInstance AWS::RDS::DBProxy AWS::Redshift::Cluster AWS::S3::Bucket
AWS::S3::BucketPolicy AWS::SNS::Subscription AWS::SNS::Topic AWS::SNS::TopicPolicy
AWS::SQS::Queue AWS::SQS::QueuePolicy AWS::SSM::Parameter AWS::Scheduler::Schedule
AWS::Scheduler::ScheduleGroup AWS::SecretsManager::Secret AWS::StepFunctions::Activity
AWS::StepFunctions::StateMachine AWS::StepFunctions::StateMachineAlias
AWS::StepFunctions::StateMachineVersion AWS::Timestream::Table AWS::WAFv2::WebACLAssociation
""".split()  # noqa: SIM905  # a list of words reads best as words

SAM = {
    "AWS::Serverless::Api": ("AWS::ApiGateway::RestApi", {}),
    "AWS::Serverless::Function": ("AWS::Lambda::Function", {}),
    "AWS::Serverless::GraphQLApi": ("AWS::AppSync::GraphQLApi", {}),
    "AWS::Serverless::HttpApi": ("AWS::ApiGatewayV2::Api", {}),
    "AWS::Serverless::SimpleTable": ("AWS::DynamoDB::Table", {"KeySchema": "PrimaryKey"}),
    "AWS::Serverless::StateMachine": (
        "AWS::StepFunctions::StateMachine",
        {"StateMachineName": "Name", "StateMachineType": "Type"},
    ),
}
"""What SAM makes of its own types, and which properties go by another name there."""


def _replacing(kind: str) -> list[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    found = {
        pointer.removeprefix("/properties/").replace("/", ".")
        for key in ("createOnlyProperties", "conditionalCreateOnlyProperties")
        for pointer in schema.get(key, ())
    }
    return sorted(found)


def main() -> None:
    """Write the table; the argument is the date to put into it."""
    table = {kind: _replacing(kind) for kind in TYPES}
    for kind, (raw, names) in SAM.items():
        table[kind] = sorted(
            ".".join([names.get(head := path.partition(".")[0], head), *path.split(".")[1:]])
            for path in table[raw]
        )
    origin = f"createOnlyProperties of the resource schemas in cfn-lint {version('cfn-lint')}"
    lines = [
        '"what": "properties whose change replaces the resource, some only in some cases"',
        f'"source": {json.dumps(origin)}',
        '"licence": "the schemas are published by Amazon.com, Inc. or its affiliates"',
        f'"date": {json.dumps(sys.argv[1])}',
        '"made_by": "scripts/make_replacement_table.py"',
    ]
    rows = [f"  {json.dumps(kind)}: {json.dumps(paths)}" for kind, paths in sorted(table.items())]
    lines.append('"types": {\n' + ",\n".join(rows) + "\n}")
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
