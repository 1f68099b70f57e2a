"""Pictures of an architecture: the tree as text, and Mermaid within the limits of its readers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from advisor.reporters.mermaid import MAX_EDGES, MAX_TEXT, render_mermaid
from advisor.reporters.tree import render_tree

from .graphs import FUNCTION, graph_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture

ORDERS = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Create:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: a.b
          InlineCode: x
          Timeout: 29
          Policies: [SQSSendMessagePolicy: {QueueName: !GetAtt Orders.QueueName}]
          Events:
            Post: {Type: Api, Properties: {Path: "/orders/{id}", Method: post}}
      Process:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: a.b
          InlineCode: x
          Events:
            Work: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn, BatchSize: 5}}
      Orders:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3}
      Failed: {Type: AWS::SQS::Queue}
      Alone: {Type: AWS::S3::Bucket}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Architecture:
    return graph_of(tmp_path, ORDERS)


def test_the_tree_follows_events_from_their_source(orders: Architecture) -> None:
    tree = render_tree(orders)
    assert "\n".join(line.rstrip() for line in tree.splitlines()[2:12]) == (
        "  internet client\n"
        "  └─ HTTPS ─▶ ⌂ ServerlessRestApi  REST\n"
        "     └─ sync POST /orders/{id} ─▶ ƒ Create  29 s\n"
        "        └─ sends ──▶ ≡ Orders  visibility 30 s\n"
        "           ├─ polled batch 5 ─▶ ƒ Process  3 s\n"
        "           └─ dead letters ─▶ ≡ Failed\n"
        "\n"
        "  not connected\n"
        "    ▣ Alone\n"
    )


def test_helpers_are_counted_unless_all_are_asked_for(orders: Architecture) -> None:
    hidden = re.search(r"(\d+) helpers hidden", render_tree(orders))
    assert hidden is not None
    assert int(hidden[1]) > 0
    assert "hidden" not in render_tree(orders, all=True)
    assert "CreateRole" in render_tree(orders, all=True)


def test_the_tree_can_be_plain_ascii(orders: Architecture) -> None:
    tree = render_tree(orders, ascii=True)
    assert tree.isascii()
    assert "`- sync POST /orders/{id} --> fn Create  29 s" in tree


def test_a_loop_is_drawn_once(tmp_path: Path) -> None:
    loop = "{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt %s}}}"
    graph = graph_of(
        tmp_path,
        f"""
        Resources:
          A: {loop % "B.Arn"}
          B: {loop % "A.Arn"}
        """,
    )
    tree = render_tree(graph)
    assert tree.count("dead letters") == 2
    assert "↑" in tree


def chain_of(folder: Path, length: int) -> Architecture:
    queues = "".join(
        f"""
          Q{at}:
            Type: AWS::SQS::Queue
            Properties: {{RedrivePolicy: {{deadLetterTargetArn: !GetAtt Q{at + 1}.Arn}}}}"""
        for at in range(length)
    )
    return graph_of(
        folder, f"        Resources:\n          Q{length}: {{Type: AWS::SQS::Queue}}{queues}\n"
    )


def test_a_long_chain_stays_readable_and_whole(tmp_path: Path) -> None:
    tree = render_tree(chain_of(tmp_path, 300))
    assert max(map(len, tree.splitlines())) < 250
    assert all(re.search(rf"≡ Q{at}\b", tree) for at in range(301))


def test_mermaid_keeps_within_the_limits_of_its_readers(tmp_path: Path) -> None:
    text = render_mermaid([chain_of(tmp_path, 700)])
    assert len(text) <= MAX_TEXT
    assert text.count("-->") == MAX_EDGES
    assert "200 more left out" in text


def test_mermaid_quotes_what_strangers_write(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        f"""
        Resources:
          Fn: {FUNCTION}
          end: {{Type: AWS::SQS::Queue}}
          Rule:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: 'rate(1 day)"] --> x; click <b>`'
              Targets: [{{Id: a, Arn: !GetAtt Fn.Arn}}]
        """,
    )
    text = render_mermaid([graph])
    assert re.fullmatch(
        r'flowchart LR\n(  n_\d+[\[\](){}]+"[^"<>\[\]`]*"[\[\](){}]+\n'
        r'|  n_\d+ -\.?->\|"[^"<>\[\]`]*"\| n_\d+\n)+',
        text,
    )
