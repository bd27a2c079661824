"""Documents out of a container, through the containers inside it, in order, and where the reading is at each moment."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from retrieval.errors import UnreadableFile
from retrieval.reading.budget import Budget, Counted
from retrieval.reading.extracted import Broken, Extracted, Member, Reading, failed
from retrieval.reading.formats import Container, Format, format_of
from retrieval.reading.member_names import TakenNames
from retrieval.reading.metadata import Metadata, read_sidecar
from retrieval.reading.sizes import MIB

MOST_DEEP = 4
"""Containers inside one another: a mailbox in a tar in gzip."""
_TOLD_EVERY = 1000
"""Members passed over without a word."""

Place = tuple[int, ...]
"""Numbers, from 0, of the members that lead to one; () is the file itself. Places in reading order compare so."""


@dataclass(frozen=True, slots=True)
class At:
    """What is about to be read. Whatever happens before the next answer is its doing."""

    place: Place
    names: tuple[str, ...]
    """Of the members that lead to it; joined by slashes they are a document's."""
    holds: bool
    """It is a container, and more than one answer may come of it."""
    unpacked: int
    """Bytes that the file has come to so far."""


@dataclass(frozen=True, slots=True)
class Course:
    """What of a container is read, and who is told of the way."""

    after: Place = ()
    """What stands up to here is passed over: it was read before, or ended its reader. () is nothing."""
    documents: int = 0
    """Those of them that were answered for, readable or not."""
    unpacked: int = 0
    """Bytes that they came to."""
    only: str | None = None
    """The one document that is wanted, by its name."""
    tell: Callable[[At], None] = lambda at: None

    def passes(self, place: Place, names: tuple[str, ...]) -> bool:
        """Neither it nor anything inside it is to be read."""
        if place <= self.after and (place == self.after or self.after[: len(place)] != place):
            return True
        name = "/".join(names)
        return self.only is not None and self.only != name and not self.only.startswith(f"{name}/")


EVERYTHING = Course()


def read_container(
    chosen: Container, stream: BinaryIO, name: str, said: Metadata, course: Course = EVERYTHING
) -> Iterator[Reading | Broken]:
    """Every document in it. What is `said` of the whole is true of each, but for its name and address."""
    sha256 = hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    budget = Budget(size, packed=chosen.packs, documents=course.documents, unpacked=course.unpacked)
    of_each = replace(said, title=None, url=None)
    yield from _Members(course, sha256, budget).of(chosen, stream, name, (), (), of_each)


class _Members:
    def __init__(self, course: Course, sha256: str, budget: Budget) -> None:
        self._course, self._sha256, self._budget = course, sha256, budget

    def of(
        self, container: Container, stream: BinaryIO, name: str, at: Place, names: tuple[str, ...], said: Metadata
    ) -> Iterator[Reading | Broken]:
        taken = TakenNames()
        for number, member in enumerate(container.members(stream, name)):
            place, path = (*at, number), (*names, _own(member.name, taken))
            if self._course.passes(place, path):
                if number % _TOLD_EVERY == 0:
                    self._tell(at, names, holds=True)
                continue
            try:
                yield from self._member(member, container.reader, place, path, said)
            except UnreadableFile as error:
                self._budget.count()
                yield Broken("/".join(path), str(error))
            except MemoryError:
                raise
            except Exception as error:  # a defect of its reader's: one part never stops the rest
                self._budget.count()
                yield failed("/".join(path), error)
            if self._budget.refusal is not None:
                raise UnreadableFile(self._budget.refusal)

    def _member(
        self, member: Member | Broken, reader: str, place: Place, path: tuple[str, ...], said: Metadata
    ) -> Iterator[Reading | Broken]:
        """Its own sidecars count first, then that of the file, what its container says of it, and what it says."""
        if isinstance(member, Broken):
            raise UnreadableFile(member.reason)
        beside = Metadata()
        for sidecar, held in member.sidecars:
            self._budget.unpack(len(held))
            beside = beside.filled_from(read_sidecar(sidecar, held))
        own = beside.filled_from(said).filled_from(member.metadata)
        name, content = "/".join(path), member.content
        if isinstance(content, Extracted):
            found = found_in(name, reader, content, self._sha256, own)
        elif not isinstance(content, io.IOBase):
            self._tell(place, path, holds=False)
            found = found_in(name, reader, cast(Callable[[], Extracted], content)(), self._sha256, own)
        else:
            chosen = format_of(f"x{member.kind}" if member.kind else member.name)
            if chosen is None:
                raise no_reader(member.name)
            counted = Counted(cast(BinaryIO, content), chosen.most_bytes, self._budget)
            if isinstance(chosen, Container):
                yield from self._inside(chosen, counted, member.name, place, path, own)
                return
            self._tell(place, path, holds=False)
            found = read_as(name, chosen, counted.readall(), self._sha256, own)
        self._budget.count()
        yield found

    def _inside(
        self, chosen: Container, held: Counted, name: str, place: Place, path: tuple[str, ...], own: Metadata
    ) -> Iterator[Reading | Broken]:
        if len(path) >= MOST_DEEP:
            raise UnreadableFile(f"more than {MOST_DEEP} containers inside one another")
        self._tell(place, path, holds=True)
        inner = replace(own, title=None, url=None)
        yield from self.of(chosen, io.BufferedReader(held, MIB), name, place, path, inner)
        self._tell(place[:-1], path[:-1], holds=True)

    def _tell(self, place: Place, names: tuple[str, ...], *, holds: bool) -> None:
        self._course.tell(At(place, names, holds, self._budget.unpacked))


def _own(name: str, taken: TakenNames) -> str:
    """Of two members of one name, which a zip may have, the later is told apart by a number."""
    own, number = name, len(taken)
    while not taken.take(own):
        own, number = f"{name}~{number}", number + 1
    return own


def no_reader(name: str) -> UnreadableFile:
    return UnreadableFile(f"no reader for “{PurePosixPath(name).suffix.lower() or 'files without an ending'}”")


def read_as(member: str | None, chosen: Format, content: bytes, sha256: str, said: Metadata) -> Reading:
    return found_in(member, chosen.reader, chosen.read(content, said.encoding), sha256, said)


def found_in(member: str | None, reader: str, extracted: Extracted, sha256: str, said: Metadata) -> Reading:
    if not extracted.text.strip():
        raise UnreadableFile("holds no text")
    return Reading(member, reader, sha256, extracted, said.filled_from(extracted.structure.metadata))
