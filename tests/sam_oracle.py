"""The real SAM translator as an oracle: the same template through both, in one comparable form.

`translate` runs aws-sam-translator, `ours` runs the project's own expansion; both give resources by
logical id in the same normal form, so that `differences` only reports what matters. The graph of
either side can be built from `translate`'s result as well: it is a plain template.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.documents.load import load_file
from advisor.errors import LoadError
from advisor.templates.sam import expand, references
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from advisor.documents.document import Data

_REGION = "us-east-1"
_CODE = {
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::GraphQLApi": (),
}
_HASHED = {
    "AWS::Lambda::Version",
    "AWS::Lambda::LayerVersion",
    "AWS::ApiGateway::Deployment",
}
_HASH = re.compile(r"[0-9a-f]{10}$")
_POLICY = re.compile(r"^arn:\$\{AWS::Partition\}:iam::aws:policy/(?:.*/)?([^/]+)$")
_BARE_SUB = re.compile(r"^\$\{([A-Za-z0-9.:]+)\}$")


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One thing on which the two sides do not agree."""

    type: str
    path: str
    """The property, or "missing" and "extra" for a whole resource, seen from our side."""
    logical_id: str
    theirs: str
    ours: str


def read(path: Path) -> dict[str, Data]:
    """Return a template's data."""
    data = load_file(path, path.name, tags=long_form).data
    return data if isinstance(data, dict) else {}


def uploaded(data: dict[str, Data]) -> dict[str, Data]:
    """Return the template as it looks once its local files are uploaded."""
    result = copy.deepcopy(data)
    sections = result.get("Resources")
    for raw in sections.values() if isinstance(sections, dict) else ():
        kind = raw.get("Type") if isinstance(raw, dict) else None
        properties = raw.get("Properties") if isinstance(raw, dict) else None
        if not isinstance(kind, str) or not isinstance(properties, dict):
            continue
        for name in _CODE.get(kind, ()):
            value = properties.get(name)
            if isinstance(value, str) and not value.startswith("s3://"):
                properties[name] = "s3://bucket/key"
        if kind == "AWS::Serverless::Function":
            _add_code(properties)
        if kind == "AWS::Serverless::Application":
            # An application of the repository would be looked up over the network.
            properties["Location"] = "https://bucket.s3.amazonaws.com/application.yaml"
    defaults = result.get("Globals")
    function = defaults.get("Function") if isinstance(defaults, dict) else None
    if isinstance(function, dict) and isinstance(function.get("CodeUri"), str):
        function["CodeUri"] = "s3://bucket/key"
    return result


def _add_code(properties: dict[str, Data]) -> None:
    """Name an image, which the SAM command line finds in metadata."""
    if properties.get("PackageType") == "Image" and "ImageUri" not in properties:
        properties["ImageUri"] = "0.dkr.ecr.us-east-1.amazonaws.com/image:tag"


def translate(data: dict[str, Data]) -> dict[str, Data] | None:
    """Return what the real translator makes of a template; None where it refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import boto3  # type: ignore[import-untyped] # ships no types
        from samtranslator.parser.parser import Parser
        from samtranslator.plugins.application.serverless_app_plugin import ServerlessAppPlugin
        from samtranslator.translator.translator import Translator

        plugin = ServerlessAppPlugin(validate_only=True, parameters={})
        session = boto3.Session(region_name=_REGION)
        translator = Translator(None, Parser(), plugins=[plugin], boto_session=session)
        try:
            result: dict[str, Data] = translator.translate(copy.deepcopy(data), parameter_values={})
        except Exception:  # noqa: BLE001 - it raises all sorts for what it does not accept
            return None
    plain: dict[str, Data] = json.loads(json.dumps(result, default=str))
    return plain


CONDITION = "on condition"
"""Stands among the properties: when the resource exists."""
Resources = dict[str, tuple[str, dict[str, "Data"]]]
"""Type and properties in normal form, by logical id."""


def theirs(data: dict[str, Data]) -> Resources | None:
    """Return the translator's resources in normal form, None where it refuses the template."""
    result = translate(data)
    if result is None:
        return None
    raw = result.get("Resources")
    resources = raw if isinstance(raw, dict) else {}
    names = {
        logical_id: _HASH.sub("", logical_id)
        for logical_id, item in resources.items()
        if isinstance(item, dict) and str(item.get("Type")) in _HASHED
        if logical_id not in _mapping(data.get("Resources"))
    }
    found: Resources = {}
    for logical_id, item in resources.items():
        if isinstance(item, dict) and "Type" in item:
            properties = _normal(_mapping(item.get("Properties")), names, _defaults(data))
            found[names.get(logical_id, logical_id)] = (
                str(item.get("Type")),
                {**_mapping(properties), CONDITION: item.get("Condition")},
            )
    return found


