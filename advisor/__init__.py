"""Static linter and architecture advisor for AWS serverless templates.

Hands out, on first use, every name that a rule may import and what a program needs to run the
analysis itself. Nothing is imported before it is asked for: a short run pays for what it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.analysis import analyze as analyze
    from advisor.architecture.architecture import Architecture as Architecture
    from advisor.architecture.code import Package as Package
    from advisor.architecture.definition_files import DefinitionFile as DefinitionFile
    from advisor.architecture.definition_files import definition_file as definition_file
    from advisor.architecture.dependencies import Dependency as Dependency
    from advisor.architecture.edges import Edge as Edge
    from advisor.architecture.edges import EdgeKind as EdgeKind
    from advisor.architecture.edges import Evidence as Evidence
    from advisor.architecture.edges import Mode as Mode
    from advisor.architecture.loops import Loop as Loop
    from advisor.architecture.loops import sources_of as sources_of
    from advisor.architecture.nodes import *  # noqa: F403  # each service family adds its classes there
    from advisor.architecture.paths import Walk as Walk
    from advisor.architecture.questions_callers import Caller as Caller
    from advisor.architecture.questions_policies import Admission as Admission
    from advisor.architecture.questions_policies import Sender as Sender
    from advisor.architecture.questions_policies import admissions as admissions
    from advisor.architecture.questions_refused import RefusedCall as RefusedCall
    from advisor.architecture.questions_roles import RolePermissions as RolePermissions
    from advisor.architecture.questions_services import called_services as called_services
    from advisor.architecture.questions_source import EventPut as EventPut
    from advisor.architecture.questions_source import KeyWritten as KeyWritten
    from advisor.architecture.questions_source import by_code as by_code
    from advisor.architecture.questions_source import fits as fits
    from advisor.architecture.questions_source import is_self_contained as is_self_contained
    from advisor.architecture.questions_wide import WideGrant as WideGrant
    from advisor.architecture.questions_workflows import Fault as Fault
    from advisor.architecture.questions_workflows import WorkflowTask as WorkflowTask
    from advisor.architecture.reachability import Placement as Placement
    from advisor.architecture.reachability import endpoint_service as endpoint_service
    from advisor.architecture.reachability import endpoints_for as endpoints_for
    from advisor.architecture.reachability import is_public as is_public
    from advisor.architecture.reachability import leaves as leaves
    from advisor.architecture.reachability import nat_gateways as nat_gateways
    from advisor.architecture.reachability import placement as placement
    from advisor.architecture.reachability import same_zone as same_zone
    from advisor.architecture.reachability import ways_out as ways_out
    from advisor.architecture.reachability import zone_count as zone_count
    from advisor.architecture.security_groups import allows as allows
    from advisor.architecture.security_groups import connection_port as connection_port
    from advisor.architecture.security_groups import groups_of as groups_of
    from advisor.architecture.security_groups import lets_out as lets_out
    from advisor.architecture.sharing import by_place as by_place
    from advisor.architecture.snippets import as_yaml as as_yaml
    from advisor.architecture.waits import Wait as Wait
    from advisor.architecture.waits import caller_wait as caller_wait
    from advisor.architecture.written import secret_parameters as secret_parameters
    from advisor.architecture.written import written as written
    from advisor.config import Config as Config
    from advisor.data.database_classes import default_connections as default_connections
    from advisor.data.database_classes import serverless_connections as serverless_connections
    from advisor.data.limits import Limit as Limit
    from advisor.data.limits import limit as limit
    from advisor.data.runtimes import Runtime as Runtime
    from advisor.data.runtimes import runtime_lifecycle as runtime_lifecycle
    from advisor.data.runtimes import runtimes as runtimes
    from advisor.documents.document import Data as Data
    from advisor.documents.location import Location as Location
    from advisor.errors import AdviseError as AdviseError
    from advisor.records import field as field
    from advisor.records import record as record
    from advisor.records import replace as replace
    from advisor.report import Report as Report
    from advisor.rules.finding import Change as Change
    from advisor.rules.finding import Confidence as Confidence
    from advisor.rules.finding import Finding as Finding
    from advisor.rules.finding import Fix as Fix
    from advisor.rules.finding import NotJudged as NotJudged
    from advisor.rules.finding import Pillar as Pillar
    from advisor.rules.finding import Severity as Severity
    from advisor.rules.rule import Rule as Rule
    from advisor.rules.wording import counted as counted
    from advisor.rules.wording import listed as listed
    from advisor.source.dependencies import Estimate as Estimate
    from advisor.source.facts import Facts as Facts
    from advisor.source.facts import NotRead as NotRead
    from advisor.source.facts import Phase as Phase
    from advisor.source.facts import Place as Place
    from advisor.source.facts import TargetKind as TargetKind
    from advisor.source.package import Deployment as Deployment
    from advisor.source.package import PackageSize as PackageSize
    from advisor.templates.values import UNKNOWN as UNKNOWN
    from advisor.templates.values import Cause as Cause
    from advisor.templates.values import Reference as Reference
    from advisor.templates.values import Text as Text
    from advisor.templates.values import Unknown as Unknown
    from advisor.templates.values import Value as Value
    from advisor.templates.values import is_known as is_known
    from advisor.templates.values import show as show
    from advisor.workflows.facts import LAMBDA_TRANSIENT as LAMBDA_TRANSIENT
    from advisor.workflows.facts import answers as answers
    from advisor.workflows.facts import can_fail as can_fail
    from advisor.workflows.facts import catcher_of as catcher_of
    from advisor.workflows.facts import caught_by as caught_by
    from advisor.workflows.facts import following as following
    from advisor.workflows.facts import is_exhaustive as is_exhaustive
    from advisor.workflows.facts import leading_to_failure as leading_to_failure
    from advisor.workflows.facts import mentions_token as mentions_token
    from advisor.workflows.facts import passes_token as passes_token
    from advisor.workflows.facts import paths_read as paths_read
    from advisor.workflows.facts import placeholders as placeholders
    from advisor.workflows.facts import retried_by as retried_by
    from advisor.workflows.facts import retrier_of as retrier_of
    from advisor.workflows.facts import retry_seconds as retry_seconds
    from advisor.workflows.facts import runs_as as runs_as
    from advisor.workflows.facts import unresolved as unresolved
    from advisor.workflows.facts import unused_substitutions as unused_substitutions
    from advisor.workflows.integrations import CallKind as CallKind
    from advisor.workflows.integrations import How as How
    from advisor.workflows.loops import find_loops as find_loops
    from advisor.workflows.loops import history_events as history_events
    from advisor.workflows.loops import longest_wait as longest_wait
    from advisor.workflows.model import Catcher as Catcher
    from advisor.workflows.model import Retrier as Retrier
    from advisor.workflows.model import Scope as Scope
    from advisor.workflows.model import State as State
    from advisor.workflows.model import Workflow as Workflow
    from advisor.workflows.placeholders import Placeholder as Placeholder
    from advisor.workflows.placeholders import walk as walk

__version__ = "0.1.0"

_HOMES = {
    "advisor.analysis": ("analyze",),
    "advisor.architecture.architecture": ("Architecture",),
    "advisor.architecture.code": ("Package",),
    "advisor.architecture.definition_files": ("DefinitionFile", "definition_file"),
    "advisor.architecture.dependencies": ("Dependency",),
    "advisor.architecture.edges": ("Edge", "EdgeKind", "Evidence", "Mode"),
    "advisor.architecture.paths": ("Walk",),
    "advisor.architecture.loops": ("Loop", "sources_of"),
    "advisor.architecture.questions_callers": ("Caller",),
    "advisor.architecture.questions_policies": ("Admission", "Sender", "admissions"),
    "advisor.architecture.questions_services": ("called_services",),
    "advisor.architecture.questions_wide": ("WideGrant",),
    "advisor.architecture.reachability": (
        "Placement",
        "endpoint_service",
        "endpoints_for",
        "is_public",
        "leaves",
        "nat_gateways",
        "placement",
        "same_zone",
        "ways_out",
        "zone_count",
    ),
    "advisor.architecture.snippets": ("as_yaml",),
    "advisor.architecture.security_groups": (
        "allows",
        "connection_port",
        "groups_of",
        "lets_out",
    ),
    "advisor.architecture.sharing": ("by_place",),
    "advisor.architecture.waits": ("Wait", "caller_wait"),
    "advisor.architecture.written": ("secret_parameters", "written"),
    "advisor.config": ("Config",),
    "advisor.data.database_classes": ("default_connections", "serverless_connections"),
    "advisor.data.limits": ("Limit", "limit"),
    "advisor.data.runtimes": ("Runtime", "runtime_lifecycle", "runtimes"),
    "advisor.documents.document": ("Data",),
    "advisor.documents.location": ("Location",),
    "advisor.errors": ("AdviseError",),
    "advisor.records": ("field", "record", "replace"),
    "advisor.report": ("Report",),
    "advisor.rules.finding": (
        "Change",
        "Confidence",
        "Finding",
        "Fix",
        "NotJudged",
        "Pillar",
        "Severity",
    ),
    "advisor.rules.rule": ("Rule",),
    "advisor.architecture.questions_refused": ("RefusedCall",),
    "advisor.architecture.questions_source": (
        "EventPut",
        "KeyWritten",
        "by_code",
        "fits",
        "is_self_contained",
    ),
    "advisor.source.dependencies": ("Estimate",),
    "advisor.source.facts": ("Facts", "NotRead", "Phase", "Place", "TargetKind"),
    "advisor.source.package": ("Deployment", "PackageSize"),
    "advisor.templates.values": (
        "UNKNOWN",
        "Cause",
        "Reference",
        "Text",
        "Unknown",
        "Value",
        "is_known",
        "show",
    ),
    "advisor.architecture.questions_roles": ("RolePermissions",),
    "advisor.architecture.questions_workflows": (
        "Fault",
        "WorkflowTask",
    ),
    "advisor.rules.wording": (
        "counted",
        "listed",
    ),
    "advisor.workflows.facts": (
        "LAMBDA_TRANSIENT",
        "answers",
        "can_fail",
        "catcher_of",
        "caught_by",
        "following",
        "is_exhaustive",
        "leading_to_failure",
        "mentions_token",
        "passes_token",
        "paths_read",
        "placeholders",
        "retried_by",
        "retrier_of",
        "retry_seconds",
        "runs_as",
        "unresolved",
        "unused_substitutions",
    ),
    "advisor.workflows.loops": (
        "find_loops",
        "history_events",
        "longest_wait",
    ),
    "advisor.workflows.model": (
        "Catcher",
        "Retrier",
        "Scope",
        "State",
        "Workflow",
    ),
    "advisor.workflows.placeholders": (
        "Placeholder",
        "walk",
    ),
    "advisor.workflows.integrations": (
        "CallKind",
        "How",
    ),
}
_NODES = "advisor.architecture.nodes"
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # so that mypy reports a name that does not exist

    def __getattr__(name: str) -> object:
        """Import a public name where it lives and keep it."""
        from importlib import import_module

        if name == "__all__":
            return __dir__()
        home = _HOME_OF.get(name)
        if home is None and (name.startswith("_") or name not in import_module(_NODES).__all__):
            raise AttributeError(f"module 'advisor' has no attribute '{name}'")
        value: object = getattr(import_module(home or _NODES), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Return every public name."""
    from importlib import import_module

    return sorted({*_HOME_OF, *import_module(_NODES).__all__, "__version__"})
