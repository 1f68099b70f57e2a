"""Tasks, retries, maps and JSONata: machines that break one rule, and their valid twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.workflows.validity import Code, Weight
from tests.asl import (
    INVOKE,
    OK,
    READER,
    check_twins,
    choice,
    distributed,
    inner,
    judge,
    map_,
    one,
    retry,
    rule,
    task,
    without,
)

if TYPE_CHECKING:
    from tests.asl import (
        Matrix,
    )

SDK = "arn:aws:states:::aws-sdk"


def call(resource: str, **parameters: object) -> dict[str, object]:
    return one(task(Resource=resource, Parameters=parameters))


def jsonata(state: dict[str, object]) -> dict[str, object]:
    return one(state, QueryLanguage="JSONata")


def ata_task(**more: object) -> dict[str, object]:
    return jsonata(task(Resource=INVOKE, Arguments={"FunctionName": "f"}) | more)


def ata_pass(**more: object) -> dict[str, object]:
    return jsonata(OK | more)


def ata_choice(**more: object) -> dict[str, object]:
    return jsonata(choice({"Condition": "{% $states.input.a %}", "Next": "B"} | more))


def child(resource: str, execution_type: str = "STANDARD") -> dict[str, object]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}
    parts = inner(I=task(Resource=resource, Parameters=_SEND)) | {"ProcessorConfig": config}
    return one(map_(ItemProcessor=parts))


_SEND = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
_ALL = {"ErrorEquals": ["States.ALL"]}
_SQS = "arn:aws:states:::sqs:sendMessage"

TASKS: Matrix = {
    "resource missing": (one(without(task(), "Resource")), one(task()), "without 'Resource'"),
    "resource no arn": (one(task(Resource="f")), one(task(Resource="${F}")), "neither a function"),
    "swf is no resource": (
        one(task(Resource="arn:aws:swf:us-east-1:123456789012:task:x")),
        one(task(Resource="arn:aws:states:us-east-1:123456789012:activity:x")),
        "neither a function",
    ),
    "unknown optimized": (call("arn:aws:states:::sns:send"), call(_SQS, **_SEND), "no action"),
    "sdk without sdk": (
        call("arn:aws:states:::s3:getObject"),
        call(f"{SDK}:s3:getObject", Bucket="b", Key="k"),
        "'aws-sdk:s3:getObject'",
    ),
    "sync of sdk": (
        call(f"{SDK}:ecs:runTask.sync", TaskDefinition="t"),
        call("arn:aws:states:::ecs:runTask.sync", TaskDefinition="t"),
        "SDK integrations do not",
    ),
    "sync of lambda": (
        call(f"{INVOKE}.sync", FunctionName="f"),
        call(f"{INVOKE}.waitForTaskToken", FunctionName="f"),
        "does not support '.sync'",
    ),
    "unknown action": (
        call(f"{SDK}:dynamodb:putItems"),
        call("arn:${P}:states:eu-west-1:1:aws-sdk:dynamodb:query", TableName="t"),
        "'putItem'",
    ),
    "unknown parameter": (
        call(f"{SDK}:s3:getObject", Bucket="b", Key="k", Bukket="b"),
        call(f"{SDK}:unheardof:getObject", Bukket="b"),
        "no parameter 'Bukket'",
    ),
    "required parameter": (
        call("arn:aws:states:::sqs:sendMessage", MessageBody="m"),
        call("arn:aws:states:::sqs:sendMessage", **{"QueueUrl.$": "$.q", "MessageBody": {}}),
        "lacks 'QueueUrl'",
    ),
    "timeout twice": (
        one(task(TimeoutSeconds=1, TimeoutSecondsPath="$.t")),
        one(task(TimeoutSecondsPath="$.t")),
        "exclude",
    ),
    "heartbeat twice": (
        one(task(HeartbeatSeconds=1, HeartbeatSecondsPath="$.t")),
        one(task(HeartbeatSecondsPath="$.t")),
        "exclude",
    ),
    "timeout zero": (one(task(TimeoutSeconds=0)), one(task(TimeoutSeconds=1)), "less than 1"),
    "timeout fraction": (one(task(TimeoutSeconds=1.5)), one(task(TimeoutSeconds=2.0)), "1.5"),
    "heartbeat too long": (
        one(task(TimeoutSeconds=5, HeartbeatSeconds=5)),
        one(task(TimeoutSeconds=5, HeartbeatSeconds=4)),
        "not less than",
    ),
    "credentials": (
        one(task(Credentials={"Role": "r"})),
        one(task(Credentials={"RoleArn.$": "$.r"})),
        "no 'RoleArn'",
    ),
    "errors missing": (one(task(Retry=[{}])), one(retry()), "no 'ErrorEquals'"),
    "errors empty": (one(retry(ErrorEquals=[])), one(retry(ErrorEquals=["E"])), "is empty"),
    "errors no list": (one(retry(ErrorEquals="E")), one(retry()), "not a list"),
    "all not alone": (one(retry(ErrorEquals=["E", "States.ALL"])), one(retry()), "stand alone"),
    "all not last": (
        one(task(Retry=[_ALL, {"ErrorEquals": ["E"]}])),
        one(task(Retry=[{"ErrorEquals": ["E"]}, _ALL])),
        "not in its last",
    ),
    "backoff": (one(retry(BackoffRate=0.5)), one(retry(BackoffRate=1)), "less than 1"),
    "attempts": (one(retry(MaxAttempts=-1)), one(retry(MaxAttempts=0)), "less than 0"),
    "interval": (one(retry(IntervalSeconds=0)), one(retry(IntervalSeconds=1)), "less than 1"),
    "jitter": (one(retry(JitterStrategy="HALF")), one(retry(JitterStrategy="FULL")), "not one"),
    "delay zero": (one(retry(MaxDelaySeconds=0)), one(retry(MaxDelaySeconds=2)), "less than 1"),
    "delay too short": (
        one(retry(MaxDelaySeconds=5, IntervalSeconds=5)),
        one(retry(MaxDelaySeconds=6, IntervalSeconds=5)),
        "not more than",
    ),
    "retrier field": (one(retry(Next="B")), one(retry(Comment="c")), "'Next' of 'A'"),
    "catch without next": (
        one(task(Catch=[_ALL])),
        one(task(Catch=[_ALL | {"Next": "B", "ResultPath": None}])),
        "no 'Next'",
    ),
    "retry is an object": (one(task(Retry=_ALL)), one(task(Retry=[])), "not a list"),
}

MAPS: Matrix = {
    "branches missing": (
        one({"Type": "Parallel", "End": True}),
        one({"Type": "Parallel", "Branches": [inner(I=OK)], "End": True}),
        "without 'Branches'",
    ),
    "branches empty": (
        one({"Type": "Parallel", "Branches": [], "End": True}),
        one({"Type": "Parallel", "Branches": [inner(I=OK)], "End": True}),
        "is empty",
    ),
    "branch start": (
        one({"Type": "Parallel", "Branches": [inner(I=OK) | {"StartAt": "X"}], "End": True}),
        one({"Type": "Parallel", "Branches": [inner(I=OK)], "End": True}),
        "names 'X'",
    ),
    "no processor": (
        one(without(map_(), "ItemProcessor")),
        one(without(map_(Iterator=inner(I=OK)), "ItemProcessor")),
        "without 'ItemProcessor'",
    ),
    "two processors": (one(map_(Iterator=inner(J=OK))), one(map_()), "exclude"),
    "two selectors": (
        one(map_(ItemSelector={}, Parameters={})),
        one(map_(ItemSelector={"a.$": "$$.Map.Item.Value"})),
        "exclude",
    ),
    "concurrency twice": (
        one(map_(MaxConcurrency=1, MaxConcurrencyPath="$.c")),
        one(map_(MaxConcurrencyPath="$.c")),
        "exclude",
    ),
    "concurrency": (one(map_(MaxConcurrency=-1)), one(map_(MaxConcurrency=0)), "less than 0"),
    "percentage": (
        one(distributed(ToleratedFailurePercentage=101)),
        one(distributed(ToleratedFailurePercentage=99.5)),
        "more than 100",
    ),
    "mode": (one(distributed({"Mode": "X"})), one(distributed({"Mode": "INLINE"})), "not one of"),
    "execution type": (one(distributed({"Mode": "DISTRIBUTED"})), one(distributed()), "without '"),
    "label long": (one(distributed(Label="x" * 41)), one(distributed(Label="x" * 40)), "41"),
    "label letters": (one(distributed(Label="a b")), one(distributed(Label="a-b")), "cannot have"),
    "reader resource": (
        one(distributed(ItemReader=without(READER, "Resource"))),
        one(distributed(ItemReader=READER)),
        "no 'Resource'",
    ),
    "input type": (
        one(distributed(ItemReader=READER | {"ReaderConfig": {"InputType": "XML"}})),
        one(distributed(ItemReader=READER | {"ReaderConfig": {"InputType": "PARQUET"}})),
        "not one of",
    ),
    "items twice": (
        one(
            distributed(ItemReader=READER | {"ReaderConfig": {"MaxItems": 1, "MaxItemsPath": "$"}})
        ),
        one(distributed(ItemReader=READER | {"ReaderConfig": {"MaxItems": 1}})),
        "exclude",
    ),
    "batch twice": (
        one(distributed(ItemBatcher={"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$"})),
        one(distributed(ItemBatcher={"MaxItemsPerBatch": 1, "BatchInput": {"a.$": "$.a"}})),
        "exclude",
    ),
    "batch bytes": (
        one(distributed(ItemBatcher={"MaxInputBytesPerBatch": 262145})),
        one(distributed(ItemBatcher={"MaxInputBytesPerBatch": 262144})),
        "more than 262144",
    ),
    "writer empty": (
        one(distributed(ResultWriter={})),
        one(distributed(ResultWriter={"WriterConfig": {"OutputType": "JSONL"}})),
        "is empty",
    ),
    "language of processor": (
        one(map_(ItemProcessor=inner(I=OK) | {"QueryLanguage": "JSONPath"})),
        one(map_(ItemProcessor=inner(I=OK | {"QueryLanguage": "JSONata"}))),
        "'QueryLanguage'",
    ),
    "items path null": (one(map_(ItemsPath=None)), one(map_(ItemsPath="$.a")), "null"),
    "express child": (
        child(f"{_SQS}.waitForTaskToken", "EXPRESS"),
        child(f"{_SQS}.waitForTaskToken"),
        "in an Express child",
    ),
}

JSONATA: Matrix = {
    "path field": (ata_pass(InputPath="$.a"), ata_pass(Output="{% $x %}"), "'InputPath'"),
    "jsonata field": (one(OK | {"Output": 1}), ata_pass(Output=1), "'Output'"),
    "syntax": (ata_pass(Output="{% 1 + %}"), ata_pass(Output="{%1 + 1%}"), "is no JSONata"),
    "open end": (ata_pass(Output="{% 1"), ata_pass(Output="1 %"), "does not end"),
    "downgrade": (
        ata_pass(QueryLanguage="JSONPath"),
        one(OK | {"QueryLanguage": "JSONata"}),
        "goes back",
    ),
    "condition missing": (
        jsonata(choice({"Next": "B"})),
        ata_choice(Condition=True),
        "no 'Condition'",
    ),
    "comparison": (jsonata(choice(rule(IsNull=True))), ata_choice(Output=1), "'Variable'"),
    "bare name": (ata_pass(Output="{% a %}"), ata_pass(Output="{% $a[b > 1].c %}"), "names 'a'"),
    "context": (ata_pass(Output="{% $ %}"), ata_pass(Output="{% $a.($ + 1) %}"), "uses '$'"),
    "root context": (ata_pass(Output="{% $$.a %}"), ata_pass(Output="{% $a %}"), "uses '$$'"),
    "error output": (
        ata_task(Output="{% $states.errorOutput %}"),
        ata_task(Catch=[_ALL | {"Next": "B", "Output": "{% $states.errorOutput.Cause %}"}]),
        "outside of a catcher",
    ),
    "no list of items": (
        jsonata(map_(Items="states.input")),
        jsonata(map_(Items="{% $states.input.a %}")),
        "neither a list",
    ),
    "no opening": (ata_pass(Output="1 %}"), ata_pass(Output="{% \n1   %}"), "does not start"),
    "result": (
        ata_task(Output="{% 1", Assign={"a": 1}),
        ata_task(Output="{% $states.result %}", Assign={"a": "{% $states.result.b %}"}),
        "does not end",
    ),
    "path for seconds": (
        jsonata({"Type": "Wait", "SecondsPath": "$.a", "End": True}),
        jsonata({"Type": "Wait", "Seconds": "{% $a %}", "End": True}),
        "'SecondsPath'",
    ),
    "assign": (ata_pass(Assign="x"), ata_pass(Assign={"x": 1}), "not an object"),
    "assign states": (ata_pass(Assign={"states": 1}), ata_pass(Assign={"über_1": 1}), "reserved"),
    "assign below": (ata_pass(Assign={"x.y": 1}), ata_pass(Assign={"_x": 1}), "no name"),
    "parameters": (ata_task(Parameters={}), ata_task(), "'Parameters'"),
    "resource expression": (ata_task(Resource="{% $a %}"), ata_task(), "must be constant"),
}

_WAITS = {"QueueUrl": "q", "MessageBody": "m"}
EXPRESS: Matrix = {
    "sync": (
        call("arn:aws:states:::batch:submitJob.sync", JobName="n", JobDefinition="d", JobQueue="q"),
        call("arn:aws:states:::batch:submitJob", JobName="n", JobDefinition="d", JobQueue="q"),
        "'.sync'",
    ),
    "callback": (call(f"{_SQS}.waitForTaskToken", **_WAITS), call(_SQS, **_WAITS), "callback"),
    "activity": (
        one(task(Resource="arn:aws:states:us-east-1:123456789012:activity:x")),
        one(task()),
        "activity",
    ),
    "distributed map": (one(distributed()), one(map_()), "distributed Map"),
}


@pytest.mark.parametrize("name", [*TASKS, *MAPS, *JSONATA])
def test_a_machine_that_breaks_a_rule_is_refused_and_its_twin_is_not(name: str) -> None:
    bad, good, words = (TASKS | MAPS | JSONATA)[name]
    for machine in (bad, good):
        assert isinstance(machine, dict)
        if '"B"' in str(machine).replace("'", '"'):
            machine["States"].setdefault("B", OK)
    check_twins(bad, good, words)


@pytest.mark.parametrize("name", EXPRESS)
def test_express_machines_refuse_what_only_standard_ones_can(name: str) -> None:
    bad, good, words = EXPRESS[name]
    check_twins(bad, good, words, "EXPRESS")
    assert judge(bad, "STANDARD") == judge(bad) == []


INNER_ASSIGN = inner(
    First=OK | {"Assign": {"a": 1}, "Next": "Each"},
    Each=map_(ItemProcessor=inner(I=OK | {"Assign": {"a": 2}})),
)
del INNER_ASSIGN["States"]["First"]["End"]  # type: ignore[index]  # it goes on

WARNINGS: dict[str, tuple[object, Code | None]] = {
    "path without '.$'": (one(OK | {"Parameters": {"x": "$.a"}}), Code.NO_DOLLAR),
    "path in a list": (one(OK | {"Parameters": {"x": ["$.a"]}}), Code.NO_DOLLAR),
    "static result": (one(OK | {"Result": {"x.$": "$.a"}}), Code.STATIC_RESULT),
    "undelimited": (ata_pass(Output="$states.input.a"), None),
    "expression in jsonpath": (one(OK | {"Parameters": {"x": "{% $a %}"}}), None),
    "result before there is one": (
        ata_task(Arguments={"FunctionName": "{% $states.result %}"}),
        Code.JSONATA,
    ),
    "dollar key in jsonata": (ata_pass(Output={"x.$": 1}), None),
    "reader in an inline map": (one(map_(ItemReader=READER)), None),
    "unknown error of states": (one(retry(ErrorEquals=["States.TaskFailedId"])), None),
    "never applies": (one(task(Retry=[{"ErrorEquals": ["E"]}, {"ErrorEquals": ["E"]}])), None),
    "variable of an outer scope": (INNER_ASSIGN, None),
    "holes of a format": (one(OK | {"Parameters": {"x.$": "States.Format('{}')"}}), None),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_what_cannot_be_meant_is_a_warning(name: str) -> None:
    machine, code = WARNINGS[name]
    (problem,) = judge(machine)
    assert problem.severity is Weight.WARNING
    assert code is None or problem.code is code


@pytest.mark.parametrize(
    ("resource", "weight"),
    [
        # The documentation lists the actions of this integration one by one.
        ("dynamodb:query", Weight.ERROR),
        # No such API exists.
        ("sns:send", Weight.ERROR),
        # The API exists; whether the integration has it is not sure enough.
        ("athena:listWorkGroups", Weight.WARNING),
        # No action of the service waits that way, another action of it does.
        ("sqs:sendMessage.sync", Weight.ERROR),
        ("athena:stopQueryExecution.sync", Weight.WARNING),
    ],
)
def test_an_optimized_integration_is_refused_only_where_that_is_sure(
    resource: str, weight: Weight
) -> None:
    machine = one({"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True})
    found = [problem for problem in judge(machine) if problem.topic == "resource"]
    assert [problem.severity for problem in found] == [weight]


def test_what_a_client_fills_in_may_be_left_out() -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glacier:initiateJob"}
    machine = one({**state, "Parameters": {"VaultName": "v"}, "End": True})
    assert not judge(machine)


def test_a_handler_behind_a_wildcard_never_applies() -> None:
    retries = [{"ErrorEquals": ["States.TaskFailed"]}, {"ErrorEquals": ["Lambda.Unknown"]}]
    (problem,) = judge(one(task(Retry=retries)))
    assert problem.topic == "dead-handler"
    assert not judge(one(task(Retry=[*retries[:1], {"ErrorEquals": ["States.Timeout"]}])))
