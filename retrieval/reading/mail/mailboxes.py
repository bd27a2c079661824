"""Mailboxes (RFC 4155): messages one behind the other, each below a line that begins with “From ”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO, NamedTuple

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Extracted, Member
from retrieval.reading.mail import message as mail
from retrieval.reading.member_names import identifier
from retrieval.reading.sizes import MIB, larger_than
from retrieval.records import Landmark, LandmarkKind

MOST_MESSAGE = 64 * MIB
"""Bytes. Beyond it a message is passed over without being held."""
_AT_ONCE = 64 * 1024
_FROM = b"From "
_QUOTED = re.compile(rb">+From ")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:|>From ")
"""A header's field; or the “From ” line of another mailbox, which some programs leave there."""
_MESSAGE_ID = re.compile(
    rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?<?([^<>\s]{1,250})>?[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)


def members(file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """Each message, by its Message-ID or else its number. Raises UnreadableFile for what is no mailbox.

    A message begins at a “From ” line at the top or below a blank line, where a header follows. Lines that begin with
    “>From ” are taken as the mboxrd kind writes them, with one “>” more than the sender's; the notes say so, as the
    older kind leaves a sender's own “>From ” alone.
    """
    for number, message in enumerate(_messages(file), start=1):
        if message.is_too_large:
            yield Broken(f"message {number}", larger_than(MOST_MESSAGE))
            continue
        content = bytes(message.content)
        yield Member(_named(content) or str(number), partial(_read, content, number, tuple(message.notes())))


def _read(content: bytes, number: int, notes: tuple[str, ...]) -> Extracted:
    """Raises UnreadableFile that says which message it is: a Message-ID is hardly looked for by eye."""
    try:
        extracted = mail.read(content, None)
    except UnreadableFile as error:
        raise UnreadableFile(f"message {number}: {error}") from None
    mark = Landmark(0, LandmarkKind.MESSAGE, number)
    structure = replace(extracted.structure, landmarks=(mark,))
    return replace(extracted, structure=structure, notes=(*extracted.notes, *notes))


class _Piece(NamedTuple):
    """A line with its ending, or a part of one that is very long."""

    content: bytes
    starts_line: bool
    may_part: bool = False
    """It begins with “From ” below a blank line, or at the top."""
    parts: bool = False
    """And a header follows."""


@dataclass(slots=True)
class _Message:
    content: bytearray = field(default_factory=bytearray)
    is_too_large: bool = False
    unquoted: int = 0
    kept: int = 0
    """“From ” lines that no header follows: text that its mailbox did not quote, most likely."""

    def take(self, piece: _Piece) -> None:
        self.kept += piece.may_part
        is_quoted = piece.starts_line and _QUOTED.match(piece.content) is not None
        self.unquoted += is_quoted
        content = piece.content[1:] if is_quoted else piece.content
        if len(self.content) + len(content) > MOST_MESSAGE:
            self.is_too_large = True
            self.content.clear()
        if not self.is_too_large:
            self.content += content

    def notes(self) -> Iterator[str]:
        if self.unquoted:
            yield f"{_count(self.unquoted)} with “>From ” lost its first “>”, which the mailbox had put there"
        if self.kept:
            yield f"{_count(self.kept)} with “From ” is read as text, not as another message"


def _count(lines: int) -> str:
    return "a line that begins" if lines == 1 else f"each of {lines} lines that begin"


def _messages(file: BinaryIO) -> Iterator[_Message]:
    message: _Message | None = None
    for piece in _pieces(file):
        if piece.parts or (piece.may_part and message is None):
            if message is not None:
                yield message
            message = _Message()
        elif message is not None:
            message.take(piece)
        elif piece.content.strip():
            raise UnreadableFile("does not begin with a “From ” line, as a mailbox does")
    if message is None:
        raise UnreadableFile("holds no messages")
    yield message


def _pieces(file: BinaryIO) -> Iterator[_Piece]:
    after_blank = starts_line = True
    held: bytes | None = None
    while piece := file.readline(_AT_ONCE):
        if held is not None:
            yield _Piece(held, starts_line=True, may_part=True, parts=_HEADER.match(piece) is not None)
            held = None
        if starts_line and after_blank and piece.startswith(_FROM):
            held = piece
        else:
            yield _Piece(piece, starts_line)
        after_blank = starts_line and piece in (b"\n", b"\r\n")
        starts_line = piece.endswith(b"\n")
    if held is not None:
        yield _Piece(held, starts_line=True, may_part=True)


def _named(content: bytes) -> str | None:
    header = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    found = _MESSAGE_ID.search(header)
    return identifier(found[1].decode("ascii", "replace")) if found else None
