"""Minimal machines: for each validity rule one that breaks it and its twin that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.workflows.validity import Code
from tests.asl import (
    FIXED,
    OK,
    check_twins,
    choice,
    errors,
    inner,
    judge,
    map_,
    one,
    rule,
    task,
    without,
)

if TYPE_CHECKING:
    from tests.asl import (
        Matrix,
    )

MACHINES: Matrix = {
    "start missing": ({"States": {"A": OK}}, one(OK), "has no 'StartAt'"),
    "states missing": ({"StartAt": "A"}, one(OK), "has no 'States'"),
    "start dangling": ({"StartAt": "X", "States": {"A": OK}}, one(OK), "'StartAt'"),
    "states empty": ({"StartAt": "A", "States": {}}, one(OK), "is empty"),
    "unknown top field": (one(OK, Foo=1), one(OK, Version="1.0"), "'Foo'"),
    "timeout is text": (one(OK, TimeoutSeconds="9"), one(OK, TimeoutSeconds=9), "not a whole"),
    "timeout negative": (one(OK, TimeoutSeconds=-1), one(OK, TimeoutSeconds=1), "less than 1"),
    "language": (one(OK, QueryLanguage="JMES"), one(OK, QueryLanguage="JSONPath"), "not one of"),
    "no terminal": (
        inner(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}),
        inner(A={"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"}),
        "no state that ends it",
    ),
    "unreachable": (inner(A=OK, B=OK), inner(A={"Type": "Pass", "Next": "B"}, B=OK), "'B' cannot"),
    "unreachable cycle": (
        inner(A=OK, B={"Type": "Pass", "Next": "C"}, C={"Type": "Pass", "Next": "B"}),
        inner(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "C"}, C=OK),
        "'C' cannot",
    ),
    "next dangling": (
        one({"Type": "Pass", "Next": "X"}),
        one({"Type": "Pass", "Next": "B"}),
        "'X'",
    ),
    "default dangling": (
        inner(A=choice(rule(IsNull=True), Default="X"), B=OK),
        inner(A=choice(rule(IsNull=True)), B=OK),
        "'Default' of 'A' names 'X'",
    ),
    "catch dangling": (
        one(task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "X"}])),
        one(task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}])),
        "'Next' in a catcher of 'A' names 'X'",
    ),
    "out of a branch": (
        inner(
            A={
                "Type": "Parallel",
                "Branches": [inner(I={"Type": "Pass", "Next": "B"})],
                "Next": "B",
            },
            B=OK,
        ),
        inner(A={"Type": "Parallel", "Branches": [inner(I=OK)], "Next": "B"}, B=OK),
        "'Next' of 'I' names 'B'",
    ),
    "out of a processor": (
        inner(A=map_(ItemProcessor=inner(I={"Type": "Pass", "Next": "A"}))),
        inner(A=map_()),
        "'Next' of 'I' names 'A'",
    ),
    "duplicate name": (one(map_(ItemProcessor=inner(A=OK))), one(map_()), "'A' is there twice"),
    "long name": (inner(**{"x" * 81: OK}), inner(**{"x" * 80: OK}), "81 characters"),
    "branch without end": (
        one(FIXED | {"Branches": [inner(I={"Type": "Pass", "Next": "I"})]}),
        one(FIXED),
        "a branch of 'A' has no state that ends it",
    ),
    "unreachable inside": (
        one(map_(ItemProcessor=inner(I=OK, J=OK))),
        one(map_()),
        "'J' cannot be reached",
    ),
    "type missing": (one({"End": True}), one(OK), "has no 'Type'"),
    "type unknown": (one({"Type": "Pas", "End": True}), one(OK), "'Pas', no type"),
    "next and end": (
        one({"Type": "Pass", "Next": "B", "End": True}),
        one({"Type": "Pass", "Next": "B"}),
        "both 'Next' and 'End'",
    ),
    "no way out": (one({"Type": "Pass"}), one(OK), "neither 'Next' nor 'End'"),
    "unknown field": (one(OK | {"Foo": 1}), one(OK | {"Comment": "x"}), "'Foo' of 'A'"),
    "retry on pass": (one(OK | {"Retry": []}), one(task(Retry=[])), "'Retry' of 'A'"),
    "catch on wait": (
        one({"Type": "Wait", "Seconds": 1, "End": True, "Catch": []}),
        one({"Type": "Wait", "Seconds": 1, "End": True}),
        "'Catch' of 'A'",
    ),
    "timeout on parallel": (one(FIXED | {"TimeoutSeconds": 5}), one(FIXED), "'TimeoutSeconds'"),
    "next on choice": (
        inner(A=choice(rule(IsNull=True), Next="B"), B=OK),
        inner(A=choice(rule(IsNull=True)), B=OK),
        "'Next' of 'A' is no field",
    ),
    "end on succeed": (one({"Type": "Succeed", "End": True}), one({"Type": "Succeed"}), "'End'"),
    "result path on wait": (
        one({"Type": "Wait", "Seconds": 1, "ResultPath": "$.x", "End": True}),
        one({"Type": "Wait", "Seconds": 1, "InputPath": "$.x", "End": True}),
        "'ResultPath' of 'A'",
    ),
    "input path on fail": (
        one({"Type": "Fail", "InputPath": "$"}),
        one({"Type": "Fail"}),
        "'Input",
    ),
    "too large": (
        one(OK | {"Comment": "x" * 1_048_577}),
        one(OK | {"Comment": "x" * 1000}),
        "more than 1048576",
    ),
}

PATHS: Matrix = {
    "input path no path": (one(OK | {"InputPath": "a"}), one(OK | {"InputPath": "$.a"}), "start"),
    "input path malformed": (one(OK | {"InputPath": "$.a["}), one(OK | {"InputPath": None}), "']'"),
    "result path not single": (
        one(OK | {"ResultPath": "$.a[*]"}),
        one(OK | {"ResultPath": "$.a[0]"}),
        "more than one",
    ),
    "result path context": (
        one(OK | {"ResultPath": "$$.a"}),
        one(OK | {"ResultPath": None}),
        "the context object",
    ),
    "result path variable": (
        one(OK | {"ResultPath": "$a"}),
        one(OK | {"ResultPath": "$"}),
        "a variable",
    ),
    "template no path": (
        one(OK | {"Parameters": {"x.$": "a"}}),
        one(OK | {"Parameters": {"x.$": "$a"}}),
        "does not start with '$'",
    ),
    "unknown intrinsic": (
        one(OK | {"Parameters": {"x.$": "States.Foo()"}}),
        one(OK | {"Parameters": {"x.$": "States.UUID()"}}),
        "'States.Foo'",
    ),
    "unbalanced intrinsic": (
        one(OK | {"Parameters": {"x.$": "States.Array(1"}}),
        one(OK | {"Parameters": {"x.$": "States.Array(1)"}}),
        "no ')'",
    ),
    "intrinsic arity": (
        one(OK | {"Parameters": {"x.$": "States.Hash('a')"}}),
        one(OK | {"Parameters": {"x.$": "States.Hash('a', 'MD5')"}}),
        "it takes 2",
    ),
    "illegal escape": (
        one(OK | {"Parameters": {"x.$": "States.Format('\\\"')"}}),
        one(OK | {"Parameters": {"x.$": "States.Format('\\'\\{\\}\\\\')"}}),
        "escapes",
    ),
    "same field twice": (
        one(OK | {"Parameters": {"x.$": "$.a", "x": 1}}),
        one(OK | {"Parameters": {"x.$": "$.a", "y": 1}}),
        "same field",
    ),
    "template in a list": (
        one(OK | {"Parameters": {"l": [{"x.$": "a"}]}}),
        one(OK | {"Parameters": {"l": [{"x.$": "$.a[?(@.b==c)]"}]}}),
        "does not start",
    ),
    "cause path": (
        one({"Type": "Fail", "CausePath": "States.MathAdd(1, 2)"}),
        one({"Type": "Fail", "CausePath": "States.Format('{}', $.a)"}),
        "gives no text",
    ),
    "too deep": (
        one(OK | {"Parameters": {"x.$": "States.Array(" * 11 + ")" * 11}}),
        one(OK | {"Parameters": {"x.$": "States.Array(" * 10 + ")" * 10}}),
        "10 deep",
    ),
}

CHOICES: Matrix = {
    "choices missing": (
        one(without(choice(), "Choices")),
        one(choice(rule(IsNull=True))),
        "without 'Choices'",
    ),
    "choices empty": (one(choice()), one(choice(rule(IsNull=True))), "is empty"),
    "rule without next": (
        one(choice({"Variable": "$.a", "IsNull": True})),
        one(choice(rule(IsNull=True))),
        "has no 'Next'",
    ),
    "rule without variable": (
        one(choice({"IsNull": True, "Next": "B"})),
        one(choice(rule(IsNull=True))),
        "no 'Variable'",
    ),
    "two operators": (
        one(choice(rule(IsNull=True, IsString=True))),
        one(choice(rule(IsString=True))),
        "more than once",
    ),
    "no operator": (one(choice(rule())), one(choice(rule(IsString=True))), "no comparison"),
    "operand type": (
        one(choice(rule(NumericEquals="1"))),
        one(choice(rule(NumericEquals=1.5))),
        "not a number",
    ),
    "nested next": (
        one(choice({"Not": rule(IsNull=True), "Next": "B"})),
        one(choice({"Not": {"Variable": "$.a", "IsNull": True}, "Next": "B"})),
        "in a nested rule",
    ),
    "timestamp": (
        one(choice(rule(TimestampEquals="2024-02-30T00:00:00Z"))),
        one(choice(rule(TimestampEquals="2024-02-29T00:00:00Z"))),
        "RFC 3339",
    ),
    "and empty": (
        one(choice({"And": [], "Next": "B"})),
        one(choice({"And": [{"Variable": "$.a", "IsNull": True}], "Next": "B"})),
        "'And' of 'A' is empty",
    ),
    "unknown operator": (
        one(choice(rule(StringIs="x"))),
        one(choice(rule(StringMatches="x*"))),
        "no comparison operator",
    ),
    "variable no path": (
        one(choice(rule(Variable="a", IsNull=True))),
        one(choice(rule(Variable="$a.b", IsNull=True))),
        "does not start with '$'",
    ),
    "wait for nothing": (
        one({"Type": "Wait", "End": True}),
        one({"Type": "Wait", "SecondsPath": "$.s", "End": True}),
        "without 'Seconds'",
    ),
    "wait twice": (
        one({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True}),
        one({"Type": "Wait", "Timestamp": "2024-01-01T00:00:00+01:00", "End": True}),
        "at once",
    ),
    "seconds text": (
        one({"Type": "Wait", "Seconds": "1", "End": True}),
        one({"Type": "Wait", "Seconds": 0, "End": True}),
        "not a whole number",
    ),
    "timestamp bad": (
        one({"Type": "Wait", "Timestamp": "2024-01-01 00:00:00Z", "End": True}),
        one({"Type": "Wait", "TimestampPath": "$.t", "End": True}),
        "RFC 3339",
    ),
    "error twice": (
        one({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}),
        one({"Type": "Fail", "Error": "E", "CausePath": "$.e"}),
        "exclude",
    ),
    "cause twice": (
        one({"Type": "Fail", "Cause": "E", "CausePath": "$.e"}),
        one({"Type": "Fail", "ErrorPath": "$.e", "Cause": "E"}),
        "exclude",
    ),
}


@pytest.mark.parametrize("name", [*MACHINES, *PATHS, *CHOICES])
def test_a_machine_that_breaks_a_rule_is_refused_and_its_twin_is_not(name: str) -> None:
    bad, good, words = (MACHINES | PATHS | CHOICES)[name]
    check_twins(bad, good, words)


def test_codes_are_those_of_the_service() -> None:
    found = {problem.code for bad, _, _ in MACHINES.values() for problem in judge(bad)}
    assert {Code.TARGET, Code.END, Code.DUPLICATE_NAME, Code.NAME, Code.SCHEMA} <= found


def test_a_language_among_the_states_is_one_fault() -> None:
    machine = one({"Type": "Pass", "Output": 1, "End": True})
    machine["States"] = {"QueryLanguage": "JSONata", **machine["States"]}  # type: ignore[dict-item]  # a dict here
    assert len(errors(machine)) == 1


def test_a_misspelt_target_is_one_fault() -> None:
    machine = inner(A={"Type": "Pass", "Next": "Setp"}, Step=OK)
    assert errors(machine) == ["'Next' of 'A' names 'Setp', which does not exist; there is 'Step'"]
