"""Sentences as slices that rejoin to the text exactly. The only file that knows the sentence splitter.

sentencex (Wikimedia, MIT, about 300 languages) cut a list of military ranks, initials and abbreviations without an
error where nupunkt, syntok, pysbd and sentencesplit each broke a name, and it is the fastest of the five.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import sentencex

from retrieval.records import Block, Document
from retrieval.spans import Span, subtract

# sentencex slices by bytes next to exotic white space and panics there, and it can't take lone surrogates. It is
# given a copy in which each such character is replaced by one plain character: lengths, so offsets, stay equal.
_ODD_WHITE_SPACE = re.compile(r"[^\S\n ]|[\x85\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_BLANK = re.compile(r"\S")
AT_ONCE = 8_000
"""Characters. sentencex takes the square of a text's quotation marks: 15 seconds for 200,000 characters of them, and no
limit holds there. A paragraph of prose is shorter.
"""


def split_sentences(document: Document) -> tuple[Span, ...]:
    """Contiguous spans over the whole text: joined, they are the text.

    A sentence ends at the latest where its block ends; white space after a sentence belongs to it. A document
    without a single character has no sentences.
    """
    if not document.text:
        return ()
    edges = {0, len(document.text)}
    for block in document.blocks:
        behind = _NOT_BLANK.search(document.text, block.span.end)
        edges.update((block.span.start, behind.start() if behind else len(document.text)))
    for mark in document.furniture:
        edges.update((mark.span.start, mark.span.end))
    cuts = sorted(edges)
    language = document.source.language or "en"
    sentences: list[Span] = []
    for start, end in itertools.pairwise(cuts):
        sentences += _split(document.text[start:end], start, language)
    return tuple(sentences)


def split_text(text: str, language: str = "en") -> tuple[Span, ...]:
    """Contiguous spans over a text that is no document, such as a message."""
    return tuple(_split(text, 0, language)) if text else ()


def split_block(document: Document, block: Block) -> tuple[Span, ...]:
    """One block's sentences by themselves, without the white space around each and without furniture."""
    body = subtract(block.span, (mark.span for mark in document.furniture if mark.span.overlaps(block.span)))
    language = document.source.language or "en"
    split = (each for part in body for each in _split(part.of(document.text), part.start, language))
    return tuple(sentence for each in split if (sentence := each.trimmed(document.text)))


def _split(text: str, offset: int, language: str) -> list[Span]:
    plain = _SURROGATE.sub("\ufffd", _ODD_WHITE_SPACE.sub(" ", text))
    spans: list[Span] = []
    at = 0
    for sentence in _segments(language, plain):
        end = at + len(sentence)
        if sentence.isspace() and spans:
            spans[-1] = Span(spans[-1].start, offset + end)
        else:
            spans.append(Span(offset + at, offset + end))
        at = end
    if at != len(text):  # the library lost or added characters: one whole sentence is true, wrong cuts are not
        return [Span(offset, offset + len(text))]
    return spans


def _segments(language: str, plain: str) -> Iterator[str]:
    """As sentencex cuts it, given a part at a time: the last sentence of a part may go on, and begins the next one."""
    at, size = 0, AT_ONCE
    while True:
        part = plain[at : at + size]
        found = sentencex.segment(language, part) or [part]
        if sum(map(len, found)) != len(part):  # it lost or added characters, which `_split` sees by the sum
            return
        if at + size >= len(plain):
            yield from found
            return
        ended = found[:-1]
        yield from ended
        at += sum(map(len, ended))
        size = AT_ONCE if ended else 2 * size
