"""Lambda functions and what belongs to them, with the defaults that AWS documents.

Defaults are those of the CloudFormation reference of `AWS::Lambda::*`, read in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.architecture.nodes.values import present, whole
from advisor.templates.values import Reference, Unknown

if TYPE_CHECKING:
    from advisor.architecture.code import Code, Package
    from advisor.documents.location import Location
    from advisor.source.dependencies import Estimate
    from advisor.source.facts import Facts, NotRead, Place
    from advisor.templates.values import Value


class Function(Node):
    """A Lambda function."""

    code: Code | None = None
    """Its code and package, read when asked for; set when the graph is built."""

    @property
    def source(self) -> Facts | NotRead:
        """What its code says, or why it says nothing; read on first use."""
        return _not_read() if self.code is None else self.code.facts

    def in_code(self, place: Place, label: str = "") -> Location:
        """Return a place of its code as one that a finding carries."""
        if self.code is None:
            return place.location(label, resource=self.name)
        return self.code.location(place, label)

    @property
    def package(self) -> Package | NotRead:
        """What is deployed weighs, or why that is not known; measured on first use."""
        return _not_read() if self.code is None else self.code.package

    @property
    def estimate(self) -> Estimate | NotRead | None:
        """What the dependencies weigh that its build installs; None where none are declared."""
        return _not_read() if self.code is None else self.code.estimate

    @property
    def physical_name(self) -> Value:
        """The name that the template gives it; None where CloudFormation makes one up."""
        return self.get("FunctionName")

    @property
    def timeout(self) -> int | Unknown:
        """Seconds that one invocation may take; 3 by default."""
        return whole(self.number("Timeout", default=3))

    @property
    def memory(self) -> int | Unknown:
        """Memory in MB; 128 by default."""
        return whole(self.number("MemorySize", default=128))

    @property
    def ephemeral_storage(self) -> int | Unknown:
        """Size of `/tmp` in MB; 512 by default."""
        return whole(self.number("EphemeralStorage", "Size", default=512))

    @property
    def runtime(self) -> str | Unknown | None:
        """The runtime's identifier; None for container images."""
        return self.text("Runtime")

    @property
    def handler(self) -> str | Unknown | None:
        """The entry point within the package; None for container images."""
        return self.text("Handler")

    @property
    def package_type(self) -> str | Unknown | None:
        """`Zip` or `Image`."""
        if self.get("PackageType") is None and self.get("Code", "ImageUri") is not None:
            return "Image"
        return self.text("PackageType", default="Zip")

    @property
    def architectures(self) -> list[Value] | Unknown:
        """Instruction sets; x86_64 by default."""
        found = self.items("Architectures")
        return ["x86_64"] if found == [] else found

    @property
    def role(self) -> Value:
        """The execution role."""
        return self.get("Role")

    @property
    def layers(self) -> list[Value] | Unknown:
        """ARNs of layers, in the order in which they are laid over each other."""
        return self.items("Layers")

    @property
    def environment(self) -> dict[str, Value] | Unknown:
        """Environment variables by name."""
        return self.mapping("Environment", "Variables")

    @property
    def dead_letter_target(self) -> Value:
        """Queue or topic for asynchronous events that failed every attempt."""
        return self.get("DeadLetterConfig", "TargetArn")

    @property
    def reserved_concurrency(self) -> int | Unknown | None:
        """Concurrent executions kept for it, and its ceiling; None for no limit of its own."""
        return self.number("ReservedConcurrentExecutions")

    @property
    def tracing(self) -> str | Unknown | None:
        """`Active` or `PassThrough`, which is the default."""
        return self.text("TracingConfig", "Mode", default="PassThrough")

    @property
    def snap_start(self) -> str | Unknown | None:
        """`PublishedVersions` or `None`, which is the default."""
        return self.text("SnapStart", "ApplyOn", default="None")

    @property
    def recursive_loop(self) -> str | Unknown | None:
        """`Terminate`, which is the default, or `Allow`."""
        return self.text("RecursiveLoop", default="Terminate")

    @property
    def is_durable(self) -> bool | Unknown:
        """Whether it is a durable function, which waits for others without running."""
        return present(self.get("DurableConfig"))

    @property
    def has_tenants(self) -> bool | Unknown:
        """Whether execution environments are kept apart by tenant."""
        return present(self.get("TenancyConfig"))

    @property
    def has_capacity_provider(self) -> bool | Unknown:
        """Whether it runs on Lambda Managed Instances."""
        return present(self.get("CapacityProviderConfig"))

    @property
    def subnets(self) -> list[Value] | Unknown:
        """Subnets of its network interfaces; empty outside a VPC."""
        return self.items("VpcConfig", "SubnetIds")

    @property
    def security_groups(self) -> list[Value] | Unknown:
        """Security groups of its network interfaces."""
        return self.items("VpcConfig", "SecurityGroupIds")

    @property
    def in_vpc(self) -> bool | Unknown:
        """Whether it is attached to a VPC."""
        subnets = self.subnets
        return subnets if isinstance(subnets, Unknown) else bool(subnets)

    @property
    def log_group(self) -> Value:
        """The log group that it names; None for the one that Lambda makes."""
        return self.get("LoggingConfig", "LogGroup")


