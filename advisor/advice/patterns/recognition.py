"""All patterns of an architecture, each with what rules say that it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.patterns import (
    api_backend,
    choreography,
    claim_check,
    cqrs,
    event_pipeline,
    fan_out,
    load_levelling,
    saga,
    scheduled_job,
    strangler_fig,
    stream_processor,
    webhook_buffer,
)
from advisor.advice.patterns.lacking import Findings
from advisor.advice.patterns.survey import Survey
from advisor.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.advice.patterns.record import Pattern
    from advisor.architecture.architecture import Architecture
    from advisor.rules.finding import Finding

_MODULES = (
    api_backend,
    webhook_buffer,
    load_levelling,
    fan_out,
    event_pipeline,
    stream_processor,
    scheduled_job,
    saga,
    choreography,
    cqrs,
    claim_check,
    strangler_fig,
)
KINDS = (
    *(module.KIND for module in _MODULES[:4]),
    fan_out.KIND_IN_WORKFLOW,
    *(module.KIND for module in _MODULES[4:]),
)
"""Every pattern that can be recognised, in the order in which they are shown."""


def recognised(
    architecture: Architecture, *, findings: Sequence[Finding] = ()
) -> tuple[Pattern, ...]:
    """Return the patterns that the graph proves, with what findings say that each lacks.

    Adds the calls in functions' code to the graph, as the pictures do. Findings are those of the
    same files; of a report its hidden and its known ones as well say what is lacking.
    """
    architecture.add_calls()
    survey = Survey(architecture)
    known = Findings(architecture, findings)
    return tuple(
        replace(each, lacks=(*known.lacks(each), *each.lacks))
        for module in _MODULES
        for each in module.recognise(survey)
    )


__all__ = ["KINDS", "recognised"]
