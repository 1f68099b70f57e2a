"""Hashes are those that everybody computes."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from advisor.digests import sha1, sha256

if TYPE_CHECKING:
    import pytest


@given(st.text())
def test_they_are_those_of_hashlib(text: str) -> None:
    encoded = text.encode("utf-8", "surrogatepass")
    assert sha256(text) == hashlib.sha256(encoded).hexdigest()
    assert sha1(text) == hashlib.sha1(encoded, usedforsecurity=False).hexdigest()


def test_an_interpreter_without_modules_of_its_own_uses_hashlib(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("_sha1", "_sha2", "_sha256"):
        monkeypatch.setitem(sys.modules, name, None)
    assert sha256("x") == hashlib.sha256(b"x").hexdigest()
    assert sha1("x") == hashlib.sha1(b"x", usedforsecurity=False).hexdigest()
