"""Reading state machines: shapes, positions, placeholders, states, what tasks call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.documents.load import read_text
from advisor.errors import LoadError
from advisor.templates.tags import long_form
from advisor.templates.values import UNKNOWN, Cause, Reference, Text, Unknown
from advisor.workflows.integrations import CallKind, How, Pattern, classify
from advisor.workflows.model import Language
from advisor.workflows.placeholders import Placeholder, prepare
from advisor.workflows.reader import (
    is_definition,
    read_definition,
    read_object,
    read_string,
    read_workflow,
)
from advisor.workflows.validity import validate
from tests.asl import INVOKE, LAMBDA, OK, inner, map_, one, task

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.location import Location
    from advisor.templates.values import Value
    from advisor.workflows.model import State, Workflow


def read(data: object, **substitutions: Value) -> Workflow:
    document = read_definition(json.dumps(data), "m.asl.json")
    return read_workflow(document, substitutions=substitutions or None)


def state_of(workflow: Workflow, name: str) -> State:
    return next(state for state in workflow.states() if state.name == name)


def text_at(text: str, place: Location) -> str:
    start, end = place.span.start, place.span.end
    assert start.line == end.line
    return text.splitlines()[start.line - 1][start.column - 1 : end.column - 1]


# --- shapes and positions ---------------------------------------------------------------------

FILE = """{
  "StartAt": "A",
  "TimeoutSeconds": ${Seconds},
  "States": {"A": {"Type": "Wait", "Seconds": ${S}, "Next": "B"}, "B": {"Type": "Succeed"}}
}
"""


def test_a_file_with_bare_placeholders_is_read_with_exact_positions() -> None:
    workflow = read_workflow(read_definition(FILE, "m.json"), substitutions={"Seconds": 60})
    assert workflow.timeout == 60
    assert isinstance(state_of(workflow, "A").seconds("Seconds"), Unknown)
    assert text_at(FILE, workflow.at(("TimeoutSeconds",))) == "${Seconds}"
    assert text_at(FILE, workflow.at(("States", "A", "Next"))) == '"B"'
    assert text_at(FILE, workflow.at(("States", "B"), key=True)) == '"B"'
    assert text_at(FILE, workflow.at(("States", "A", "Foo"))) == '"A"'
    assert validate(workflow) == []


@given(st.text(alphabet='"\\${}ab:,\n', max_size=40))
def test_preparing_a_text_keeps_every_position(text: str) -> None:
    prepared = prepare(text)
    assert len(prepared) == len(text)
    assert prepared.count("\n") == text.count("\n")


def test_yaml_keeps_bare_placeholders_as_they_are() -> None:
    text = "StartAt: A\nStates:\n  A:\n    Type: Wait\n    Seconds: ${S}\n    End: true\n"
    workflow = read_workflow(read_definition(text, "m.asl.yaml"), substitutions={"S": "5"})
    assert state_of(workflow, "A").seconds("Seconds") == 5


TEMPLATE = """Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        {
          "StartAt": "A",
          "States": {"A": {"Type": "Task", "Resource": "${F.Arn}", "Next": "X"}}
        }
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: !GetAtt F.Arn
            Next: Z
  N:
    Properties:
      DefinitionString: "{\\"StartAt\\": \\"A\\",\\n \\"States\\": {}}"
