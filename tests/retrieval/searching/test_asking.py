"""Whole questions against a small archive with the real model: what is understood, required, collapsed and refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from retrieval import Abstained, Archive, Filter, Found, Reason, RetrievalSettings
from retrieval.errors import ModelError

TODAY = datetime.date(2022, 6, 16)
WIRE = (
    "The ferry Aurelia left the harbour of Ostrell at noon with ninety people on board, the harbour master said. "
    "Three boats searched for her until nightfall, and the search goes on at dawn."
)
PAGES = {
    "courier.txt": (WIRE, 'title = "Ferry missing"\npublisher = "Ostrell Courier"\npublished = 2022-05-02'),
    "gazette.txt": (WIRE, 'title = "Ferry is missing"\npublisher = "Mirren Gazette"\npublished = 2022-05-03'),
    "bread.txt": (
        "The bakery on Quill Street sells rye bread with caraway. Miriam Tolk opened it in 1931. "
        "The rye bread is gone by noon, and people queue for it from six in the morning.",
        'title = "Bread"\npublisher = "Mirren Gazette"\npublished = 2021-01-31\ncollection = "food"',
    ),
    "june.txt": (
        "The council voted for a new harbour wall. It will cost nine million crowns and be finished in four years.",
        'title = "Harbour wall"\npublisher = "Ostrell Courier"\npublished = 2022-06-14',
    ),
    "old.txt": (
        "The council voted against a new harbour wall. It would have cost four million crowns and taken nine years.",
        'title = "No harbour wall"\npublisher = "Ostrell Courier"\npublished = 1998-06-14',
    ),
    "haus.txt": (
        "Die alten Häuser am Hafen wurden im Winter abgerissen. "
        "Der Bürgermeister versprach neue Häuser bis zum Herbst.",
        'title = "Am Hafen"\npublisher = "Hafenbote"\npublished = 2020-02-01',
    ),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> RetrievalSettings:
    folder = tmp_path_factory.mktemp("asking")
    for name, (text, said) in PAGES.items():
        (folder / "archive").mkdir(exist_ok=True)
        (folder / "archive" / name).write_text(text, encoding="utf-8")
        (folder / "archive" / f"{name}.toml").write_text(said, encoding="utf-8")
    return RetrievalSettings(_env_file=None, archive=folder / "archive", data=folder / "data")


@pytest.fixture(scope="module")
def archive(settings, encoder):
    opened = Archive(settings, encoder=encoder)
    opened.reindex()
    yield opened
    opened.close()


def paths(answer) -> list[str]:
    return [Path(excerpt.source.path).name for excerpt in answer.excerpts]


def test_one_of_two_copies_is_shown_and_the_other_is_named(archive):
    answer = archive.ask("How many people were on board of the ferry Aurelia?")
    [first] = [excerpt for excerpt in answer.excerpts if "Aurelia" in excerpt.text]
    assert {Path(first.source.path).name, *(Path(copy.source.path).name for copy in first.copies)} == {
        "courier.txt",
        "gazette.txt",
    }
    assert archive.show(first.copies[0].code)[0].excerpt.source == first.copies[0].source


def test_the_answering_sentence_is_marked(archive):
    [excerpt, *_] = archive.ask("When did Miriam Tolk open the bakery?").excerpts
    marked = [excerpt.text[s.start - excerpt.pieces[0].start : s.end - excerpt.pieces[0].start] for s in excerpt.answer]
    assert marked == ["Miriam Tolk opened it in 1931."]


def test_quoted_words_must_stand_in_the_passage(archive):
    answer = archive.ask('Which "harbour wall" will cost nine million crowns?')
    assert isinstance(answer, Found)
    assert all("harbour wall" in excerpt.text for excerpt in answer.excerpts)
    nowhere = archive.ask('Which "wall of the harbour" will cost nine million crowns?')
    assert isinstance(nowhere, Abstained)
    assert (nowhere.reason, nowhere.nearest) == (Reason.NOTHING_RELEVANT, ())
    assert [one.value for one in nowhere.understood] == ["wall of the harbour"]


def test_a_question_as_written_requires_no_phrase(archive):
    question = 'Which "wall of the harbour" will cost nine million crowns?'
    answer = archive.ask(question, as_written=True)
    assert isinstance(answer, Found) and answer.understood == ()


def test_an_owner_can_switch_understanding_off(settings, archive, encoder):
    plain = Archive(settings.model_copy(update={"understand": False}), encoder=encoder)
    answer = plain.ask('Which "wall of the harbour" will cost nine million crowns?', today=TODAY)
    plain.close()
    assert isinstance(answer, Found) and answer.understood == ()


def test_a_date_of_publication_in_the_question_is_a_filter_and_echoed(archive):
    answer = archive.ask("What do articles from 1998 say of the harbour wall?", today=TODAY)
    assert paths(answer) == ["old.txt"]
    assert answer.searched.filters == {"after": "1998-01-01", "before": "1998-12-31"}
    assert answer.searched.documents == 1
    assert [(one.field, one.role) for one in answer.understood] == [("published", "required")]


def test_a_publisher_in_the_question_is_a_filter_where_it_is_said_to_be_one(archive):
    answer = archive.ask("What do articles by the Mirren Gazette say of the ferry?", today=TODAY)
    assert answer.searched.filters == {"publisher": "Mirren Gazette"}
    assert {excerpt.source.publisher for excerpt in answer.excerpts} == {"Mirren Gazette"}
    assert all(copy.source.publisher == "Mirren Gazette" for excerpt in answer.excerpts for copy in excerpt.copies)


def test_a_name_that_is_preferred_never_widens_what_is_required(archive):
    question = "What do articles published by the Mirren Gazette say of the ferry in the Ostrell Courier?"
    answer = archive.ask(question, today=TODAY)
    assert answer.searched.filters == {"publisher": "Mirren Gazette"}
    ranked = {archive.show(hit.passage.code)[0].excerpt.source.publisher for hit in answer.ranking}
    assert ranked == {"Mirren Gazette"}


def test_the_askers_days_come_before_older_ones(archive):
    recent = archive.ask("How did the council vote on the harbour wall this week?", today=TODAY)
    assert paths(recent)[0] == "june.txt"
    then = archive.ask("How did the council vote on the harbour wall this week?", today=datetime.date(1998, 6, 18))
    assert paths(then)[0] == "old.txt"


@pytest.mark.parametrize(
    "where",
    [
        Filter(publisher="Nobody's Paper"),
        Filter(after=datetime.date(2023, 1, 1)),
        Filter(publisher="Ostrell Courier", collection="food"),
        Filter(language="fr"),
    ],
)
def test_a_filter_that_matches_nothing_gives_nothing_back(archive, where):
    answer = archive.ask("How many people were on board of the ferry Aurelia?", where)
    assert isinstance(answer, Abstained)
    assert answer.reason is Reason.NOTHING_MATCHES_FILTERS
    assert (answer.nearest, answer.ranking, answer.searched.passages) == ((), (), 0)
    assert answer.searched.filters == where.given()


def test_a_filter_from_the_question_that_matches_nothing_fails_closed_too(archive):
    answer = archive.ask("What do articles from 1850 say of the ferry Aurelia?", today=TODAY)
    assert isinstance(answer, Abstained) and answer.reason is Reason.NOTHING_MATCHES_FILTERS
    assert [one.value for one in answer.understood] == ["1850-01-01 to 1850-12-31"]


@pytest.mark.parametrize("text", ["", "?!", "hello", "Thanks a lot!", "ok", "Good morning, bot"])
def test_what_people_say_in_passing_is_no_question(archive, text):
    answer = archive.ask(text)
    assert isinstance(answer, Abstained) and answer.reason is Reason.NOT_A_QUESTION


def test_what_nobody_wrote_about_is_not_answered_and_the_nearest_are_named(archive):
    answer = archive.ask("What does comet 67P weigh?")
    assert isinstance(answer, Abstained) and answer.reason is Reason.NOTHING_RELEVANT
    assert answer.nearest and answer.searched.documents == len(PAGES)


def test_so_many_excerpts_of_one_document_as_the_owner_wants(settings, archive, encoder, tmp_path):
    text = "\n\n".join(
        f"The lock keeper of gate {n} of the Ostrell canal is Pell Ardin. " + "He sleeps. " * 80 for n in "123"
    )
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "locks.txt").write_text(text)
    (folder / "other.txt").write_text("The lock keeper of the Mirren canal was Corvi Dahl, who died in 1950.")
    own = settings.model_copy(update={"archive": folder, "data": tmp_path / "data"})
    counts = {}
    for most in (0, 1):
        opened = Archive(own.model_copy(update={"excerpts_of_one_document": most}), encoder=encoder)
        opened.reindex()
        counts[most] = paths(opened.ask("Who is the lock keeper of the Ostrell canal?")).count("locks.txt")
        opened.close()
    assert counts == {0: 3, 1: 1}


def test_words_are_stemmed_in_the_language_of_their_document(archive):
    assert [excerpt.source.language for excerpt in archive.search("Haus").excerpts] == ["de"]
    assert archive.search("ferries").excerpts and archive.search("Häusern").excerpts
    assert archive.ask("Wann wurden die alten Häuser abgerissen?").excerpts[0].source.language == "de"


def test_the_language_that_was_detected_can_be_filtered_by(archive):
    answer = archive.ask("Was versprach der Bürgermeister?", Filter(language="de"))
    assert paths(answer) == ["haus.txt"]
    assert archive.status().languages == ("de", "en")


def test_a_cross_encoder_orders_the_best_passages(settings, archive, encoder, monkeypatch):
    asked = []

    def longest_first(question, texts):
        asked.append(question)
        return [float(len(text)) for text in texts]

    monkeypatch.setattr("retrieval.models.load_reranker", lambda name, offline, threads: longest_first)
    reordered = Archive(settings.model_copy(update={"reranker": "any"}), encoder=encoder)
    question = "Who opened the bakery on Quill Street?"
    plain, other = archive.ask(question), reordered.ask(question)
    reordered.close()
    lengths = [len(hit.passage.span) for hit in other.ranking]
    assert lengths == sorted(lengths, reverse=True) != [len(hit.passage.span) for hit in plain.ranking]
    assert asked == [question]
    assert [hit.score for hit in other.ranking] == sorted((hit.score for hit in other.ranking), reverse=True)


def test_a_cross_encoder_that_is_not_there_is_told_when_it_is_needed(settings, archive, encoder):
    broken = Archive(settings.model_copy(update={"reranker": "no/such-reranker"}), encoder=encoder)
    with pytest.raises(ModelError, match=r"^the model no/such-reranker can.t be loaded"):
        broken.ask("Who opened the bakery on Quill Street?")
    broken.close()
