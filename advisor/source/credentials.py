"""Texts in code that look like credentials; only their place is kept, never the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.source.facts import Place, SecretLiteral
from advisor.source.program import Call, Constant, Fallback, Mapping, children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.source.program import Expression, Module

_FORMS = (
    ("AWS access key", re.compile(r"(?:AKIA|ASIA)[0-9A-Z]{16}")),
    ("private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("GitHub token", re.compile(r"gh[pousr]_[0-9A-Za-z]{36}")),
    ("Slack token", re.compile(r"xox[abprs]-[0-9A-Za-z-]{20,}")),
    ("Stripe key", re.compile(r"sk_live_[0-9A-Za-z]{20,}")),
    ("Google API key", re.compile(r"AIza[0-9A-Za-z_-]{35}")),
)
_NAMES = re.compile(
    r"(?:^|_)(password|passwd|pwd|secret|secret_?key|api_?key|access_?key|auth_?token|"
    r"private_?key|client_?secret)$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"example|changeme|change_me|dummy|placeholder|your[-_ ]|test|xxx|\*\*\*|<|\{|\$|todo|secret|"
    r"password|arn:|https?:|/|\s",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MIN_LENGTH = 8
_MAX_LENGTH = 10_000


def secrets_of(module: Module) -> Iterator[SecretLiteral]:
    """Yield the texts of a module that look like credentials."""
    for scope in module.scopes:
        seen: set[Expression] = set()
        for expression in _walk(scope.expressions):
            if isinstance(expression, Constant) and expression not in seen:
                seen.add(expression)
                kind = _form(expression)
                if kind:
                    yield SecretLiteral(kind, True, Place(module.shown, expression.span))  # noqa: FBT003 - a field
        for name, values in scope.bindings.items():
            for value in values:
                yield from _named(name, value, module)
        for expression in _walk(scope.expressions):
            if isinstance(expression, Call):
                for name, value in expression.keywords:
                    yield from _named(name, value, module)
            if isinstance(expression, Mapping):
                for key, value in expression.items:
                    if isinstance(key, Constant) and isinstance(key.value, str):
                        yield from _named(key.value, value, module)


def _form(constant: Constant) -> str:
    text = constant.value
    if not isinstance(text, str) or "EXAMPLE" in text or len(text) > _MAX_LENGTH:
        return ""
    return next((kind for kind, pattern in _FORMS if pattern.search(text)), "")


def _named(name: str, value: Expression, module: Module) -> Iterator[SecretLiteral]:
    if isinstance(value, Fallback):
        value = value.second
    if not isinstance(value, Constant) or not isinstance(value.value, str) or _form(value):
        return
    text = value.value
    if not _NAMES.search(_CAMEL.sub("_", name[:200])):
        return
    mixed = any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
    if _MIN_LENGTH <= len(text) <= _MAX_LENGTH and mixed and not _HARMLESS.search(text):
        yield SecretLiteral(name, False, Place(module.shown, value.span))  # noqa: FBT003 - a field


def _walk(expressions: list[Expression]) -> Iterator[Expression]:
    stack = list(reversed(expressions))
    seen: set[Expression] = set()
    while stack:
        expression = stack.pop()
        if expression in seen:
            continue
        seen.add(expression)
        yield expression
        stack.extend(reversed(children(expression)))
