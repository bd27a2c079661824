"""What the words of a lookup mean."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import QuestionError
from retrieval.filters import EVERYTHING, Filter
from retrieval.searching import parse_date, parse_lookup
from retrieval.store.protocol import WordQuery


def query(text: str) -> WordQuery:
    return parse_lookup(text).query


def test_plain_words_must_all_be_there():
    assert parse_lookup("ferry harbour") == parse_lookup("  ferry\n harbour ")
    assert query("ferry harbour") == WordQuery("ferry harbour", every_word=True)
    assert parse_lookup("ferry").where is EVERYTHING


@pytest.mark.parametrize("quoted", ['"at noon"', "“at noon”", "„at noon“", "«at noon»", "”at noon”"])
def test_quotation_marks_of_any_kind_make_a_phrase(quoted):
    assert query(f"ferry {quoted} harbour") == WordQuery("ferry harbour", every_word=True, phrases=("at noon",))


def test_several_phrases():
    assert query('"at noon" "three ships"') == WordQuery("", every_word=True, phrases=("at noon", "three ships"))


def test_a_minus_leaves_out_a_word_or_a_phrase():
    assert query('ferry -bread -"rye bread"') == WordQuery("ferry", every_word=True, without=("bread", "rye bread"))


def test_a_hyphen_inside_a_word_leaves_nothing_out():
    assert query("months-long ferry") == WordQuery("months-long ferry", every_word=True)


def test_filters_stand_among_the_words():
    lookup = parse_lookup(
        'ferry publisher:"Ostrell Courier" after:2022-05-01 BEFORE:2022-06-01 author:Brandt collection:boats '
        "language:en status:disputed noon"
    )
    assert lookup.query == WordQuery("ferry noon", every_word=True)
    assert lookup.where == Filter(
        datetime.date(2022, 5, 1), datetime.date(2022, 6, 1), "Ostrell Courier", "Brandt", "boats", "en", "disputed"
    )


def test_filters_in_the_words_add_to_those_given_and_replace_the_same_one():
    given_before = Filter(publisher="The Quill", author="Brandt")
    where = parse_lookup("ferry publisher:Courier", given_before).where
    assert where == Filter(publisher="Courier", author="Brandt")
    assert given_before.publisher == "The Quill"


def test_a_filter_may_be_quoted_in_any_marks():
    assert parse_lookup("ferry publisher:“The Quill”").where == Filter(publisher="The Quill")


@pytest.mark.parametrize("word", ["http://ostrell.example/a?b=c", "note:this", "12:30", "c++:x"])
def test_a_colon_does_not_make_a_filter(word):
    assert parse_lookup(f"ferry {word}").where is EVERYTHING
    assert word in query(f"ferry {word}").words


@pytest.mark.parametrize("wrong", ["2022-02-30", "yesterday", "2022", "31.5.2022", "“2022-05-31", "2022-05-31T10:00"])
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_bad_date_is_told_with_the_filter_and_an_example(name, wrong):
    with pytest.raises(QuestionError, match=rf"^{name}: “.+” is not a date like 2022-05-31$"):
        parse_lookup(f"ferry {name}:{wrong}")


@pytest.mark.parametrize(
    "nothing", ["", "   ", "-bread", '-"rye bread"', "publisher:Courier", '""', "?! …", "-", '"?!"', "🙂"]
)
def test_operators_alone_are_nothing_to_look_for(nothing):
    with pytest.raises(QuestionError, match=r"^there is no word to look for$"):
        parse_lookup(nothing)


@pytest.mark.parametrize("text", ['ferry publisher:""', "ferry publisher:“ ”", "ferry publisher:", "ferry after: noon"])
def test_a_filter_without_a_value_is_told(text):
    with pytest.raises(QuestionError, match=r"^(publisher|after): what should it be\?$"):
        parse_lookup(text)


def test_an_open_quotation_mark_is_no_phrase_and_loses_no_word():
    assert query('"at noon').phrases == ()
    assert {"at", "noon"} <= set(query('"at noon').words.replace('"', "").split())


def test_a_long_mistake_is_not_repeated_whole():
    with pytest.raises(QuestionError) as refusal:
        parse_lookup("ferry after:" + "9" * 5000)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("text", [" 2022-05-31 ", "2022-05-31", "20220531"])
def test_dates_are_read(text):
    assert parse_date(text, "after") == datetime.date(2022, 5, 31)


_parts = st.sampled_from(
    ['"', "“", "”", "-", ":", "publisher:", "after:", "ferry", "noon", " ", "  ", "2022-05-31", "é", "\0", "«", "»"]
)


@given(st.one_of(st.lists(_parts, max_size=12).map("".join), st.text(max_size=30)))
def test_whatever_is_typed_is_a_lookup_or_one_line_that_says_why_not(text):
    try:
        lookup = parse_lookup(text)
    except QuestionError as refusal:
        assert str(refusal)
        return
    assert lookup.query.words.strip() or lookup.query.phrases
    assert lookup.query.every_word


@given(st.lists(st.sampled_from(["ferry", "noon", "harbour", "U.K.", "1,200", "don’t"]), min_size=1, max_size=6))
def test_no_plain_word_is_lost(words):
    assert query(" ".join(words)).words.split() == words
