"""Reads the files that settings stand in: never more than a bounded amount, one line if wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 16 * 1024 * 1024
"""A baseline of fifty thousand findings; a device that never ends stops being read here."""


def read_settings(file: Path) -> str:
    """Return the text of a file, without a byte order mark. Raises ConfigError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be read"
        raise ConfigError(f"{file}: {reason}") from error
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{file}: larger than {MOST_BYTES // 1024 // 1024} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text: {error.reason}") from error


def read_toml(file: Path) -> dict[str, object]:
    """Return the tables of a TOML file. Raises ConfigError."""
    import tomllib  # most runs have no such file

    try:
        return tomllib.loads(read_settings(file))
    # Of a number with too many digits Python itself complains, with a plain ValueError.
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: is not TOML: {error}") from error
