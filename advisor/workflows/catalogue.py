"""The tables of what a state machine can call, loaded when first asked for."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TypedDict

_DATA = Path(__file__).parent.parent / "data"


class Service(TypedDict):
    """An optimized integration: its name in the SDK table, its actions and their patterns."""

    sdk: str
    actions: dict[str, list[str]]


class _Integrations(TypedDict):
    date: str
    source: str
    services: dict[str, Service]
    parameters: dict[str, str]
    targets: dict[str, dict[str, list[str]]]


@cache
def _integrations() -> _Integrations:
    text = (_DATA / "integrations.json").read_text("utf-8")
    read: _Integrations = json.loads(text)
    return read


@cache
def _sdk_text() -> str:
    return (_DATA / "sdk_actions.txt").read_text("utf-8")


def optimized_service(service: str) -> Service | None:
    """Return the optimized integration of a service, None where there is none."""
    return _integrations()["services"].get(service)


def target_keys(service: str, action: str) -> list[str]:
    """Return the arguments that name what an action works on; `[]` every item, `{}` every key."""
    actions = _integrations()["targets"].get(_ALIASES.get(service, service), {})
    return actions.get(action) or actions.get("*", [])


@cache
def sdk_actions(service: str) -> dict[str, str] | None:
    """Return action → parameters of a service in SDK integrations, None where it is unknown.

    The file has one line per service, so that only the lines in use are parsed.
    """
    text = _sdk_text()
    start = text.find(f"\n{service} {{")
    if start < 0:
        return None
    start += len(service) + 2
    actions: dict[str, str] = json.loads(text[start : text.index("\n", start)])
    return actions


def parameters(service: str, action: str, *, sdk: bool) -> tuple[frozenset[str], list[str]] | None:
    """Return all parameters in lower case and the required ones as written; None if unknown."""
    if sdk:
        words = (sdk_actions(service) or {}).get(action)
    else:
        words = _integrations()["parameters"].get(f"{service}:{action}")
        entry = optimized_service(service)
        if words is None and entry is not None and entry["sdk"]:
            words = (sdk_actions(entry["sdk"]) or {}).get(action)
    if words is None:
        return None
    split = words.split()
    every = frozenset(word.rstrip("!").lower() for word in split)
    return every, [word[:-1] for word in split if word.endswith("!")]


_ALIASES = {"sfn": "states", "eventbridge": "events", "emr": "elasticmapreduce"} | {
    "emrserverless": "emr-serverless",
    "bedrockruntime": "bedrock",
}
"""Names in SDK integrations of services that the table lists by their optimized name."""
