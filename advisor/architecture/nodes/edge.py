"""CloudFront: distributions, their behaviours and origins, and functions that run at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node, as_number
from advisor.records import record
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from advisor.templates.values import Value


@record(frozen=True)
class Association:
    """A Lambda function that runs on one event of one cache behaviour."""

    path: tuple[str | int, ...]
    """The association within the distribution's properties."""
    event: str | Unknown
    """`viewer-request`, `viewer-response`, `origin-request` or `origin-response`."""
    function: Value
    include_body: bool | Unknown
    behavior: tuple[str | int, ...]

    @property
    def is_viewer(self) -> bool | Unknown:
        """Whether it runs before the cache, on every request."""
        return self.event if isinstance(self.event, Unknown) else self.event.startswith("viewer")


@record(frozen=True)
class Origin:
    """Where a distribution fetches from."""

    path: tuple[str | int, ...]
    domain: Value
    read_seconds: int | Unknown | None
    """The response timeout as written, in seconds; None where the default holds."""
    id: str = ""


class Distribution(Node):
    """A CloudFront distribution."""

    def behaviors(self) -> list[tuple[str | int, ...]]:
        """Return where the cache behaviours stand, the default one first."""
        found: list[tuple[str | int, ...]] = []
        if isinstance(self.get("DistributionConfig", "DefaultCacheBehavior"), dict):
            found.append(("DistributionConfig", "DefaultCacheBehavior"))
        others = self.items("DistributionConfig", "CacheBehaviors")
        for index, _ in enumerate(others if isinstance(others, list) else ()):
            found.append(("DistributionConfig", "CacheBehaviors", index))
        return found

    def associations(self) -> list[Association]:
        """Return the Lambda functions of all behaviours."""
        found: list[Association] = []
        for behavior in self.behaviors():
            path = (*behavior, "LambdaFunctionAssociations")
            items = self.items(*path)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if not isinstance(item, dict):
                    continue
                event = item.get("EventType")
                body = item.get("IncludeBody", False)
                found.append(
                    Association(
                        path=(*path, index),
                        event=event.lower() if isinstance(event, str) else _unknown(event),
                        function=item.get("LambdaFunctionARN"),
                        include_body=body if isinstance(body, (bool, Unknown)) else body == "true",
                        behavior=behavior,
                    )
                )
        return found

    def cloudfront_functions(self) -> list[tuple[tuple[str | int, ...], str | Unknown, Value]]:
        """Return (path, event, ARN) of the CloudFront functions of all behaviours."""
        found: list[tuple[tuple[str | int, ...], str | Unknown, Value]] = []
        for behavior in self.behaviors():
            path = (*behavior, "FunctionAssociations")
            items = self.items(*path)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict):
                    event = item.get("EventType")
                    word = event.lower() if isinstance(event, str) else _unknown(event)
                    found.append(((*path, index), word, item.get("FunctionARN")))
        return found

    def origins(self) -> list[Origin]:
        """Return where it fetches from."""
        found: list[Origin] = []
        items = self.items("DistributionConfig", "Origins")
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if not isinstance(item, dict):
                continue
            custom = item.get("CustomOriginConfig")
            seconds = custom.get("OriginReadTimeout") if isinstance(custom, dict) else None
            name = item.get("Id")
            found.append(
                Origin(
                    path=("DistributionConfig", "Origins", index),
                    domain=item.get("DomainName"),
                    read_seconds=as_number(seconds),
                    id=name if isinstance(name, str) else "",
                )
            )
        return found


class CloudFrontFunction(Node):
    """A function in CloudFront's own small runtime."""

    @property
    def code(self) -> Value:
        """The source text."""
        return self.get("FunctionCode")


def _unknown(value: Value) -> Unknown:
    return value if isinstance(value, Unknown) else UNKNOWN


__all__ = ["Association", "CloudFrontFunction", "Distribution", "Origin"]
