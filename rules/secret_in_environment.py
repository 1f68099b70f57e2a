"""A secret that stands, readable, in a function's configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Function,
    Pillar,
    Reference,
    Rule,
    Severity,
    Text,
    Unknown,
    secret_parameters,
    show,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="SEC020",
    name="secret-in-environment",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="secret reaches an environment variable",
    rationale="""
        Environment variables are part of a function's configuration: whoever may look at the
        function in the console or call GetFunctionConfiguration reads them, and so does every
        package that the function loads. A dynamic reference or a NoEcho parameter hides the value
        in the template and in the stack, and then writes it there in plain text. It is also
        frozen with the deployment, so that rotating the secret breaks the function.
        """,
    remediation="""
        Pass the name or ARN of the secret and let the function read it when it starts, with a
        cache: the Parameters and Secrets extension or Powertools do that.
        """,
    when_to_ignore="""
        The value is no secret, such as the public key of a client, or one of a test stack.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Environment:
                Variables:
                  PASSWORD: "{{resolve:secretsmanager:db:SecretString:password}}"  # <-- PASSWORD
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Environment:
                Variables:
                  DB_SECRET_NAME: db
              Policies:
                - AWSSecretsManagerGetSecretValuePolicy:
                    SecretArn: !Ref Database
          Database:
            Type: AWS::SecretsManager::Secret
            Properties: {Name: db}
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html",
    ),
)

_VARIABLES = ("Environment", "Variables")
_DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):(.*?)\}\}")
_HARMLESS = re.compile(
    r"(?i)(?:^|[_a-z])(?:account|base_?url|database|dbname|domain|email|endpoint|engine|host|hostname"
    r"|id|identifier|name|port|proxy|region|schema|tenant|user)$"
)
"""Keys of a secret's JSON that are no secret by themselves."""
_KNOWN_FORMS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{36,}|xox[abprs]-[0-9A-Za-z-]{10,}"
    r"|[sr]k_live_[0-9A-Za-z]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
"""Beginnings that providers give their keys, and nothing else has."""
_SECRET_ATTRIBUTES = ("SecretAccessKey", "ClientSecret")
"""Attributes of an access key and of a client of a user pool."""
_PASSWORD = re.compile(r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD)$")
_TOKEN = re.compile(
    r"(?:^|_)(?:SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION)_?KEY)$"
)
_PLACEHOLDER = re.compile(
    r"(?i)change.?me|replace|example|sample|dummy|fake|placeholder|insert|your|todo|tbd|none|null"
    r"|test|password|secret|token|param|default|xxx|\*\*\*|<.*>|^\W*$|^(?:true|false|\d{1,3})$"
)
_RANDOM = 16  # characters of a generated key at least


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # A block of variables that functions share is told of once.
    blocks: dict[object, list[tuple[Function, str, str]]] = {}
    for function in architecture.functions():
        variables = function.environment
        if isinstance(variables, Unknown):
            yield rule.not_judged(function, because="its environment is not known")
            continue
        for name, value in variables.items():
            how = _how(function, name, value)
            if how:
                place = function.at(*_VARIABLES, name)
                key = (place.path, place.pointer[:-1])
                blocks.setdefault(key, []).append((function, name, how))
    for found in blocks.values():
        yield _finding(found)


def _how(function: Function, name: str, value: Value) -> str:
    """Return in what way a variable gets a secret; empty where it does not."""
    # The name of the secret may itself be a reference.
    match = _DYNAMIC.search(str(value) if isinstance(value, Text) else show(value))
    if match is not None and not _is_harmless(match[2]):
        return "CloudFormation writes the secret's value here"
    for part in value.parts if isinstance(value, Text) else [value]:
        if isinstance(part, str) and _KNOWN_FORMS.match(part.strip()):
            return "has the form of a key"
        if isinstance(part, Reference) and part.attribute in _SECRET_ATTRIBUTES:
            return f"{part.attribute} of '{part.logical_id}'"
    hidden = secret_parameters(function, *_VARIABLES, name)
    if hidden:
        return f"'{hidden[0]}' is hidden in the stack but not here"
    told = _literal(name, value.strip()) if isinstance(value, str) else ""
    if not told:
        return ""
    # What a parameter gives is another value in another stack; a mapping is in the template.
    source = written(function, *_VARIABLES, name)
    mapped = isinstance(source, dict) and "Fn::FindInMap" in source
    return told if mapped or source == value else ""


def _is_harmless(reference: str) -> bool:
    """Tell whether a reference reads a part of a secret that is none, such as the host."""
    key = reference.partition(":SecretString:")[2].partition(":")[0]
    return _HARMLESS.search(key) is not None


def _literal(name: str, value: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", name).upper()
    if _PLACEHOLDER.search(value) or value.startswith(("/", "arn:", "http")):
        return ""
    if _PASSWORD.search(words):
        return "a password in the template"
    looks_random = (
        len(value) >= _RANDOM
        and re.fullmatch(r"[0-9A-Za-z+/=_.~-]+", value) is not None
        and any(char.isdigit() for char in value)
        and any(char.isalpha() for char in value)
    )
    return "a key in the template" if _TOKEN.search(words) and looks_random else ""


def _finding(found: Sequence[tuple[Function, str, str]]) -> Finding:
    first, name, how = found[0]
    names = list(dict.fromkeys(variable for _, variable, _ in found))
    functions = list(dict.fromkeys(function.name for function, _, _ in found))
    more = f" and {len(functions) - 1} more" if len(functions) > 1 else ""
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    place = first.at(*_VARIABLES, name, label=how)
    shared = place.pointer[:1] == ("Globals",)
    head = ("Globals", "Function") if shared else (first.name, "Properties")
    return rule.finding(
        f"'{first.name}'{more} {'have' if more else 'has'} a secret in the environment: {shown}",
        at=place,
        related=[
            first.at(*_VARIABLES, variable, label=told)
            for function, variable, told in found[1:]
            if function is first
        ],
        why="whoever may read the function's configuration reads the secret, and so does every "
        "package in it; rotating it breaks the function until the next deployment",
        remediation=f"""
            {head[0]}:
              {head[1]}:
                Environment:
                  Variables:
                    {name}_SECRET_ARN: <ARN of the secret, which the function reads when it starts>
                # and let its role do secretsmanager:GetSecretValue on that secret
            """,
    )
