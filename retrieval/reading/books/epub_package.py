"""What an EPUB file says it is made of: chapters in reading order, and the book's own metadata (EPUB 2.0.1 and 3.3).

Everything is read into memory, part by part, within limits; nothing outside the file is looked at.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote, urlsplit

from retrieval.errors import UnreadableFile
from retrieval.reading.books.flat_xml import Element, elements
from retrieval.reading.packed.zipped import opened_zip, unpacked
from retrieval.reading.sizes import MIB, larger_than

MOST_CHAPTERS = 10_000
_MOST_XML = 4 * MIB
"""Of the package file. That of a book of a thousand chapters comes to a quarter of one."""
_MOST_DIRECTORY = 16 * MIB
"""Of the zip's list of members, of which zipfile makes an object each before anything else can be asked."""
_FONTS_ALONE = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
"""Ways to encrypt that are for fonts; all others are for what is read."""
_PAGES = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"}


@dataclass(frozen=True, slots=True)
class Chapter:
    number: int
    """In the reading order, from 1."""
    name: str
    """In the zip file."""
    is_contents: bool
    is_xml: bool


@dataclass(frozen=True, slots=True)
class Package:
    chapters: tuple[Chapter, ...]
    metadata: tuple[Element, ...]
    version: str
    notes: tuple[str, ...]


class Parts:
    """The zip file, read part by part until they come to `most` bytes. Raises UnreadableFile where it is none."""

    def __init__(self, content: bytes, most: int) -> None:
        self._zip = opened_zip(BytesIO(content), "an EPUB", _MOST_DIRECTORY)
        self._names = set(self._zip.namelist())
        self._left = most

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str, most: int) -> bytes:
        """Raises UnreadableFile: for no such part, a damaged one, an encrypted one, one larger than `most`."""
        if name not in self._names:
            raise UnreadableFile("is missing")
        part = self._zip.getinfo(name)
        if part.file_size > most:
            raise UnreadableFile(f"is {larger_than(most)}")
        try:
            content = unpacked(self._zip, part).read()
        except UnreadableFile as error:
            raise UnreadableFile(f"is {error}") from None
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableFile("stands beyond what may be unpacked of one book")
        return content


def read_package(parts: Parts) -> Package:
    """Raises UnreadableFile where the book is encrypted, or does not say what it is made of."""
    container = _read_xml(parts, "META-INF/container.xml")
    named = next((each.attributes.get("full-path") for each in container if each.name == "rootfile"), None)
    place = _inside("", named or "")
    if place is None:
        raise UnreadableFile("does not say where its package file is")
    found = _read_xml(parts, place)
    chapters, notes = _chapters(found, posixpath.dirname(place), parts)
    _refuse_encrypted(parts, {chapter.name for chapter in chapters})
    version = next((each.attributes.get("version", "") for each in found if each.name == "package"), "")
    return Package(chapters, tuple(each for each in found if each.text.strip()), version, notes)


def _chapters(found: list[Element], folder: str, parts: Parts) -> tuple[tuple[Chapter, ...], tuple[str, ...]]:
    items = {each.attributes.get("id"): each.attributes for each in found if each.name == "item"}
    contents = {
        _inside(folder, each.attributes.get("href", ""))
        for each in found
        if (each.name == "reference" and each.attributes.get("type", "").lower() == "toc")
        or (each.name == "item" and "nav" in each.attributes.get("properties", "").split())
    }
    chapters: list[Chapter] = []
    missing: list[int] = []
    seen: set[str] = set()
    spine = [each for each in found if each.name == "itemref"]
    if len(spine) > MOST_CHAPTERS:
        raise UnreadableFile(f"has more than {MOST_CHAPTERS:,} chapters")
    for number, each in enumerate(spine, start=1):
        item = items.get(each.attributes.get("idref"), {})
        name = _inside(folder, item.get("href", ""))
        if name is None or name not in parts:
            missing.append(number)
            continue
        kind = item.get("media-type", "application/xhtml+xml").lower()
        if kind in _PAGES and name not in seen:
            seen.add(name)
            chapters.append(Chapter(number, name, name in contents, kind != "text/html"))
    more = f", and {len(missing) - 1} more are" if len(missing) > 1 else ""
    notes = (f"chapter {missing[0]} is missing{more}",) if missing else ()
    return tuple(chapters), notes


def _refuse_encrypted(parts: Parts, pages: set[str]) -> None:
    """Raises UnreadableFile where anything that is read is encrypted, whatever with."""
    if "META-INF/encryption.xml" not in parts:
        return
    method = ""
    for each in _read_xml(parts, "META-INF/encryption.xml"):
        if each.name == "EncryptionMethod":
            method = each.attributes.get("Algorithm", "")
        elif each.name == "CipherReference":
            reference = _inside("", each.attributes.get("URI", ""))
            if reference in pages and method not in _FONTS_ALONE:
                raise UnreadableFile("encrypted")


def _read_xml(parts: Parts, name: str) -> list[Element]:
    try:
        return elements(parts.read(name, _MOST_XML))
    except UnreadableFile as error:
        raise UnreadableFile(f"its {posixpath.basename(name)[:60]!a} {error}") from None


def _inside(folder: str, href: str) -> str | None:
    """The part's name, from an address relative to the folder. None for what is not inside the file."""
    try:
        address = urlsplit(href)
    except ValueError:
        return None
    if address.scheme or address.netloc or not address.path:
        return None
    name = posixpath.normpath(posixpath.join(folder, unquote(address.path)))
    return None if name.startswith(("/", "../")) or name in {".", ".."} else name