def ours(data: dict[str, Data]) -> Resources:
    """Return the resources of our own expansion in the same form."""
    resources = expand(data, "template")
    names = references(resources)
    return {
        resource.logical_id: (
            resource.type,
            {
                **_mapping(_normal(resource.properties, names, _defaults(data))),
                CONDITION: " and ".join(resource.conditions) or None,
            },
        )
        for resource in resources
    }


def _mapping(value: Data) -> dict[str, Data]:
    return value if isinstance(value, dict) else {}


def _defaults(data: dict[str, Data]) -> dict[str, Data]:
    parameters = _mapping(data.get("Parameters"))
    found = {name: _mapping(raw).get("Default") for name, raw in parameters.items()}
    known = {name: value for name, value in found.items() if value is not None}
    return {**known, "AWS::Region": _REGION, "AWS::Partition": "aws"}


def _normal(value: Data, names: dict[str, str], defaults: dict[str, Data]) -> Data:
    """Return data in which equal meanings look the same."""
    if isinstance(value, list):
        return [_normal(item, names, defaults) for item in value]
    if isinstance(value, str):
        text = value.replace("arn:aws:", "arn:${AWS::Partition}:")
        managed = _POLICY.match(text)
        return managed[1] if managed else text
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        key, inner = next(iter(value.items()))
        if key == "Ref" and isinstance(inner, str):
            known = defaults.get(inner)
            if known is not None:
                return _normal(known, {}, {})
            return {"Ref": names.get(inner, inner)}
        if key == "Fn::GetAtt":
            parts = inner.split(".", 1) if isinstance(inner, str) else inner
            if isinstance(parts, list) and parts and isinstance(parts[0], str):
                whole = ".".join(str(part) for part in parts)
                for old, new in names.items():
                    if whole == old or whole.startswith(f"{old}."):
                        whole = new + whole[len(old) :]
                return {"Fn::GetAtt": whole}
        if key == "Fn::Sub":
            return _sub(inner, names, defaults)
    return {key: _normal(item, names, defaults) for key, item in value.items()}


def _sub(inner: Data, names: dict[str, str], defaults: dict[str, Data]) -> Data:
    text, variables = inner, {}
    if isinstance(inner, list) and inner:
        text = inner[0]
        variables = _mapping(inner[1]) if len(inner) > 1 else {}
    if not isinstance(text, str):
        return {"Fn::Sub": _normal(inner, names, defaults)}
    for old, new in names.items():
        text = text.replace(f"${{{old}}}", f"${{{new}}}").replace(f"${{{old}.", f"${{{new}.")
    text = text.replace("arn:aws:", "arn:${AWS::Partition}:")
    shown = {key: _normal(item, names, defaults) for key, item in variables.items()}
    for key in list(shown):
        item = shown[key]
        if isinstance(item, str):
            text = text.replace(f"${{{key}}}", item)
            del shown[key]
    for key, item in defaults.items():
        if key != "AWS::Partition" and isinstance(item, str):
            text = text.replace(f"${{{key}}}", item)
    text = text.replace("arn:aws:", "arn:${AWS::Partition}:")
    managed = _POLICY.match(text)
    if managed:
        return managed[1]
    if "${" not in text.replace("${AWS::Partition}", ""):
        return text
    return {"Fn::Sub": [text, shown]} if shown else {"Fn::Sub": text}


