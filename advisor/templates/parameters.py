"""Values for parameters: from the command line, parameter files and samconfig.toml."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from advisor.errors import ConfigError
from advisor.settings_file import read_settings, read_toml
from advisor.templates.stacks import Given
from advisor.templates.template import scalar_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SAMCONFIG = "samconfig.toml"
_COMMANDS = ("global", "deploy", "build", "validate", "package", "sync")
_PAIR = re.compile(
    # Looked for at the start of a word only: a long one without a value is read once.
    r"""(?<![\w:.-])(?:ParameterKey=(?P<long>[\w:.-]+),ParameterValue=|(?P<short>[\w:.-]+)=)"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s]*)"""
)


def given_for(
    template: Path, fixed: Mapping[str, str], environment: str | None, *, root: Path
) -> Given:
    """Return what is given for a template's parameters.

    `fixed` is what the user gives; `environment` names one of samconfig.toml, whose values are
    then fixed too. Without a name those of its `default` environment are known as values, but
    conditions stay open: the same template is deployed to others. Raises ConfigError.
    """
    table = _samconfig(template, root)
    if environment is not None:
        if table is not None and not isinstance(table.get(environment), dict):
            known = ", ".join(sorted(key for key, row in table.items() if isinstance(row, dict)))
            raise ConfigError(
                f"{SAMCONFIG} beside {template.name} has no environment '{environment}': {known}"
            )
        return Given(fixed={**_overrides(table, environment), **fixed})
    return Given(fixed=fixed, defaults=_overrides(table, "default"))


def _samconfig(template: Path, root: Path) -> dict[str, object] | None:
    """Return the samconfig.toml beside a template, or above it up to the root."""
    for folder in template.parents:
        file = folder / SAMCONFIG
        if file.is_file() and file.resolve().is_relative_to(root):
            table = read_toml(file)
            # One that names another template is not about this one.
            return table if folder == template.parent or _names(table, folder, template) else None
        if folder == root:
            break
    return None


def _names(table: Mapping[str, object], folder: Path, template: Path) -> bool:
    for row in _rows(table, "default"):
        name = row.get("template_file", row.get("template"))
        if isinstance(name, str) and (folder / name).resolve() == template:
            return True
    return False


def _rows(table: Mapping[str, object], environment: str) -> list[dict[str, object]]:
    """Return the parameter tables of an environment, those that win last."""
    section = table.get(environment)
    rows = []
    for command in _COMMANDS if isinstance(section, dict) else ():
        commands = section.get(command) if isinstance(section, dict) else None
        row = commands.get("parameters") if isinstance(commands, dict) else None
        if isinstance(row, dict):
            rows.append(row)
    return rows


def _overrides(table: Mapping[str, object] | None, environment: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in _rows(table, environment) if table else ():
        value = row.get("parameter_overrides")
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str):
                found.update(pairs(text))
            elif isinstance(text, dict):
                found.update({str(key): scalar_text(item) for key, item in text.items()})
    return found


def pairs(text: str) -> dict[str, str]:
    """Return the parameters of SAM's text form: `A=1 B="two words"`, or the longer spelling."""
    found = {}
    for match in _PAIR.finditer(text):
        value = match["value"]
        if value[:1] in {'"', "'"}:
            value = value[1:-1].replace('\\"', '"')
        found[match["long"] or match["short"]] = value
    return found


def read_file(file: Path) -> dict[str, str]:
    """Return the parameters of a file in one of the forms that AWS's tools write.

    A list of ParameterKey and ParameterValue (CloudFormation), a mapping under `Parameters`
    (CodePipeline), a plain mapping, or texts `Key=Value`. Raises ConfigError.
    """
    try:
        data: object = json.loads(read_settings(file))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: is not JSON: {error}") from error
    if isinstance(data, dict):
        inner = data.get("Parameters", data)
        if isinstance(inner, dict):
            return {str(key): _text(value) for key, value in inner.items()}
    found: dict[str, str] = {}
    for item in data if isinstance(data, list) else ():
        if isinstance(item, str):
            found.update(pairs(item))
        elif isinstance(item, dict) and "ParameterKey" in item:
            found[str(item["ParameterKey"])] = _text(item.get("ParameterValue", ""))
    if not found:
        raise ConfigError(f"{file}: has no parameters; a list of ParameterKey and ParameterValue")
    return found


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(scalar_text(item) for item in value)
    return scalar_text(value)


def region_of(samconfig: Path) -> str:
    """Return the region of the default environment, empty where none is given or readable."""
    try:
        table = read_toml(samconfig)
    except ConfigError:
        return ""
    found = [row.get("region") for row in _rows(table, "default")]
    return next((each for each in reversed(found) if isinstance(each, str)), "")
