"""Custom domains of APIs: the domain name, its mappings and the DNS records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.templates.sam.source import as_list, digest, get_att, made_draft, mapping, ref

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import Source

_EDGE_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every CloudFront distribution.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-aliastarget-1.html
"""
_OPTIONAL = (
    "SecurityPolicy",
    "EndpointAccessMode",
    "Policy",
    "OwnershipVerificationCertificateArn",
)


def _paths(value: Data) -> list[str | None]:
    found: list[str | None] = [path for path in as_list(value) if isinstance(path, str) and path]
    return found or [None]


def _mutual(said: dict[str, Data]) -> Data:
    config = said.get("MutualTlsAuthentication")
    if not mapping(config):
        return config or None
    return {key: value for key, value in mapping(config).items() if value}


def rest_domain(source: Source, context: Context, stage: str) -> list[Resource]:
    """Return domain, base path mappings and records of a REST API."""
    said = mapping(context.default(source.get("Domain")))
    name = said.get("DomainName")
    if name is None:
        return []
    place = source.where("Domain")
    endpoint = said.get("EndpointConfiguration") or "REGIONAL"
    private = endpoint == "PRIVATE"
    version = "V2" if private else ""
    logical_id = f"ApiGatewayDomainName{version}{digest(context.settled(name))}"
    domain = made_draft(source, logical_id, f"AWS::ApiGateway::DomainName{version}")
    domain.origins[()] = place
    domain.put("DomainName", name)
    regional = endpoint == "REGIONAL"
    domain.put(
        "RegionalCertificateArn" if regional else "CertificateArn",
        said.get("CertificateArn"),
        (*place, "CertificateArn"),
    )
    config: dict[str, Data] = {"Types": [endpoint]}
    if said.get("IpAddressType") is not None:
        config["IpAddressType"] = said["IpAddressType"]
    domain.put("EndpointConfiguration", config, (*place, "EndpointConfiguration"))
    for key in _OPTIONAL:
        domain.put(key, said.get(key) or None)
    if not private:
        domain.put("MutualTlsAuthentication", _mutual(said))
    made = [domain.build()]
    for path in _paths(said.get("BasePath")):
        clean = "".join(c for c in path or "" if c.isalnum())
        mapped = made_draft(
            source,
            f"{source.logical_id}{clean}BasePathMapping",
            f"AWS::ApiGateway::BasePathMapping{version}",
        )
        mapped.origins[()] = place
        mapped.put("DomainNameArn" if private else "DomainName", ref(logical_id))
        mapped.put("RestApiId", ref(source.logical_id))
        mapped.put("Stage", ref(stage))
        if path is not None:
            mapped.put("BasePath", path if said.get("NormalizeBasePath") is False else clean)
        made.append(mapped.build())
    access = mapping(said.get("AccessAssociation"))
    if private and access:
        made.append(_association(source, context, logical_id, access))
    return made + _records(source, context, {**said, "EndpointConfiguration": endpoint}, logical_id)


def _association(
    source: Source, context: Context, domain: str, access: dict[str, Data]
) -> Resource:
    endpoint = access.get("VpcEndpointId")
    draft = made_draft(
        source,
        f"DomainNameAccessAssociation{digest(context.settled([endpoint, domain]))}",
        "AWS::ApiGateway::DomainNameAccessAssociation",
    )
    draft.origins[()] = source.where("Domain", "AccessAssociation")
    draft.properties = {
        "DomainNameArn": ref(domain),
        "AccessAssociationSourceType": "VPCE",
        "AccessAssociationSource": endpoint,
    }
    return draft.build()


def http_domain(source: Source, context: Context, stage: str) -> list[Resource]:
    """Return domain, mappings and records of an HTTP or WebSocket API."""
    said = mapping(context.default(source.get("Domain")))
    name = said.get("DomainName")
    if name is None:
        return []
    place = source.where("Domain")
    logical_id = f"ApiGatewayDomainNameV2{digest(context.settled(name))}"
    domain = made_draft(source, logical_id, "AWS::ApiGatewayV2::DomainName")
    domain.origins[()] = place
    domain.put("DomainName", name)
    config: dict[str, Data] = {"EndpointType": said.get("EndpointConfiguration") or "REGIONAL"}
    for key in ("CertificateArn", "SecurityPolicy", "OwnershipVerificationCertificateArn"):
        if said.get(key) is not None:
            config[key] = said[key]
            domain.origins["DomainNameConfigurations", "0", key] = (*place, key)
    domain.put("DomainNameConfigurations", [config])
    domain.put("MutualTlsAuthentication", _mutual(said))
    made = [domain.build()]
    for path in _paths(said.get("BasePath")):
        clean = re.sub(r"[-_/]+", "", path or "")
        mapped = made_draft(
            source, f"{source.logical_id}{clean}ApiMapping", "AWS::ApiGatewayV2::ApiMapping"
        )
        mapped.origins[()] = place
        mapped.put("DomainName", ref(logical_id))
        mapped.put("ApiId", ref(source.logical_id))
        mapped.put("Stage", ref(stage))
        mapped.put("ApiMappingKey", path.strip("/") if path is not None else None)
        made.append(mapped.build())
    return made + _records(
        source, context, {**said, "EndpointConfiguration": config["EndpointType"]}, logical_id
    )


def _records(
    source: Source, context: Context, said: dict[str, Data], domain: str
) -> list[Resource]:
    route53 = mapping(said.get("Route53"))
    zone_id, zone_name = route53.get("HostedZoneId"), route53.get("HostedZoneName")
    if zone_id is None and zone_name is None:
        return []
    target: dict[str, Data] = {}
    if route53.get("EvaluateTargetHealth") is not None:
        target["EvaluateTargetHealth"] = route53["EvaluateTargetHealth"]
    match said.get("EndpointConfiguration"):
        case "REGIONAL":
            target["HostedZoneId"] = get_att(domain, "RegionalHostedZoneId")
            target["DNSName"] = get_att(domain, "RegionalDomainName")
        case "EDGE":
            target["HostedZoneId"] = _EDGE_ZONE
            given = route53.get("DistributionDomainName")
            target["DNSName"] = given or get_att(domain, "DistributionDomainName")
        case _:
            target["HostedZoneId"] = route53.get("VpcEndpointHostedZoneId")
            target["DNSName"] = route53.get("VpcEndpointDomainName")
    kinds = ["A", "AAAA"] if route53.get("IpV6") is True else ["A"]
    records: list[Data] = []
    for kind in kinds:
        record: dict[str, Data] = {
            "Name": said.get("DomainName"),
            "Type": kind,
            "AliasTarget": target,
        }
        for key in ("Region", "SetIdentifier"):
            if route53.get(key) is not None:
                record[key] = route53[key]
        records.append(record)
    separate = route53.get("SeparateRecordSetGroup") is True
    zone = zone_id or zone_name
    settled = context.settled([zone, said.get("DomainName")] if separate else zone)
    suffix = digest(settled)
    logical_id = f"RecordSetGroup{suffix}"
    shared = context.records.setdefault(logical_id, [])
    shared += records
    group = made_draft(source, logical_id, "AWS::Route53::RecordSetGroup")
    group.origins[()] = source.where("Domain", "Route53")
    group.put("HostedZoneId", zone_id)
    group.put("HostedZoneName", zone_name)
    group.put("RecordSets", list(shared))
    return [group.build()]
