"""Codes that people can read out: made from content, so that anyone with the same archive derives the same ones.

Crockford's base32 (https://www.crockford.com/base32.html) has no I, L, O or U, so that nothing is misread.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from retrieval.errors import QuestionError

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
CODE_LENGTH = 10
"""50 bits: among 1,000,000 passages two share a code with a probability of 0.0004; 8 characters would give 0.37."""
CODE_PATTERN = rf"(?P<passage>[{_ALPHABET}]{{{CODE_LENGTH}}})(?:\.(?P<first>\d{{1,4}})(?:-(?P<last>\d{{1,4}}))?)?"
"""Of a code as we write it, for a larger pattern to hold."""
_CODE = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class Code:
    """A passage's code, and which of its sentences (from 1, both ends included) where an excerpt is meant."""

    passage: str
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return self.passage
        return f"{self.passage}.{self.first}" + (f"-{self.last}" if self.last != self.first else "")


def passage_code(document_id: str, words: str, occurrence: int) -> str:
    """From the document's identity and the passage's text; `occurrence` counts equal passages in one document."""
    return _base32(f"passage\0{document_id}\0{occurrence}\0{words}")


def document_code(path: str) -> str:
    """A document's identity: made from the path, relative to the archive, under which it was first seen."""
    return _base32(f"document\0{path}")


def parse_code(text: str) -> Code:
    """Reads what a person typed: case, surrounding brackets and the letters O, I and L are forgiven.

    Raises QuestionError for anything that is not a code.
    """
    given = text.strip().removeprefix("[[").removesuffix("]]").strip()
    match = _CODE.fullmatch(given.upper().translate(_READ_AS))
    if match is None:
        shown = given if len(given) <= 40 else given[:40] + "…"
        raise QuestionError(f"“{shown}” is not a code; a code looks like K7Q2M9XA4B or K7Q2M9XA4B.2-4")
    first = int(match["first"]) if match["first"] else None
    last = int(match["last"]) if match["last"] else first
    if first is not None and last is not None and not 1 <= first <= last:
        raise QuestionError(
            f"“{given}” names sentences {first} to {last}; the first is 1 and the last can't come before it"
        )
    return Code(match["passage"], first, last)


def _base32(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:10])
    return "".join(_ALPHABET[(number >> (75 - 5 * place)) & 31] for place in range(CODE_LENGTH))
