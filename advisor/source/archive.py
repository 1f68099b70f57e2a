"""Names and declared sizes of a zip archive's entries, from its central directory alone.

Nothing is unpacked, so a zip bomb is only a large number. Format: PKWARE's APPNOTE.TXT,
sections 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END_MARK, _ENTRY_MARK = b"PK\x05\x06", b"PK\x01\x02"
_LONGEST_COMMENT = 0xFFFF
_UNREADABLE = "its archive is not a zip file"


def zip_entries(path: Path) -> Iterator[tuple[str, int, int]]:
    """Yield name, unzipped and zipped bytes of each entry; ValueError where it is no zip file."""
    with path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        tail_size = min(size, _LONGEST_COMMENT + _END.size)
        file.seek(size - tail_size)
        tail = file.read(tail_size)
        at = tail.rfind(_END_MARK)
        if at < 0 or at + _END.size > len(tail):
            raise ValueError(_UNREADABLE)
        length, offset = _END.unpack_from(tail, at)[5:7]
        # What was put before the archive shifts every offset in it.
        start = size - tail_size + at - length
        if start < 0 or offset > start:
            raise ValueError(_UNREADABLE)
        file.seek(start)
        remaining = length
        while remaining >= _ENTRY.size:
            head = file.read(_ENTRY.size)
            if len(head) < _ENTRY.size or head[:4] != _ENTRY_MARK:
                return
            fields = _ENTRY.unpack(head)
            zipped, unzipped, name_length, extra, comment = fields[8:13]
            name = file.read(name_length).decode("utf-8", "replace")
            file.seek(extra + comment, 1)
            remaining -= _ENTRY.size + name_length + extra + comment
            yield name, unzipped, zipped
