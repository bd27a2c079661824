"""JSON lines: each line an object with its text in a field; one line is one document."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.rows.row import record, text_field
from retrieval.reading.sizes import MIB, larger_than

MOST_LINE = 64 * MIB
"""Bytes."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # that of little UTF-32 begins with the first


def members(file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """Each line that is not blank; its text as the JSON says it, half characters too. Raises UnreadableFile."""
    for number, line in enumerate(_lines(file), start=1):
        if line is None:
            yield Broken(f"line {number}", larger_than(MOST_LINE))
            continue
        if number == 1 and line.startswith(_WIDE):
            raise UnreadableFile("is UTF-16 or UTF-32; lines of JSON are UTF-8")
        held = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not held.strip():
            continue
        try:
            member = _member(json_object(held), number)
        except UnreadableFile as error:
            yield Broken(f"line {number}", str(error))
        except MemoryError:  # what it took is given back by now, and the next line has nothing to do with it
            yield Broken(f"line {number}", "takes more memory to read than there is")
        else:
            yield member


def json_object(line: bytes) -> dict[str, Any]:
    """Raises UnreadableFile for what is no object in JSON, in words of the line: the parser's own are of its code."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not UTF-8 at byte {error.start + 1} of the line") from None
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()):
            raise UnreadableFile("JSON that is cut short") from None
        raise UnreadableFile(f"not JSON at character {error.pos + 1} of the line") from None
    except RecursionError:
        raise UnreadableFile("nested too deep") from None
    except ValueError:  # Python's own limit
        raise UnreadableFile("holds a number of more than 4,300 digits") from None
    if not isinstance(value, dict):
        raise UnreadableFile("not an object")
    return value


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Lines with their endings; None for one that is too long, which is passed over without being held."""
    while line := file.readline(MOST_LINE + 1):
        if len(line) <= MOST_LINE:
            yield line
            continue
        yield None
        while line and not line.endswith(b"\n"):
            line = file.readline(MIB)


def _member(said: Mapping[str, Any], number: int) -> Member:
    """Fields beside the text count before those in its `metadata`."""
    field = text_field(name for name, value in said.items() if value is not None)
    if field is None:
        raise UnreadableFile("has no text, body or content")
    text = said[field]
    if not isinstance(text, str):
        raise UnreadableFile(f"its {field} is not text")
    within = said.get("metadata")
    # Empty is not said, as in a table: it must not hide the status that `metadata` gives.
    beside = {name: value for name, value in said.items() if value is not None and value != ""}
    return record(text, {**within, **beside} if isinstance(within, dict) else beside, number, number)
