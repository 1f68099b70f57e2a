"""Ways to write one template differently that leave what it describes the same."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from advisor.documents.document import Data
    from advisor.rules.finding import Finding

Template = dict[str, "Data"]
PREFIX = "Zq"
"""Before every renamed logical id; nothing else is called so."""
ALWAYS = "ZqAlways"
_HOLE = re.compile(r"\$\{([A-Za-z0-9]+)(?=[.}])")


def walked(data: Data, change: Callable[[Data], Data]) -> Data:
    """Return data with every value changed, innermost first."""
    if isinstance(data, dict):
        return change({key: walked(value, change) for key, value in data.items()})
    if isinstance(data, list):
        return change([walked(item, change) for item in data])
    return change(data)


def _resources(template: Template) -> dict[str, Data]:
    return section(template, "Resources")


def renamed(template: Template) -> Template:
    """Call every resource something else, wherever it is named."""
    ids = set(_resources(template))
    others = set(section(template, "Parameters")) | set(section(template, "Conditions"))

    def new(name: str) -> str:
        own, dot, rest = name.partition(".")
        if own in ids:
            return f"{PREFIX}{own}{dot}{rest}"
        # What SAM makes of a resource is called after it.
        made = own not in others and any(own.startswith(each) for each in ids)
        return f"{PREFIX}{name}" if made and "::" not in name else name

    def holes(text: str, kept: Iterable[str] = ()) -> str:
        return _HOLE.sub(lambda match: match[0] if match[1] in kept else "${" + new(match[1]), text)

    def change(data: Data) -> Data:
        if not isinstance(data, dict):
            return data
        if len(data) == 1:
            ((name, value),) = data.items()
            if name == "Ref" and isinstance(value, str):
                return {name: new(value)}
            if name == "Fn::GetAtt" and isinstance(value, str):
                return {name: new(value)}
            if name == "Fn::GetAtt" and isinstance(value, list) and value:
                return {name: [new(str(value[0])), *value[1:]]}
            if name == "Fn::Sub" and isinstance(value, str):
                return {name: holes(value)}
            if name == "Fn::Sub" and isinstance(value, list) and isinstance(value[0], str):
                local = value[1] if len(value) > 1 and isinstance(value[1], dict) else {}
                return {name: [holes(value[0], local), *value[1:]]}
        if "DependsOn" in data and "Type" in data:
            before = data["DependsOn"]
            names = before if isinstance(before, list) else [before]
            data = data | {"DependsOn": [new(n) if isinstance(n, str) else n for n in names]}
        for key in ("Source", "Destination"):  # of a connector
            given = data.get(key)
            ends = [
                end | {"Id": new(str(end["Id"]))} if isinstance(end, dict) and "Id" in end else end
                for end in (given if isinstance(given, list) else [given])
            ]
            if given is not None:
                data = data | {key: ends if isinstance(given, list) else ends[0]}
        return data

    changed = walked(template, change)
    assert isinstance(changed, dict)
    return changed | {"Resources": {f"{PREFIX}{k}": v for k, v in _resources(changed).items()}}


def reordered(template: Template) -> Template:
    """Write the keys of every mapping in the opposite order."""
    changed = walked(template, lambda d: dict(reversed(d.items())) if isinstance(d, dict) else d)
    assert isinstance(changed, dict)
    return changed


_GLOBALS = {
    "Function": "AWS::Serverless::Function",
    "Api": "AWS::Serverless::Api",
    "HttpApi": "AWS::Serverless::HttpApi",
    "SimpleTable": "AWS::Serverless::SimpleTable",
    "StateMachine": "AWS::Serverless::StateMachine",
    "LayerVersion": "AWS::Serverless::LayerVersion",
}


def _merged(globally: Data, own: Data) -> Data:
    if isinstance(globally, dict) and isinstance(own, dict) and not _calls(globally, own):
        both = {key: _merged(value, own[key]) if key in own else value for key, value in
                globally.items()}  # fmt: skip
        return both | {key: value for key, value in own.items() if key not in both}
    if isinstance(globally, list) and isinstance(own, list):
        return [*globally, *own]
    return own


def _calls(*data: Mapping[str, Data]) -> bool:
    return any(len(d) == 1 and next(iter(d)).startswith(("Fn::", "Ref")) for d in data)


def without_globals(template: Template) -> Template:
    """Write what stands in Globals into each resource that it counts for.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    """
    resources = dict(_resources(template))
    for name, kind in _GLOBALS.items():
        common = section(section(template, "Globals"), name)
        for key, resource in resources.items():
            if isinstance(resource, dict) and resource.get("Type") == kind and common:
                own = resource.get("Properties") or {}
                resources[key] = resource | {"Properties": _merged(common, own)}
    return {k: v for k, v in template.items() if k != "Globals"} | {"Resources": resources}


def with_subs(template: Template) -> Template:
    """Write `!Sub ${A}` for every `!Ref A` of a resource or of a parameter that is a text."""
    parameters = section(template, "Parameters")
    texts = {
        name
        for name, each in parameters.items()
        if isinstance(each, dict) and each.get("Type") in {"String", "Number"}
    } | set(_resources(template))

    def change(data: Data) -> Data:
        if isinstance(data, dict) and len(data) == 1 and data.get("Ref") in texts:
            return {"Fn::Sub": f"${{{data['Ref']}}}"}
        return data

    resources: dict[str, Data] = {}
    for name, resource in _resources(template).items():
        resources[name] = resource
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if isinstance(resource, dict) and isinstance(properties, dict):
            changed = {k: v if k in BY_SAM else walked(v, change) for k, v in properties.items()}
            resources[name] = resource | {"Properties": changed}
    return template | {"Resources": resources}


BY_SAM = frozenset(
    {"Events", "Policies", "Definition", "DefinitionBody", "Auth", "Connectors", "Permissions",
     "Source", "Destination", "ApiId", "RestApiId"}
)  # fmt: skip
"""Properties that SAM reads itself, and takes no other function for a `Ref` in."""
PASSED_ON = frozenset(
    {"Description", "Environment", "Handler", "MemorySize", "Name", "ReservedConcurrentExecutions",
     "Runtime", "Timeout", "VpcConfig"}
)  # fmt: skip
"""Properties of SAM's resources that SAM does not look into."""


