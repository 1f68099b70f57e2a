"""Zones, ways out, endpoints and security groups; databases behind them and who connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.architecture.edges import EdgeKind, Evidence
from advisor.architecture.nodes.databases import DatabaseCluster, DatabaseInstance, DbProxy
from advisor.architecture.nodes.network import NatGateway, SecurityGroup, Subnet
from advisor.architecture.nodes.observability import Alarm
from advisor.architecture.reachability import (
    endpoints_for,
    is_public,
    nat_gateways,
    placement,
    same_zone,
    ways_out,
    zone_count,
)
from advisor.architecture.security_groups import allows, groups_of, lets_out
from advisor.templates.values import Unknown

from .graphs import edge_between, edges_between, graph_of, node_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture

NETWORK = """
    Parameters: {Zone: {Type: String}, Elsewhere: {Type: String}}
    Resources:
      Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
      Igw: {Type: AWS::EC2::InternetGateway}
      Public:
        Type: AWS::EC2::Subnet
        Properties:
          VpcId: !Ref Vpc
          CidrBlock: 10.0.0.0/24
          AvailabilityZone: !Select [0, !GetAZs ""]
      A:
        Type: AWS::EC2::Subnet
        Properties:
          VpcId: !Ref Vpc
          CidrBlock: 10.0.1.0/24
          AvailabilityZone: !Select [0, !GetAZs {Ref: AWS::Region}]
      B:
        Type: AWS::EC2::Subnet
        Properties:
          VpcId: !Ref Vpc
          CidrBlock: 10.0.2.0/24
          AvailabilityZone: !Select ["1", !GetAZs ""]
      ByLetter:
        Type: AWS::EC2::Subnet
        Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Sub "${AWS::Region}a"}
      ByOther:
        Type: AWS::EC2::Subnet
        Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Sub "${AWS::Region}b"}
      ByParameter:
        Type: AWS::EC2::Subnet
        Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Ref Zone}
      Same:
        Type: AWS::EC2::Subnet
        Properties: {VpcId: !Ref Elsewhere, AvailabilityZone: !Ref Zone}
      Free: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
      PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
      PrivateTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
      ToInternet:
        Type: AWS::EC2::Route
        Properties:
          RouteTableId: !Ref PublicTable
          DestinationCidrBlock: 0.0.0.0/0
          GatewayId: !Ref Igw
      ToNat:
        Type: AWS::EC2::Route
        Properties:
          RouteTableId: !Ref PrivateTable
          DestinationCidrBlock: 0.0.0.0/0
          NatGatewayId: !Ref Nat
      Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public}}
      T1:
        Type: AWS::EC2::SubnetRouteTableAssociation
        Properties: {SubnetId: !Ref Public, RouteTableId: !Ref PublicTable}
      T2:
        Type: AWS::EC2::SubnetRouteTableAssociation
        Properties: {SubnetId: !Ref A, RouteTableId: !Ref PrivateTable}
      T3:
        Type: AWS::EC2::SubnetRouteTableAssociation
        Properties: {SubnetId: !Ref ByParameter, RouteTableId: !Ref Elsewhere}
      Tables:
        Type: AWS::EC2::VPCEndpoint
        Properties:
          VpcId: !Ref Vpc
          ServiceName: !Sub com.amazonaws.${AWS::Region}.dynamodb
          RouteTableIds: [!Ref PrivateTable]
      Queues:
        Type: AWS::EC2::VPCEndpoint
        Properties:
          VpcId: !Ref Vpc
          VpcEndpointType: Interface
          ServiceName: com.amazonaws.eu-west-1.sqs
          SubnetIds: [!Ref A]
      ToInternetV6:
        Type: AWS::EC2::Route
        Properties:
          RouteTableId: !Ref PrivateTable
          DestinationIpv6CidrBlock: "::/0"
          EgressOnlyInternetGatewayId: eigw-1
      FnGroup: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc}}
      Narrow:
        Type: AWS::EC2::SecurityGroup
        Properties:
          VpcId: !Ref Vpc
          SecurityGroupEgress:
            - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
            - IpProtocol: tcp
              FromPort: 5432
              ToPort: 5432
              DestinationSecurityGroupId: !Ref DbGroup
      DbGroup:
        Type: AWS::EC2::SecurityGroup
        Properties:
          VpcId: !Ref Vpc
          SecurityGroupIngress:
            - {IpProtocol: tcp, FromPort: 3306, ToPort: 3306, CidrIp: 10.0.1.0/24}
            - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref Zone}
      Extra:
        Type: AWS::EC2::SecurityGroupIngress
        Properties:
          GroupId: !GetAtt DbGroup.GroupId
          IpProtocol: tcp
          FromPort: "5432"
          ToPort: "5432"
          SourceSecurityGroupId: !GetAtt FnGroup.GroupId
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          VpcConfig:
            SubnetIds: [!Ref A, !Ref B]
            SecurityGroupIds: [!GetAtt FnGroup.GroupId]
      Outside:
        Type: AWS::Lambda::Function
        Properties: {VpcConfig: {SubnetIds: [!Ref A, !Ref Elsewhere]}}
