"""Questions about what code was seen to do: who shares it, which events it puts on buses."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from advisor.architecture.builders.common import DEFAULT_BUS
from advisor.architecture.code_calls import named, value_of
from advisor.architecture.nodes.external import external_id
from advisor.records import record
from advisor.source.facts import Facts, TargetKind
from advisor.source.program import Language
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.functions import Function
    from advisor.source.facts import Place
    from advisor.templates.values import Value

_LONGEST = 1000
"""Characters of a wildcard that are compared."""
_FROM_AWS = frozenset(
    {
        "boto3",
        "botocore",
        "aws-sdk",
        "aws_xray_sdk",
        "aws-xray-sdk",
        "aws-xray-sdk-core",
        "aws-embedded-metrics",
        "aws_embedded_metrics",
        "aws-lambda",
        "crhelper",
        "cfnresponse",
        "cfn-response",
    }
)
_PLAIN = frozenset(
    {
        "ajv", "arrow", "attr", "axios", "class-validator", "dateutil", "date-fns", "dayjs", "joi",
        "jmespath", "jose", "jsonschema", "jsonwebtoken", "jwt", "ksuid", "lodash", "luxon",
        "moment", "nanoid", "node-fetch", "numpy", "pandas", "pydantic", "pytz", "qs", "requests",
        "simplejson", "six", "tslib", "ulid", "ulidx", "urllib3", "uuid", "xmltodict", "yaml",
        "yup", "zod",
    }
)  # fmt: skip
"""Packages that neither call AWS nor read variables of their users by themselves."""
_POWERTOOLS = (
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.tracing",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.data_classes",
    "aws_lambda_powertools.utilities.parser",
    "aws_lambda_powertools.utilities.typing",
    "aws_lambda_powertools.utilities.validation",
    "@aws-lambda-powertools/logger",
    "@aws-lambda-powertools/tracer",
    "@aws-lambda-powertools/metrics",
    "@aws-lambda-powertools/batch",
    "@aws-lambda-powertools/commons",
)
"""Parts of Powertools that call nothing: logs, traces and metrics, events taken apart."""
_NODE = frozenset(
    {
        "assert", "async_hooks", "buffer", "child_process", "crypto", "dns", "events", "fs",
        "http", "http2", "https", "net", "os", "path", "perf_hooks", "process", "punycode",
        "querystring", "readline", "stream", "string_decoder", "timers", "tls", "tty", "url",
        "util", "v8", "vm", "worker_threads", "zlib",
    }
)  # fmt: skip


@record(frozen=True)
class EventPut:
    """An event that code puts on a bus; what the code does not tell is Unknown."""

    bus: Node
    source: Value
    detail_type: Value
    place: Place


@record(frozen=True)
class KeyWritten:
    """A key that code writes in a bucket: all of it, or how it begins."""

    text: str
    is_prefix: bool
    place: Place


def functions_read(architecture: Architecture) -> list[tuple[Function, Facts]]:
    """Return the functions whose code was read, with what it says."""
    found = ((function, function.source) for function in architecture.functions())
    return [(function, facts) for function, facts in found if isinstance(facts, Facts)]


def by_code(
    found: Iterable[tuple[Function, tuple[Place, ...]]],
) -> list[tuple[list[Function], tuple[Place, ...]]]:
    """Return functions in groups that share the code of which something is to be said."""
    groups: dict[tuple[Place, ...], list[Function]] = {}
    for function, places in found:
        groups.setdefault(places, []).append(function)
    return [(functions, places) for places, functions in groups.items()]


def is_self_contained(facts: Facts) -> bool:
    """Tell whether all that runs was seen: no package may call AWS or read variables unseen."""
    return facts.is_complete and all(
        _is_harmless(item.package, item.module, facts.language) for item in facts.imports
    )


def _is_harmless(package: str, module: str, language: Language | None) -> bool:
    if package in _FROM_AWS or package in _PLAIN:
        return True
    if package.startswith(("@aws-sdk/", "@smithy/", "@types/")) or module.startswith(_POWERTOOLS):
        return True
    if language is Language.PYTHON:
        # `from aws_lambda_powertools import Logger` names no part that calls anything.
        return package in sys.stdlib_module_names or module == "aws_lambda_powertools"
    return package.partition(":")[0] in _NODE


def events_put(architecture: Architecture, function: Function) -> list[EventPut]:
    """Return the events that a function's code puts on buses that are known here."""
    facts = function.source
    if not isinstance(facts, Facts):
        return []
    found: list[EventPut] = []
    for call in facts.calls:
        for entry in call.entries:
            if entry.bus is None:
                bus = architecture.node(external_id(DEFAULT_BUS, "bus"))
            else:
                bus = named(architecture, function, entry.bus, "bus")[0]
            if bus is None:
                continue
            source, kind = (
                UNKNOWN if (known := value_of(function, target)) is None else known
                for target in (entry.source, entry.detail_type)
            )
            found.append(EventPut(bus, source, kind, entry.place))
    return found


def fits(asked: Value, given: Value) -> bool | Unknown:
    """Tell whether a text is among what a field of an event pattern asks for.

    A field that is not there asks for nothing. Operators:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    if asked is None:
        return True
    if not isinstance(asked, list) or not isinstance(given, str):
        return UNKNOWN
    unsure = False
    for item in asked:
        found = _fits_one(item, given)
        if found is True:
            return True
        unsure = unsure or isinstance(found, Unknown)
    return UNKNOWN if unsure else False


def _fits_one(item: Value, given: str) -> bool | Unknown:
    if isinstance(item, str):
        return item == given
    if not isinstance(item, dict) or len(item) != 1:
        return UNKNOWN
    name, value = next(iter(item.items()))
    if name == "exists":
        return value if isinstance(value, bool) else UNKNOWN
    if name == "anything-but" and isinstance(value, list):
        return given not in value if all(isinstance(one, str) for one in value) else UNKNOWN
    if not isinstance(value, str):
        return UNKNOWN
    match name:
        case "prefix":
            return given.startswith(value)
        case "suffix":
            return given.endswith(value)
        case "anything-but":
            return given != value
        case "equals-ignore-case":
            return given.lower() == value.lower()
        case "wildcard" if len(value) <= _LONGEST and not set(value) & set("[?"):
            return fnmatchcase(given, value)
    return UNKNOWN


def keys_written(
    architecture: Architecture, function: Function, bucket: Node
) -> list[KeyWritten] | Unknown:
    """Return the keys that a function's code writes in a bucket; Unknown where it may be others."""
    facts = function.source
    if not isinstance(facts, Facts) or not facts.is_complete:
        return UNKNOWN
    found: list[KeyWritten] = []
    for call in facts.calls:
        if call.service != "s3" or call.operation not in _WRITES:
            continue
        node = named(architecture, function, call.target, "bucket")[0]
        if node is not None and node is not bucket:
            continue
        key = call.key
        if key is None or key.kind not in {TargetKind.LITERAL, TargetKind.PREFIX}:
            return UNKNOWN
        found.append(KeyWritten(key.text, key.kind is TargetKind.PREFIX, call.place))
    return found


_WRITES = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload", "PutObjectTagging"})

__all__ = [
    "EventPut",
    "KeyWritten",
    "by_code",
    "events_put",
    "fits",
    "functions_read",
    "is_self_contained",
    "keys_written",
]
