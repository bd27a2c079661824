"""Text as it is compared, never as it is shown: one mark for every kind of quote, dash and space, and the way back.

What is folded looks the same in print and means the same: quote marks, apostrophes, dashes, spaces, line ends, the
ellipsis, ligatures, width and presentation forms (those of NFKC that mean the same), composed and decomposed letters;
what can't be seen is left out. Nothing that reads otherwise is touched: accents, “²”, “½”, and the letters of another
script that only look alike. Case stays too; whoever compares folds it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from retrieval.spans import Span

QUOTE_MARKS = "\"'“”„‟«»‹›‘’‚‛「」『』〝〞＂＇`´ʼʹ"
"""Those that may stand around a quotation, apostrophes included."""
_SINGLE = frozenset("'‘’‚‛‹›`´ʼʹ＇")
_HYPHENS = frozenset("-‐‑‒–−﹣－⁃")
"""With the minus sign and the en dash, which both stand before numbers as well."""
_LONG_DASHES = frozenset("—―⸺⸻﹘")
LONG_DASH = "—"
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_PLAIN = str.maketrans(
    dict.fromkeys("\r\v\f\x1c\x1d\x1e", "\n")
    | {chr(code): " " for code in (*range(9), 9, *range(0x0E, 0x1C), 0x1F, 0x7F)}
    | {"`": "'"}
)
_MEAN_THE_SAME = frozenset({"<wide>", "<narrow>", "<font>", "<initial>", "<medial>", "<final>", "<isolated>"})
_ODD = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
"""With the plain character before it, which an accent may belong to."""
_BROKEN_WORD = re.compile(r"\xad[^\S\n]*\r?\n\s*")
"""A soft hyphen at a line's end: the word goes on behind it."""
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True)
class NormalForm:
    """`text`, and for each of its characters where it stands in the original: half-open, one for one."""

    text: str
    starts: list[int]
    ends: list[int]


def normal_form(text: str, part: Span | None = None) -> NormalForm:
    """Of `part`, or of all; the offsets count characters of `text`."""
    written: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for folded, start, end in _folded(text, part.start if part else 0, part.end if part else len(text)):
        written.append(folded)
        if len(folded) == end - start:
            starts += range(start, end)
            ends += range(start + 1, end + 1)
        else:
            starts += [start] * len(folded)
            ends += [end] * len(folded)
    return NormalForm("".join(written), starts, ends)


def _folded(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """(normal form, start, end) from front to back; what is dropped is in none of them."""
    holes = [match.span() for match in _BROKEN_WORD.finditer(text, start, end)]
    for hole_start, hole_end in (*holes, (end, end)):
        at = start
        for odd in _ODD.finditer(text, start, hole_start):
            if odd.start() > at:
                yield text[at : odd.start()].translate(_PLAIN), at, odd.start()
            yield from _letter_by_letter(text, odd.start(), odd.end())
            at = odd.end()
        if hole_start > at:
            yield text[at:hole_start].translate(_PLAIN), at, hole_start
        start = hole_end


def _letter_by_letter(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    while start < end:
        behind = start + 1
        while behind < end and _belongs_to_the_one_before(text[behind]):
            behind += 1
        folded = "".join(map(_fold, unicodedata.normalize("NFC", text[start:behind])))
        if folded:
            yield folded, start, behind
        start = behind


def _belongs_to_the_one_before(character: str) -> bool:
    """Accents and vowel signs, and the second and third part of a Korean syllable."""
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


@lru_cache(maxsize=10_000)
def _fold(character: str) -> str:
    kind = unicodedata.category(character)
    if character in QUOTE_MARKS:
        return "'" if character in _SINGLE else '"'
    if character in _HYPHENS or character in _LONG_DASHES:
        return "-" if character in _HYPHENS else LONG_DASH
    if character == "…":
        return "..."
    if character in _LINE_ENDS:
        return "\n"
    if kind in ("Zs", "Cc"):
        return " "
    if kind == "Cf" or _UNSEEN.match(character):
        return ""
    tag, _, _ = unicodedata.decomposition(character).partition(" ")
    plain = unicodedata.normalize("NFKC", character)
    if tag in _MEAN_THE_SAME or (tag == "<compat>" and plain.isalpha()):
        return plain
    return character
