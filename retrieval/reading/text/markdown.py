"""Markdown: headings and paragraphs as markdown-it-py sees them, over the source text as it stands.

The text keeps its marks: an excerpt shows what the file says, character for character.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

from retrieval.reading.decoding import decode
from retrieval.reading.extracted import Extracted
from retrieval.reading.metadata import Metadata
from retrieval.reading.structure import Structure, lines
from retrieval.reading.text.front_matter import read_front_matter
from retrieval.records import Block, BlockKind, Furniture
from retrieval.spans import Span, cover

_parser = MarkdownIt("commonmark")
# Only where blocks begin and end is asked, so inline rules need not run. Tables are paragraphs: markdown-it makes a
# token of every cell that a header promises, which let 6 KB of source take 334 MiB.
_parser.core.ruler.enableOnly(["normalize", "block"])
_LEAVES = {"paragraph_open", "fence", "code_block", "html_block"}
_NOT_BODY = {"html_block": "HTML"}


def read(content: bytes, declared: str | None) -> Extracted:
    """The file's text as it stands. Raises UnreadableFile where it is not text, or its front matter can't be read."""
    decoded = decode(content, declared)
    notes = (decoded.note,) if decoded.note else ()
    return Extracted(decoded.text, structure(decoded.text), decoded, notes=notes)


def structure(text: str) -> Structure:
    """Leaf blocks in order; front matter and raw HTML are furniture. Raises UnreadableFile for bad front matter."""
    said, skip = read_front_matter(text)
    furniture = [Furniture(Span(0, skip), "front matter")] if skip else []
    rows = [row for row in lines(text) if row.start >= skip]
    blocks: list[Block] = []
    title: str | None = None
    tokens = _parser.parse(_as_the_parser_counts(text, rows))
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):  # there may be none at all
        kind = _kind(token)
        span = _span(token, rows, text) if kind else None
        if kind is None or span is None or (blocks and span.start < blocks[-1].span.end):
            continue
        blocks.append(Block(span, kind))
        if token.type in _NOT_BODY:
            furniture.append(Furniture(span, _NOT_BODY[token.type]))
        if kind is BlockKind.HEADING and title is None and following is not None:
            title = " ".join(following.content.split()) or None
    return Structure(tuple(blocks), tuple(furniture), said.filled_from(Metadata(title=title)))


def _as_the_parser_counts(text: str, rows: list[Span]) -> str:
    """One line a row, whatever its ending, so that the parser's line numbers are indices of `rows`."""
    return "\n".join(row.of(text).rstrip("\r\n").replace("\0", "\ufffd") for row in rows)


def _kind(token: Token) -> BlockKind | None:
    if token.type == "heading_open":
        return BlockKind.HEADING
    return BlockKind.PARAGRAPH if token.type in _LEAVES else None


def _span(token: Token, rows: list[Span], text: str) -> Span | None:
    if token.map is None:
        return None
    held = [trimmed for row in rows[token.map[0] : token.map[1]] if (trimmed := row.trimmed(text))]
    return cover(held) if held else None
