"""Our expansion of SAM against the real translator, resource by resource.

It runs over the templates of fixtures/sam, over the corpus where ADVISE_CORPUS names it, and by
hand over the translator's own test inputs where ADVISE_SAM_INPUTS names a folder of them:

    ADVISE_SAM_INPUTS=…/tests/translator/input pytest tests/test_sam_oracle.py -s
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .sam_oracle import CONDITION, differences, ours, templates, theirs, uploaded

if TYPE_CHECKING:
    from .sam_oracle import Difference

FIXTURES = Path(__file__).parent.parent / "fixtures" / "sam"
CORPUS = os.environ.get("ADVISE_CORPUS")
INPUTS = os.environ.get("ADVISE_SAM_INPUTS")


class Explained(NamedTuple):
    """A difference that stays, and why. The table only shrinks."""

    type: str
    path: str
    """A regular expression for the property."""
    reason: str
    template: str = ""
    """A regular expression for the name of the template; empty for every one."""


_DEPLOYMENT = (
    "the service's own transform lets deployments exist with their function only, as we do; "
    "in the library that is switched off"
)
_REGION_IN_ID = "the hash in the id depends on the region, which is not known before deployment"
_NEGATED = "the same choice with its branches swapped; SAM hashes the name of the condition"
_HTTP_EVENT_ON_REST = "HttpApi events on a REST API, which API Gateway does not have"

EXPLAINED = (
    Explained(
        "AWS::ApiGateway::RestApi",
        r"Body/x-amazon-apigateway-policy(/Statement)?",
        "one statement for the whole API instead of one for each path",
    ),
    Explained(
        "AWS::ApiGatewayV2::Api",
        r"Body/paths/.*/parameters",
        "path parameters are part of the path already",
    ),
    Explained(
        "AWS::Lambda::Function",
        "Description",
        "a hash of the code is appended so that CloudFormation sees a change",
        r"code_sha256|codesha",
    ),
    Explained(
        "AWS::ApiGateway::RestApi",
        r"Body/x-amazon-apigateway-binary-media-types",
        "`~1` inside an intrinsic function stays; the property BinaryMediaTypes is what is read",
        r"binary_media_types",
    ),
    Explained(
        "AWS::CodeDeploy::DeploymentGroup",
        "DeploymentConfigName",
        "a name behind a mapping or parameter gets its prefix only once it is resolved",
        r"custom_codedeploy",
    ),
    Explained("AWS::CodeDeploy::DeploymentGroup", CONDITION, _DEPLOYMENT),
    Explained("AWS::CodeDeploy::Application", CONDITION, _DEPLOYMENT),
    Explained("AWS::IAM::Role", CONDITION, _DEPLOYMENT, r"deployment_preference|functions\.yaml"),
    Explained(
        r"AWS::ApiGateway(V2)?::(DomainName|BasePathMapping|ApiMapping)",
        "missing|extra|DomainName",
        _REGION_IN_ID,
        r"custom_domain_intrinsics",
    ),
    Explained("AWS::Lambda::EventInvokeConfig", "DestinationConfig", _NEGATED, r"event_dest"),
    Explained("AWS::IAM::Role", "Policies", _NEGATED, r"event_dest"),
    Explained("AWS::SQS::Queue", CONDITION, _NEGATED, r"event_dest"),
    Explained(
        "AWS::Route53::RecordSetGroup",
        "RecordSets",
        "of WebSocket APIs in one hosted zone SAM keeps only the last one's records",
        r"websocket_api",
    ),
    Explained(
        "AWS::ApiGateway::RestApi",
        r"Body/(components|paths/\$default|paths///get)",
        _HTTP_EVENT_ON_REST,
        r"any_method_in_swagger",
    ),
    Explained(
        "AWS::ApiGateway::RestApi",
        r"Body/paths/.*/parameters",
        "SAM writes version 2 parameters where Globals ask for OpenAPI 3",
        r"request_parameters_openapi",
    ),
    Explained(
        "AWS::ApiGateway::RestApi",
        r"Body/(components/securitySchemes/CognitoAuthorizer|securityDefinitions)",
        "which version wins hangs on a feature that the library switches off",
        r"feature_toggle",
    ),
    Explained(
        "AWS::S3::Bucket",
        "Tags",
        "a bucket of the template keeps its own tags, whatever an event's function passes on",
        r"propagate_tags",
    ),
    Explained("AWS::AppSync::Resolver", "Code", "the code that passes on is in our own words"),
    Explained(
        "AWS::ApiGatewayV2::Api",
        r"Body/paths/.*/payloadFormatVersion",
        "an event's format does not reach into an integration that the template defines",
        r"existing_openapi",
    ),
    Explained(
        ".*",
        "missing|extra|Type",
        "a function with the id of the implicit API, which CloudFormation then replaces",
        r"with_serverless_rest_api_resource",
    ),
    Explained(".*", "missing", "a Type that is a map", r"invalid_type"),
)


def _is_explained(name: str, difference: Difference) -> bool:
    return any(
        re.fullmatch(row.type, difference.type)
        and re.fullmatch(row.path, difference.path)
        and re.search(row.template, name)
        for row in EXPLAINED
    )


class Numbers(NamedTuple):
    """What a run over a folder came to."""

    compared: int
    equal: int
    explained: int
    unexplained: list[str]


def compare(folder: Path) -> Numbers:
    """Compare all templates of a folder that the translator accepts."""
    logging.disable(logging.CRITICAL)
    compared = equal = explained = 0
    unexplained = []
    try:
        for name, data in templates(folder):
            finished = uploaded(data)
            made = theirs(finished)
            if made is None:
                continue
            compared += 1
            found = list(differences(made, ours(finished)))
            equal += not found
            open_ones = [item for item in found if not _is_explained(name, item)]
            explained += bool(found) and not open_ones
            unexplained += [f"{name}: {item}" for item in sorted(open_ones)]
    finally:
        logging.disable(logging.NOTSET)
    print(f"{folder}: {compared} compared, {equal} equal, {explained} explained")  # noqa: T201 - the oracle's numbers
    return Numbers(compared, equal, explained, unexplained)


@pytest.mark.filterwarnings("ignore")  # of the translator's own dependencies
def test_every_kind_of_sam_resource_comes_out_as_the_translator_makes_it() -> None:
    numbers = compare(FIXTURES)
    assert numbers.unexplained == []
    assert numbers.compared == len(list(FIXTURES.glob("*.yaml")))


@pytest.mark.filterwarnings("ignore")  # of the translator's own dependencies
def test_the_corpus_comes_out_as_the_translator_makes_it() -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not compared")
    numbers = compare(Path(CORPUS))
    assert numbers.unexplained == []
    assert numbers.compared > 0


@pytest.mark.filterwarnings("ignore")  # of the translator's own dependencies
def test_the_inputs_of_the_translators_own_tests_come_out_as_it_makes_them() -> None:
    if not INPUTS:
        pytest.skip("ADVISE_SAM_INPUTS is not set: the translator's inputs are not compared")
    numbers = compare(Path(INPUTS))
    assert numbers.unexplained == []
    assert numbers.compared > 0
