"""Tags that a SAM resource passes on to what is made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.source import tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.sam.source import Path, Source

# The types that SAM tags.
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
_LISTS = {
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}
_MAPS = {"AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::Stage"}
_HTTP = "AWS::Serverless::HttpApi"
_WITH_ROLE = {"AWS::Serverless::Function", "AWS::Serverless::StateMachine"}


def pass_on(source: Source, resources: Iterable[Resource]) -> None:
    """Tag what is made for a resource: all with `PropagateTags`, its execution role always.

    An HTTP API that the template or its events define tags its stage and domain unasked.
    """
    tags = source.map("Tags")
    if not tags:
        return
    everything = source.get("PropagateTags") is True
    http = source.type == _HTTP and source.get("DefinitionUri") is None
    role = f"{source.logical_id}Role" if source.type in _WITH_ROLE else ""
    for resource in resources:
        if not (everything or http or resource.logical_id == role):
            continue
        if resource.type in _LISTS:
            resource.properties = {**resource.properties, "Tags": tag_list(tags)}
        elif resource.type in _MAPS:
            resource.properties = {**resource.properties, "Tags": tags}
        else:
            continue
        origins: dict[Path, Pointer] = dict(resource.origins)
        origins["Tags",] = source.where("Tags")
        resource.origins = origins
