"""One message: its body as written, who sent it and when. Quoted mail and the signature are furniture.

Headers are not text, and attachments are not read. Line ends are line feeds, whatever they were sent as.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.errors import (
    InvalidBase64CharactersDefect,
    InvalidBase64LengthDefect,
    InvalidBase64PaddingDefect,
    MessageError,
)
from email.headerregistry import AddressHeader, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, cast

from retrieval.errors import UnreadableFile
from retrieval.reading.decoding import decode
from retrieval.reading.extracted import Extracted
from retrieval.reading.mail.mail_text import plain_structure
from retrieval.reading.metadata import Metadata, metadata_as_far
from retrieval.reading.structure import Structure
from retrieval.reading.web import html
from retrieval.records import Block, Furniture
from retrieval.visibility import one_line

LONGEST_HEADER = 4000
"""Characters, of a field that is read. The parser takes the square of a comment's length, or of a parameter's parts."""
MOST_PARTS = 1000
_NAMED = 5
"""Attachments that a note names."""
_LONGEST_NAME = 60
_TEXTS = {"text/plain", "text/html"}
_PARSING = (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError)
"""What the standard library's parser is known to raise on headers that break its grammar."""
_DAMAGED = (InvalidBase64CharactersDefect, InvalidBase64LengthDefect, InvalidBase64PaddingDefect)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, start=1)}
_DATE = re.compile(
    r"\s*(?:[A-Za-z]{3,9},?\s+)?([0-9]{1,2})[\s-]+([A-Za-z]{3})[a-z]{0,6}[\s-]+([0-9]{2,4})(?:[\s,].*)?", re.DOTALL
)


