"""Which node a CloudFormation type becomes: APIs, workflows, networks, databases, edge, alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes import (
    apis,
    balancers,
    databases,
    edge,
    graphql,
    network,
    observability,
    workflows,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.architecture.nodes.base import Node
    from advisor.templates.resource import Resource
    from advisor.templates.view import View

SERVICES: dict[str, Callable[[Resource, View], Node]] = {
    "AWS::ApiGateway::Authorizer": apis.Authorizer,
    "AWS::ApiGateway::Deployment": apis.ApiDeployment,
    "AWS::ApiGateway::Method": apis.Route,
    "AWS::ApiGateway::Resource": apis.ApiResource,
    "AWS::ApiGateway::RestApi": apis.RestApi,
    "AWS::ApiGateway::Stage": apis.ApiStage,
    "AWS::ApiGatewayV2::Api": apis.api_v2,
    "AWS::ApiGatewayV2::Authorizer": apis.Authorizer,
    "AWS::ApiGatewayV2::Deployment": apis.ApiDeployment,
    "AWS::ApiGatewayV2::Integration": apis.ApiIntegration,
    "AWS::ApiGatewayV2::Route": apis.Route,
    "AWS::ApiGatewayV2::Stage": apis.ApiStage,
    "AWS::AppSync::DataSource": graphql.DataSource,
    "AWS::AppSync::FunctionConfiguration": graphql.ResolverFunction,
    "AWS::AppSync::GraphQLApi": graphql.GraphqlApi,
    "AWS::AppSync::Resolver": graphql.Resolver,
    "AWS::ElasticLoadBalancingV2::Listener": balancers.Listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": balancers.ListenerRule,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancers.LoadBalancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": balancers.TargetGroup,
    "AWS::StepFunctions::Activity": workflows.Activity,
    "AWS::StepFunctions::StateMachine": workflows.StateMachine,
    "AWS::EC2::EgressOnlyInternetGateway": network.EgressOnlyGateway,
    "AWS::EC2::InternetGateway": network.InternetGateway,
    "AWS::EC2::NatGateway": network.NatGateway,
    "AWS::EC2::Route": network.VpcRoute,
    "AWS::EC2::RouteTable": network.RouteTable,
    "AWS::EC2::SecurityGroup": network.SecurityGroup,
    "AWS::EC2::SecurityGroupEgress": network.SecurityGroupRule,
    "AWS::EC2::SecurityGroupIngress": network.SecurityGroupRule,
    "AWS::EC2::Subnet": network.Subnet,
    "AWS::EC2::SubnetRouteTableAssociation": network.RouteTableAssociation,
    "AWS::EC2::VPC": network.Vpc,
    "AWS::EC2::VPCEndpoint": network.VpcEndpoint,
    "AWS::EC2::VPCGatewayAttachment": network.GatewayAttachment,
    "AWS::DocDB::DBCluster": databases.DatabaseCluster,
    "AWS::DocDB::DBInstance": databases.DatabaseInstance,
    "AWS::DocDB::DBSubnetGroup": databases.SubnetGroup,
    "AWS::EFS::AccessPoint": databases.AccessPoint,
    "AWS::EFS::FileSystem": databases.FileSystem,
    "AWS::EFS::MountTarget": databases.MountTarget,
    "AWS::ElastiCache::CacheCluster": databases.Cache,
    "AWS::ElastiCache::ReplicationGroup": databases.Cache,
    "AWS::ElastiCache::ServerlessCache": databases.Cache,
    "AWS::ElastiCache::SubnetGroup": databases.SubnetGroup,
    "AWS::Elasticsearch::Domain": databases.SearchDomain,
    "AWS::MemoryDB::Cluster": databases.Cache,
    "AWS::MemoryDB::SubnetGroup": databases.SubnetGroup,
    "AWS::Neptune::DBCluster": databases.DatabaseCluster,
    "AWS::Neptune::DBInstance": databases.DatabaseInstance,
    "AWS::Neptune::DBSubnetGroup": databases.SubnetGroup,
    "AWS::OpenSearchService::Domain": databases.SearchDomain,
    "AWS::RDS::DBCluster": databases.DatabaseCluster,
    "AWS::RDS::DBInstance": databases.DatabaseInstance,
    "AWS::RDS::DBProxy": databases.DbProxy,
    "AWS::RDS::DBProxyEndpoint": databases.ProxyEndpoint,
    "AWS::RDS::DBProxyTargetGroup": databases.ProxyTargetGroup,
    "AWS::RDS::DBSubnetGroup": databases.SubnetGroup,
    "AWS::Redshift::Cluster": databases.Warehouse,
    "AWS::Redshift::ClusterSubnetGroup": databases.SubnetGroup,
    "AWS::RedshiftServerless::Workgroup": databases.Warehouse,
    "AWS::SecretsManager::SecretTargetAttachment": databases.SecretAttachment,
    "AWS::CloudFront::Distribution": edge.Distribution,
    "AWS::CloudFront::Function": edge.CloudFrontFunction,
    "AWS::Lambda::CapacityProvider": observability.CapacityProvider,
    "AWS::CloudFormation::Stack": observability.NestedStack,
    "AWS::CloudWatch::Alarm": observability.Alarm,
    "AWS::CloudWatch::CompositeAlarm": observability.Alarm,
    "AWS::ECS::Cluster": observability.ContainerCluster,
    "AWS::ECS::Service": observability.ContainerService,
    "AWS::ECS::TaskDefinition": observability.ContainerTask,
}
"""What makes the node of a resource of each type."""

__all__ = ["SERVICES"]
