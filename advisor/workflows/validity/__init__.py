"""What the service refuses in a definition, as problems with its own diagnostic codes."""

from __future__ import annotations

from advisor.workflows.validity.machine import validate
from advisor.workflows.validity.problem import Code, Problem, Weight

__all__ = ["Code", "Problem", "Weight", "validate"]
