"""What speaks for a sentence, and for a passage, as numbers that a person can follow.

Most are shares from 0 to 1 or cosines. Where the question asks for nothing of a kind (it names nobody, it has no
number), the feature is the same for every candidate and so moves none of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.filters import filter_key
from retrieval.searching.close_reading import ReadPassage, Sentence
from retrieval.searching.question import Question
from retrieval.searching.understanding import Meaning

Numbers = npt.NDArray[np.float64]

SENTENCE = (
    "shared",  # share of the question's weight whose words are in the sentence
    "cosine",  # with the question
    "behind",  # its cosine less the passage's best
    "near",  # share of the question's neighbouring words that are near each other here
    "numbers",  # share of the question's numbers
    "first",  # 1 for the passage's first sentence
    "before",  # `shared` of the sentence before it
    "number",  # the question wants a number, and there is one that the question does not have
    "date",  # the same of a date
    "name",  # the same of a capitalised word
)
PASSAGE = (
    "words",  # BM25 divided by the best of the search
    "cosine",  # with the question
    "best_sentence",  # the highest cosine of a sentence
    "best_two",  # mean of the two highest
    "answer",  # what the weights of SENTENCE give the best sentence
    "shared",  # share of the question's weight whose words are in the passage
    "shared_in_context",  # the same with the document's context line
    "near",  # as in SENTENCE
    "names",  # share of the question's capitalised words
    "numbers",  # share of the question's numbers
    "length",  # in words, divided by 180
    "lead",  # 1 for a document's first passage
    "recent_meant",  # nearness of its publication to the asker's today, where the question means these days
    "recent",  # the same where it does not say so
    "later",  # 1 where it was published after the asker's today
    "period",  # 1 where it was published in, or mentions a year of, a period that the question names
    "named",  # 1 where its publisher, author or collection is named in the question
)
_NEAR = 6
_RECENT_DAYS = 14.0
_LONGEST = 180.0


Found = Sequence[frozenset[str]]
"""For each sentence of a passage those of the question's terms that are in it."""


def found_in(question: Question, passage: ReadPassage) -> Found:
    return [sentence.held.intersection(question.weights) for sentence in passage.sentences]


def sentence_features(question: Question, passage: ReadPassage, found: Found) -> Numbers:
    """(sentences, len(SENTENCE))."""
    cosines = passage.cosines.tolist()
    best = max(cosines)
    rows = []
    before = 0.0
    for at, (sentence, held, cosine) in enumerate(zip(passage.sentences, found, cosines, strict=True)):
        shared = question.share(held)
        rows.append(
            (
                shared,
                cosine,
                cosine - best,
                _near_each_other(question, [sentence], held),
                _share(question.numbers, [sentence.numbers]),
                at == 0,
                before,
                *_wanted(question, sentence),
            )
        )
        before = shared
    return np.array(rows, np.float64)


def passage_features(
    question: Question, meaning: Meaning, passage: ReadPassage, found: Found, answer: float
) -> tuple[float, ...]:
    """In the order of PASSAGE. `answer` is the best sentence's score."""
    sentences, source = passage.sentences, passage.source
    held = frozenset().union(*found)
    highest = sorted(passage.cosines.tolist(), reverse=True)
    age = (meaning.today - source.published).days if meaning.today and source.published else None
    nearness = math.exp(-max(age, 0) / _RECENT_DAYS) if age is not None and age >= -1 else 0.0
    return (
        passage.hit.words,
        passage.hit.cosine,
        highest[0],
        sum(highest[:2]) / len(highest[:2]),
        answer,
        question.share(held),
        question.share(held.union(passage.context.intersection(question.weights))),
        _near_each_other(question, sentences, held),
        _share(question.names, [sentence.words for sentence in sentences]),
        _share(question.numbers, [sentence.numbers for sentence in sentences]),
        min(sum([len(sentence.terms) for sentence in sentences]), _LONGEST) / _LONGEST,
        float(passage.hit.passage.ordinal == 0),
        nearness if meaning.is_recent else 0.0,
        0.0 if meaning.is_recent else nearness,
        float(age is not None and age < -1),
        _in_a_period(meaning, passage),
        float(any(filter_key(getattr(source, field) or "") == filter_key(name) for field, name in meaning.names)),
    )


def _wanted(question: Question, sentence: Sentence) -> tuple[bool, bool, bool]:
    """For a number, a date and a name: whether the question wants it, and the sentence has one that the question
    itself does not name."""
    match question.wants:
        case "number":
            is_there = bool(sentence.numbers - question.numbers) or (sentence.has_number and not question.numbers)
            return is_there, False, False
        case "date":
            is_there = sentence.has_date and bool(sentence.numbers - question.numbers or not sentence.numbers)
            return False, is_there, False
        case "name":
            return False, False, bool(sentence.names - question.words)
    return False, False, False


def _near_each_other(question: Question, sentences: Sequence[Sentence], held: frozenset[str]) -> float:
    """Of the question's neighbouring terms. `held`: those of its terms that are in the sentences."""
    pairs = [pair for pair in question.pairs if pair[0] in held and pair[1] in held] if len(held) > 1 else ()
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {term: [] for pair in pairs for term in pair}
    for at, term in enumerate([term for sentence in sentences for term in sentence.terms]):
        if term in places:
            places[term].append(at)
    near = sum(any(abs(a - b) <= _NEAR for a in places[one] for b in places[other]) for one, other in pairs)
    return near / len(question.pairs)


def _share(asked: frozenset[str], found: Sequence[frozenset[str]]) -> float:
    """Of what is asked for, that which is in any of `found`."""
    return len(frozenset().union(*[asked & each for each in found])) / len(asked) if asked else 1.0


def _in_a_period(meaning: Meaning, passage: ReadPassage) -> float:
    if not meaning.periods:
        return 0.0
    published, years = passage.source.published, {y for sentence in passage.sentences for y in sentence.years}
    for period in meaning.periods:
        if published is not None and period.holds(published):
            return 1.0
        if any(period.first.year <= year <= period.last.year for year in years):
            return 1.0
    return 0.0