_LEFT_OUT = {
    # What belongs to files and uploads, not to the architecture.
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::Function", "CodeUri"),
    ("AWS::Lambda::Function", "InlineCode"),
    ("AWS::Lambda::Function", "ImageUri"),
    ("AWS::Lambda::LayerVersion", "Content"),
    ("AWS::Lambda::LayerVersion", "ContentUri"),
    ("AWS::StepFunctions::StateMachine", "Definition"),
    ("AWS::StepFunctions::StateMachine", "DefinitionUri"),
    ("AWS::StepFunctions::StateMachine", "DefinitionString"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location"),
    ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions"),
    ("AWS::ApiGateway::RestApi", "DefinitionUri"),
    ("AWS::ApiGatewayV2::Api", "DefinitionUri"),
    ("AWS::CloudFormation::Stack", "Location"),
    ("AWS::CloudFormation::Stack", "TemplateURL"),
    # A description that repeats a hash of the body.
    ("AWS::ApiGateway::Deployment", "Description"),
    # A second way of saying EndpointConfiguration.
    ("AWS::ApiGateway::RestApi", "Parameters"),
}


def differences(left: Resources, right: Resources) -> Iterator[Difference]:
    """Yield where the translator's resources (left) and ours (right) differ."""
    for logical_id in left.keys() - right.keys():
        yield Difference(left[logical_id][0], "missing", logical_id, "made", "not made")
    for logical_id in right.keys() - left.keys():
        yield Difference(right[logical_id][0], "extra", logical_id, "not made", "made")
    for logical_id in left.keys() & right.keys():
        kind, wanted = left[logical_id]
        other, given = right[logical_id]
        if kind != other:
            yield Difference(kind, "Type", logical_id, kind, other)
            continue
        for name in wanted.keys() | given.keys():
            if (kind, name) in _LEFT_OUT:
                continue
            pair = _comparable(name, wanted.get(name)), _comparable(name, given.get(name))
            if pair[0] == pair[1]:
                continue
            if name == "Body":
                pair = _body(pair[0]), _body(pair[1])
                for side in pair:
                    _mapping(side).pop("tags", None)
                yield from _inside(kind, name, logical_id, pair)
                continue
            yield Difference(kind, name, logical_id, *map(_show, pair))


_DOCUMENTATION = {"consumes", "produces", "headers", "summary"}


def _body(value: Data) -> Data:
    """Return a body without what SAM only repeats: guards of guards, and documentation."""
    if isinstance(value, list):
        return [_body(item) for item in value]
    if not isinstance(value, dict):
        return value
    guard = value.get("Fn::If")
    if len(value) == 1 and isinstance(guard, list) and guard[2:] == [{"Ref": "AWS::NoValue"}]:
        return _body(guard[1])
    shown = {key: _body(item) for key, item in value.items()}
    if "x-amazon-apigateway-integration" in value:
        answers = _mapping(_mapping(shown.get("responses")).get("200"))
        answers.pop("headers", None)
        for name in _DOCUMENTATION:
            shown.pop(name, None)
    return shown


def _inside(
    kind: str, path: str, logical_id: str, pair: tuple[Data, Data], depth: int = 0
) -> Iterator[Difference]:
    left, right = pair
    if left == right:
        return
    deepest = 6
    if isinstance(left, dict) and isinstance(right, dict) and depth < deepest:
        for key in left.keys() | right.keys():
            inner = (left.get(key), right.get(key))
            yield from _inside(kind, f"{path}/{key}", logical_id, inner, depth + 1)
        return
    yield Difference(kind, path, logical_id, _show(left), _show(right))


_MARKS = re.compile(r".*:createdBy|serverlessrepo:.*|sam:ConditionalDependsOn:.*")
"""Tags with which SAM marks what it made."""


def _tags(value: Data) -> Data:
    pairs = value if isinstance(value, list) else []
    named = [_mapping(pair) for pair in pairs]
    shown = {str(pair.get("Key")): pair.get("Value") for pair in named}
    shown |= _mapping(value)
    return {key: item for key, item in shown.items() if not _MARKS.fullmatch(key)} or None


def _comparable(name: str, value: Data) -> Data:
    if name == "Tags":
        return _tags(value)
    if name == "Policies":
        return _sorted(_statements(value))
    if name in {"ManagedPolicyArns", "Targets"} and isinstance(value, list):
        return _sorted(value)
    if name in {"AssumeRolePolicyDocument", "PolicyDocument"}:
        return _sorted(_statements([{"PolicyDocument": value}]))
    if name == "NotificationConfiguration" and isinstance(value, dict):
        return {
            key: _sorted(item) if isinstance(item, list) else item for key, item in value.items()
        }
    return None if value in ([], {}) else value


def _sorted(values: list[Data]) -> Data:
    shown: list[Data] = []
    shown += sorted({_show(value) for value in values})
    return shown or None


def _statements(policies: Data) -> list[Data]:
    found: list[Data] = []
    for policy in policies if isinstance(policies, list) else []:
        document = _mapping(policy).get("PolicyDocument")
        entries = _mapping(document).get("Statement")
        if entries is None:
            found.append(policy)
        found += entries if isinstance(entries, list) else [] if entries is None else [entries]
    return found


def _show(value: Data) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def templates(root: Path) -> Iterator[tuple[str, dict[str, Data]]]:
    """Yield the SAM templates below a folder with their name, in a stable order."""
    suffixes = {".yaml", ".yml", ".json", ".template"}
    for path in sorted(root.rglob("*")):
        if path.suffix not in suffixes or not path.is_file():
            continue
        with contextlib.suppress(LoadError):  # a broken file is not this test's business
            data = read(path)
            if isinstance(data.get("Resources"), dict) and "AWS::Serverless" in json.dumps(
                data, default=str
            ):
                yield str(path.relative_to(root)), data
