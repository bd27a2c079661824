"""Quotes that somebody made to break it, and the model that is never asked."""

from __future__ import annotations

import pytest

from retrieval import Archive, Filter, QuestionError, RetrievalSettings, Ruling, TooScattered, Uncheckable

EXACT = "23 settlements in the Kharkiv area have been liberated"


def test_no_model_is_loaded_and_nothing_is_encoded(archive: Archive) -> None:
    """The contract's first sentence: with a model that does not exist the verdicts are the same."""
    modelless = Archive(archive.settings.model_copy(update={"model": "no-such-model"}))
    assert modelless.verify(EXACT).ruling is Ruling.EXACT
    assert modelless.verify(EXACT.replace("23", "32")).ruling is Ruling.ALTERED
    assert modelless.verify("The sky over Lisbon was green").ruling is Ruling.ABSENT
    assert not modelless.is_warm
    modelless.close()


@pytest.mark.parametrize(
    "quote",
    [
        "x" * 100_000,
        "word " * 20_000,
        "“" * 100_000,
        "[" * 50_000 + "]" * 50_000,
        "… " * 50_000,
    ],
    ids=["one word", "many words", "quote marks", "brackets", "ellipses"],
)
def test_a_hundred_thousand_characters_are_refused_at_once(archive: Archive, quote: str) -> None:
    assert archive.verify(quote).ruling is Ruling.CANNOT_CHECK


@pytest.mark.parametrize(
    "quote",
    [
        "the the " * 2400,
        "… a ".join(["of the"] * 2000)[:19_000],
        "[he] said " * 1900,
        "a" + "[b]" * 6000,
        "\ud800\udfff the flames did not reach the fuel depot \ud800",
        "'" * 9000 + " a b c " + "'" * 9000,
        "( … ) [ … ] the " * 1000,
        "a\u0301" * 9000,
        "- \n" * 6000 + "one two three",
    ],
    ids=range(9),
)
def test_the_longest_and_strangest_still_get_a_verdict(archive: Archive, quote: str) -> None:
    assert archive.verify(quote).ruling in set(Ruling)


def test_lone_surrogates_do_not_hide_a_quote(archive: Archive) -> None:
    assert archive.verify("flames did \ud800 not reach the fuel depot").ruling is Ruling.TYPOGRAPHY


def test_an_archive_that_was_never_indexed_can_check_nothing(tmp_path, hash_encoder) -> None:
    empty = Archive(RetrievalSettings(archive=tmp_path / "archive", data=tmp_path / "data"), encoder=hash_encoder)
    said = empty.verify(EXACT)
    assert (said.ruling, said.remarks) == (Ruling.CANNOT_CHECK, (Uncheckable.NOTHING_INDEXED,))
    assert said.searched.documents == 0


def test_a_document_that_there_is_none_of_is_an_error_and_no_verdict(archive: Archive) -> None:
    with pytest.raises(QuestionError, match="no document that may be searched is called “Nowhere”"):
        archive.verify(EXACT, document="Nowhere")


@pytest.mark.parametrize("name", ["he", "She", "they", " it ", "and", "said", "…", "the", "_"])
def test_a_pronoun_is_no_speaker(archive: Archive, name: str) -> None:
    with pytest.raises(QuestionError, match="is no name"):
        archive.verify(EXACT, said_by=name)


def test_nobody_named_is_nobody_claimed(archive: Archive) -> None:
    said = archive.verify(EXACT, said_by=" \n ")
    assert (said.ruling, said.said_by, said.remarks) == (Ruling.EXACT, None, ())
    assert archive.verify(EXACT, said_by="Will").ruling is Ruling.ELSEWHERE


def test_many_ellipses_are_compared_and_too_many_are_refused(archive: Archive) -> None:
    words = [
        "Russian",
        "leaders",
        "have",
        "sent",
        "agents",
        "of",
        "the",
        "state",
        "security",
        "service",
        "that",
        "succeeded",
        "the",
        "KGB",
    ]
    assert archive.verify(" … ".join(words)).ruling is Ruling.TYPOGRAPHY
    said = archive.verify("… of the ".join(["a"] * 1900))
    assert said.ruling is Ruling.CANNOT_CHECK
    assert said.remarks == (TooScattered(1900, 60),)


def test_twenty_thousand_letters_without_a_space_take_no_time(archive: Archive) -> None:
    archive.verify("a" * 19_999)
    archive.verify("a[b]" * 4_999)


def test_every_verdict_says_what_was_searched(archive: Archive) -> None:
    for quote in (EXACT, "The sky over Lisbon was green", "too short"):
        assert archive.verify(quote).searched.documents == 13


def test_a_document_of_no_words_holds_no_quote(archive_of):
    archive = archive_of({"stars.txt": "* * *\n\n— — —\n", "ferry.txt": "The ferry left the harbour at noon."})
    assert archive.verify("the ferry left at once", document="stars.txt").ruling is not Ruling.EXACT


def test_a_named_document_is_no_way_round_the_filters(archive_of):
    said = 'title = "Report"\npublisher = "{}"\n'
    archive = archive_of(
        {
            "east.txt": "The ferry left the harbour at noon.",
            "east.toml": said.format("East"),
            "west.txt": "The bridge was closed on Friday.",
            "west.toml": said.format("West"),
        }
    )
    with pytest.raises(QuestionError, match="no document that may be searched"):
        archive.verify("The bridge was closed on Friday", document="west.txt", where=Filter(publisher="East"))
    with pytest.raises(QuestionError, match="2 documents are called"):
        archive.verify("The bridge was closed on Friday", document="Report")
    assert archive.verify("The bridge was closed on Friday", document="west.txt").ruling is Ruling.EXACT
