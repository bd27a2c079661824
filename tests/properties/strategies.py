"""Documents as they come, and worse: odd characters and line ends, enormous lines, furniture anywhere."""

from __future__ import annotations

import datetime
import hashlib
import itertools

from hypothesis import strategies as st

from retrieval.reading.structure import Structure
from retrieval.reading.text.markdown import structure as markdown_structure
from retrieval.reading.text.plain_text import structure as text_structure
from retrieval.records import Block, BlockKind, Document, Furniture, Source
from retrieval.spans import Span

DAY = datetime.date(2024, 1, 1)

WORDS = [
    "Brig. Gen. Oleksiy Hromov", "U.K. authorities", "Mr. J. R. Hale", "1,200 tanks", "e.g.", "i.e. the port", "No. 7",
    "a.m.", "St. Anne", "the council", "said", "according to the mayor", "he added", "per day", "3.5", "0", "1352",
]  # fmt: skip
ENDS = [". ", "! ", "? ", "… ", ".” ", "?! ", ".) ", "。", "؟ ", ".\u00a0", ".\u2003", "; ", ", ", " — "]
BREAKS = [
    "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\r\r", "\n \n", "\n\t\n", "\x0c", "\x0b", "\u2028", "\u2029", "\x85",
]  # fmt: skip
ODD = [
    "\0", "e\u0301\u0327", "\u0301", "שלום עולם", "مرحبا", "\u202e", "\u2066", "\u200f", "漢字かな交じり文", "한국어",
    "🙂", "\U0001f469\u200d\U0001f467", "🇺🇦", "\ud800", "\udfff", "\ufeff", "\u200b", "\u00ad", "\x1c", "\x1f",
    "“", "”", "‘", "’", "«", "»", '"', "'", "(", ")", "[1]", "ß", "İ", "ﬁ", "\u3000", "\u1680", "\ufffd", "\U0010ffff",
]  # fmt: skip
MARKDOWN = [
    "# ", "## Heading\n", "- ", "  - ", "1. ", "> ", "```\n", "~~~\n", "    code", "<div>\n", "</div>\n", "---\n",
    "***\n", "| a | b |\n|---|---|\n", "[ref]: http://x.example\n", "\\", "`", "![x](y)", "===\n", "<!-- x -->\n",
]  # fmt: skip
ENORMOUS = [
    "word " * 2000, "a" * 20_000, "A. " * 1000, "He said “no”. " * 400, "(" * 3000, "漢字。" * 300, "\u0301" * 2000,
]  # fmt: skip

_PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(ENDS),
    st.sampled_from(BREAKS),
    st.sampled_from(ODD),
    st.text(alphabet="abcdefgh ABC", max_size=12),
    st.text(st.characters(), max_size=6),
)
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)
_MARKDOWN_TEXTS = st.lists(
    st.one_of(_PIECES, st.sampled_from(MARKDOWN), st.sampled_from(["\n", "\n\n"])), max_size=40
).map("".join)
_ENORMOUS = st.tuples(_TEXTS, st.sampled_from(ENORMOUS), _TEXTS).map("".join)


def texts() -> st.SearchStrategy[str]:
    """Nine of ten are short."""
    return st.integers(0, 9).flatmap(lambda n: _ENORMOUS if n == 0 else _TEXTS)


def markdown_texts() -> st.SearchStrategy[str]:
    return _MARKDOWN_TEXTS.filter(lambda text: not text.startswith("---"))


def document(text: str, structure: Structure, language: str | None = None, path: str = "archive/page.txt") -> Document:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    source = Source(path, path, "A page", digest, digest, "text/1", DAY, language=language)
    return Document(source, text, structure.blocks, structure.furniture)


@st.composite
def _with_blocks_anywhere(draw: st.DrawFn) -> Document:
    """Blocks and furniture that no format would make: blocks in order, furniture anywhere, overlapping."""
    text = draw(texts())
    edges = st.integers(0, len(text))
    cuts = sorted(draw(st.sets(edges, max_size=8)))
    kinds = st.sampled_from([BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.HEADING])
    pairs = list(itertools.pairwise(cuts))
    blocks = tuple(Block(Span(*pair), draw(kinds)) for pair in pairs if draw(st.booleans()))
    ends = draw(st.lists(st.tuples(edges, edges), max_size=4))
    furniture = tuple(Furniture(Span(min(pair), max(pair)), "drawn") for pair in ends if pair[0] != pair[1])
    return document(text, Structure(blocks, furniture))


def documents() -> st.SearchStrategy[Document]:
    """As plain text, as Markdown, and with blocks and furniture at places that no reader would choose."""
    languages = st.sampled_from([None, "en", "de", "ar", "zh", "xx", "de-DE"])
    plain = st.builds(lambda text, language: document(text, text_structure(text), language), texts(), languages)
    marked = markdown_texts().map(lambda text: document(text, markdown_structure(text)))
    return st.one_of(plain, marked, _with_blocks_anywhere())


def spans(longest: int = 40) -> st.SearchStrategy[Span]:
    ends = st.tuples(st.integers(0, longest), st.integers(0, longest)).filter(lambda pair: pair[0] != pair[1])
    return ends.map(lambda pair: Span(min(pair), max(pair)))