"""


@pytest.fixture
def network(tmp_path: Path) -> Architecture:
    return graph_of(tmp_path, NETWORK)


def subnet(graph: Architecture, name: str) -> Subnet:
    node = node_of(graph, name)
    assert isinstance(node, Subnet)
    return node


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Public", "A", True),
        ("A", "B", False),
        ("ByLetter", "ByOther", False),
        ("ByParameter", "Same", True),
        ("ByParameter", "A", None),
        ("Free", "Free", True),
        ("Free", "A", None),
        ("ByLetter", "A", None),
    ],
)
def test_zones_are_compared_as_far_as_they_are_known(
    network: Architecture, one: str, other: str, *, expected: bool | None
) -> None:
    answer = same_zone(subnet(network, one), subnet(network, other))
    assert isinstance(answer, Unknown) if expected is None else answer is expected


def test_zones_are_counted_where_that_is_sure(network: Architecture) -> None:
    assert zone_count([subnet(network, name) for name in ("A", "B", "Public")]) == 2
    assert isinstance(zone_count([subnet(network, name) for name in ("A", "Free")]), Unknown)
    assert zone_count([]) == 0


def test_a_route_to_an_internet_gateway_makes_a_subnet_public(network: Architecture) -> None:
    assert is_public(subnet(network, "Public")) is True
    assert is_public(subnet(network, "A")) is False
    assert is_public(subnet(network, "B")) is False
    assert isinstance(is_public(subnet(network, "ByParameter")), Unknown)
    assert isinstance(is_public(subnet(network, "Same")), Unknown)


def test_ways_out_lead_to_the_nat_gateways(network: Architecture) -> None:
    assert ways_out(subnet(network, "A")) == frozenset({"nat"})
    assert ways_out(subnet(network, "B")) == frozenset()
    assert ways_out(subnet(network, "A"), ipv6=True) == frozenset({"egress-only"})
    (nat,) = nat_gateways(subnet(network, "A"))
    assert isinstance(nat, NatGateway)
    assert nat.subnet is subnet(network, "Public")


def test_endpoints_serve_a_vpc_or_a_route_table(network: Architecture) -> None:
    def names(where: str, service: str) -> list[str]:
        return [e.name for e in endpoints_for(network, subnet(network, where), service)]

    assert names("A", "dynamodb") == ["Tables"]
    assert names("Public", "dynamodb") == []
    assert names("B", "dynamodb") == []
    assert names("B", "sqs") == ["Queues"]
    assert names("A", "sns") == []


def test_placement_tells_whether_all_subnets_are_here(network: Architecture) -> None:
    here = placement(network, node_of(network, "Fn"))
    assert here is not None
    assert here.complete
    assert [node.name for node in here.subnets] == ["A", "B"]
    partly = placement(network, node_of(network, "Outside"))
    assert partly is not None
    assert not partly.complete
    assert edges_between(network, "Fn", "A", EdgeKind.USES)


@pytest.mark.parametrize(
    ("port", "subnets", "expected"),
    [
        (5432, (), True),
        (3306, ("A",), True),
        (3306, ("A", "B"), False),
        (22, ("A",), None),
        (443, ("A",), False),
    ],
)
def test_security_groups_let_in_groups_and_blocks(
    network: Architecture, port: int, subnets: tuple[str, ...], *, expected: bool | None
) -> None:
    group = node_of(network, "DbGroup")
    assert isinstance(group, SecurityGroup)
    own = groups_of(network, node_of(network, "Fn"))
    assert not isinstance(own, Unknown)
    places = [subnet(network, name) for name in subnets]
    answer = allows(network, group, port=port, groups=own, subnets=places)
    assert isinstance(answer, Unknown) if expected is None else answer is expected


DATABASES = """
    Resources:
      Secret: {Type: AWS::SecretsManager::Secret}
      Other: {Type: AWS::SecretsManager::Secret}
      Cluster:
        Type: AWS::RDS::DBCluster
        Properties: {Engine: aurora-postgresql, EnableHttpEndpoint: true}
      First:
        Type: AWS::RDS::DBInstance
        Properties: {DBClusterIdentifier: !Ref Cluster, Engine: aurora-postgresql}
      Single:
        Type: AWS::RDS::DBInstance
        Properties: {Engine: MySQL, DBInstanceClass: db.t3.micro}
      Attached:
        Type: AWS::SecretsManager::SecretTargetAttachment
        Properties:
          SecretId: !Ref Other
          TargetId: !Ref Single
          TargetType: AWS::RDS::DBInstance
      Proxy: {Type: AWS::RDS::DBProxy, Properties: {DBProxyName: p, EngineFamily: POSTGRESQL}}
      Group:
        Type: AWS::RDS::DBProxyTargetGroup
        Properties:
          DBProxyName: !Ref Proxy
          TargetGroupName: default
          DBClusterIdentifiers: [!Ref Cluster]
      Direct:
        Type: AWS::Lambda::Function
        Properties:
          Environment:
            Variables: {URL: !Sub "postgres://${Cluster.Endpoint.Address}:5432/x"}
      Pooled:
        Type: AWS::Lambda::Function
        Properties: {Environment: {Variables: {HOST: !GetAtt Proxy.Endpoint}}}
      BySecret:
        Type: AWS::Lambda::Function
        Properties:
          VpcConfig: {SubnetIds: [subnet-1]}
          Environment: {Variables: {SECRET: !Ref Other}}
      Outside:
        Type: AWS::Lambda::Function
        Properties: {Environment: {Variables: {SECRET: !Ref Other}}}
      Named:
        Type: AWS::Lambda::Function
        Properties: {Environment: {Variables: {ARN: !GetAtt Cluster.DBClusterArn}}}
      Busy:
        Type: AWS::CloudWatch::Alarm
        Properties:
          MetricName: Errors
          AlarmActions: []
          Dimensions: [{Name: FunctionName, Value: !Ref Direct}]
