"""The excerpt around an answer: grown by whole sentences until nothing needed to read it rightly is outside."""

from __future__ import annotations

from dataclasses import replace

from retrieval.answers import Attribution, Excerpt, Voice
from retrieval.codes import Code
from retrieval.errors import UnknownCode
from retrieval.excerpting.attribution import attributions_in, find_attributions
from retrieval.excerpting.growth import beside, core
from retrieval.excerpting.surroundings import Surroundings, surroundings
from retrieval.excerpting.voice import voice_of
from retrieval.records import BlockKind, Document, Passage
from retrieval.spans import cover, subtract
from retrieval.splitting import split_sentences


def excerpt_around(answer: int, passage: Passage, document: Document, score: float = 0.0) -> Excerpt:
    """Sentence `answer` of the passage with all that it needs, and who speaks in it."""
    around = surroundings(passage, document)
    at = around.first + answer
    built = _grown(around, passage, document, at, at)
    voice, cue = voice_of(around, at)
    span = around.spans[at]
    if cue is not None and not any(sentence.contains(cue.span) for sentence in built.sentences):
        voice, cue = Voice.UNDETERMINED, None
    marked = _with_cue(built.attribution, cue)
    return replace(built, answer=(span,), attribution=marked, voice=voice, cue=cue, score=score)


def grown(passage: Passage, document: Document, first: int, last: int) -> Excerpt:
    """Sentences `first` to `last` of the passage with all that they need; nothing is marked as the answer."""
    around = surroundings(passage, document)
    return _grown(around, passage, document, around.first + first, around.first + last)


def _grown(around: Surroundings, passage: Passage, document: Document, first: int, last: int) -> Excerpt:
    start, end = core(around, first, last)
    return _built(around, passage, document, start - around.first, end - around.first)


def whole_passage(passage: Passage, document: Document, score: float = 0.0) -> Excerpt:
    """All of a passage, with nothing marked as an answer."""
    around = surroundings(passage, document)
    return replace(_built(around, passage, document, 0, len(passage.sentences) - 1), score=score)


def chosen_sentences(passage: Passage, code: Code, document: Document) -> Excerpt:
    """The sentences that a code names; all where it names none. Raises UnknownCode where there are not that many."""
    count = len(passage.sentences)
    first, last = code.first or 1, code.last or count
    if last > count:
        raise UnknownCode(f"the passage {passage.code} has {count} sentences, not {last}")
    return _built(surroundings(passage, document), passage, document, first - 1, last - 1)


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
    found = tuple(mark for sentence in sentences for mark in find_attributions(document.text, sentence))
    marked = _with_cue(found, excerpt.cue)
    text = Excerpt.joined(document.text, pieces)
    return replace(excerpt, pieces=pieces, sentences=sentences, text=text, answer=excerpt.sentences, attribution=marked)


def _built(around: Surroundings, passage: Passage, document: Document, first: int, last: int) -> Excerpt:
    """The passage's sentences `first` to `last` and what belongs beside them. Sentences that meet are one piece."""
    start, end = around.first + first, around.first + last
    runs: list[list[int]] = []
    for at in sorted({*range(start, end + 1), *beside(around, start, end)}):
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    marks = [mark.span for mark in document.furniture]
    pieces = tuple(
        piece for run in runs for piece in subtract(cover((around.spans[run[0]], around.spans[run[-1]])), marks)
    )
    shown = [at for run in runs for at in run]
    sentences = tuple(around.spans[at] for at in shown)
    marked = tuple(mark for at in shown for mark in attributions_in(around, at))
    return Excerpt(
        code=str(Code(passage.code, first + 1, last + 1)),
        source=document.source,
        passage=passage,
        pieces=pieces,
        sentences=sentences,
        text=Excerpt.joined(document.text, pieces),
        answer=(),
        attribution=marked,
        voice=Voice.ATTRIBUTED if marked else Voice.UNDETERMINED,
        score=0.0,
        landmark=document.landmark(pieces[0].start),
    )


def _with_cue(marked: tuple[Attribution, ...], cue: Attribution | None) -> tuple[Attribution, ...]:
    """In order, none inside another: what the voice rests on is among them."""
    if cue is None or cue in marked:
        return marked
    apart = (mark for mark in marked if not mark.span.overlaps(cue.span))
    return tuple(sorted((*apart, cue), key=lambda mark: mark.span))
