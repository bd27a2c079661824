"""What a question says beside its words, and what of that becomes a filter."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.filters import EVERYTHING, Filter
from retrieval.searching.understanding import KnownNames, Period, as_written, understand
from retrieval.searching.understanding.dates import find_dates

TODAY = datetime.date(2022, 6, 16)  # a Thursday
NAMES = KnownNames(
    {"publisher": ["Ostrell Courier", "Time", "uk"], "author": ["Pell Ardin"], "collection": ["minutes", "Time"]}
)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def meant(question: str, where: Filter = EVERYTHING, today: datetime.date | None = TODAY):
    return understand(question, where, NAMES, today)


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("What happened in May 2022?", "May 2022", "2022-05-01", "2022-05-31"),
        ("What happened on 3 May 2022?", "3 May 2022", "2022-05-03", "2022-05-03"),
        ("Who resigned last week?", "last week", "2022-06-06", "2022-06-12"),
        ("Who resigned last week in Ostrell?", "last week", "2022-06-06", "2022-06-12"),
        ("What did the mayor say on Tuesday?", "Tuesday", "2022-06-14", "2022-06-14"),
        ("What was said yesterday?", "yesterday", "2022-06-15", "2022-06-15"),
        ("Who owned it from 1811 to 1827?", "1811 to 1827", "1811-01-01", "1827-12-31"),
        ("Who owned it between 1811 and 1827?", "1811 and 1827", "1811-01-01", "1827-12-31"),
        ("What did he do in the 1990s?", "1990s", "1990-01-01", "1999-12-31"),
        ("What was said before the invasion began on 24 February?", "24 February", "0001-01-01", "2022-02-23"),
        ("What changed after 2019?", "2019", "2020-01-01", "9999-12-31"),
        ("What has changed since 2019?", "2019", "2019-01-01", "9999-12-31"),
        ("Which ship left in December?", "December", "2021-12-01", "2021-12-31"),
    ],
)
def test_a_date_is_a_period_that_is_preferred(question, words, first, last):
    meaning = meant(question)
    assert [(one.words, one.role) for one in meaning.understood] == [(words, "preferred")]
    assert meaning.periods == (Period(day(first), day(last)),)
    assert meaning.where == EVERYTHING


@pytest.mark.parametrize(
    "question",
    [
        "Which automaker recalled 2.9 million vehicles?",
        "Who may be the second man?",
        "They march at noon; who leads them?",
        "How many months was her detention extended?",
        "Is it time?",
        "How did 50 Cent do?",
        "",
        "????",
    ],
)
def test_what_is_no_date_is_not_taken_for_one(question):
    assert meant(question).understood == ()


@pytest.mark.parametrize(
    ("question", "after", "before"),
    [
        ("What do articles from May 2022 say of the harbour?", "2022-05-01", "2022-05-31"),
        ("articles published since June 2021 on ferries", "2021-06-01", None),
        ("reports published before 3 May 2022", None, "2022-05-02"),
        ("news of last week", "2022-06-06", "2022-06-12"),
        ("reports dated between 2022-05-03 and 2023-01-01", "2022-05-03", "2023-01-01"),
    ],
)
def test_a_date_of_publication_is_a_filter(question, after, before):
    meaning = meant(question)
    assert meaning.where == Filter(after=after and day(after), before=before and day(before))
    assert [one.role for one in meaning.understood] == ["required"]
    assert meaning.periods == ()


@pytest.mark.parametrize(
    "question",
    [
        "Which novel was published in 1949?",
        "What book by Adam Smith was published in 1776?",
        "What did engineers report in June 2007?",
        "Which documents from 1945 did the museum find?",
        "What do reports of 1500 dead rest on?",
        "Which book was written by Pell Ardin in 1931?",
        "Which stories from 1001 nights are there?",
    ],
)
def test_what_the_question_is_about_is_no_filter(question):
    assert meant(question).where == EVERYTHING


@pytest.mark.parametrize("question", ["Who is Theresa May?", "What did April Moss say?", "Who is August Strindberg?"])
def test_a_person_called_like_a_month_is_no_date(question):
    assert meant(question).understood == ()


@pytest.mark.parametrize("today", [datetime.date.min, datetime.date.max])
@pytest.mark.parametrize(
    "question", ["What happened yesterday?", "last week", "the latest", "on Saturday", "this week"]
)
def test_the_ends_of_the_calendar_are_no_trouble(question, today):
    meaning = meant(question, today=today)
    assert meaning.lately is not None and meaning.lately.holds(today)


def test_no_more_is_preferred_than_can_be_searched_for():
    meaning = meant(" and ".join(f"in {year}" for year in range(1900, 1960)) + " by the Ostrell Courier" * 9)
    assert len(meaning.periods) <= 4 and len(meaning.names) == 1
    assert len(meaning.understood) <= 5


@pytest.mark.parametrize(
    "question", ['What became of the 12" gun and the 16" gun?', "6'2\" and she 5'1\"", '5" or 6"', 'the 3.5" disk']
)
def test_the_marks_of_inches_quote_nothing(question):
    assert meant(question).phrases == ()


def test_names_with_an_article_are_known_without_it_and_beside_letters_that_fold_to_two():
    known = KnownNames({"publisher": ["The Quill", "Große Post"]})
    for question in ("What was published by the Quill on bread?", "What was published by The Quill on the Straße?"):
        assert understand(question, EVERYTHING, known, TODAY).where == Filter(publisher="The Quill")
    assert understand("articles in Große  Post", EVERYTHING, known, TODAY).where == Filter(publisher="Große Post")


def test_a_month_that_could_be_of_any_year_is_never_a_filter():
    meaning = meant("What do articles from May say?")
    assert meaning.where == EVERYTHING and [one.role for one in meaning.understood] == ["preferred"]


def test_the_askers_own_filter_goes_before_what_is_understood():
    own = Filter(after=day("2020-01-01"), publisher="The Quill")
    meaning = meant("articles from May 2022 published by the Ostrell Courier", own)
    assert meaning.where == own


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What do articles from May 2022 say of the harbour?", "What do say of the harbour?"),
        ("What was published by the Ostrell Courier on bread?", "on bread?"),
        ("articles since June 2021", "articles since June 2021"),  # nothing would be left
        ("What did the Ostrell Courier write in May 2022?", "What did the Ostrell Courier write in May 2022?"),
    ],
)
def test_what_became_a_filter_is_not_what_the_question_is_about(question, topic):
    assert meant(question).topic == topic


def test_two_dates_of_publication_are_no_filter():
    assert meant("articles from May 2022 and stories from 2019").where == EVERYTHING


def test_without_a_today_only_dates_with_a_year_mean_something():
    assert meant("Who resigned last week?", today=None).understood == ()
    assert not meant("What is the latest?", today=None).is_recent
    assert meant("Who resigned in May 2022?", today=None).periods == (Period(day("2022-05-01"), day("2022-05-31")),)


def test_the_askers_own_days_are_preferred():
    meaning = meant("What is the latest on the ferry?")
    assert meaning.is_recent
    assert [(one.words, one.value) for one in meaning.understood] == [("latest", "2022-05-17 to 2022-06-16")]
    assert meaning.lately is not None and meaning.lately.holds(TODAY)


def test_a_name_that_the_archive_knows_is_preferred():
    meaning = meant("What did the Ostrell Courier write on bread?")
    assert meaning.names == (("publisher", "Ostrell Courier"),)
    assert [(one.field, one.value, one.role) for one in meaning.understood] == [
        ("publisher", "Ostrell Courier", "preferred")
    ]


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("What was published by the Ostrell Courier on bread?", Filter(publisher="Ostrell Courier")),
        ("articles by Pell Ardin about ferries", Filter(author="Pell Ardin")),
        ("what stands in the collection minutes on walls", Filter(collection="minutes")),
    ],
)
def test_a_name_that_is_said_to_be_the_sources_is_a_filter(question, where):
    assert meant(question).where == where


@pytest.mark.parametrize(
    "question", ["the Ostrell Couriers", "in time for bread", "two Minutesmen", "ostrell courier", "the uks"]
)
def test_a_part_of_a_word_or_a_small_letter_is_no_name(question):
    assert meant(question).names == ()


def test_a_name_of_two_kinds_is_never_a_filter():
    meaning = meant("stories in Time about ferries")
    assert meaning.where == EVERYTHING
    assert set(meaning.names) == {("publisher", "Time"), ("collection", "Time")}


def test_quoted_words_must_match():
    meaning = meant('Who said "black sea  fleet" and “other words”, or ""?')
    assert meaning.phrases == ("black sea fleet", "other words")
    assert [one.role for one in meaning.understood] == ["required", "required"]


def test_as_written_understands_nothing():
    meaning = as_written('articles from May 2022 in "Time"', EVERYTHING)
    assert (meaning.understood, meaning.where, meaning.phrases, meaning.periods) == ((), EVERYTHING, (), ())


@given(st.text(max_size=80))
def test_no_question_breaks_it_and_what_it_understands_stands_in_the_question(question):
    meaning = meant(question)
    for one in meaning.understood:
        assert one.words.split()[0] in question


@given(st.lists(st.sampled_from(["from", "to", "May", "2022", "since", "31", "last", "week", "-", "the", "00", "Mon"])))
def test_odd_dates_are_periods_in_order_or_nothing(words):
    question = " ".join(words)
    for dated in find_dates(question, TODAY):
        assert dated.period.first <= dated.period.last
        assert question[dated.start : dated.end].replace(";", "") != ""
