"""From a code to what it stands for now: sentences, a receipt for them, or what became of them."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from pathlib import Path

from retrieval.answers import Excerpt, Shown
from retrieval.codes import CODE_LENGTH, Code
from retrieval.errors import UnknownCode, UnreadableFile
from retrieval.excerpting import chosen_sentences, in_context, whole_passage
from retrieval.reading import Limits, Reread, reread
from retrieval.receipts import (
    BytePlaces,
    Fate,
    Fault,
    FileUnreadable,
    Lost,
    OtherBytes,
    OtherReader,
    Receipt,
    Superseded,
    WordsMoved,
)
from retrieval.records import PAST, Document, Passage, Retired
from retrieval.spans import Span, cover, pieces
from retrieval.splitting import cut_passages
from retrieval.store.lookups import document_of
from retrieval.store.protocol import Snapshot

_WORD = re.compile(r"\w+")
LIKE = 0.4
"""Share of the old words that a passage of the same document must have to be shown as what stands there now."""
MOST_NOW = 2


def show(wanted: Code, snapshot: Snapshot, around: int) -> tuple[Shown | Superseded, ...]:
    """More than one only should two passages ever share a code. Raises UnknownCode."""
    shown = []
    for passage in snapshot.with_code(wanted.passage):
        document = document_of(snapshot, passage.document_id)
        excerpt = chosen_sentences(passage, wanted, document)
        context = in_context(excerpt, document, around) if around else None
        shown.append(Shown(excerpt, context, snapshot.manifest.generation))
    return tuple(shown) or _superseded(wanted, snapshot)


def receipt(wanted: Code, snapshot: Snapshot, folder: Path, limits: Limits) -> tuple[Receipt | Superseded, ...]:
    """Reads the file in the archive `folder` again, now, in a process of its own. As `show` otherwise."""
    receipts = []
    for passage in snapshot.with_code(wanted.passage):
        document = document_of(snapshot, passage.document_id)
        excerpt = chosen_sentences(passage, wanted, document)
        core = cover(passage.sentences[(wanted.first or 1) - 1 : wanted.last])  # not what only comes along with it
        stands = tuple(clip for piece in excerpt.pieces if (clip := piece.clip(core)))
        found = _against_the_file(stands, document, folder, limits)
        receipts.append(_receipt(excerpt, stands, document, snapshot.manifest.generation, found))
    return tuple(receipts) or _superseded(wanted, snapshot)


def text_at(place: str, snapshot: Snapshot) -> str | None:
    """Of a document by its id, or of a retired passage by its `place`; None where there is no such text."""
    if not place.startswith(PAST):
        return snapshot.text(place)
    return next((one.text for one in snapshot.retired(place[len(PAST) :][:CODE_LENGTH]) if one.place == place), None)


_Found = tuple[tuple[Fault, ...], BytePlaces | None]


def _receipt(excerpt: Excerpt, stands: tuple[Span, ...], document: Document, generation: int, found: _Found) -> Receipt:
    faults, places = found
    return Receipt(
        excerpt.code,
        document.source,
        excerpt.passage.span,
        _occurrence(excerpt.passage, document),
        stands,
        tuple(pieces(document.text, stands)),
        places,
        generation,
        datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        faults,
        tuple(document.landmark(place.start) for place in stands),
    )


def _against_the_file(places: tuple[Span, ...], document: Document, folder: Path, limits: Limits) -> _Found:
    source, words = document.source, pieces(document.text, places)
    try:
        now = reread(folder, source, places, limits)
    except UnreadableFile as error:
        return (FileUnreadable(str(error)),), None
    faults: list[Fault] = []
    if now.sha256 != source.sha256:
        faults.append(OtherBytes(now.sha256))
    if now.text_sha256 != source.text_sha256:
        faults.append(Lost.TEXT)
        faults += [_moved(each, now) for each, place in zip(words, places, strict=True) if not _is_at(place, each, now)]
        return tuple(faults), None
    if now.reader != source.reader:
        faults.append(OtherReader(source.reader, now.reader))
    return tuple(faults), now.bytes


def _is_at(place: Span, words: str, now: Reread) -> bool:
    return now.text[place.start : place.end] == words


def _moved(words: str, now: Reread) -> Fault:
    at = now.text.find(words)
    return WordsMoved(Span(at, at + len(words))) if at >= 0 else Lost.WORDS


def _occurrence(passage: Passage, document: Document) -> int:
    words = passage.span.of(document.text)
    before = (one for one in cut_passages(document) if one.ordinal <= passage.ordinal)
    return sum(one.span.of(document.text) == words for one in before)


def _superseded(wanted: Code, snapshot: Snapshot) -> tuple[Superseded, ...]:
    found = tuple(_became(wanted, retired, snapshot) for retired in snapshot.retired(wanted.passage))
    if not found:
        raise UnknownCode(f"no passage in the archive has the code {wanted.passage}")
    return found


def _became(wanted: Code, retired: Retired, snapshot: Snapshot) -> Superseded:
    asked = _asked(wanted, retired)
    document = snapshot.document(retired.document_id)
    if document is None or retired.text is None or asked is None:
        if document is not None:  # it was gone, its words with it, and is there again with others
            return Superseded(str(wanted), retired, None, document.source, (), Fate.CHANGED)
        fate = Fate.GONE if retired.text is None else Fate.UNREADABLE
        return Superseded(str(wanted), retired, asked, None, (), fate)
    words = asked.of(retired.text)
    place = _standing(words, document)
    now = tuple(whole_passage(passage, document) for passage in _nearest(words, place, document))
    return Superseded(str(wanted), retired, asked, document.source, now, Fate.STANDS if place else Fate.CHANGED)


def _standing(words: str, document: Document) -> Span | None:
    """Where they stand as whole sentences: “rain fell.” does not in “the terrain fell.”"""
    sentences = [sentence for passage in cut_passages(document) for sentence in passage.sentences]
    ends = {sentence.end for sentence in sentences}
    for sentence in sentences:
        place = Span(sentence.start, sentence.start + len(words))
        if place.end in ends and document.text.startswith(words, place.start):
            return place
    return None


def _asked(wanted: Code, retired: Retired) -> Span | None:
    """Of the retired text. Raises UnknownCode where it has not that many sentences."""
    first, last = wanted.first or 1, wanted.last or len(retired.sentences)
    if last > len(retired.sentences):
        raise UnknownCode(f"the passage {retired.code} had {len(retired.sentences)} sentences, not {last}")
    return cover(retired.sentences[first - 1 : last]) if retired.text is not None else None


def _nearest(words: str, place: Span | None, document: Document) -> list[Passage]:
    """Passages that hold the words at `place`; without one, those of the document that share most of them."""
    passages = cut_passages(document)
    if place is not None:
        return [passage for passage in passages if passage.span.overlaps(place)][:MOST_NOW]
    old = Counter(_WORD.findall(words.casefold()))
    shares = [
        (sum((old & Counter(_WORD.findall(passage.span.of(document.text).casefold()))).values()), -passage.ordinal)
        for passage in passages
    ]
    best = max(shares, default=(0, 0))
    return [passages[-best[1]]] if best[0] >= LIKE * max(old.total(), 1) else []
