"""The files of a question set: where they lie, and the one sentence for whatever is wrong in a line of one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from retrieval.errors import QuestionSetError
from retrieval.reading import open_unzipped
from retrieval.spans import Span


def find(folder: Path, name: str) -> Path | None:
    """The file of that name, or else the one with `.gz` behind it; None where there is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def required(folder: Path, name: str, why: str) -> Path:
    """As `find`. Raises QuestionSetError, with the reason why the file has to be there."""
    path = find(folder, name)
    if path is None:
        raise QuestionSetError(f"{folder / name} is missing (nor is there {name}.gz): {why}")
    return path


def wrong(path: Path, number: int, what: str) -> QuestionSetError:
    return QuestionSetError(f"{path}, line {number}: {what}")


def rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields) of a file of tab-separated values, gzipped or not, without its blank lines.

    Raises QuestionSetError that names the line, also for one with fewer or more columns.
    """
    number = 0
    try:
        with open_unzipped(path) as file:
            for number, line in enumerate(file, start=1):
                fields = line.decode("utf-8").rstrip("\r\n").split("\t")  # here, so that the error is of this line
                if not line.strip():
                    continue
                if len(fields) != columns:
                    raise wrong(path, number, f"{columns} columns between tabs are expected, there are {len(fields)}")
                yield number, fields
    except (UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise wrong(path, number or 1, str(error)) from None


def text_of(line: Mapping[str, Any], name: str, path: Path, number: int) -> str:
    """A field that must be there and be a string. Raises QuestionSetError."""
    value = line.get(name)
    if not isinstance(value, str):
        raise wrong(path, number, f"“{name}” must be a string" if name in line else f"there is no “{name}”")
    return value


def span_of(start: Any, end: Any, text: str, path: Path, number: int) -> Span:
    """Characters [start, end) of `text`. Raises QuestionSetError for anything that is not a part of it."""
    if not all(isinstance(edge, int) and not isinstance(edge, bool) for edge in (start, end)):
        raise wrong(path, number, f"start and end must be whole numbers, not {start!r} and {end!r}")
    if not 0 <= start < end <= len(text):
        raise wrong(path, number, f"[{start}, {end}) is no part of a text of {len(text)} characters")
    return Span(start, end)
