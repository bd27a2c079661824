"""XML of a package as a flat row of elements: no tree, no document type's declarations, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.errors import UnreadableFile
from retrieval.reading.guarded_xml import read_xml

_MOST_ELEMENTS = 100_000
_MOST_TEXT = 10_000
"""Characters of one element that are kept."""


@dataclass(slots=True)
class Element:
    """Names are without their prefixes: books leave out what those stand for, too."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    """What stands in it directly."""


def elements(content: bytes) -> list[Element]:
    """In the order in which they begin. Raises UnreadableFile where it is not XML, or declares entities."""
    flat = _Flat()
    read_xml(content, flat)
    return flat.found


class _Flat:
    def __init__(self) -> None:
        self.found: list[Element] = []
        self._inside: list[Element] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.found) >= _MOST_ELEMENTS:
            raise UnreadableFile(f"has more than {_MOST_ELEMENTS:,} elements")
        element = Element(_bare(name), {_bare(each): value for each, value in attributes.items()})
        self.found.append(element)
        self._inside.append(element)

    def end(self, name: str) -> None:
        self._inside.pop()

    def characters(self, text: str) -> None:
        if self._inside and len(self._inside[-1].text) < _MOST_TEXT:
            self._inside[-1].text += text


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
