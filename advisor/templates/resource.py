"""A resource as the template declares it, or as SAM generates it: raw data with its origins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer

# Singletons and provider frameworks, by construct name or by the logical id made of it.
_CDK_HELPER = re.compile(
    r"Custom::|framework-(onEvent|isComplete|onTimeout)$|CdkJsonTo|"
    r"(LogRetention|BucketNotificationsHandler|AWS)[0-9a-f]{32}|"
    r"Custom\w+CustomResourceProvider(Handler|Role)[0-9A-F]{8}$"
)


@record(eq=False)
class Resource:
    """One resource in CloudFormation's own terms, before conditions and values are resolved.

    SAM resources appear here as what SAM makes of them: an `AWS::Serverless::Function` as an
    `AWS::Lambda::Function` with raw property names, each of its events as the mapping,
    permission, rule or subscription that SAM generates.
    """

    owner: str
    """The template (or the instance of a nested stack) that holds it."""
    logical_id: str
    """Unique within the owner; of a generated one, the id that SAM gives it."""
    type: str
    """The CloudFormation type, such as `AWS::Lambda::Function`."""
    properties: dict[str, Data]
    """Raw, intrinsics unresolved."""
    place: Pointer
    """The key that declares it: the logical id, or the SAM event that generates it."""
    declared_type: str = ""
    """As written, such as `AWS::Serverless::Function`; empty where it equals `type`."""
    origins: Mapping[tuple[str, ...], Pointer] = field(default_factory=dict)
    """Where property subtrees are written that do not stand below `place` + `Properties`.

    A key is a path of property names; the longest prefix wins; `()` replaces the default.
    """
    conditions: tuple[str, ...] = ()
    """Names of conditions that must all be true for it to exist."""
    attributes: Mapping[str, Data] = field(default_factory=dict)
    """What stands beside `Properties`: `DependsOn`, `Metadata`, `DeletionPolicy` …"""
    made_by: str = ""
    """For a generated resource the logical id of the one that made it."""

    @property
    def is_generated(self) -> bool:
        """Whether the template does not write this resource down itself."""
        return bool(self.made_by)

    @property
    def is_sam(self) -> bool:
        """Whether it is written in SAM's terms (which decides how a remediation is written)."""
        return self.declared_type.startswith("AWS::Serverless::") or self.is_generated

    @property
    def construct(self) -> str:
        """The construct path that the CDK notes for it; empty where there is none.

        https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html
        """
        metadata = self.attributes.get("Metadata")
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        return path.removesuffix("/Resource") if isinstance(path, str) else ""

    @property
    def is_cdk_helper(self) -> bool:
        """Whether the CDK adds it for its own purposes: what is wrong with it is not the user's."""
        names = self.construct.split("/") if self.construct else [self.logical_id]
        return any(_CDK_HELPER.match(name) for name in names)

    @property
    def shown_id(self) -> str:
        """The logical id that a reader finds in the template."""
        return self.made_by or self.logical_id