def _not_read() -> NotRead:
    from advisor.source.facts import NotRead

    return NotRead("code is not read here")


class Version(Node):
    """A published version of a function."""

    @property
    def function(self) -> Value:
        """The function that it freezes."""
        return self.get("FunctionName")

    @property
    def qualifier(self) -> Value:
        """The version's number, which is known only after deployment."""
        return Reference(self.resource.owner, self.resource.logical_id, "Version")

    @property
    def provisioned(self) -> int | Unknown | None:
        """Environments that are kept warm."""
        return self.number("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions")


class Alias(Version):
    """A name for a version of a function."""

    @property
    def qualifier(self) -> Value:
        """The alias's name."""
        return self.get("Name")

    @property
    def version(self) -> Value:
        """The version that it points at."""
        return self.get("FunctionVersion")


class Layer(Node):
    """A version of a layer."""

    @property
    def content(self) -> Value:
        """Where its archive lies."""
        return self.get("Content")


class EventInvokeConfig(Node):
    """How a function's asynchronous events are retried, and where they end."""

    @property
    def function(self) -> Value:
        """The function that it configures."""
        return self.get("FunctionName")

    @property
    def qualifier(self) -> Value:
        """Version or alias that it holds for; `$LATEST` for the unqualified function."""
        found = self.get("Qualifier")
        return "$LATEST" if found is None else found

    @property
    def on_failure(self) -> Value:
        """Destination of events that failed every attempt."""
        return self.get("DestinationConfig", "OnFailure", "Destination")

    @property
    def on_success(self) -> Value:
        """Destination of records of events that were handled."""
        return self.get("DestinationConfig", "OnSuccess", "Destination")

    @property
    def retries(self) -> int | Unknown:
        """Further attempts after the first; 2 by default."""
        return whole(self.number("MaximumRetryAttempts", default=2))

    @property
    def event_age(self) -> int | Unknown:
        """Seconds that an event is kept for; 6 hours by default."""
        return whole(self.number("MaximumEventAgeInSeconds", default=21_600))


class FunctionUrl(Node):
    """An HTTPS endpoint of a function."""

    @property
    def function(self) -> Value:
        """The function behind it."""
        return self.get("TargetFunctionArn")

    @property
    def auth_type(self) -> str | Unknown | None:
        """`AWS_IAM` or `NONE`."""
        return self.text("AuthType")

    @property
    def invoke_mode(self) -> str | Unknown | None:
        """`BUFFERED`, which is the default, or `RESPONSE_STREAM`."""
        return self.text("InvokeMode", default="BUFFERED")


class Permission(Node):
    """A statement of a function's own policy: who may invoke it."""

    @property
    def function(self) -> Value:
        """The function that may be invoked."""
        return self.get("FunctionName")

    @property
    def principal(self) -> str | Unknown | None:
        """The service or account that may invoke it."""
        return self.text("Principal")

    @property
    def source(self) -> Value:
        """The resource on whose behalf it is invoked; None for any."""
        return self.get("SourceArn")


class CustomResource(Node):
    """A resource that a function makes when the stack is deployed."""

    @property
    def service_token(self) -> Value:
        """The function or topic that makes it."""
        return self.get("ServiceToken")


TYPES: dict[str, type[Node]] = {
    "AWS::Lambda::Function": Function,
    "AWS::Lambda::Version": Version,
    "AWS::Lambda::Alias": Alias,
    "AWS::Lambda::LayerVersion": Layer,
    "AWS::Lambda::EventInvokeConfig": EventInvokeConfig,
    "AWS::Lambda::Url": FunctionUrl,
    "AWS::Lambda::Permission": Permission,
    "AWS::CloudFormation::CustomResource": CustomResource,
}
