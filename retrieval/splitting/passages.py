"""Sentences into passages: whole sentences, cut by the text alone, so that any model indexes the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.codes import passage_code
from retrieval.records import BlockKind, Document, Passage
from retrieval.spans import Span, cover, subtract
from retrieval.splitting.sentences import split_sentences

MOST_WORDS = 180
"""About 240 word pieces of English: inside the 256 of all-MiniLM-L6-v2, the smallest window we support."""

Paragraph = tuple[int, tuple[Span, ...]]
"""Its number in the document, from 1, and its sentences."""


def cut_passages(document: Document) -> tuple[Passage, ...]:
    """Paragraphs are kept together while they fit; a longer one is cut between sentences into parts of like size.

    Never across a heading or furniture. A single sentence longer than MOST_WORDS is a passage by itself.
    """
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    for section in _sections(document):
        for paragraph, sentences in _pack(document.text, section):
            span = cover(sentences)
            words = span.of(document.text)
            seen[words] = seen.get(words, 0) + 1
            code = passage_code(document.source.id, words, seen[words])
            passages.append(Passage(code, document.source.id, span, sentences, paragraph, len(passages)))
    return tuple(passages)


def _sections(document: Document) -> Iterator[list[Paragraph]]:
    """Runs of paragraphs with no heading or furniture between them."""
    number = last = 0
    section: list[Paragraph] = []
    marks = _MarksInOrder(document)
    sentences = _SentencesInOrder(document)
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            yield section
            section = []
            continue
        number += 1
        near = marks.between(last, block.span.end)
        body = subtract(block.span, near)
        if body != (block.span,) or any(mark.start < block.span.start for mark in near):
            yield section
            section = []
        for part in body:
            inside = sentences.within(part)
            if inside:
                section.append((number, inside))
            if part != block.span:
                yield section
                section = []
        last = block.span.end
    yield section


class _MarksInOrder:
    """Hands out a document's furniture from front to back; marks that meet are one, so that each is passed once."""

    def __init__(self, document: Document) -> None:
        self._spans: list[Span] = []
        self._at = 0
        for span in sorted(mark.span for mark in document.furniture):
            if self._spans and span.start <= self._spans[-1].end:
                self._spans[-1] = cover((self._spans[-1], span))
            else:
                self._spans.append(span)

    def between(self, start: int, end: int) -> list[Span]:
        """Those that reach into [start, end); `start` never goes back from call to call."""
        while self._at < len(self._spans) and self._spans[self._at].end <= start:
            self._at += 1
        behind = self._at
        while behind < len(self._spans) and self._spans[behind].start < end:
            behind += 1
        return self._spans[self._at : behind]


class _SentencesInOrder:
    """Hands out a document's sentences block by block without searching from the start each time."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._spans = split_sentences(document)
        self._at = 0

    def within(self, part: Span) -> tuple[Span, ...]:
        found: list[Span] = []
        while self._at < len(self._spans) and self._spans[self._at].end <= part.start:
            self._at += 1
        at = self._at
        while at < len(self._spans) and self._spans[at].start < part.end:
            inside = self._spans[at].clip(part)
            trimmed = inside.trimmed(self._text) if inside else None
            if trimmed:
                found.append(trimmed)
            at += 1
        return tuple(found)


def _pack(text: str, section: list[Paragraph]) -> Iterator[Paragraph]:
    """Passages of one section, each with the number of the paragraph that it begins in."""
    number, packed = 0, ()  # type: int, tuple[Span, ...]
    for paragraph, sentences in section:
        together = packed + sentences
        # What stands between two paragraphs counts too: in Markdown that can be a list of link targets.
        if packed and max(_words(text, together), _words(text, (cover(together),))) > MOST_WORDS:
            yield number, packed
            packed = ()
        if _words(text, sentences) > MOST_WORDS:
            yield from ((paragraph, part) for part in _halve(text, sentences))
            continue
        number = number if packed else paragraph
        packed += sentences
    if packed:
        yield number, packed


def _halve(text: str, sentences: tuple[Span, ...]) -> Iterator[tuple[Span, ...]]:
    """Cuts a long paragraph at the sentence nearest its middle, again until every part fits."""
    if len(sentences) == 1 or _words(text, sentences) <= MOST_WORDS:
        yield sentences
        return
    middle = _words(text, sentences) / 2
    running, cut, nearest = 0, 1, float("inf")
    for index, sentence in enumerate(sentences[:-1], start=1):
        running += _words(text, (sentence,))
        if abs(running - middle) < nearest:
            cut, nearest = index, abs(running - middle)
    yield from _halve(text, sentences[:cut])
    yield from _halve(text, sentences[cut:])


def _words(text: str, sentences: tuple[Span, ...]) -> int:
    return sum(len(sentence.of(text).split()) for sentence in sentences)