class _Policy(EmailPolicy):
    """As headers are written today; fields that say what a part is are no longer than any that means it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER] if name.lower().startswith("content-") else value


def read(content: bytes, declared: str | None) -> Extracted:
    """The body: plain text where the message has it, else its HTML. Raises UnreadableFile.

    `declared` is an encoding for parts that do not name theirs.
    """
    try:
        message = cast(EmailMessage, message_from_bytes(content, _class=EmailMessage, policy=_Policy()))
        said = _Said()
        parts = list(_body(message, said))
    except _PARSING:
        raise UnreadableFile("its parts can't be told from one another") from None
    if not message.keys():
        raise UnreadableFile("has no header, as a message does")
    texts: list[str] = []
    blocks: list[Block] = []
    furniture: list[Furniture] = []
    at = 0
    for part in parts:
        found = _text(part, declared, said)
        if found is None:
            continue
        texts.append(found.text)
        blocks += [Block(block.span.shifted(at), block.kind) for block in found.structure.blocks]
        furniture += [Furniture(mark.span.shifted(at), mark.reason) for mark in found.structure.furniture]
        at += len(found.text) + 2
    if not any(text.strip() for text in texts):
        raise UnreadableFile("; ".join(("has no body of text", *said.told())))
    structure = Structure(tuple(blocks), tuple(furniture), _metadata(message))
    return Extracted("\n\n".join(texts), structure, notes=said.told())


@dataclass(slots=True)
class _Said:
    """What a reader of the report should know, as it is found."""

    notes: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)

    def told(self) -> tuple[str, ...]:
        if not self.attached:
            return tuple(self.notes)
        several = f"{len(self.attached)} attachments are" if len(self.attached) > 1 else "1 attachment is"
        more = f" and {len(self.attached) - _NAMED} more" if len(self.attached) > _NAMED else ""
        return (*self.notes, f"{several} not read: {', '.join(self.attached[:_NAMED])}{more}")


def _body(message: EmailMessage, said: _Said) -> Iterator[EmailMessage]:
    """Parts that are shown one below the other, in order; of alternatives the plain one."""
    waiting: list[Any] = [message]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise UnreadableFile(f"has more than {MOST_PARTS} parts")
        kind = part.get_content_type()
        inside = part.get_payload() if part.is_multipart() else None
        if isinstance(inside, list) and kind == "multipart/alternative" and inside:
            waiting.append(_preferred(inside))
        elif isinstance(inside, list) and part.get_content_maintype() == "multipart":
            waiting += reversed(inside)
        elif kind in _TEXTS and (part is message or (not part.is_attachment() and _filename(part) is None)):
            yield part
        else:
            said.attached.append(_shown(_filename(part) or kind))


def _preferred(alternatives: list[Any]) -> Any:
    """The plain one; else the first that holds any text, itself or in its parts."""
    for kind in ("text/plain", "text/html"):
        for each in alternatives:
            if each.get_content_type() == kind or any(part.get_content_type() == kind for part in each.walk()):
                return each
    return alternatives[-1]


def _filename(part: EmailMessage) -> str | None:
    try:
        return part.get_filename()
    except _PARSING:
        return "a name that can't be read"


def _shown(name: str) -> str:
    shown = one_line(name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"


def _text(part: EmailMessage, declared: str | None, said: _Said) -> Extracted | None:
    """One part's text; None where it can't be read, which a note then says."""
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset() or declared
    except _PARSING:
        content, charset = None, None
    if not isinstance(content, bytes):
        said.notes.append("a part of it can't be read")
        return None
    if any(isinstance(defect, _DAMAGED) for defect in part.defects):
        said.notes.append("its base64 is damaged")
    try:
        if part.get_content_type() == "text/html":
            found: Extracted = html.read(content, charset)
        else:
            decoded = decode(content, charset)
            text = decoded.text.replace("\r\n", "\n")
            found = Extracted(text, plain_structure(text), notes=(decoded.note,) if decoded.note else ())
    except UnreadableFile as error:
        said.notes.append(f"a part of it can't be read: {error}")
        return None
    said.notes += found.notes
    return found


def _metadata(message: EmailMessage) -> Metadata:
    notes: list[str] = []
    fields = {"title": _header(message, "Subject", notes), "language": _header(message, "Content-Language", notes)}
    sender = _header(message, "From", notes)
    said: dict[str, Any] = {name: str(value) for name, value in fields.items() if value is not None}
    if "," in said.get("language", ""):
        del said["language"]  # several: the text's own is told from it
    if isinstance(sender, AddressHeader):
        try:
            said["author"] = ", ".join(each.display_name or each.addr_spec for each in sender.addresses)
        except _PARSING:
            notes.append("its From can't be read")
    written = message_date(next((str(value) for name, value in message.raw_items() if name.lower() == "date"), ""))
    if isinstance(written, str):
        notes.append(written)
    else:
        said["published"] = written
    found = metadata_as_far(said, "its header")
    return replace(found, notes=(*found.notes, *notes))


def message_date(written: str) -> datetime.date | str | None:
    """The day as the sender's clock had it; what is wrong, as a sentence; None where nothing is said (RFC 5322, 3.3).

    Years of two and three figures count as its section 4.3 says.
    """
    if not written.strip():
        return None
    match = _DATE.fullmatch(written)
    month = _MONTHS.get(match[2].lower()) if match else None
    if match and month:
        year = int(match[3])
        if len(match[3]) < 4:
            year += 2000 if len(match[3]) == 2 and year < 50 else 1900
        try:
            return datetime.date(year, month, int(match[1]))
        except ValueError:
            pass
    return f"its header: Date is “{_shown(written)}”, not a date as mail has them"


_registry = HeaderRegistry()


def _header(message: EmailMessage, name: str, notes: list[str]) -> BaseHeader | None:
    """The first of that name. None where it is not there, or can't be read, which a note then says."""
    raw = next((str(value) for each, value in message.raw_items() if each.lower() == name.lower()), None)
    if raw is None or not raw.strip():
        return None
    try:
        if len(raw) > LONGEST_HEADER:
            raise UnreadableFile(f"longer than {LONGEST_HEADER} characters")
        # Bytes beyond ASCII stand in it as half characters. Today they are UTF-8 (RFC 6532); else nobody says what.
        plain = raw.encode("utf-8", "surrogateescape").decode("utf-8")
        value: BaseHeader = _registry(name, re.sub(r"[\r\n]+", "", plain))
    except UnreadableFile as error:
        notes.append(f"its {name} is {error}")
    except UnicodeError:
        notes.append(f"its {name} is neither ASCII nor UTF-8")
    except _PARSING:
        notes.append(f"its {name} can't be read")
    else:
        return value
    return None
