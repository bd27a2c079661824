"""The best candidates read sentence by sentence: what words, names, numbers and dates each sentence holds."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from retrieval.answers import Hit
from retrieval.encoding import cosines_with_each
from retrieval.records import Source
from retrieval.searching.question import is_negated, small
from retrieval.searching.vocabulary import Vocabulary, vocabulary
from retrieval.searching.wording import NUMBER, WORD, YEAR, english
from retrieval.spans import pieces
from retrieval.store.protocol import Snapshot, Vectors

REMEMBERED = 5000
"""Sentences of a generation: about 20 MB."""
LONGEST_REMEMBERED = 1000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Sentence:
    terms: tuple[str, ...]
    """In order."""
    held: frozenset[str]
    """The same, each once."""
    words: frozenset[str]
    """In small letters."""
    names: frozenset[str]
    """Capitalised words behind the first, in small letters."""
    numbers: frozenset[str]
    years: frozenset[int]
    has_date: bool
    has_number: bool
    """In digits or in words."""
    is_negated: bool


@dataclass(frozen=True, slots=True)
class ReadPassage:
    key: int
    hit: Hit
    source: Source
    text: str
    """Of the whole document."""
    sentences: tuple[Sentence, ...]
    cosines: npt.NDArray[np.float32]
    """(sentences,) with the question."""
    context: frozenset[str]
    """Terms of what is said of the document: title, publisher, date, author, collection."""


def read_closely(candidates: Mapping[int, Hit], vector: Vectors, snapshot: Snapshot) -> list[ReadPassage]:
    """In the order of `candidates`, key -> hit. `vector` is the question's, (dimensions,)."""
    directions = snapshot.directions(list(candidates))
    cosines = cosines_with_each(vector, [directions[key] for key in candidates])
    documents = snapshot.read(list({hit.passage.document_id: None for hit in candidates.values()}))
    contexts = {
        identity: frozenset(snapshot.terms(said_of(source), source.language))
        for identity, (source, _) in documents.items()
    }
    read_sentence = _reader(snapshot)
    read: list[ReadPassage] = []
    for (key, hit), of_sentences in zip(candidates.items(), cosines, strict=True):
        identity = hit.passage.document_id
        if identity not in documents:
            raise LookupError(f"passage {hit.passage.code} without its document")
        source, text = documents[identity]
        sentences = tuple(
            [read_sentence(sentence, source.language) for sentence in pieces(text, hit.passage.sentences)]
        )
        read.append(ReadPassage(key, hit, source, text, sentences, of_sentences, contexts[identity]))
    return read


def said_of(source: Source) -> str:
    """Its context line, and the names that a question can call it by beside those."""
    return " ".join((source.context, source.author or "", source.collection or ""))


ReadSentence = Callable[[str, str | None], Sentence]
_readers: weakref.WeakKeyDictionary[Snapshot, ReadSentence] = weakref.WeakKeyDictionary()


def _reader(snapshot: Snapshot) -> ReadSentence:
    """Remembers the sentences read last: people ask after the same things. Made once for a generation."""
    reader = _readers.get(snapshot)
    if reader is None:
        known, terms = vocabulary(snapshot), weakref.WeakMethod(snapshot.terms)

        def anew(text: str, language: str | None) -> Sentence:
            terms_of = terms()
            if terms_of is None:
                raise ReferenceError("the generation that this sentence is of is closed")
            return _read_sentence(text, tuple(terms_of(text, language)), known)

        remembered = lru_cache(maxsize=REMEMBERED)(anew)

        def read(text: str, language: str | None) -> Sentence:
            return (remembered if len(text) <= LONGEST_REMEMBERED else anew)(text, language)

        reader = _readers[snapshot] = read
    return reader


def _read_sentence(text: str, terms: tuple[str, ...], known: Vocabulary) -> Sentence:
    chunks = _looks(text)
    with_digits = [chunk for chunk in chunks if chunk.numbers]
    years = frozenset([year for chunk in with_digits for year in chunk.years])
    return Sentence(
        terms=terms,
        held=frozenset(terms),
        words=frozenset([word for chunk in chunks for word in chunk.words]),
        names=frozenset([chunk.name for chunk in chunks[1:] if chunk.name]),
        numbers=frozenset([number for chunk in with_digits for number in chunk.numbers]),
        years=years,
        has_date=bool(years) or any(chunk.is_date for chunk in chunks),
        has_number=bool(with_digits) or any(chunk.is_number for chunk in chunks),
        is_negated=is_negated(text, terms, known),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What one run of characters without white space looks like."""

    words: tuple[str, ...]
    name: str | None
    numbers: tuple[str, ...]
    years: tuple[int, ...]
    is_date: bool
    is_number: bool


def _look_of(chunk: str) -> _Look:
    said = english()
    words = tuple(WORD.findall(chunk))
    plain = tuple(small(word) for word in words)
    return _Look(
        plain,
        plain[0] if words and words[0][0].isupper() and len(words[0]) > 1 else None,
        tuple(NUMBER.findall(chunk)),
        tuple(int(year) for year in YEAR.findall(chunk)),
        any(word in said.months or word in said.weekdays for word in words),
        any(word in said.number_words for word in plain),
    )


_known = lru_cache(maxsize=100_000)(_look_of)
"""Remembered, since a language has few words: reading a passage is looking most of them up."""
_LONGEST_KNOWN = 40


def _looks(text: str) -> list[_Look]:
    return [(_known if len(chunk) <= _LONGEST_KNOWN else _look_of)(chunk) for chunk in text.split()]


def words_of(text: str) -> frozenset[str]:
    """In small letters."""
    return frozenset(word for chunk in _looks(text) for word in chunk.words)


def all_held(sentences: Sequence[Sentence]) -> frozenset[str]:
    return frozenset().union(*(sentence.held for sentence in sentences))
