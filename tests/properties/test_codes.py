"""Codes that are read out, typed with one eye shut, and still mean the same passage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.codes import CODE_LENGTH, Code, document_code, parse_code, passage_code
from retrieval.errors import QuestionError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = {"0": "0Oo", "1": "1IiLl"}

passages = st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)
sentences = st.tuples(st.integers(1, 9999), st.integers(1, 9999)).map(sorted)
codes = st.one_of(passages.map(Code), st.builds(lambda passage, chosen: Code(passage, *chosen), passages, sentences))


@given(codes)
def test_a_code_reads_back_as_itself(code):
    assert parse_code(str(code)) == code


@given(codes, st.data())
def test_case_lookalikes_brackets_and_blanks_are_forgiven(code, data):
    def typed(character: str) -> str:
        choices = MISREAD.get(character, character + character.lower())
        return data.draw(st.sampled_from(choices))

    passage, dot, rest = str(code).partition(".")
    written = "".join(map(typed, passage)) + dot + rest
    around = data.draw(st.sampled_from([("", ""), ("[[", "]]"), (" ", "\n"), ("[[ ", " ]]"), (" [[", "]] ")]))
    assert parse_code(written.join(around)) == code


@given(st.text(max_size=30))
def test_what_is_read_as_a_code_writes_itself_as_one(text):
    try:
        code = parse_code(text)
    except QuestionError as refusal:
        assert "\n" not in str(refusal) or "\n" in text
        return
    assert parse_code(str(code)) == code


@given(st.text(max_size=40), st.text(max_size=40), st.integers(1, 5))
def test_every_code_that_is_made_can_be_parsed(identity, words, occurrence):
    made = passage_code(identity, words, occurrence)
    assert parse_code(made) == Code(made)
    assert parse_code(document_code(words)).passage == document_code(words)


def test_a_passage_code_depends_on_the_document_the_words_and_the_occurrence():
    made = {passage_code("a", "x", 1), passage_code("b", "x", 1), passage_code("a", "y", 1), passage_code("a", "x", 2)}
    assert len(made) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        "", "[[]]", "K7Q2M9XA4", "K7Q2M9XA4BB", "K7Q2M9XA4U", "K7Q2M9XA4B.", "K7Q2M9XA4B.0", "K7Q2M9XA4B.3-2",
        "K7Q2M9XA4B.1-", "K7Q2M9XA4B.-1", "K7Q2M9XA4B.12345", "K7Q2M 9XA4B", "what?", "[[K7Q2M9XA4B]",
        "\u202eK7Q2M9XA4B",
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused(wrong):
    with pytest.raises(QuestionError):
        parse_code(wrong)


def test_a_long_mistake_is_not_repeated_whole():
    with pytest.raises(QuestionError) as refusal:
        parse_code("x" * 5000)
    assert len(str(refusal.value)) < 200
