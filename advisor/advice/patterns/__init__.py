"""Patterns that an architecture is made of, what each lacks, and where faults had better move."""

from advisor.advice.patterns.recognition import KINDS, recognised
from advisor.advice.patterns.record import Kind, Lack, Part, Pattern

__all__ = ["KINDS", "Kind", "Lack", "Part", "Pattern", "recognised"]
