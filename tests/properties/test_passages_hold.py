"""Passages are whole sentences: all of the body, once, in order, never over a heading or furniture, and short."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from strategies import document, documents

from retrieval.codes import Code, parse_code, passage_code
from retrieval.reading.structure import Structure
from retrieval.reading.text.plain_text import structure as text_structure
from retrieval.records import BlockKind, Furniture
from retrieval.spans import Span, cover, subtract
from retrieval.splitting import cut_passages, split_sentences
from retrieval.splitting.passages import MOST_WORDS


def body_sentences(document):
    """The plainest reading of the contract: each sentence's part in each paragraph, less furniture, trimmed."""
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            continue
        for part in subtract(block.span, [mark.span for mark in document.furniture]):
            for sentence in split_sentences(document):
                inside = sentence.clip(part)
                trimmed = inside.trimmed(document.text) if inside else None
                if trimmed:
                    yield trimmed


@given(documents())
def test_passages_hold_every_sentence_of_the_body_once_and_in_order(document):
    held = [sentence for passage in cut_passages(document) for sentence in passage.sentences]
    assert held == list(body_sentences(document))


@given(documents())
def test_a_passage_spans_its_sentences_and_no_more(document):
    for passage in cut_passages(document):
        assert passage.span == cover(passage.sentences)
        assert all(one.end <= following.start for one, following in itertools.pairwise(passage.sentences))


@given(documents())
def test_no_passage_touches_a_heading_or_furniture(document):
    unwanted = [block.span for block in document.blocks if block.kind is BlockKind.HEADING]
    unwanted += [mark.span for mark in document.furniture]
    for passage in cut_passages(document):
        assert not any(passage.span.overlaps(span) for span in unwanted)


@given(documents())
def test_a_passage_is_short_unless_it_is_one_sentence(document):
    for passage in cut_passages(document):
        words = len(passage.span.of(document.text).split())
        assert words <= MOST_WORDS or len(passage.sentences) == 1


@given(documents())
def test_a_passage_knows_its_place_and_its_paragraph(document):
    passages = cut_passages(document)
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
    paragraphs = [block.span for block in document.blocks if block.kind is BlockKind.PARAGRAPH]
    for passage in passages:
        assert paragraphs[passage.paragraph - 1].contains(passage.sentences[0])


@given(documents())
def test_codes_are_stable_distinct_and_made_from_the_words(document):
    passages = cut_passages(document)
    assert len({passage.code for passage in passages}) == len(passages)
    assert [passage.code for passage in cut_passages(document)] == [passage.code for passage in passages]
    for passage in passages:
        words = passage.span.of(document.text)
        earlier = sum(other.span.of(document.text) == words for other in passages[: passage.ordinal])
        assert passage.code == passage_code(document.source.id, words, earlier + 1)
        assert parse_code(passage.code) == Code(passage.code)


@pytest.mark.parametrize("between", ["\n\nShare this\n\n", " Share this "])
def test_furniture_parts_passages_between_paragraphs_and_inside_one(between):
    text = f"The ferry left at noon.{between}It came back at nine."
    mark = Furniture(Span(text.index("Share"), text.index(" this") + 5), "menu")
    blocks = text_structure(text).blocks
    for held in (blocks, tuple(block for block in blocks if block.span != mark.span)):  # in a block, or in none
        page = document(text, Structure(held, (mark,)))
        passages = [passage.span.of(text) for passage in cut_passages(page)]
        assert passages == ["The ferry left at noon.", "It came back at nine."]


def test_a_page_with_thousands_of_marks_is_cut_in_seconds():
    text = "\n\n".join(f"1352 The ferry number {number} left at noon." for number in range(10_000))
    structure = text_structure(text)
    marks = tuple(Furniture(Span(block.span.start, block.span.start + 4), "counter") for block in structure.blocks)
    started = time.process_time()
    passages = cut_passages(document(text, Structure(structure.blocks, marks[::-1])))
    assert time.process_time() - started < 15  # one second where it is linear, two minutes where it is not
    assert [passage.paragraph for passage in passages] == list(range(1, 10_001))
    assert passages[-1].span.of(text) == "The ferry number 9999 left at noon."


def test_a_paragraph_that_stands_there_twice_has_two_codes():
    paragraph = "The ferry left at noon. " * 30
    text = f"{paragraph}\n\n{paragraph}\n\n{paragraph}"
    page = document(text, text_structure(text))
    codes = [passage.code for passage in cut_passages(page)]
    assert len(codes) == len(set(codes)) == 3


def test_the_same_words_in_two_documents_have_two_codes():
    text = "The ferry left at noon."
    one = document(text, text_structure(text), path="archive/one.txt")
    other = document(text, text_structure(text), path="archive/other.txt")
    assert cut_passages(one)[0].code != cut_passages(other)[0].code


def test_a_code_outlives_every_change_around_its_words():
    long = "The council met on Monday. " * 40
    before = f"The harbour\n\n{long}\n\nThe ferry left at noon. It came back empty."
    after = f"The harbour\n\nA new paragraph, put in front. {long}\n\nThe ferry left at noon. It came back empty."
    kept = {passage.code for passage in cut_passages(document(before, text_structure(before)))}
    assert cut_passages(document(after, text_structure(after)))[-1].code in kept
