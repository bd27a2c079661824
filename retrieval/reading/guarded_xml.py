"""XML as expat tells it: nothing is fetched, and nothing in a file can stand for more than itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol
from xml.parsers import expat

from retrieval.errors import UnreadableFile


class Handler(Protocol):
    """What is called for what there is, in its order."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def characters(self, text: str) -> None: ...


def read_xml(content: bytes, handler: Handler, *, namespaces: bool = False) -> None:
    """Calls `handler` for all of it. Raises UnreadableFile where it is not XML, or declares what could be a bomb.

    Names are as written, or with `namespaces` the namespace's, a space and the name. Entities that stand for others
    grow without end, and so do an attribute's values that every element has without saying so; neither books nor office
    programs write them.
    """
    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.buffer_text = True
    parser.StartElementHandler = handler.begin
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    parser.EntityDeclHandler = _refuse
    parser.AttlistDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableFile(f"is not XML, line {error.lineno}") from None
    except (LookupError, ValueError):  # it says that it is in an encoding that Python does not know
        raise UnreadableFile("is XML in no encoding that is known") from None


def refuse_declarations(content: bytes) -> None:
    """Raises UnreadableFile as `read_xml` does, for what another library is to read: as far as the first element."""
    with suppress(_Begun):
        read_xml(content, _UpToTheFirst())


class _Begun(Exception):
    """The first element has been reached."""


class _UpToTheFirst:
    def begin(self, name: str, attributes: dict[str, str]) -> None:
        raise _Begun

    def end(self, name: str) -> None: ...

    def characters(self, text: str) -> None: ...


def _refuse(*declared: object) -> None:
    raise UnreadableFile("declares entities, as no document needs to")
