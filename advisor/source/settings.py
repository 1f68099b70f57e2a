"""Settings classes of pydantic: each field is the environment variable of its name.

https://docs.pydantic.dev/latest/concepts/pydantic_settings/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.meanings import External, Variable
from advisor.source.program import Call, Constant, Definition, Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.source.members import Members
    from advisor.source.program import Expression, Scope

_ALIASES = frozenset({"alias", "env", "validation_alias"})


def is_settings(members: Members, scope: Scope) -> bool:
    """Tell whether a class reads its fields from the environment."""
    return any(
        isinstance(meaning, External) and meaning.name.endswith(".BaseSettings")
        for base in scope.bases[:4]
        for meaning in members.evaluate(base, scope.parent or scope, None)
    )


def setting(scope: Scope, name: str) -> Variable:
    """Return the variable behind a field, in capitals, as they are mostly written.

    Upper and lower case are one to pydantic, and files may hold the values: the variable need
    not be set.
    """
    for value, _ in scope.attributes.get(name, []):
        for key, alias in value.keywords if isinstance(value, Call) else ():
            if key in _ALIASES and isinstance(alias, Constant) and isinstance(alias.value, str):
                return Variable(alias.value, has_default=True)
    return Variable(f"{_prefix(scope)}{name}".upper(), has_default=True)


def _prefix(scope: Scope) -> str:
    for key, value in _options(scope):
        if key == "env_prefix" and isinstance(value, Constant) and isinstance(value.value, str):
            return value.value
    return ""


def _options(scope: Scope) -> Iterator[tuple[str, Expression]]:
    for value in scope.bindings.get("model_config", []):
        if isinstance(value, Call):
            yield from value.keywords
        elif isinstance(value, Mapping):
            for key, item in value.items:
                if isinstance(key, Constant):
                    yield str(key.value), item
    for value in scope.bindings.get("Config", []):
        if isinstance(value, Definition):
            for name, values in value.scope.bindings.items():
                yield name, values[-1]


__all__ = ["is_settings", "setting"]
