"""Bytes into text, exactly: encoding the text again gives the bytes."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from charset_normalizer import CharsetMatch, from_bytes

from retrieval.errors import UnreadableFile

_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = "cp1252"
_NO_ENCODINGS_OF_FILES = {"idna", "punycode", "raw-unicode-escape", "unicode-escape"}
"""Codecs of names and of source code: no file is written so, and the first two take the square of its length."""
_HARDLY = 0.05
"""Of charset-normalizer's mess ratio; what it takes for noise begins at 0.2."""
_BINARY = 0.02
"""Share of control characters above which bytes without a known encoding are not text."""


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    """As Python names it; of the bytes behind the mark."""
    mark: int
    """Bytes of the byte order mark, which is not part of the text."""
    note: str | None = None
    """How sure that is, where the encoding was guessed."""


def decode(content: bytes, declared: str | None = None) -> Decoded:
    """By byte order mark, else as `declared`, else as UTF-8, else as charset-normalizer judges. Raises UnreadableFile.

    A byte order mark is not part of the text. Line ends and every other character stay as they are. What is declared
    and can't be true of these bytes is told in the note.
    """
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            return _checked(Decoded(_decode_as(content, encoding, len(mark)), encoding, len(mark)))
    said = None
    if declared is not None:
        try:
            return _checked(_declared(content, declared))
        except (ValueError, LookupError, UnreadableFile):  # a name with a NUL in it is a plain ValueError
            said = f"it is said to be {declared[:40]!a}, which its bytes are not"
    try:
        return _checked(Decoded(content.decode("utf-8"), "utf-8", 0, said))
    except UnicodeDecodeError:
        if b"\0" in content:  # UTF-16 without its mark looks so, and so does every binary file
            raise UnreadableFile("holds NUL bytes as only binary files do") from None
        encoding, sureness = _likeliest(content)
        text = _decode_as(content, encoding)
        if text.encode(encoding) != content:
            raise UnreadableFile(f"read as {encoding}, its text does not give back its bytes") from None
    guessed = f"its encoding is not said; read as {encoding}, confidence {sureness:.2f}"
    return _checked(Decoded(text, encoding, 0, f"{said}; {guessed}" if said else guessed))


def _declared(content: bytes, name: str) -> Decoded:
    """Raises ValueError, LookupError: also for codecs that are not of text, as zlib's, and one that loses bytes."""
    encoding = codecs.lookup(name).name
    if encoding.replace("_", "-") in _NO_ENCODINGS_OF_FILES:
        raise LookupError(encoding)
    encoding = _WESTERN if encoding in {"iso8859-1", "ascii"} else encoding  # as browsers read it (WHATWG Encoding)
    text = str(content, encoding)
    if text.encode(encoding) != content:
        raise UnicodeError("does not give back its bytes")
    return Decoded(text, encoding, 0)


def _likeliest(content: bytes) -> tuple[str, float]:
    """As charset-normalizer judges, with its confidence from 0 to 1. Of encodings that it finds equally likely it names
    the first by its name, which makes Spanish Central European; here the Western one comes first, as on the web
    (WHATWG's default), where it makes as much sense and hardly more odd letters.
    """
    matches = from_bytes(content)
    best = matches.best()
    if best is None:
        raise UnreadableFile("not text in any encoding that could be told")
    tied = [match for match in matches if match.chaos <= best.chaos + _HARDLY and match.coherence >= best.coherence]
    if any(_WESTERN in match.could_be_from_charset for match in tied):
        return _WESTERN, _sureness(best)
    return best.encoding, _sureness(best)


def _sureness(match: CharsetMatch) -> float:
    """Its letters make sense, and hardly any is odd: both as charset-normalizer measures them."""
    return max(0.0, 1 - match.chaos) * (0.5 + match.coherence / 2)


def _checked(decoded: Decoded) -> Decoded:
    text = decoded.text
    controls = sum(1 for character in text if character < " " and character not in "\t\n\r\f\v")
    if controls > _BINARY * len(text):
        raise UnreadableFile("holds control characters as only binary files do")
    return decoded


def _decode_as(content: bytes, encoding: str, mark: int = 0) -> str:
    try:
        return content[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not {encoding} at byte {mark + error.start}") from None
