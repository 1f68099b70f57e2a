"""What the service is recorded to accept or refuse where published validators disagree.

Sources: the AWS-validated snapshots of LocalStack, measurements in the issues of floci-io/floci,
and the labels of other validators' suites that contradict them.
"""

from __future__ import annotations

import pytest

from advisor.workflows.validity import Weight
from tests.asl import INVOKE, LAMBDA, OK, distributed, errors, inner, judge, map_, one, task

JSONATA = {"QueryLanguage": "JSONata"}
_ALL = ["States.ALL"]

ACCEPTED: dict[str, object] = {
    "no blanks inside an expression": one(OK | {"Output": "{%10%}"}, **JSONATA),
    "blanks and lines inside an expression": one(OK | {"Output": "{% \n10  %}"}, **JSONATA),
    "concurrency as an expression": one(map_(MaxConcurrency="{% 2 + 1 %}"), **JSONATA),
    "an object of items": one(map_(Items={"a": 1}), **JSONATA),
    "a language in a state inside a map": one(
        map_(ItemProcessor=inner(I=OK | JSONATA | {"Output": 1}))
    ),
    "a map in JSONata around states in JSONPath": one(
        map_(QueryLanguage="JSONata", ItemProcessor=inner(I=OK | {"ResultPath": None}))
    ),
    "an index after a dot": one(OK | {"InputPath": "$.[0]"}),
    "operands without quotes in a filter": one(OK | {"InputPath": "$.a[?(@.Name==Receipt)]"}),
    "blanks after a path": one(OK | {"InputPath": "$.a "}),
    "the context object as input": one(OK | {"InputPath": "$$.Execution"}),
    "a variable as input": one(OK | {"InputPath": "$a.b"}),
    "no input and no output": one(OK | {"InputPath": None, "OutputPath": None}),
    "Assign in JSONPath": one(OK | {"Assign": {"a.$": "$.a", "b": 1}}),
    "a whole backoff rate": one(task(Retry=[{"ErrorEquals": _ALL, "BackoffRate": 2}])),
    "a list as parameters": one(OK | {"Parameters": [1, {"a.$": "$.a"}]}),
    "parameters of a parallel state": one(
        {"Type": "Parallel", "Branches": [inner(I=OK)], "Parameters": {}, "End": True}
    ),
    "an output path of a succeed state": one({"Type": "Succeed", "OutputPath": "$.a"}),
    "a label": one(distributed(Label="label-1")),
    "a region and an account in an integration": one(
        task(
            Resource="arn:aws:states:eu-west-1:123456789012:sns:publish",
            Parameters={"TopicArn": "t", "Message": "m"},
        )
    ),
    "other partitions": one(task(Resource=LAMBDA.replace("aws", "aws-us-gov", 1))),
    "an error name of its own": one(task(Retry=[{"ErrorEquals": ["MyError"]}])),
    "a nested object for a string parameter": one(
        task(
            Resource="arn:aws:states:::sqs:sendMessage",
            Parameters={"QueueUrl": "q", "MessageBody": {"a.$": "$"}},
        )
    ),
    "parameters in any case": one(
        task(
            Resource="arn:aws:states:::aws-sdk:sfn:describeExecution",
            Parameters={"ExecutionArn.$": "$.arn"},
        )
    ),
    "a leap second": one({"Type": "Wait", "Timestamp": "2016-12-31T23:59:60Z", "End": True}),
}

REFUSED: dict[str, object] = {
    "JSONPath below JSONata": one(OK | {"QueryLanguage": "JSONPath"}, **JSONATA),
    "a hyphen in a variable": one(OK | {"Assign": {"top-level": 1}}),
    "credentials without a role": one(task(Credentials={})),
    "credentials as text": one(task(Credentials="arn:aws:iam::123456789012:role/r")),
    "an swf task": one(task(Resource="arn:aws:swf:us-east-1:123456789012:task:X")),
    "no branches": one({"Type": "Parallel", "Branches": [], "End": True}),
    "a name in two scopes": one(map_(ItemProcessor=inner(A=OK))),
    "an expression that is not opened": one(OK | {"Output": "10 %}"}, **JSONATA),
    "text for a number of a function": one(OK | {"Parameters": {"a.$": "States.MathAdd(1, '-1')"}}),
    "a function as input path": one(OK | {"InputPath": "States.Format('a')"}),
    "an escaped double quote in a function": one(
        OK | {"Parameters": {"a.$": "States.StringToJson('{\\\"a\\\": 1}')"}}
    ),
    "dynamodb:query as optimized": one(
        task(Resource="arn:aws:states:::dynamodb:query", Parameters={})
    ),
    "an empty label": one(distributed(Label="")),
    "a brace in a label": one(distributed(Label="label_{x}")),
    "a timeout on a map": one(map_(TimeoutSeconds=5)),
    "Assign in a fail state": one({"Type": "Fail", "Assign": {"a": 1}}),
    "a retrier with a path": one(task(Retry=[{"ErrorEquals": _ALL, "MaxAttempts": "$.a"}])),
    "lower-case t in a timestamp": one(
        {"Type": "Wait", "Timestamp": "2024-01-01t00:00:00Z", "End": True}
    ),
    "no offset in a timestamp": one(
        {"Type": "Wait", "Timestamp": "2024-01-01T00:00:00", "End": True}
    ),
    "a resource from the input": one(task(Resource="$.FunctionName")),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_service_accepts_is_no_error(name: str) -> None:
    assert errors(ACCEPTED[name]) == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_service_refuses_is_an_error(name: str) -> None:
    assert errors(REFUSED[name])


def test_a_machine_without_an_end_is_not_also_called_unreachable() -> None:
    loop = inner(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"})
    assert [problem.code.value for problem in judge(loop)] == ["MISSING_END_STATE"]


def test_a_result_that_is_not_there_is_a_warning() -> None:
    (problem,) = judge(one(OK | {"Output": "{% $states.result %}"}, **JSONATA))
    assert problem.severity is Weight.WARNING


def test_arguments_may_be_one_expression() -> None:
    machine = one(task(Resource=INVOKE, Arguments="{% $states.input %}"), **JSONATA)
    assert judge(machine) == []
