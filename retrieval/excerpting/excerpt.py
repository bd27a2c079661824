"""The excerpt around an answer: grown by whole sentences until nothing needed to read it rightly is outside."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.answers import Excerpt, Hit, Voice
from retrieval.codes import Code
from retrieval.errors import UnknownCode
from retrieval.excerpting.attribution import find_attributions, names_nobody
from retrieval.excerpting.cues import english
from retrieval.records import BlockKind, Document, Passage
from retrieval.spans import Span, cover, subtract
from retrieval.splitting import split_sentences

READABLE_WORDS = 60
"""An excerpt shorter than this takes in its neighbours, so that it can be read by itself."""
MOST_BACK = 3
"""Sentences that the growth goes back for whoever is meant by a pronoun."""
_FIRST_WORD = re.compile(r"\w+")  # of “He’s” that is “He”


def excerpt_around(answer: int, hit: Hit, document: Document) -> Excerpt:
    """The sentences from the first to the last that sentence `answer` of the hit's passage needs."""
    first, last = grown(hit.passage, document, answer, answer)
    return _built(hit.passage, document, first, last, answer=(hit.passage.sentences[answer],), score=hit.score)


def grown(passage: Passage, document: Document, first: int, last: int) -> tuple[int, int]:
    """Indices of the first and the last sentence of the excerpt around sentences `first` to `last` of the passage."""
    needed = _needed(first, last, passage.sentences, document.text)
    return _readable(needed, (first, last), passage.sentences, document.text)


def whole_passage(passage: Passage, document: Document, score: float = 0.0) -> Excerpt:
    """All of a passage, with nothing marked as an answer."""
    return _built(passage, document, 0, len(passage.sentences) - 1, answer=(), score=score)


def chosen_sentences(passage: Passage, code: Code, document: Document) -> Excerpt:
    """The sentences that a code names; all where it names none. Raises UnknownCode where there are not that many."""
    count = len(passage.sentences)
    first, last = code.first or 1, code.last or count
    if last > count:
        raise UnknownCode(f"the passage {passage.code} has {count} sentences, not {last}")
    return _built(passage, document, first - 1, last - 1, answer=(), score=0.0)


def in_context(excerpt: Excerpt, document: Document, around: int) -> Excerpt:
    """The same sentences, marked, with all of their paragraphs and up to `around` paragraphs on either side."""
    paragraphs = [block.span for block in document.blocks if block.kind is BlockKind.PARAGRAPH]
    shown = cover(excerpt.sentences)
    held = [index for index, paragraph in enumerate(paragraphs) if paragraph.overlaps(shown)]
    wide = cover((*paragraphs[max(held[0] - around, 0) : held[-1] + around + 1], shown))
    parts = (piece.trimmed(document.text) for piece in subtract(wide, (mark.span for mark in document.furniture)))
    pieces = tuple(piece for piece in parts if piece is not None)
    split = split_sentences(document)
    clipped = (clip for piece in pieces for each in split if (clip := each.clip(piece)))
    sentences = tuple(sentence for each in clipped if (sentence := each.trimmed(document.text)))
    marked = tuple(mark for sentence in sentences for mark in find_attributions(document.text, sentence))
    text = Excerpt.joined(document.text, pieces)
    return replace(excerpt, pieces=pieces, sentences=sentences, text=text, answer=excerpt.sentences, attribution=marked)


def _needed(first: int, last: int, sentences: tuple[Span, ...], text: str) -> tuple[int, int]:
    """First and last index, with whoever is meant by a pronoun before, and what takes it back behind."""
    start, end = first, last
    while start > 0 and first - start < MOST_BACK and _leans_back(sentences[start], text):
        start -= 1
    while end + 1 < len(sentences) and english().qualifier.search(sentences[end + 1].of(text)):
        end += 1
    return start, end


def _leans_back(sentence: Span, text: str) -> bool:
    words = sentence.of(text)
    opening = _FIRST_WORD.search(words)
    if opening is not None and opening[0].lower() in english().leaning:
        return True
    if english().qualifier.match(words):
        return True
    return any(names_nobody(attribution) for attribution in find_attributions(text, sentence))


def _readable(
    needed: tuple[int, int], asked: tuple[int, int], sentences: tuple[Span, ...], text: str
) -> tuple[int, int]:
    """Takes in a neighbour at a time, before and behind in turn, while that stays short."""

    def length(start: int, end: int) -> int:
        return len(cover(sentences[start : end + 1]).of(text).split())

    start, end = needed
    while True:
        wider = [
            (before, behind)
            for before, behind in ((start - 1, end), (start, end + 1))
            if before >= 0 and behind < len(sentences) and length(before, behind) <= READABLE_WORDS
        ]
        if not wider:
            return start, end
        start, end = min(wider, key=lambda ends: abs((asked[0] - ends[0]) - (ends[1] - asked[1])))


def _built(
    passage: Passage, document: Document, first: int, last: int, *, answer: tuple[Span, ...], score: float
) -> Excerpt:
    sentences = passage.sentences[first : last + 1]
    pieces = subtract(cover(sentences), (mark.span for mark in document.furniture))
    marked = tuple(mark for sentence in sentences for mark in find_attributions(document.text, sentence))
    # Who speaks is said of the answer; without one, of the whole.
    attributed = any(span.contains(mark.span) for span in answer or sentences for mark in marked)
    return Excerpt(
        code=str(Code(passage.code, first + 1, last + 1)),
        source=document.source,
        passage=passage,
        pieces=pieces,
        sentences=sentences,
        text=Excerpt.joined(document.text, pieces),
        answer=answer,
        attribution=marked,
        voice=Voice.ATTRIBUTED if attributed else Voice.UNDETERMINED,
        score=score,
    )
