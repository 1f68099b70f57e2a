"""A credential that stands in the code of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Function, Pillar, Rule, Severity, by_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="SEC040",
    name="secret-in-code",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="a credential stands in a function's code",
    rationale="""
        Whoever can read the repository, its history, the package or the function in the console
        has the credential, and it cannot be rotated without a deployment.
        """,
    remediation="""
        Take the credential back, keep the new one in Secrets Manager or as a SecureString of
        Parameter Store, and read it when the function starts.
        """,
    when_to_ignore="""
        It is no credential, or one that is meant for everybody.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Pay:  # <-- the code of 'Pay' holds a credential: 'API_KEY'
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: pay/
            """,
        "pay/app.py": """
            API_KEY = "9f8a7c6b5d4e3f2a1b0c"

            def handler(event, context):
                return len(API_KEY)
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              PayKey:
                Type: AWS::SecretsManager::Secret
              Pay:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: pay/
                  Policies:
                    - Statement:
                        - Effect: Allow
                          Action: secretsmanager:GetSecretValue
                          Resource: !Ref PayKey
            """,
        "pay/app.py": """
            import boto3

            secrets = boto3.client("secretsmanager")

            def handler(event, context):
                api_key = secrets.get_secret_value(SecretId="pay/api-key")["SecretString"]
                return len(api_key)
            """,
    },
    references=(
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    read = dict(architecture.functions_read())
    # One credential may be in the code of many functions that share a module.
    holders = [
        (function, (secret.place,)) for function, facts in read.items() for secret in facts.secrets
    ]
    for functions, (place,) in by_code(holders):
        first, *others = functions
        secret = next(item for item in read[first].secrets if item.place == place)
        yield rule.finding(
            f"the code of '{first.name}' holds a credential: "
            f"{'it has the form of a ' if secret.certain else ''}'{secret.name}'",
            at=first.at(label="whoever may read its code has it"),
            related=[
                first.in_code(place, "stands here"),
                *(other.at(label="runs the same code") for other in others),
            ],
            why="whoever reads the repository or the package has it, and it cannot be rotated",
            remediation=f"""
                # take it back, store the new one, and let '{first.name}' read it:
                Policies:
                  - AWSSecretsManagerGetSecretValuePolicy:
                      SecretArn: <ARN of the secret>
                """,
            confidence=Confidence.HIGH if secret.certain else Confidence.MEDIUM,
            evidence=Evidence.PROVED,
            about=[first.name, f"{place.path}:{secret.name}"],
        )
