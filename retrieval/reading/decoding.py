"""Bytes into text, exactly: encoding the text again gives the bytes."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from retrieval.errors import UnreadableFile

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = 0.02
"""Share of control characters above which bytes without a known encoding are not text."""


def decode(content: bytes) -> str:
    """By byte order mark, else as UTF-8, else as charset-normalizer judges. Raises UnreadableFile.

    A byte order mark is not part of the text. Line ends and every other character stay as they are.
    """
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            return _decode_as(content, encoding)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        if b"\0" in content:  # UTF-16 without its mark looks so, and so does every binary file
            raise UnreadableFile("holds NUL bytes as only binary files do") from None
        best = from_bytes(content).best()
        if best is None:
            raise UnreadableFile("not text in any encoding that could be told") from None
        text = _decode_as(content, best.encoding)
        if text.encode(best.encoding) != content:
            raise UnreadableFile(f"read as {best.encoding}, its text does not give back its bytes") from None
    controls = sum(1 for character in text if character < " " and character not in "\t\n\r\f\v")
    if controls > _BINARY * len(text):
        raise UnreadableFile("holds control characters as only binary files do")
    return text


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not {encoding} at byte {error.start}") from None
