"""What can go wrong with what a user gives us, each with one clear line to show.

AdviseError
├── LoadError     a file looks like one of ours and cannot be read
├── ConfigError   an option, a configuration file or a rule name is wrong
└── RuleLoadError a file or directory of rules cannot be used
"""

from __future__ import annotations


class AdviseError(Exception):
    """The work could not be done; the text is one line for the user, without a traceback."""


class LoadError(AdviseError):
    """A file cannot be read. `line` and `column` count from one; zero means the whole file."""

    def __init__(self, path: str, message: str, *, line: int = 0, column: int = 0) -> None:
        self.path = path
        self.message = message
        self.line = line
        self.column = column
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{place}: {self.message}"


class ConfigError(AdviseError):
    """An option, a key of the configuration or the name of a rule is not known or not usable."""


class RuleLoadError(AdviseError):
    """A rule file or a directory of rules cannot be used; `path` is part of the text."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(f"{path}: {message}")
