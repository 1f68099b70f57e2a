"""Typed nodes: what a resource is, with the properties that rules ask for."""

from advisor.architecture.nodes.base import Node

__all__ = ["Node"]
