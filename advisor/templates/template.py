"""One template file: its sections, before any value is resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from advisor.documents.document import Data, Document

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"

# Transforms that AWS hosts and that leave what a template writes as it is, apart from what this
# package does itself (SAM, language extensions, include).
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-reference.html
_HOSTED_TRANSFORMS = (
    "AWS::Serverless-",
    "AWS::LanguageExtensions",
    "AWS::Include",
    "AWS::CodeDeployBlueGreen",
    "AWS::CodeStar",
    "AWS::SecretsManager-",
    "AWS::ServiceCatalog",
)


@record(frozen=True)
class Parameter:
    """A parameter as declared; `default` is None where there is none."""

    name: str
    type: str
    default: Data = None
    allowed: tuple[str, ...] = ()
    hidden: bool = False
    """Whether `NoEcho` hides it, which marks it as a secret."""

    @property
    def is_list(self) -> bool:
        """Whether its value is a list."""
        return self.type == "CommaDelimitedList" or self.type.startswith("List<")

    @property
    def is_lookup(self) -> bool:
        """Whether its value is read from Parameter Store when the stack is deployed."""
        return self.type.startswith("AWS::SSM::Parameter::Value")


@record(eq=False)
class Template:
    """The sections of one template file; wrong shapes read as empty."""

    document: Document
    file: Path | None
    """Where it lies on disk; None for standard input."""
    data: dict[str, Data]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    mappings: Mapping[str, Data] = field(default_factory=dict)
    conditions: Mapping[str, Data] = field(default_factory=dict)
    outputs: Mapping[str, Data] = field(default_factory=dict)
    transforms: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path as shown to the user."""
        return self.document.path

    @property
    def is_sam(self) -> bool:
        """Whether the SAM transform is declared."""
        return any(name.startswith("AWS::Serverless-") for name in self.transforms)

    @property
    def has_unknown_macro(self) -> bool:
        """Whether a macro of the user's own may add or change anything anywhere."""
        return any(not name.startswith(_HOSTED_TRANSFORMS) for name in self.transforms)


def section(data: Mapping[str, Data], name: str) -> dict[str, Data]:
    """Return a section, empty where it is absent or no mapping."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def read_template(document: Document, file: Path | None) -> Template:
    """Read the sections of a document that is a template."""
    data = document.data if isinstance(document.data, dict) else {}
    return Template(
        document=document,
        file=file,
        data=data,
        parameters={
            name: _parameter(name, raw)
            for name, raw in section(data, "Parameters").items()
            if isinstance(raw, dict)
        },
        mappings=section(data, "Mappings"),
        conditions=section(data, "Conditions"),
        outputs=section(data, "Outputs"),
        transforms=tuple(_transforms(data.get("Transform"), 0)),
    )


def _parameter(name: str, raw: dict[str, Data]) -> Parameter:
    allowed = raw.get("AllowedValues")
    return Parameter(
        name=name,
        type=str(raw.get("Type", "String")),
        default=raw.get("Default"),
        allowed=tuple(scalar_text(item) for item in allowed) if isinstance(allowed, list) else (),
        hidden=str(raw.get("NoEcho", "")).lower() == "true",
    )


def _transforms(value: Data, depth: int) -> list[str]:
    """Return the names in a `Transform`: text, a list, a list in a list, or a mapping with Name."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [str(value.get("Name", ""))]
    if isinstance(value, list) and depth < 3:
        return [name for item in value for name in _transforms(item, depth + 1)]
    return []


def scalar_text(value: object) -> str:
    """Return a scalar as CloudFormation passes it on: text, with booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
