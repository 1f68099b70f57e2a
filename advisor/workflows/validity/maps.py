"""Map states: processor and mode, reader, batcher, writer, tolerances and label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.workflows.placeholders import Placeholder, blank
from advisor.workflows.validity import checks, payloads
from advisor.workflows.validity.fields import (
    Field,
    check_exclusive,
    check_fields,
    takes_any,
)
from advisor.workflows.validity.problem import Code

if TYPE_CHECKING:
    from advisor.workflows.model import State
    from advisor.workflows.placeholders import Asl
    from advisor.workflows.validity.problem import Report, Spot

_LABEL = re.compile(r"[^\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]+\Z")
_MAX_LABEL = 40
_READS = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:s3:(?:getObject|listObjectsV2|\x00)\Z")
_WRITES = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:s3:(?:putObject|\x00)\Z")
_DISTRIBUTED_ONLY = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "Label",
)


def _skip(_spot: Spot, _value: Asl) -> None:
    """Accept: another check looks at it."""


def _headers(spot: Spot, value: Asl) -> None:
    if checks.is_open(value) or (spot.jsonata and isinstance(value, str)):
        return
    if not isinstance(value, list):
        spot.error(f"{spot.label} is {checks.kind_of(value)}, not a list of columns")


_ARGUMENTS = {
    "Parameters": Field(payloads.payload, "JSONPath"),
    "Arguments": Field(payloads.payload, "JSONata"),
}
_REFERENCE = Field(checks.reference, "JSONPath")
_CONFIG = {
    "Mode": Field(checks.one_of("INLINE", "DISTRIBUTED")),
    "ExecutionType": Field(checks.one_of("STANDARD", "EXPRESS")),
}
_READER = {"Resource": Field(_skip), "ReaderConfig": Field(_skip)} | _ARGUMENTS
_READER_CONFIG = {
    "InputType": Field(checks.one_of("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")),
    "CSVHeaderLocation": Field(checks.one_of("FIRST_ROW", "GIVEN")),
    "CSVHeaders": Field(_headers),
    "CSVDelimiter": Field(checks.one_of("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")),
    "Transformation": Field(checks.one_of("NONE", "LOAD_AND_FLATTEN")),
    "ManifestType": Field(checks.one_of("ATHENA_DATA", "S3_INVENTORY")),
    "ItemsPointer": Field(checks.text),
    "MaxItems": Field(checks.whole(1, 100_000_000)),
    "MaxItemsPath": _REFERENCE,
}
_BATCHER = {
    "MaxItemsPerBatch": Field(checks.whole(1)),
    "MaxItemsPerBatchPath": _REFERENCE,
    "MaxInputBytesPerBatch": Field(checks.whole(1, 262_144)),
    "MaxInputBytesPerBatchPath": _REFERENCE,
    "BatchInput": Field(payloads.payload),
}
_WRITER = {"Resource": Field(_skip), "WriterConfig": Field(_skip)} | _ARGUMENTS
_WRITER_CONFIG = {
    "OutputType": Field(checks.one_of("JSON", "JSONL")),
    "Transformation": Field(checks.one_of("NONE", "COMPACT", "FLATTEN")),
}


def check_map(spot: Spot, state: State) -> None:
    """Check what only Map states have."""
    data = dict(state.data)
    if any(map(takes_any, data)):
        return
    processor = data.get("ItemProcessor", data.get("Iterator"))
    if "ItemProcessor" not in data and "Iterator" not in data:
        spot.error(f"{spot.owner} is a Map state without 'ItemProcessor'", on_key=True)
    elif not isinstance(processor, (dict, Placeholder)):
        name = "ItemProcessor" if "ItemProcessor" in data else "Iterator"
        spot.at(name).error(f"{spot.named(name)} is {checks.kind_of(processor)}, not an object")
    else:
        _config(spot, state)
    _part(spot, data, "ItemReader", fields=_READER)
    _part(spot, data, "ItemBatcher", fields=_BATCHER)
    _part(spot, data, "ResultWriter", fields=_WRITER)
    _label(spot, data.get("Label"))


def check_labels(report: Report) -> None:
    """Check that no two Map states have one label."""
    seen: dict[str, State] = {}
    for state in report.workflow.states("Map"):
        label = state.data.get("Label")
        if not isinstance(label, str) or checks.is_open(label):
            continue
        first = seen.setdefault(label, state)
        if first is not state:
            report.error(
                (*state.pointer, "Label"),
                f"'{state.name}' and '{first.name}' have the label '{label}'",
                code=Code.DUPLICATE_LABEL,
                related=((*first.pointer, "Label"),),
            )


def _config(spot: Spot, state: State) -> None:
    for scope in state.scopes:
        config = scope.data.get("ProcessorConfig")
        inside = spot.at(*scope.pointer[len(state.pointer) :], "ProcessorConfig")
        if isinstance(config, dict):
            check_fields(inside, config, _CONFIG, what="'ProcessorConfig'")
            if scope.mode == "DISTRIBUTED" and "ExecutionType" not in config:
                inside.error(f"{spot.owner} is a distributed Map without 'ExecutionType'")
        elif config is not None and not checks.is_open(config):
            inside.error(f"{inside.label} is {checks.kind_of(config)}, not an object")
        if scope.mode == "INLINE" and not isinstance(config, Placeholder):
            for name in _DISTRIBUTED_ONLY:
                if name in state.data:
                    spot.at(name).warning(
                        f"{spot.named(name)} has no meaning in an inline Map",
                        on_key=True,
                        topic="inline-map",
                    )


def _part(spot: Spot, data: dict[str, Asl], name: str, *, fields: dict[str, Field]) -> None:
    if name not in data or checks.is_open(data[name]):
        return
    part, inside = data[name], spot.at(name)
    if not isinstance(part, dict):
        inside.error(f"{inside.label} is {checks.kind_of(part)}, not an object")
        return
    if any(map(takes_any, part)):
        return
    check_fields(inside, part, fields, what=f"'{name}'")
    if name == "ItemReader":
        _resource(inside, part, _READS, required=True)
        _reader_config(inside, part)
    elif name == "ItemBatcher":
        _batcher(inside, part)
    else:
        if not part:
            inside.error(f"{inside.label} is empty")
        _resource(inside, part, _WRITES, required=False)
        _config_of(inside, part, "WriterConfig", _WRITER_CONFIG)


def _batcher(spot: Spot, part: dict[str, Asl]) -> None:
    pairs = (
        ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
        ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
    )
    check_exclusive(spot, part, pairs)


def _reader_config(spot: Spot, part: dict[str, Asl]) -> None:
    config = _config_of(spot, part, "ReaderConfig", _READER_CONFIG)
    if config is None:
        return
    inside = spot.at("ReaderConfig")
    check_exclusive(inside, config, (("MaxItems", "MaxItemsPath"),))
    if config.get("CSVHeaderLocation") == "GIVEN" and "CSVHeaders" not in config:
        inside.error(f"{inside.label} gives its header itself but has no 'CSVHeaders'")


def _config_of(
    spot: Spot, part: dict[str, Asl], name: str, fields: dict[str, Field]
) -> dict[str, Asl] | None:
    config = part.get(name)
    if config is None or checks.is_open(config):
        return None
    inside = spot.at(name)
    if not isinstance(config, dict):
        inside.error(f"{inside.label} is {checks.kind_of(config)}, not an object")
        return None
    if any(map(takes_any, config)):
        return None
    check_fields(inside, config, fields, what=f"'{name}'")
    return config


def _resource(spot: Spot, part: dict[str, Asl], known: re.Pattern[str], *, required: bool) -> None:
    if "Resource" not in part:
        if required:
            spot.error(f"{spot.label} has no 'Resource'")
        return
    value, inside = part["Resource"], spot.at("Resource")
    if isinstance(value, Placeholder):
        return
    if not isinstance(value, str):
        inside.error(f"{inside.label} is {checks.kind_of(value)}, not text")
        return
    text = blank(value)
    if not known.match(text) and "\x00" not in text.rpartition(":")[0].split(":", 4)[-1]:
        inside.error(
            f"'{value}' in {spot.label} is no resource that it can use", code=Code.RESOURCE
        )


def _label(spot: Spot, label: Asl) -> None:
    if label is None or checks.is_open(label):
        return
    inside = spot.at("Label")
    if not isinstance(label, str):
        inside.error(f"{inside.label} is {checks.kind_of(label)}, not text", code=Code.LABEL)
    elif not 1 <= len(label) <= _MAX_LABEL:
        inside.error(
            f"{inside.label} has {len(label)} characters, not 1 to {_MAX_LABEL}", code=Code.LABEL
        )
    elif not _LABEL.match(label):
        inside.error(
            f"{inside.label}, '{label}', has a character that labels cannot have", code=Code.LABEL
        )
