"""Nodes that have a property from one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.sharing import by_place

from .graphs import graph_of

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 9, Runtime: python3.13, Handler: a.b}
Resources:
  One: {Type: AWS::Serverless::Function, Properties: {InlineCode: pass}}
  Two: {Type: AWS::Serverless::Function, Properties: {InlineCode: pass, Timeout: 3}}
  Three: {Type: AWS::Serverless::Function, Properties: {InlineCode: pass}}
"""


def test_functions_that_share_a_global_are_one_group(tmp_path: Path) -> None:
    functions = graph_of(tmp_path, TEMPLATE).functions()
    groups = [[node.name for node in group] for group in by_place(functions, "Timeout")]
    assert groups == [["One", "Three"], ["Two"]]
    apart = [[node.name for node in group] for group in by_place(functions, "MemorySize")]
    assert apart == [["One"], ["Two"], ["Three"]]
