"""The keys of a configuration file: what each may be, and what is said when it is not that."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from advisor.errors import ConfigError
from advisor.rules.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from advisor.config import RuleSettings

T = TypeVar("T")

PROFILES = ("default", "pedantic", "production")

_MOST_CONCURRENT = 10_000_000  # beyond any quota; catches seconds or bytes in the wrong place
_LONGEST_TIMEOUT = 900  # seconds; no integration outlives a Lambda function


class _WrongValueError(ValueError):
    """A value is not what its key takes; the text says what it takes."""


def parse(data: Mapping[str, object], file: Path) -> dict[str, object]:
    """Return the values of `Config` fields that a table sets; ConfigError if anything is wrong."""
    values: dict[str, object] = {}
    for key, raw in data.items():
        if key == "account":
            table = _read(file, key, raw, _table)
            for inner, fact in table.items():
                reader = _expect(_FACTS, inner, file, "account.")
                values[_field(inner)] = _read(file, f"account.{inner}", fact, reader)
        elif key == "rules":
            values["rules"] = _rules(file, _read(file, key, raw, _table))
        elif key == "rule-directories":
            names = _read(file, key, raw, _texts)
            values["rule_directories"] = tuple(file.parent / name for name in names)
        elif key == "baseline":
            values["baseline"] = file.parent / _read(file, key, raw, _text)
        else:
            values[_field(key)] = _read(file, key, raw, _expect(_KEYS, key, file))
    return values


def severity_of(word: object) -> Severity:
    """Return a severity by its word; ValueError with the words there are."""
    return Severity[_one_of(word, [item.word for item in Severity]).upper()]


def confidence_of(word: object) -> Confidence:
    """Return a confidence by its word; ValueError with the words there are."""
    return Confidence[_one_of(word, [item.word for item in Confidence]).upper()]


def threshold_of(word: object) -> Severity | None:
    """Return the severity that makes a run fail, None for `never`."""
    words = [*(item.word for item in Severity), "never"]
    chosen = _one_of(word, words)
    return None if chosen == "never" else Severity[chosen.upper()]


def _field(key: str) -> str:
    return key.replace("-", "_")


def _read(file: Path, key: str, raw: object, reader: Callable[[object], T]) -> T:
    try:
        return reader(raw)
    except ValueError as error:
        raise ConfigError(f"{file}: '{key}' {error}") from error


def _expect(
    readers: Mapping[str, Callable[[object], object]], key: str, file: Path, prefix: str = ""
) -> Callable[[object], object]:
    if key in readers:
        return readers[key]
    from advisor.rules.registry import did_you_mean

    known = [*_KEYS, "account", "rules", "rule-directories", "baseline"] if not prefix else readers
    hint = did_you_mean(key, known)
    if not hint and not prefix and key in _FACTS:
        hint = f"; did you mean 'account.{key}'?"
    raise ConfigError(f"{file}: unknown key '{prefix}{key}'{hint}")


def _rules(file: Path, tables: Mapping[str, object]) -> dict[str, RuleSettings]:
    from advisor.config import RuleSettings

    found: dict[str, RuleSettings] = {}
    for name, raw in tables.items():
        options = dict(_read(file, f"rules.{name}", raw, _table))
        severity = None
        if "severity" in options:
            word = options.pop("severity")
            severity = _read(file, f"rules.{name}.severity", word, severity_of)
        found[name] = RuleSettings(severity, options)
    return found


def _table(raw: object) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise _WrongValueError("takes a table")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise _WrongValueError("takes a text")
    return raw


def _texts(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise _WrongValueError("takes a list of texts")
    return tuple(raw)


def _truth(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _WrongValueError("takes true or false")
    return raw


def _number(most: int) -> Callable[[object], int]:
    def read(raw: object) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw <= most:
            raise _WrongValueError(f"takes a whole number from 1 to {most}")
        return raw

    return read


def _lists(raw: object) -> dict[str, tuple[str, ...]]:
    return {name: _texts(item) for name, item in _table(raw).items()}


def _scalars(raw: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _table(raw).items():
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, (str, int, float)):
            found[name] = str(value)
        else:
            raise _WrongValueError(f"takes a text for '{name}'")
    return found


def _date(raw: object) -> date:
    if not isinstance(raw, date):
        raise _WrongValueError("takes a date such as 2027-01-31, without quotes")
    return date(raw.year, raw.month, raw.day)


def _one_of(raw: object, words: Iterable[str]) -> str:
    known = list(words)
    if isinstance(raw, str) and raw.lower() in known:
        return raw.lower()
    raise _WrongValueError(f"takes one of {', '.join(known)}")


def _profile(raw: object) -> str:
    return _one_of(raw, PROFILES)


_KEYS: dict[str, Callable[[object], object]] = {
    "profile": _profile,
    "select": _texts,
    "extend-select": _texts,
    "ignore": _texts,
    "exclude": _texts,
    "severity": severity_of,
    "confidence": confidence_of,
    "fail-on": threshold_of,
    "per-path-ignores": _lists,
    "rule-packages": _texts,
    "parameters": _scalars,
    "samconfig-env": _text,
    "require-ignore-reason": _truth,
    "ignores": _truth,
    "cfn-lint": _truth,
    "today": _date,
}
_FACTS: dict[str, Callable[[object], object]] = {
    "region": _text,
    "concurrency": _number(_MOST_CONCURRENT),
    "api-timeout": _number(_LONGEST_TIMEOUT),
    "production": _truth,
}
