"""What a parser complains about, in words that say what is wrong and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from json import JSONDecodeError

    from yaml import YAMLError

_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_YAML_WORDS = (
    ("cannot start any token", "'{character}' cannot start a value here; put it into quotes"),
    (
        "mapping values are not allowed",
        "a second ':' in one value; put it into quotes, or check the indentation",
    ),
    ("could not find expected ':'", "a key without its ':'; check the indentation and the quotes"),
    ("did not find expected key", "a key was expected here; check the indentation and the quotes"),
    ("did not find expected '-' indicator", "a list item was expected here; check the indentation"),
    ("did not find expected ',' or ']'", "the list opened {opened} is not closed with ']'"),
    ("did not find expected ',' or '}'", "the mapping opened {opened} is not closed with '}}'"),
    ("did not find expected node content", "a value was expected here"),
    ("did not find expected <document start>", "text after the end of the document"),
    ("block sequence entries are not allowed", "a list item that no list begins here"),
    ("found unexpected end of stream", "the quote opened {opened} is not closed"),
    ("found unexpected document indicator", "the quote opened {opened} is not closed"),
    (
        "found unknown escape character",
        "an escape that YAML does not know; use '\\\\' or single quotes",
    ),
    ("did not find expected hexdecimal number", "an escape without its hexadecimal digits"),
    ("found undefined tag handle", "a tag whose prefix is not declared"),
    ("found a tab character", "a tab in the indentation; use spaces"),
    (
        "while scanning for the next token found character",
        "'{character}' cannot start a value here",
    ),
    (
        "did not find expected alphabetic or numeric",
        "an anchor or alias without a name; quote the '*' or '&'",
    ),
    ("tag URI", "a tag that is not a name"),
    ("URI escaped octet", "a tag that is not a name"),
    ("expected '>'", "a tag that is not a name"),
    ("expected whitespace or line break", "a space was expected between the tag and its value"),
    ("comment or line break", "text after the '|' or '>' that opens a block of text"),
    ("indentation indicator", "a block of text is indented by 1 to 9 columns"),
    ("mapping keys are not allowed", "a '?' that no key can follow; put it into quotes"),
    ("unexpected ':'", "a ':' inside a bare word in brackets; put it into quotes"),
    ("directive", "a line that starts with '%' is a directive; put it into quotes"),
    ("non-alphabetical", "a line that starts with '%' is a directive; put it into quotes"),
    ("Unicode character escape", "an escape of a character that does not exist"),
)
_JSON_WORDS = {
    "Expecting property name enclosed in double quotes": "a key in double quotes was expected here",
    "Illegal trailing comma before end of object": "a comma before the closing '}'",
    "Illegal trailing comma before end of array": "a comma before the closing ']'",
    "Expecting ':' delimiter": "a ':' was expected after the key",
    "Expecting ',' delimiter": "a ',' or the closing bracket was expected here",
    "Expecting value": "a value was expected here",
    "Unterminated string starting at": "the string that starts here is not closed",
    "Invalid control character at": "a line break or control character inside a string",
    "Invalid \\escape": "an escape that JSON does not know",
    "Invalid \\uXXXX escape": "an escape without its four hexadecimal digits",
    "Extra data": "text after the end of the document",
}


def explain_yaml(error: YAMLError, text: str) -> tuple[str, int]:
    """Return what is wrong with a YAML text, and the offset of the place."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:  # the reader complains about characters and counts bytes
        found = _FORBIDDEN.search(text)
        if found is None:
            return "cannot be read as YAML", 0
        return f"a character that YAML does not allow (U+{ord(found[0]):04X})", found.start()
    offset = min(int(mark.index), len(text))
    problem = f"{getattr(error, 'problem', '') or ''}"
    opening = getattr(error, "context_mark", None) or mark
    opened = f"in line {_line(text, opening.index)}"
    if not text[offset:].strip() and "'" not in problem:
        offset = len(text)
    if "could not find expected ':'" in problem:  # noticed at the next line, meant for the key
        offset = min(int(opening.index), len(text))
    character = text[offset : offset + 1]
    if character == "!" and "did not find expected" in problem:
        return "a second tag for one value; write the inner function in its long form", offset
    if character == "\t":
        return "a tab where YAML wants spaces", offset
    for words, ours in _YAML_WORDS:
        if words in problem:
            shown = character if character.isprintable() else "?"
            return ours.format(character=shown, opened=opened), offset
    return f"not valid YAML: {problem}" if problem else "not valid YAML", offset


def explain_json(error: JSONDecodeError, text: str) -> tuple[str, int]:
    """Return what is wrong with a JSON text, and the offset of the place."""
    offset = min(error.pos, len(text))
    if not text[offset:].strip():
        end = len(text.rstrip())
        return "the file ends in the middle of the document", end
    return _JSON_WORDS.get(error.msg, "not valid JSON"), offset


def _line(text: str, offset: int) -> int:
    return len(re.findall(r"\r\n|\n|\r", text[:offset])) + 1
