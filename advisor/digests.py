"""Hashes of texts, by CPython's own modules: `hashlib` loads all of OpenSSL for them.

That is a fiftieth of a whole run over one template. Where an interpreter has no module of its own,
`hashlib` it is.
"""

from __future__ import annotations

from importlib import import_module


def sha1(text: str) -> str:
    """Return the SHA-1 of a text in UTF-8, in hexadecimal digits; not for security."""
    return _hexdigest("sha1", ("_sha1",), text)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return _hexdigest("sha256", ("_sha2", "_sha256"), text)


def _hexdigest(name: str, modules: tuple[str, ...], text: str) -> str:
    for module in (*modules, "hashlib"):
        try:
            function = getattr(import_module(module), name)
        except ImportError:
            continue
        return str(
            function(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        )
    raise AssertionError("hashlib is part of every Python")
