"""What the files cannot say and the configuration does: facts of the account, settings of rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


@record(frozen=True)
class Facts:
    """Facts of the AWS account that a template is deployed to, and the day it is judged on."""

    region: str = ""
    """Empty where it is not configured."""
    concurrency: int = 1000
    """The account's quota of concurrent executions in the region; AWS's default where not set.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    api_timeout: int | None = None
    """Seconds of a raised integration timeout of REST APIs; None where it was not raised."""
    production: bool = False
    today: date = field(default_factory=_today)
    """Decides which dated facts are past."""


class HasOptions(Protocol):
    """What a rule is from here: a name, and settings with their defaults."""

    @property
    def name(self) -> str:
        """The name that the configuration uses."""
        ...

    @property
    def options(self) -> Mapping[str, object]:
        """Settings by name with their defaults."""
        ...


def option_of(
    configured: Mapping[str, Mapping[str, object]], rule: HasOptions, name: str, kind: type[object]
) -> object:
    """Return one setting of a rule; KeyError if it declares none, TypeError if of another kind."""
    default = rule.options[name]
    value = configured.get(rule.name, {}).get(name, default)
    if not isinstance(value, kind):
        raise TypeError(f"option '{name}' of {rule.name} is no {kind.__name__}")
    return value