"""
PROPERTIES = ("Resources", "M", "Properties")


def test_a_string_in_a_literal_block_has_exact_positions() -> None:
    document = read_text(TEMPLATE, "t.yaml", tags=long_form)
    pointer = (*PROPERTIES, "DefinitionString", "Fn::Sub")
    text = document.data
    for key in pointer:
        text = text[key]  # type: ignore[index,call-overload]  # the template is known
    arn = Reference("t.yaml", "F", "Arn")
    workflow = read_string(
        str(text), document=document, pointer=pointer, names={"F.Arn": arn}, resource="M"
    )
    call = state_of(workflow, "A").call
    assert call is not None
    assert call.kind is CallKind.PLACEHOLDER
    assert call.value == arn
    place = workflow.at(("States", "A", "Next"))
    assert text_at(TEMPLATE, place) == '"X"'
    assert (place.resource, place.pointer) == ("M", pointer)


def test_a_double_quoted_string_has_exact_positions() -> None:
    document = read_text(TEMPLATE, "t.yaml", tags=long_form)
    text = '{"StartAt": "A",\n "States": {}}'
    pointer = ("Resources", "N", "Properties", "DefinitionString")
    workflow = read_string(text, document=document, pointer=pointer)
    assert text_at(TEMPLATE, workflow.at(("StartAt",))) == '\\"A\\"'
    assert text_at(TEMPLATE, workflow.at(("States",), key=True)) == '\\"States\\"'


def test_an_object_in_a_template_has_intrinsics_and_exact_positions() -> None:
    document = read_text(TEMPLATE, "t.yaml", tags=long_form)
    pointer = (*PROPERTIES, "Definition")
    data = document.data
    for key in pointer:
        data = data[key]  # type: ignore[index,call-overload]  # the template is known
    arn = Reference("t.yaml", "F", "Arn")

    def resolve(raw: Data) -> Value:
        assert raw in ({"Fn::GetAtt": ["F", "Arn"]}, {"Fn::GetAtt": "F.Arn"})
        return arn

    workflow = read_object(data, document=document, pointer=pointer, resolve=resolve, resource="M")
    call = state_of(workflow, "A").call
    assert call is not None
    assert call.value == arn
    (problem,) = validate(workflow)
    assert text_at(TEMPLATE, workflow.at(problem.pointer)) == "Z"


def test_text_that_is_not_json_is_an_error_with_the_place_in_the_template() -> None:
    document = read_text(TEMPLATE, "t.yaml", tags=long_form)
    with pytest.raises(LoadError) as caught:
        read_string(
            "{a: 1,}", document=document, pointer=(*PROPERTIES, "DefinitionString"), resource="M"
        )
    assert caught.value.line == 5
    assert "'M'" in caught.value.message


def test_definitions_are_known_by_their_content() -> None:
    assert is_definition(one(OK))
    assert not is_definition({"Resources": {}})


def test_intrinsics_in_a_file_are_wildcards_unless_a_template_deploys_it_as_it_is() -> None:
    text = "StartAt: A\nStates:\n  A: {Type: Task, Resource: !GetAtt F.Arn, End: true}\n"
    document = read_definition(text, "m.asl.yaml")
    assert validate(read_workflow(document)) == []
    (problem,) = validate(read_workflow(document, substitutions={}))
    assert problem.message == "'Resource' of 'A' is an object, not text"


def test_yaml_booleans_for_names_are_reported() -> None:
    text = "StartAt: Yes\nStates:\n  Yes:\n    Type: Pass\n    Next: No\n  No: {Type: Succeed}\n"
    messages = [p.message for p in validate(read_workflow(read_definition(text, "m.yaml")))]
    assert any("'Next' of 'Yes' is the boolean false" in message for message in messages)
    assert any("YAML reads the name of state 'No' as a boolean" in message for message in messages)


# --- states -----------------------------------------------------------------------------------


def test_states_are_read_in_order_with_their_scopes() -> None:
    machine = inner(
        A=map_(ItemProcessor=inner(B={"Type": "Parallel", "Branches": [inner(C=OK)], "End": True}))
    )
    workflow = read(machine)
    assert [state.name for state in workflow.states()] == ["A", "B", "C"]
    deepest = state_of(workflow, "C")
    assert deepest.scope.depth == 2
    assert [state.name for state in deepest.enclosing()] == ["B", "A"]
    assert [state.name for state in state_of(workflow, "A").within()] == ["B", "C"]


def test_a_state_takes_its_language_from_the_machine_and_not_from_a_map() -> None:
    machine = inner(A=map_(QueryLanguage="JSONata", ItemProcessor=inner(B=OK)))
    assert state_of(read(machine), "B").language is Language.JSONPATH
    assert state_of(read(machine | {"QueryLanguage": "JSONata"}), "B").is_jsonata


def test_retriers_have_the_defaults_of_the_language() -> None:
    workflow = read(one(task(Retry=[{"ErrorEquals": ["E"]}])))
    (retrier,) = state_of(workflow, "A").retriers
    assert (retrier.interval, retrier.attempts, retrier.backoff) == (1, 3, 2.0)
    assert retrier.delays == (4.0, 7.0)


@pytest.mark.parametrize("rate", [1e300, 10**400])
def test_delays_stay_finite_whatever_is_written(rate: float) -> None:
    data = {"ErrorEquals": ["E"], "BackoffRate": rate, "MaxAttempts": 99_999_999}
    (retrier,) = state_of(read(one(task(Retry=[data]))), "A").retriers
    assert retrier.delays is not None
    assert retrier.delays[0] < float("inf")


# --- calls ------------------------------------------------------------------------------------


PARTITION = "arn:${AWS::Partition}"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (LAMBDA, "function lambda invoke"),
        (f"{LAMBDA}:live", "function lambda invoke"),
        (f"{PARTITION}:lambda:${{R}}:${{A}}:function:x", "function lambda invoke"),
        (INVOKE, "optimized lambda invoke"),
        (f"{PARTITION}:states:::states:startExecution.sync:2", "optimized states startExecution"),
        (f"{PARTITION}:states:::sqs:sendMessage.waitForTaskToken", "optimized sqs sendMessage"),
        ("arn:aws:states:eu-west-1:123456789012:aws-sdk:s3:getObject", "sdk s3 getObject"),
        ("arn:aws:states:us-east-1:123456789012:activity:work", "activity"),
        ("arn:aws:states:::${Service}:invoke", "placeholder"),
        ("${Prefix}:lambda:invoke", "placeholder"),
        ("arn:aws:sns:${Rest}", "invalid"),
        ("hello", "invalid"),
    ],
)
def test_resources_are_classified_segment_by_segment(resource: str, expected: str) -> None:
    kind, service, action, suffix = classify(resource)
    assert " ".join(word for word in (kind.value, service, action) if word) == expected
    assert suffix == (resource[resource.index(".") :] if "." in resource else "")


def test_a_placeholder_can_stand_for_a_whole_integration() -> None:
    arn = Text(("arn:", Unknown(Cause.PSEUDO, "AWS::Partition"), ":states:::dynamodb:putItem"))
    workflow = read(one(task(Resource="${Put}", Parameters={"TableName": "${T}"})), Put=arn, T="t")
    call = state_of(workflow, "A").call
    assert call is not None
    assert (call.kind, call.service, call.action) == (CallKind.OPTIMIZED, "dynamodb", "putItem")
    (target,) = call.targets()
    assert (target.key, target.how, target.value) == ("TableName", How.PLACEHOLDER, "t")


def test_targets_are_found_in_lists_keys_and_expressions() -> None:
    entries = {"Entries": [{"EventBusName": "bus"}, {"EventBusName.$": "$.bus"}]}
    workflow = read(one(task(Resource="arn:aws:states:::events:putEvents", Parameters=entries)))
    call = state_of(workflow, "A").call
    assert call is not None
    assert [(t.how, t.value) for t in call.targets()] == [
        (How.LITERAL, "bus"),
        (How.DYNAMIC, UNKNOWN),
    ]
    batch: dict[str, object] = {"RequestItems": {"${Table}": []}}
    resource = "arn:aws:states:::aws-sdk:dynamodb:batchWriteItem"
    table = Reference("t.yaml", "Table")
    workflow = read(one(task(Resource=resource, Parameters=batch)), Table=table)
    call = state_of(workflow, "A").call
    assert call is not None
    assert [target.value for target in call.targets()] == [table]


def test_a_map_calls_what_its_reader_and_writer_use() -> None:
    machine = one(
        map_(
            ItemReader={"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b"}},
            ResultWriter={"Resource": "arn:aws:states:::s3:putObject"},
        )
    )
    calls = state_of(read(machine), "A").calls
    assert [call.action for call in calls] == ["getObject", "putObject"]
    assert [target.value for target in calls[0].targets()] == ["b"]
    assert calls[0].pattern is Pattern.RESPONSE


# --- hostile input ----------------------------------------------------------------------------

LEAVES = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        "A",
        "",
        "$",
        "$.a",
        "{% a %}",
        "{%",
        "${X}",
        "Map",
        "Choice",
        "Task",
        "JSONata",
        "DISTRIBUTED",
        "States.ALL",
        INVOKE,
        "arn:aws:states:::",
        "States.Format(",
    ]
)
KEYS = st.sampled_from(
    [
        "Type",
        "Next",
        "End",
        "Choices",
        "Default",
        "Retry",
        "Catch",
        "ErrorEquals",
        "Branches",
        "ItemProcessor",
        "StartAt",
        "States",
        "Resource",
        "Parameters",
        "x.$",
        "Variable",
        "Not",
        "And",
        "Condition",
        "Assign",
        "Output",
        "ItemReader",
        "Label",
        "ProcessorConfig",
        "Mode",
        "QueryLanguage",
        "Seconds",
        "Timestamp",
        "${X}",
        "Fn::Sub",
        "IsNull",
        "TimeoutSeconds",
    ]
)
DATA = st.recursive(
    LEAVES, lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x, max_size=5), max_leaves=30
)


@settings(max_examples=150, deadline=None)
@given(DATA, st.dictionaries(st.sampled_from("ABC"), DATA, max_size=3))
def test_any_data_is_judged_without_a_crash(start: object, states: object) -> None:
    workflow = read({"StartAt": start, "States": states})
    for problem in validate(workflow, machine_type="EXPRESS"):
        assert workflow.at(problem.pointer, key=problem.on_key).path == "m.asl.json"


def test_placeholders_are_wildcards_everywhere() -> None:
    machine = one(
        {
            "Type": "${Type}",
            "Resource": "${R}",
            "Retry": "${Retry}",
            "TimeoutSeconds": "${T}",
            "Next": "${Next}",
        }
    )
    assert validate(read(machine)) == []
    assert isinstance(read(machine).root["States"], dict)
    assert isinstance(state_of(read(machine), "A").data["Resource"], Placeholder)
