"""Near-identical passages collapse; passages of one document are as many as the owner wants."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from retrieval.searching.copies import choose

STORY = "the ferry left the harbour at noon with ninety people on board and has not been seen since monday evening"
EDITED = STORY  # the same wire in another paper
LONGER = STORY + " said the harbour master"
OTHER = "rye bread is gone by noon on quill street where miriam tolk opened a bakery in the spring of that year"
PARAPHRASE = "about noon a boat with some ninety passengers sailed away and nobody saw it again after that monday"


def judged(document: str, text: str, status: str | None = None):
    words = text.split()
    sentence = SimpleNamespace(
        terms=tuple(words),
        words=frozenset(words),
        numbers=frozenset(word for word in words if word.isdigit()),
        is_negated="not" in words,
    )
    source = SimpleNamespace(id=document, status=status, status_note=None)
    return SimpleNamespace(passage=SimpleNamespace(source=source, sentences=[sentence]))


def shape(groups):
    return [(group.first.passage.source.id, [copy.passage.source.id for copy in group.copies]) for group in groups]


def test_copies_are_named_under_the_best_of_them():
    found = [judged("a", STORY), judged("b", OTHER), judged("c", EDITED), judged("d", LONGER)]
    assert shape(choose(found, 9)) == [("a", ["c", "d"]), ("b", [])]


@pytest.mark.parametrize("text", [OTHER, PARAPHRASE, "noon"])
def test_other_words_are_no_copy(text):
    assert shape(choose([judged("a", STORY), judged("b", text)], 9)) == [("a", []), ("b", [])]


def test_two_places_of_one_document_are_two_passages():
    assert shape(choose([judged("a", STORY), judged("a", STORY)], 9)) == [("a", []), ("a", [])]


def test_a_number_changed_in_a_short_text_is_no_copy():
    short = "fourteen ships were sunk"
    assert shape(choose([judged("a", short), judged("b", short.replace("fourteen", "forty"))], 9)) == [
        ("a", []),
        ("b", []),
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("ninety", "nineteen"), ("ninety", "9"), ("has not been", "has been"), ("noon", "12")]
)
def test_one_figure_or_one_not_makes_it_another_text(one, other):
    long = f"{OTHER} {STORY}"
    found = [judged("a", long), judged("b", long.replace(one, other, 1))]
    assert shape(choose(found, 9)) == [("a", []), ("b", [])]


def test_a_retracted_text_is_no_copy_of_one_that_stands():
    assert shape(choose([judged("a", STORY), judged("b", STORY, "retracted")], 9)) == [("a", []), ("b", [])]


def test_nothing_chosen_of_nothing():
    assert choose([], 9) == []


@pytest.mark.parametrize(("most_of_one", "expected"), [(0, "aabac"), (1, "abc"), (2, "aabc")])
def test_so_many_of_one_document(most_of_one, expected):
    found = [judged(name, f"{place} " * 30) for place, name in enumerate("aabac")]
    groups = choose(found, 9, most_of_one)
    assert "".join(group.first.passage.source.id for group in groups) == expected


def test_copies_of_what_is_shown_are_named_wherever_they_rank():
    found = [judged("a", STORY), judged("b", OTHER), judged("c", PARAPHRASE), judged("d", STORY)]
    assert shape(choose(found, 1)) == [("a", ["d"])]
