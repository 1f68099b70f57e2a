"""Edges of CloudFront: to origins, to Lambda@Edge functions and to CloudFront functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Edge, EdgeKind, Evidence, Mode
from advisor.architecture.marked import mentions, references
from advisor.architecture.nodes.edge import CloudFrontFunction, Distribution
from advisor.architecture.nodes.external import internet
from advisor.templates.values import Reference

if TYPE_CHECKING:
    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.architecture.nodes.edge import Origin


def build(architecture: Architecture) -> None:
    """Add the edges of all distributions."""
    for distribution in architecture.all(Distribution):
        architecture.add_edge(
            Edge(
                internet(architecture, distribution),
                distribution,
                EdgeKind.ROUTES,
                Evidence.DECLARED,
                distribution,
                mode=Mode.SYNCHRONOUS,
                via="HTTPS",
            )
        )
        for origin in distribution.origins():
            _origin(architecture, distribution, origin)
        _functions(architecture, distribution)


def _functions(architecture: Architecture, distribution: Distribution) -> None:
    for association in distribution.associations():
        function, qualifier = architecture.target(
            association.function, "function", declared_by=distribution
        )
        if function is None:
            continue
        word = association.event if isinstance(association.event, str) else "event"
        architecture.add_edge(
            Edge(
                distribution,
                function,
                EdgeKind.INVOKES,
                Evidence.DECLARED,
                distribution,
                path=(*association.path, "LambdaFunctionARN"),
                mode=Mode.SYNCHRONOUS,
                via=f"Lambda@Edge {word}",
                qualifier=qualifier,
            )
        )
    for path, event, arn in distribution.cloudfront_functions():
        target = architecture.node_of(arn)
        if isinstance(target, CloudFrontFunction):
            word = event if isinstance(event, str) else "event"
            architecture.add_edge(
                Edge(
                    distribution,
                    target,
                    EdgeKind.USES,
                    Evidence.DECLARED,
                    distribution,
                    path=(*path, "FunctionARN"),
                    mode=Mode.SYNCHRONOUS,
                    via=f"CloudFront function {word}",
                )
            )


def _origin(architecture: Architecture, distribution: Distribution, origin: Origin) -> None:
    target = _target(architecture, distribution, origin)
    if target is None:
        return
    is_bucket = target.type == "AWS::S3::Bucket"
    architecture.add_edge(
        Edge(
            distribution,
            target,
            EdgeKind.READS if is_bucket else EdgeKind.ROUTES,
            Evidence.DECLARED,
            distribution,
            path=(*origin.path, "DomainName"),
            mode=None if is_bucket else Mode.SYNCHRONOUS,
            via="CloudFront origin",
        )
    )


def _target(architecture: Architecture, distribution: Distribution, origin: Origin) -> Node | None:
    """Return what an origin's host belongs to: an API, a bucket, a URL, a load balancer."""
    found = architecture.node_of(origin.domain)
    if found is not None:
        return found
    # A host cut out of a URL (`Select 2` of `Split /`) is unknown, but what it mentions is not.
    named = references(origin.domain) or mentions(distribution, *origin.path, "DomainName")
    for reference in named:
        found = architecture.node_of(Reference(*reference.resource))
        if found is not None:
            return found
    return None


__all__ = ["build"]
