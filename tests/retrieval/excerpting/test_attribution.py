"""The words that say who claims it: found where they are, and not where they only look like it."""

from __future__ import annotations

import pytest

from retrieval.excerpting import find_attributions
from retrieval.spans import Span
from retrieval.splitting import cut_passages


def attributions(sentence: str) -> list[tuple[str, str]]:
    """(the words, the cue), each sliced from the sentence."""
    found = find_attributions(sentence, Span(0, len(sentence)))
    assert all(mark.words == mark.span.of(sentence) for mark in found)
    return [(mark.span.of(sentence), mark.cue) for mark in found]


def words(sentence: str) -> list[str]:
    return [said for said, _ in attributions(sentence)]


@pytest.fixture
def in_the_seed(read, seed):
    """Beginning of each sentence of the seed -> the attributions in it."""
    document = read(seed.name, seed.read_bytes())
    return {
        sentence.of(document.text): [mark.span.of(document.text) for mark in find_attributions(document.text, sentence)]
        for passage in cut_passages(document)
        for sentence in passage.sentences
    }


@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        ("Multiple Russian units", "according to reports from sources including The Kyiv Independent"),
        ("According to those intel", "According to those intel authorities"),
        ("Per Ukrainian intel", "Per Ukrainian intel authorities"),
        ("The point of these", "Ukraine said"),
        ("And the security agents’", "according to revelations from Ukraine"),
        ("Throughout the last roughly", "according to Ukrainian Brig. Gen. Oleksiy Hromov"),
        ("Ukraine says they’ve", "Ukraine says"),
        ("Per The Wall Street", "Per The Wall Street Journal"),
        ("Per The Wall Street", "NATO estimated"),
        ("U.K. authorities believe", "U.K. authorities believe"),
    ],
)
def test_the_seed_says_who_claims_it(in_the_seed, begins, expected):
    [found] = [marks for sentence, marks in in_the_seed.items() if sentence.startswith(begins)]
    assert expected in found


@pytest.mark.parametrize(
    "begins",
    [
        "Information on this matter", "It’s multiple units", "The regiment where", "In a single, recent",
        "As the now months-long", "Recently, Ukrainian forces", "These advances", "Some of the equipment",
        "Going forward", "Russian forces failed",
    ],
)  # fmt: skip
def test_what_the_seed_says_itself_is_attributed_to_nobody(in_the_seed, begins):
    [found] = [marks for sentence, marks in in_the_seed.items() if sentence.startswith(begins)]
    assert found == []


@pytest.mark.parametrize(
    ("begins", "unwanted"),
    [
        ("According to those intel", "Russian leaders have sent agents of the state"),
        ("Russian forces are believed", "Russian forces are believed"),
    ],
)
def test_what_only_looks_like_a_claim_is_none(in_the_seed, begins, unwanted):
    [found] = [marks for sentence, marks in in_the_seed.items() if sentence.startswith(begins)]
    assert unwanted not in found


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry makes three trips per day.",
        "About 40 per cent of the ships stayed.",
        "Per day, three ships leave.",
        "It costs two crowns per person and ticket.",
        "The harbour was dredged in 1931.",
        "according to",
        "It was in accordance with the plan.",
        "“I never did,” it read, and said nothing.",
        "The Mayor of Ostrell read the report and the state paid for her claims.",
        "Mayor Brandt was said to be away.",
    ],
)
def test_what_names_nobody_is_no_attribution(sentence):
    assert attributions(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The ferry sank, according to Mr. Hale, who saw it.", [("according to Mr. Hale", "according to")]),
        ("ACCORDING TO THE MAYOR, it sank.", [("ACCORDING TO THE MAYOR", "ACCORDING TO")]),
        ("“It sank,” said Captain Pell Ardinson.", [("said Captain Pell Ardinson", "said")]),
        ("It sank, Captain Ardin told reporters.", [("Captain Ardin told", "told")]),
        ("“It sank,” he added.", [("he added", "added")]),
        ("Gen. Hale claims that it sank.", [("Gen. Hale claims", "claims")]),
        (
            "Per The Quill, the mayor of Ostrell said it sank.",
            [("Per The Quill", "Per"), ("the mayor of Ostrell said", "said")],
        ),
    ],
)
def test_the_span_is_who_claims_and_the_cue(sentence, expected):
    assert attributions(sentence) == expected


def test_spans_count_in_the_document_and_stay_in_the_sentence():
    text = "Mayor Brandt denied it. The ferry sank, according to the mayor. Mayor Brandt denied it."
    sentence = Span(24, 63)
    [mark] = find_attributions(text, sentence)
    assert mark.span.of(text) == "according to the mayor"
    assert sentence.contains(mark.span)


def test_an_abbreviation_does_not_end_a_name():
    assert words("It sank, according to Lt. Col. J. R. Hale of the U.S. Marines.") == [
        "according to Lt. Col. J. R. Hale of the U.S. Marines"
    ]
