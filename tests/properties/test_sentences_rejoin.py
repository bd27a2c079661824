"""Sentences are slices: joined, they are the text, and none reaches over the edge of a block or of furniture."""

from __future__ import annotations

import itertools

from hypothesis import given
from strategies import documents, markdown_texts, texts

from retrieval.reading.structure import Structure, lines
from retrieval.reading.text.markdown import structure as markdown_structure
from retrieval.reading.text.plain_text import structure as text_structure
from retrieval.spans import pieces
from retrieval.splitting import split_sentences


@given(documents())
def test_sentences_rejoin_to_the_document(document):
    assert "".join(pieces(document.text, split_sentences(document))) == document.text


@given(documents())
def test_sentences_follow_each_other_without_a_gap(document):
    sentences = split_sentences(document)
    assert all(one.end == following.start for one, following in itertools.pairwise(sentences))


@given(documents())
def test_no_sentence_begins_before_a_block_and_ends_inside_it(document):
    for sentence in split_sentences(document):
        assert not any(sentence.start < block.span.start < sentence.end for block in document.blocks)


@given(documents())
def test_no_sentence_goes_on_behind_its_block_with_anything_but_white_space(document):
    for sentence in split_sentences(document):
        for block in document.blocks:
            if sentence.start < block.span.end < sentence.end:
                assert not document.text[block.span.end : sentence.end].strip()


@given(documents())
def test_no_sentence_crosses_an_edge_of_furniture(document):
    edges = {edge for mark in document.furniture for edge in (mark.span.start, mark.span.end)}
    for sentence in split_sentences(document):
        assert not any(sentence.start < edge < sentence.end for edge in edges)


@given(texts())
def test_lines_rejoin_to_the_text_and_end_only_where_an_editor_shows_an_end(text):
    cut = [line.of(text) for line in lines(text)]
    assert "".join(cut) == text
    assert all(line.rstrip("\r\n") == line.replace("\r", "").replace("\n", "") for line in cut)


def holds(structure: Structure, text: str) -> None:
    """Blocks stand in order inside the text, begin and end with a character that shows, and furniture is inside too."""
    for one, following in itertools.pairwise(structure.blocks):
        assert one.span.end <= following.span.start
    for block in structure.blocks:
        assert block.span.trimmed(text) == block.span
    assert all(mark.span.end <= len(text) for mark in structure.furniture)


@given(texts())
def test_blocks_of_plain_text_hold_every_character_that_is_no_white_space(text):
    structure = text_structure(text)
    holds(structure, text)
    inside = "".join(block.span.of(text) for block in structure.blocks)
    assert "".join(inside.split()) == "".join(text.split())


@given(markdown_texts())
def test_blocks_of_markdown_stand_in_order_inside_the_text(text):
    holds(markdown_structure(text), text)