def with_true_ifs(template: Template) -> Template:
    """Wrap every property in a choice that always comes out the same."""
    resources: dict[str, Data] = {}
    for name, resource in _resources(template).items():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if isinstance(resource, dict) and isinstance(properties, dict) and not _calls(properties):
            by_sam = str(resource.get("Type")).startswith("AWS::Serverless::")
            wrapped: dict[str, Data] = {
                key: {"Fn::If": [ALWAYS, value, {"Ref": "AWS::NoValue"}]}
                if not by_sam or key in PASSED_ON
                else value
                for key, value in properties.items()
            }
            resources[name] = resource | {"Properties": wrapped}
        else:
            resources[name] = resource
    conditions = section(template, "Conditions") | {ALWAYS: {"Fn::Equals": ["a", "a"]}}
    return template | {"Conditions": conditions, "Resources": resources}


def in_a_stack(template: Template, child: str) -> Template:
    """Return a template that does nothing but nest another, and passes on its parameters."""
    parameters = section(template, "Parameters")
    passed: Data = {name: {"Ref": name} for name in parameters}
    properties: Data = {"TemplateURL": child, "Parameters": passed}
    nested: Data = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
    return {"Parameters": parameters, "Resources": {"ZqNested": nested}}


WAYS: dict[str, Callable[[Template], Template]] = {
    "renamed": renamed,
    "reordered": reordered,
    "without Globals": without_globals,
    "with Subs": with_subs,
    "with true Ifs": with_true_ifs,
}


def applies(name: str, template: Template) -> bool:
    """Tell whether a way changes a template, and whether it keeps what it means."""
    if "Fn::ForEach" in str(template) or not _resources(template):
        return False  # names are computed there
    return name != "without Globals" or bool(section(template, "Globals"))


def said(findings: Iterable[Finding]) -> Counter[tuple[str, ...]]:
    """Return findings without names, and without what depends on the order of a file.

    Of a finding over several resources that is which one it stands at and which ones it names; one
    that speaks of a value where it is written is one for all resources that have it from there.
    """
    return Counter(key for finding in findings if (key := _key(finding)))


def _key(finding: Finding) -> tuple[str, ...]:
    when = str([(name, truth) for name, truth in finding.when if name != ALWAYS])
    names = tuple(sorted(_plain(each) for each in finding.resources))
    if names:
        return finding.rule.id, *names, when
    if finding.rule.id in WHERE_WRITTEN:
        return ()
    message = _plain(finding.message)
    if " more" in message:
        # Which of them are named, and where it stands, follows the order of the file.
        return finding.rule.id, when
    return finding.rule.id, *sorted(message.split()), _plain(finding.location.resource or ""), when


WHERE_WRITTEN = frozenset({"API001", "FUN040", "FUN053", "NET001", "SEC020"})
"""Rules that say once what several resources have from one place, as from Globals."""


def _plain(text: str) -> str:
    return text.replace(PREFIX, "").replace(",", "")
