"""XML of a package as a flat row of elements: no tree, no document type's declarations, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from retrieval.errors import UnreadableFile

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
    found: list[Element] = []
    inside: list[Element] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(found) >= _MOST_ELEMENTS:
            raise UnreadableFile(f"has more than {_MOST_ELEMENTS:,} elements")
        element = Element(_bare(name), {_bare(each): value for each, value in attributes.items()})
        found.append(element)
        inside.append(element)

    def text(words: str) -> None:
        if inside and len(inside[-1].text) < _MOST_TEXT:
            inside[-1].text += words

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda name: inside.pop()
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableFile(f"is not XML, line {error.lineno}") from None
    except (LookupError, ValueError):  # it says that it is in an encoding that Python does not know
        raise UnreadableFile("is XML in no encoding that is known") from None
    return found


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*declared: object) -> None:
    raise UnreadableFile("declares entities, as no book needs to")
