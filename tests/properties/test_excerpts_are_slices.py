"""An excerpt says nothing that its document does not: its pieces are slices, and all that it marks is inside them."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import documents

from retrieval.answers import CLAIMED, GAP
from retrieval.codes import Code, parse_code
from retrieval.errors import UnknownCode
from retrieval.excerpting import chosen_sentences, excerpt_around, find_attributions, in_context, whole_passage
from retrieval.spans import Span
from retrieval.splitting import cut_passages


@st.composite
def passages(draw):
    document = draw(documents())
    held = cut_passages(document)
    assume(held)
    return document, draw(st.sampled_from(held))


def excerpts_of(document, passage):
    yield whole_passage(passage, document)
    for answer in range(min(len(passage.sentences), 8)):
        yield excerpt_around(answer, passage, document)
        yield chosen_sentences(passage, Code(passage.code, answer + 1, answer + 1), document)


@given(passages())
def test_the_pieces_sliced_from_the_document_are_the_text(drawn):
    document, passage = drawn
    for excerpt in excerpts_of(document, passage):
        assert excerpt.text == GAP.join(document.text[piece.start : piece.end] for piece in excerpt.pieces)


@given(passages())
def test_answer_and_attribution_lie_inside_the_pieces(drawn):
    document, passage = drawn
    for excerpt in excerpts_of(document, passage):
        for marked in (*excerpt.answer, *(attribution.span for attribution in excerpt.attribution)):
            assert any(piece.contains(marked) for piece in excerpt.pieces)


@given(passages())
def test_an_excerpt_is_whole_sentences(drawn):
    document, passage = drawn
    whole = [sentence for each in cut_passages(document) for sentence in each.sentences]
    starts = {sentence.start for sentence in whole}
    ends = {sentence.end for sentence in whole}
    for excerpt in excerpts_of(document, passage):
        assert all(piece.start in starts and piece.end in ends for piece in excerpt.pieces)
        assert set(excerpt.answer) <= set(passage.sentences)


@given(passages())
def test_the_code_of_an_excerpt_cuts_out_the_same_words_again(drawn):
    document, passage = drawn
    for excerpt in excerpts_of(document, passage):
        again = chosen_sentences(passage, parse_code(excerpt.code), document)
        assert (again.text, again.pieces, again.code) == (excerpt.text, excerpt.pieces, excerpt.code)


@given(passages())
def test_the_sentences_that_are_shown_lie_in_order_inside_the_pieces(drawn):
    document, passage = drawn
    for excerpt in excerpts_of(document, passage):
        assert all(one.end <= other.start for one, other in itertools.pairwise(excerpt.sentences))
        shown = [sentence for sentence in passage.sentences if any(p.contains(sentence) for p in excerpt.pieces)]
        assert [sentence for sentence in excerpt.sentences if passage.span.contains(sentence)] == shown


@given(passages(), st.integers(1, 3))
def test_context_marks_the_same_sentences_among_more_slices_and_shows_no_furniture(drawn, around):
    document, passage = drawn
    for excerpt in excerpts_of(document, passage):
        context = in_context(excerpt, document, around)
        assert context.text == GAP.join(document.text[piece.start : piece.end] for piece in context.pieces)
        assert (context.answer, context.code) == (excerpt.sentences, excerpt.code)
        assert set(excerpt.sentences) <= {s for s in context.sentences if any(p.contains(s) for p in context.pieces)}
        assert not any(piece.overlaps(mark.span) for piece in context.pieces for mark in document.furniture)


@given(passages())
def test_the_answering_sentence_is_in_the_excerpt_around_it(drawn):
    document, passage = drawn
    for index, sentence in enumerate(passage.sentences[:8]):
        excerpt = excerpt_around(index, passage, document)
        assert excerpt.answer == (sentence,)
        assert sentence.of(document.text) in excerpt.text


@given(passages())
def test_who_speaks_is_said_only_with_the_words_that_say_it(drawn):
    document, passage = drawn
    for excerpt in excerpts_of(document, passage):
        if excerpt.voice in CLAIMED:
            assert excerpt.attribution_shown
            assert all(mark in excerpt.attribution for mark in excerpt.attribution_shown)


@given(documents())
def test_attributions_lie_in_their_sentence_in_order_and_apart(document):
    for passage in cut_passages(document):
        for sentence in passage.sentences:
            found = find_attributions(document.text, sentence)
            assert all(sentence.contains(mark.span) for mark in found)
            assert all(one.span.end <= other.span.start for one, other in itertools.pairwise(found))
            assert all(mark.cue in mark.span.of(document.text) for mark in found)


@given(passages())
def test_a_code_of_a_sentence_that_is_not_there_is_unknown(drawn):
    document, passage = drawn
    beyond = len(passage.sentences) + 1
    with pytest.raises(UnknownCode, match=f"has {beyond - 1} sentences, not {beyond}"):
        chosen_sentences(passage, Code(passage.code, 1, beyond), document)


@given(passages())
def test_an_excerpt_that_marks_what_it_does_not_show_can_not_be_made(drawn):
    document, passage = drawn
    whole = whole_passage(passage, document)
    outside = Span(passage.span.end, passage.span.end + 1)
    with pytest.raises(ValueError, match="outside its pieces"):
        dataclasses.replace(whole, answer=(outside,))
