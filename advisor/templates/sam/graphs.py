"""`AWS::Serverless::GraphQLApi`: API, schema, data sources, functions and resolvers of AppSync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.policies import managed, trust
from advisor.templates.sam.source import (
    Source,
    as_list,
    get_att,
    made_draft,
    main_draft,
    mapping,
    ref,
    sub,
    tag_list,
)

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import Draft

_SERVICE = "appsync.amazonaws.com"
_SAME = (
    "Visibility",
    "OwnerContact",
    "XrayEnabled",
    "IntrospectionConfig",
    "QueryDepthLimit",
    "ResolverCountLimit",
)
_AUTHORIZERS = {
    "AWS_LAMBDA": ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
    "OPENID_CONNECT": ("OpenIDConnect", "OpenIDConnectConfig"),
    "AMAZON_COGNITO_USER_POOLS": ("UserPool", "UserPoolConfig"),
}
_JS_RUNTIME: dict[str, Data] = {"Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0"}
_FORWARDING = (
    "export function request() { return {} }\n"
    "export function response(ctx) { return ctx.prev.result }\n"
)


def expand_graph(source: Source, context: Context) -> list[Resource]:
    """Return the GraphQL API and all that SAM makes for it, the API first."""
    name = source.logical_id
    draft = main_draft(source, "AWS::AppSync::GraphQLApi")
    draft.put("Name", source.get("Name") or name, source.where("Name"))
    draft.copy(*_SAME)
    draft.put(
        "Tags", [*tag_list(source.map("Tags")), {"Key": "graphqlapi:createdBy", "Value": "SAM"}]
    )
    authorizers = _auth(source, draft)
    made = _logging(source, draft)
    made.insert(0, draft.build())
    made.append(_schema(source))
    for number, arn in enumerate(authorizers, start=1):
        context.links.append(_authorizer_link(source, arn, number))
    made += _extras(source)
    names: dict[str, Data] = {}
    for kind, config in source.map("DataSources").items():
        for key, raw in mapping(config).items():
            made += _data_source(source, context, kind, (key, mapping(raw)), names)
    return made + _code(source, names)


def _auth(source: Source, draft: Draft) -> list[Data]:
    """Set how callers prove who they are; return the ARNs of Lambda authorizers."""
    auth = source.map("Auth")
    draft.put("AuthenticationType", auth.get("Type"), source.where("Auth", "Type"))
    functions: list[Data] = []

    def config(said: dict[str, Data]) -> tuple[str, Data] | None:
        kind = said.get("Type")
        row = _AUTHORIZERS.get(kind) if isinstance(kind, str) else None
        value = None if row is None else said.get(row[0])
        if row is None or value is None:
            return None
        if kind == "AWS_LAMBDA" and mapping(value).get("AuthorizerUri") is not None:
            functions.append(mapping(value)["AuthorizerUri"])
        return row[1], value

    main = config(auth)
    if main is not None:
        draft.put(main[0], main[1], source.where("Auth"))
    providers: list[Data] = []
    for raw in as_list(auth.get("Additional")):
        provider: dict[str, Data] = {"AuthenticationType": mapping(raw).get("Type")}
        more = config(mapping(raw))
        if more is not None:
            # What happens by default is for the main authorizer to say.
            provider[more[0]] = {k: v for k, v in mapping(more[1]).items() if k != "DefaultAction"}
        providers.append(provider)
    draft.put(
        "AdditionalAuthenticationProviders", providers or None, source.where("Auth", "Additional")
    )
    return functions


def _authorizer_link(source: Source, arn: Data, number: int) -> Source:
    return Source(
        owner=source.owner,
        logical_id=f"{source.logical_id}ToLambdaAuthConnector{number}",
        type="AWS::Serverless::Connector",
        place=source.where("Auth"),
        properties={
            "Source": {
                "Type": "AWS::AppSync::GraphQLApi",
                "Arn": ref(source.logical_id),
                "ResourceId": get_att(source.logical_id, "ApiId"),
            },
            "Destination": {"Type": "AWS::Lambda::Function", "Arn": arn},
            "Permissions": ["Write"],
        },
        conditions=source.conditions,
        attributes={"made for": source.logical_id},
    )


def _logging(source: Source, draft: Draft) -> list[Resource]:
    said = source.get("Logging")
    if said is False:
        return []
    config: dict[str, Data] = {"FieldLogLevel": "ALL", **mapping(said)}
    made = []
    if not config.get("CloudWatchLogsRoleArn"):
        role = made_draft(source, f"{source.logical_id}CloudWatchRole", "AWS::IAM::Role")
        role.put("AssumeRolePolicyDocument", trust(_SERVICE))
        arn = managed("service-role/AWSAppSyncPushToCloudWatchLogs")
        role.put("ManagedPolicyArns", [arn])
        made.append(role.build())
        config["CloudWatchLogsRoleArn"] = get_att(role.logical_id, "Arn")
    draft.put("LogConfig", config, source.where("Logging"))
    return made


def _schema(source: Source) -> Resource:
    draft = made_draft(source, f"{source.logical_id}Schema", "AWS::AppSync::GraphQLSchema")
    draft.put("ApiId", get_att(source.logical_id, "ApiId"))
    draft.take("Definition", "SchemaInline")
    draft.take("DefinitionS3Location", "SchemaUri")
    return draft.build()


def _extras(source: Source) -> list[Resource]:
    """Return API keys, cache and domain name."""
    api = get_att(source.logical_id, "ApiId")
    made = []
    for key, raw in source.map("ApiKeys").items():
        place = source.where("ApiKeys", key)
        draft = made_draft(source, source.logical_id + key, "AWS::AppSync::ApiKey", place=place)
        draft.origins[()] = place
        draft.put("ApiId", api)
        for name in ("ApiKeyId", "Description"):
            draft.put(name, mapping(raw).get(name))
        draft.put("Expires", mapping(raw).get("ExpiresOn"), (*place, "ExpiresOn"))
        made.append(draft.build())
    cache = source.map("Cache")
    if cache:
        draft = made_draft(source, f"{source.logical_id}ApiCache", "AWS::AppSync::ApiCache")
        draft.origins[()] = source.where("Cache")
        draft.properties = {**cache, "ApiId": api}
        made.append(draft.build())
    domain = source.map("DomainName")
    if domain:
        draft = made_draft(source, f"{source.logical_id}DomainName", "AWS::AppSync::DomainName")
        draft.origins[()] = source.where("DomainName")
        draft.properties = dict(domain)
        link = made_draft(
            source,
            f"{source.logical_id}DomainNameApiAssociation",
            "AWS::AppSync::DomainNameApiAssociation",
        )
        link.origins[()] = source.where("DomainName")
        link.properties = {"ApiId": api, "DomainName": ref(draft.logical_id)}
        made += [draft.build(), link.build()]
    return made


def _data_source(
    source: Source,
    context: Context,
    kind: str,
    entry: tuple[str, dict[str, Data]],
    names: dict[str, Data],
) -> list[Resource]:
    key, said = entry
    place = source.where("DataSources", kind, key)
    stem = f"{source.logical_id}{key}{'DynamoDB' if kind == 'DynamoDb' else kind}DataSource"
    draft = made_draft(source, stem, "AWS::AppSync::DataSource", place=place)
    draft.origins[()] = place
    draft.put("ApiId", get_att(source.logical_id, "ApiId"))
    draft.put("Name", said.get("Name") or key)
    draft.put("Description", said.get("Description"))
    if kind == "DynamoDb":
        draft.put("Type", "AMAZON_DYNAMODB")
        config: dict[str, Data] = {
            "AwsRegion": said.get("Region") or ref("AWS::Region"),
            "TableName": said.get("TableName"),
        }
        for raw, sam in (
            ("UseCallerCredentials", "UseCallerCredentials"),
            ("Versioned", "Versioned"),
            ("DeltaSyncConfig", "DeltaSync"),
        ):
            if said.get(sam):
                config[raw] = said[sam]
        draft.put("DynamoDBConfig", config, place)
        target: dict[str, Data] = {
            "Type": "AWS::DynamoDB::Table",
            "Arn": said.get("TableArn") or _table_arn(said),
        }
        permissions: Data = said.get("Permissions") or ["Read", "Write"]
        link = f"{stem}ToTableConnector"
    elif kind == "Lambda":
        draft.put("Type", "AWS_LAMBDA")
        draft.put("LambdaConfig", {"LambdaFunctionArn": said.get("FunctionArn")})
        draft.origins["LambdaConfig", "LambdaFunctionArn"] = (*place, "FunctionArn")
        target = {"Type": "AWS::Lambda::Function", "Arn": said.get("FunctionArn")}
        permissions = ["Write"]
        link = f"{stem}ToLambdaConnector"
    else:
        return []
    names[key] = get_att(stem, "Name")
    given = said.get("ServiceRoleArn")
    draft.put("ServiceRoleArn", given or get_att(f"{stem}Role", "Arn"))
    made = [draft.build()]
    if not given:
        role = made_draft(source, f"{stem}Role", "AWS::IAM::Role", place=place)
        role.put("AssumeRolePolicyDocument", trust(_SERVICE))
        made.append(role.build())
        start: Data = {
            "Type": "AWS::AppSync::DataSource",
            "Arn": get_att(stem, "DataSourceArn"),
            "RoleName": ref(role.logical_id),
        }
        context.links.append(
            Source(
                owner=source.owner,
                logical_id=link,
                type="AWS::Serverless::Connector",
                place=place,
                properties={"Source": start, "Destination": target, "Permissions": permissions},
                conditions=source.conditions,
                attributes={"made for": source.logical_id},
            )
        )
    return made


def _table_arn(said: dict[str, Data]) -> Data:
    return sub(
        "arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}",
        __TableName__=said.get("TableName"),
        __Region__=said.get("Region") or ref("AWS::Region"),
    )


def _code(source: Source, names: dict[str, Data]) -> list[Resource]:
    """Return functions and resolvers, and the empty data source where one of them uses it."""
    api = get_att(source.logical_id, "ApiId")
    nothing = f"{source.logical_id}NoneDataSource"
    uses_nothing = False
    made = []
    ids: dict[str, Data] = {}
    for key, raw in source.map("Functions").items():
        said = mapping(raw)
        if said.get("Id") is not None:
            ids[key] = said["Id"]
            continue
        place = source.where("Functions", key)
        draft = _coded(source, source.logical_id + key, "FunctionConfiguration", said, place)
        draft.put("ApiId", api)
        draft.put("Name", said.get("Name") or key)
        named = said.get("DataSource")
        if isinstance(named, str) and named.lower() == "none":
            uses_nothing = True
            named = get_att(nothing, "Name")
        elif isinstance(named, str):
            named = names.get(named, named)
        draft.put("DataSourceName", named, (*place, "DataSource"))
        draft.put("SyncConfig", said.get("Sync"), (*place, "Sync"))
        ids[key] = get_att(draft.logical_id, "FunctionId")
        made.append(draft.build())
    for kind, fields in source.map("Resolvers").items():
        for key, raw in mapping(fields).items():
            said = mapping(raw)
            place = source.where("Resolvers", kind, key)
            draft = _coded(source, source.logical_id + kind + key, "Resolver", said, place)
            draft.put("ApiId", api)
            draft.put("TypeName", kind)
            draft.put("FieldName", said.get("FieldName") or key)
            draft.put("Kind", "PIPELINE")
            steps = [
                ids.get(step, step) if isinstance(step, str) else step
                for step in as_list(said.get("Pipeline"))
            ]
            draft.put("PipelineConfig", {"Functions": steps}, (*place, "Pipeline"))
            draft.put("CachingConfig", said.get("Caching"), (*place, "Caching"))
            made.append(draft.build())
    if uses_nothing:
        empty = made_draft(source, nothing, "AWS::AppSync::DataSource")
        empty.properties = {"ApiId": api, "Name": nothing, "Type": "NONE"}
        made.append(empty.build())
    return made


def _coded(
    source: Source, logical_id: str, kind: str, said: dict[str, Data], place: Pointer
) -> Draft:
    draft = made_draft(source, logical_id, f"AWS::AppSync::{kind}", place=place)
    draft.origins[()] = place
    for name in ("Description", "MaxBatchSize"):
        draft.put(name, said.get(name))
    inline, uri = said.get("InlineCode"), said.get("CodeUri")
    runtime = mapping(said.get("Runtime"))
    if kind == "Resolver" and not inline and not uri:
        draft.put("Code", _FORWARDING)
        draft.put("Runtime", dict(_JS_RUNTIME))
        return draft
    draft.put("Code", inline, (*place, "InlineCode"))
    draft.put("CodeS3Location", uri, (*place, "CodeUri"))
    if runtime:
        named: Data = {"Name": runtime.get("Name"), "RuntimeVersion": runtime.get("Version")}
        draft.put("Runtime", named, (*place, "Runtime"))
    return draft