"""


@pytest.fixture
def databases(tmp_path: Path) -> Architecture:
    return graph_of(tmp_path, DATABASES)


@pytest.mark.parametrize(
    ("function", "target"),
    [("Direct", "Cluster"), ("Pooled", "Proxy"), ("BySecret", "Single")],
)
def test_an_address_or_a_secret_in_the_network_connects(
    databases: Architecture, function: str, target: str
) -> None:
    edge = edge_between(databases, function, target, EdgeKind.CONNECTS)
    assert edge.evidence is Evidence.REFERENCED
    assert edge.at().pointer[:2] == ("Resources", function)


@pytest.mark.parametrize("function", ["Outside", "Named"])
def test_a_secret_outside_the_network_or_an_arn_connects_nothing(
    databases: Architecture, function: str
) -> None:
    assert not databases.outgoing(node_of(databases, function), EdgeKind.CONNECTS)


def test_the_data_api_holds_no_connection_by_its_secret(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Cluster:
            Type: AWS::RDS::DBCluster
            Properties: {Engine: aurora-mysql, EnableHttpEndpoint: true}
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: a.b
              InlineCode: x
              VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}
              Environment: {Variables: {SECRET: !GetAtt Cluster.MasterUserSecret.SecretArn}}
              Policies:
                - Statement:
                    - Effect: Allow
                      Action: rds-data:ExecuteStatement
                      Resource: !Sub arn:aws:rds:${AWS::Region}:1:cluster:${Cluster}
        """,
    )
    edge = edge_between(graph, "Fn", "Cluster", EdgeKind.CONNECTS)
    assert edge.evidence is Evidence.GRANTED
    assert edge.actions == ("rds-data:ExecuteStatement",)


def test_a_proxy_leads_to_its_databases(databases: Architecture) -> None:
    assert edge_between(databases, "Proxy", "Cluster", EdgeKind.CONNECTS).via == "RDS Proxy"
    cluster, first = node_of(databases, "Cluster"), node_of(databases, "First")
    assert isinstance(cluster, DatabaseCluster)
    assert isinstance(first, DatabaseInstance)
    assert cluster.proxies == first.proxies
    assert isinstance(cluster.proxies[0], DbProxy)
    assert cluster.instances == (first,)
    assert cluster.spans_zones is False
    assert cluster.has_data_api is True
    assert cluster.port == 5432


def test_engines_tell_ports_and_whether_a_proxy_can_help(databases: Architecture) -> None:
    single = node_of(databases, "Single")
    assert isinstance(single, DatabaseInstance)
    assert (single.engine, single.port, single.can_have_proxy) == ("mysql", 3306, True)
    assert single.is_relational is True
    assert [secret.name for secret in single.secrets] == ["Other", "Attached"]


def test_an_alarm_watches_what_its_dimensions_name(databases: Architecture) -> None:
    alarm = node_of(databases, "Busy")
    assert isinstance(alarm, Alarm)
    assert alarm.watched == (node_of(databases, "Direct"),)
    assert alarm.metrics == ("Errors",)
    assert alarm.has_action is False


def test_a_file_system_is_found_by_a_built_arn_of_its_access_point(tmp_path: Path) -> None:
    architecture = graph_of(
        tmp_path,
        """
    Resources:
      Files: {Type: AWS::EFS::FileSystem}
      Entry: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.13
          Handler: a.b
          FileSystemConfigs:
            - LocalMountPath: /mnt/files
              Arn: !Sub "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:\\
                ${AWS::AccountId}:access-point/${Entry}"
""",
    )
    assert edge_between(architecture, "Fn", "Files").via == "file system mount"


def test_a_group_lets_everything_out_until_it_writes_a_rule(network: Architecture) -> None:
    free, narrow, database = (node_of(network, name) for name in ("FnGroup", "Narrow", "DbGroup"))
    assert isinstance(free, SecurityGroup)
    assert isinstance(narrow, SecurityGroup)
    assert isinstance(database, SecurityGroup)
    assert lets_out(network, free, port=1) is True
    assert lets_out(network, narrow, port=443) is True
    assert lets_out(network, narrow, port=5432, groups=[database]) is True
    assert lets_out(network, narrow, port=5432, groups=[free]) is False
    assert lets_out(network, narrow, port=6379, groups=[database]) is False
