"""What a snapshot finds: by words, by vector, by code, by place; always under the filter, always in the same order."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from little_archive import (
    COUNCIL,
    DIMENSIONS,
    FERRY,
    MODEL,
    add,
    cut,
    opened,
    page,
    publish,
    three_pages,
    vector_of,
    vectors_of,
    words_of,
)

from retrieval.encoding import cosines_with
from retrieval.filters import EVERYTHING, Filter
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.protocol import Coverage, PassageVectors, WordQuery


@pytest.fixture(scope="module")
def snapshot(new_store):
    backend = new_store()()
    publish(backend, *three_pages())
    return opened(backend)


def paths_of(snapshot, found) -> list[str]:
    """The files that the hits come from, in the order of the hits."""
    passages = snapshot.passages([key for key, _ in found])
    sources = [snapshot.source(passages[key].document_id) for key, _ in found]
    return [source.path.removeprefix("archive/") for source in sources]


def by_words(snapshot, query, where=EVERYTHING, limit=50) -> set[str]:
    return set(paths_of(snapshot, snapshot.by_words(query, where, limit)))


# --- by words


def test_any_of_the_words_will_do(snapshot):
    assert by_words(snapshot, WordQuery("bread council")) == {"bakery.txt", "council.txt"}


def test_words_are_found_in_every_form(snapshot):
    for form in ("ship", "SHIPS", "Ship"):
        assert by_words(snapshot, WordQuery(form)) == {"ferry.txt", "council.txt"}


def test_every_word_must_be_there_when_every_word_is_asked_for(snapshot):
    assert by_words(snapshot, WordQuery("ferry harbour", every_word=True)) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("bread harbour", every_word=True)) == set()


def test_a_word_of_the_title_publisher_or_date_counts_as_there(snapshot):
    assert by_words(snapshot, WordQuery("Ostrell noon", every_word=True)) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("courier")) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("2023 bread", every_word=True)) == {"bakery.txt"}


def test_a_phrase_stands_there_word_for_word_in_that_order_and_form(snapshot):
    assert by_words(snapshot, WordQuery("", phrases=("the ferry left the harbour",))) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("", phrases=("The Ferry LEFT",))) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("", phrases=("left the ferry",))) == set()
    assert by_words(snapshot, WordQuery("", phrases=("the ferries left",))) == set()
    assert by_words(snapshot, WordQuery("", phrases=("ferry harbour",))) == set()


def test_a_phrase_of_one_word_is_not_stemmed(snapshot):
    assert by_words(snapshot, WordQuery("", phrases=("ships",))) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("", phrases=("ship",))) == {"council.txt"}


def test_all_phrases_must_be_there(snapshot):
    assert by_words(snapshot, WordQuery("", phrases=("three ships", "before spring"))) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("", phrases=("three ships", "rye bread"))) == set()


def test_a_phrase_narrows_what_the_words_find(snapshot):
    assert by_words(snapshot, WordQuery("ferry", phrases=("rye bread",))) == {"bakery.txt"}


def test_what_is_to_be_left_out_is_left_out(snapshot):
    assert by_words(snapshot, WordQuery("ferry", without=("bread",))) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("ferry", without=("rye bread",))) == {"ferry.txt"}
    assert by_words(snapshot, WordQuery("ferry", without=("bread rye",))) == {"ferry.txt", "bakery.txt"}
    assert by_words(snapshot, WordQuery("ferry", without=("noon", "bakery"))) == set()


def test_left_out_means_as_it_is_written(snapshot):
    assert by_words(snapshot, WordQuery("harbour", without=("ship",))) == {"ferry.txt"}


@pytest.mark.parametrize("nothing", ["", "  ", "?!", "“”", "🙂", "\0", "\ud800", "-", "*"])
def test_nothing_to_look_for_finds_nothing(snapshot, nothing):
    assert snapshot.by_words(WordQuery(nothing), EVERYTHING, 9) == []
    assert snapshot.by_words(WordQuery("", phrases=(nothing,)), EVERYTHING, 9) == []
    assert snapshot.by_words(WordQuery("", without=(nothing, "ferry")), EVERYTHING, 9) == []


@pytest.mark.parametrize(
    "typed", ["ferry AND", "body:ferry", "ferry*", '"ferry', "(ferry", "ferry^9", "ferry~", "+ferry"]
)
def test_nothing_that_is_typed_is_an_operator(snapshot, typed):
    assert by_words(snapshot, WordQuery(typed)) >= {"ferry.txt", "bakery.txt"}


def test_the_rarer_word_weighs_more(backend):
    common = [page(f"common{n}.txt", f"The harbour is number {n} here.") for n in range(8)]
    publish(backend, page("rare.txt", "The zeppelin is number 9 here."), *common)
    snapshot = opened(backend)
    assert paths_of(snapshot, snapshot.by_words(WordQuery("harbour zeppelin"), EVERYTHING, 50))[0] == "rare.txt"
    rarity = snapshot.rarity([*snapshot.terms("harbour zeppelin", "en"), "neverthere"])
    assert rarity["harbour"] < rarity["zeppelin"] < rarity["neverthere"]
    assert all(weight > 0 for weight in rarity.values())


def test_the_word_in_the_passage_weighs_more_than_in_the_title_alone(backend):
    publish(
        backend,
        page("title.txt", "All about zeppelins\n\nNothing of note was said here at all."),
        page("body.txt", "All about nothing\n\nNothing of zeppelins was said here at all."),
    )
    snapshot = opened(backend)
    assert paths_of(snapshot, snapshot.by_words(WordQuery("zeppelin"), EVERYTHING, 9)) == ["body.txt", "title.txt"]


def test_terms_are_stemmed_in_order_with_repetitions(snapshot):
    assert snapshot.terms("Ships, ship; FERRIES!", None) == ["ship", "ship", *snapshot.terms("ferry", "en")]
    assert snapshot.terms("", None) == []


# --- order


LATE = page("late.txt", "Of the many words on this page, one is ferry, and no other.", publisher="The Late Page")


@pytest.fixture(scope="module")
def open_many(new_store):
    """Forty passages that score alike and one that scores less, written in five generations, with four taken out."""
    open_store = new_store()
    backend = open_store()
    publish(backend, LATE)
    for n in range(4):
        publish(backend, *(page(f"{n}{m}.txt", f"The ferry of pier {n * 10 + m} is late.") for m in range(10)))
    draft = backend.draft(*MODEL)
    draft.remove([page(f"{n}3.txt", FERRY).source.id for n in range(4)])
    add(draft, *(page(f"new{n}.txt", f"The ferry of pier {90 + n} is late.") for n in range(4)))
    backend.publish(draft)
    return open_store


@pytest.fixture
def many(open_many):
    return open_many()


def test_hits_come_best_first_and_the_same_each_time_the_store_is_opened(many, open_many):
    words, vector = WordQuery("ferry pier 17"), vector_of("The ferry")
    first, again = opened(many), opened(open_many())
    found, near = first.by_words(words, EVERYTHING, 25), first.by_vector(vector, EVERYTHING, 25)
    assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))
    assert [score for _, score in near] == sorted((score for _, score in near), reverse=True)
    assert again.by_words(words, EVERYTHING, 25) == found
    assert again.by_vector(vector, EVERYTHING, 25) == near


def test_pages_of_hits_follow_each_other_without_a_gap_or_a_repetition(many):
    snapshot = opened(many)
    whole = snapshot.by_words(WordQuery("ferry"), EVERYTHING, 100)
    assert len(whole) == 41
    paged = [hit for skip in range(0, 49, 7) for hit in snapshot.by_words(WordQuery("ferry"), EVERYTHING, 7, skip)]
    assert sorted(paged) == sorted(whole)
    assert snapshot.by_words(WordQuery("ferry"), EVERYTHING, 7, 41) == []


def test_an_index_made_in_steps_finds_what_one_made_at_once_finds(many, backend):
    steps = opened(many)
    documents = [steps.document(source.id) for source in steps.sources()]
    publish(backend, *documents)
    at_once = opened(backend)
    for query in (WordQuery("ferry"), WordQuery("pier 17 late", every_word=True), WordQuery("", phrases=("pier 91",))):
        assert by_words(steps, query) == by_words(at_once, query)
    near = [snapshot.by_vector(vector_of("x"), EVERYTHING, 50) for snapshot in (steps, at_once)]
    assert paths_of(steps, near[0]) == paths_of(at_once, near[1])
    assert [score for _, score in near[0]] == pytest.approx([score for _, score in near[1]])


def test_no_more_hits_than_asked_for(many):
    snapshot = opened(many)
    for limit in (0, 1, 5):
        assert len(snapshot.by_words(WordQuery("ferry"), EVERYTHING, limit)) == limit
        assert len(snapshot.by_vector(vector_of("x"), EVERYTHING, limit)) == limit


# --- by vector


def test_the_nearest_by_vector_are_those_with_the_highest_cosine(many):
    snapshot = opened(many)
    for question in ("one", "another", "The ferry of pier 22 is late."):
        vector = vector_of(question)
        found = snapshot.by_vector(vector, EVERYTHING, 100)
        assert len(found) == 41
        words = words_of(snapshot, [key for key, _ in found])
        expected = {said: float(vector_of(said) @ vector) for said in words}
        assert dict(zip(words, (score for _, score in found), strict=True)) == pytest.approx(expected, abs=1e-5)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
        assert snapshot.by_vector(vector, EVERYTHING, 6) == found[:6]


def test_the_cosine_of_chosen_passages_is_the_one_that_the_search_gives(many):
    snapshot, vector = opened(many), vector_of("x")
    found = dict(snapshot.by_vector(vector, EVERYTHING, 100))
    chosen = list(found)[5:15]
    assert snapshot.cosines(vector, chosen) == pytest.approx({key: found[key] for key in chosen}, abs=1e-5)
    assert snapshot.cosines(vector, []) == {}


def test_a_passage_is_nearest_to_its_own_vector(snapshot):
    [passage] = cut_passages(three_pages()[0])
    [(key, cosine)] = snapshot.by_vector(vector_of(passage.span.of(FERRY)), EVERYTHING, 1)
    assert snapshot.passages([key]) == {key: passage}
    assert cosine == pytest.approx(1, abs=1e-5)


def test_an_empty_index_finds_nothing(backend):
    backend.publish(backend.draft(*MODEL))
    snapshot = opened(backend)
    assert snapshot.by_words(WordQuery("ferry"), EVERYTHING, 9) == []
    assert snapshot.by_vector(vector_of("x"), EVERYTHING, 9) == []
    assert snapshot.coverage(EVERYTHING) == Coverage(0, 0, None, None)
    assert snapshot.rarity(["ferry"])["ferry"] > 0


# --- by code and by place


def test_keys_that_are_not_there_are_left_out(snapshot):
    keys = [key for key, _ in snapshot.by_vector(vector_of("x"), EVERYTHING, 9)]
    assert set(snapshot.passages([*keys, 10**9])) == set(keys)
    assert snapshot.passages([]) == {}


def test_more_keys_than_one_statement_takes_are_all_found(backend):
    publish(backend, page("long.txt", "\n\n".join(f"Pier {n}. " + "The ferry is late. " * 40 for n in range(620))))
    snapshot = opened(backend)
    keys = [key for key, _ in snapshot.by_vector(vector_of("x"), EVERYTHING, 1000)]
    assert len(snapshot.passages(keys)) == len(keys) == 620


def test_a_code_finds_its_passage_and_an_unknown_one_nothing(snapshot):
    [passage] = cut_passages(three_pages()[1])
    assert snapshot.with_code(passage.code) == [passage]
    assert snapshot.with_code("0000000000") == []
    assert snapshot.with_code(passage.code.lower()) == []


def test_a_slice_is_the_characters_or_nothing(snapshot):
    identity = three_pages()[0].source.id
    assert cut(snapshot, identity, Span(0, 9)) == "The ferry"
    assert cut(snapshot, identity, Span(0, len(FERRY))) == FERRY
    assert cut(snapshot, identity, Span(len(FERRY) - 1, len(FERRY) + 1)) is None
    assert cut(snapshot, "NEVERTHERE", Span(0, 1)) is None
    assert snapshot.document("NEVERTHERE") is None
    assert snapshot.source("NEVERTHERE") is None


def test_documents_that_are_read_together_are_what_each_is_by_itself(snapshot):
    identities = [document.source.id for document in three_pages()]
    read = snapshot.read([identities[2], "NEVERTHERE", identities[0]])
    assert read == {identity: (snapshot.source(identity), snapshot.text(identity)) for identity in identities[::2]}
    assert snapshot.read([]) == {}


# --- filters and coverage


def test_coverage_counts_documents_passages_and_dates_under_the_filter(snapshot):
    first, last = datetime.date(2022, 5, 1), datetime.date(2023, 1, 31)
    assert snapshot.coverage(EVERYTHING) == Coverage(3, 3, first, last)
    assert snapshot.coverage(Filter(publisher="ostrell  COURIER")) == Coverage(1, 1, first, first)
    assert snapshot.coverage(Filter(collection="minutes")) == Coverage(1, 1, None, None)
    assert snapshot.coverage(Filter(after=first)) == Coverage(2, 2, first, last)
    assert snapshot.coverage(Filter(author="nobody")) == Coverage(0, 0, None, None)


def test_a_document_without_a_passage_is_covered_all_the_same(backend):
    publish(backend, page("title.txt", "1.2\n\n3.4\n\n5"), page("ferry.txt", FERRY))
    draft = backend.draft(*MODEL)
    bare = page("bare.txt", FERRY)
    draft.add(bare, (), PassageVectors(np.zeros((0, 16), np.float32), ()))
    backend.publish(draft)
    covered = opened(backend).coverage(EVERYTHING)
    assert covered.documents == 3
    assert opened(backend).document(bare.source.id) == bare


EMPTY_HANDED = [
    Filter(publisher="Nobody's Paper"), Filter(author=""), Filter(collection=" "), Filter(language="xx"),
    Filter(status="retracted"), Filter(after=datetime.date(2030, 1, 1)), Filter(before=datetime.date(1, 1, 1)),
    Filter(after=datetime.date(2023, 1, 1), before=datetime.date(2022, 1, 1)), Filter(after=datetime.date.max),
    Filter(publisher="Ostrell Courier", collection="minutes"), Filter(publisher="Ostrell"), Filter(publisher="%"),
]  # fmt: skip


@pytest.mark.parametrize("where", EMPTY_HANDED)
def test_a_filter_that_matches_nothing_finds_nothing(snapshot, where):
    assert not any(where.matches(document.source) for document in three_pages())
    assert snapshot.by_words(WordQuery("the ferry"), where, 9) == []
    assert snapshot.by_vector(vector_of("the ferry"), where, 9) == []
    assert snapshot.coverage(where) == Coverage(0, 0, None, None)


def test_the_filter_goes_before_the_limit(many):
    """The one document that matches is found even where forty others are nearer."""
    snapshot, where = opened(many), Filter(publisher="The late page")
    assert paths_of(snapshot, snapshot.by_words(WordQuery("ferry"), where, 1)) == ["late.txt"]
    assert paths_of(snapshot, snapshot.by_vector(vector_of("x"), where, 1)) == ["late.txt"]


def test_a_filter_does_not_change_the_scores(snapshot):
    where = Filter(publisher="Ostrell Courier")
    whole = dict(snapshot.by_words(WordQuery("ferry"), EVERYTHING, 9))
    assert all(whole[key] == score for key, score in snapshot.by_words(WordQuery("ferry"), where, 9))
    near = dict(snapshot.by_vector(vector_of("x"), EVERYTHING, 9))
    assert all(near[key] == score for key, score in snapshot.by_vector(vector_of("x"), where, 9))


# --- what the search reads beside passages


def test_every_passage_has_the_directions_of_its_sentences(backend):
    document = page("ferry.txt", FERRY)
    publish(backend, document)
    snapshot = opened(backend)
    for key, _ in snapshot.by_words(WordQuery("ferry harbour captain"), EVERYTHING, 9):
        passage = snapshot.passages([key])[key]
        directions = snapshot.directions([key])[key]
        assert directions.dtype == np.int8 and directions.shape == (len(passage.sentences), DIMENSIONS)
        for row, sentence in enumerate(passage.sentences):
            cosines = cosines_with(vector_of(sentence.of(FERRY)), directions)
            assert int(cosines.argmax()) == row and cosines[row] > 0.99
    assert snapshot.directions([]) == {}


def test_directions_of_the_wrong_number_are_never_kept(backend):
    document = page("ferry.txt", FERRY)
    passages = cut_passages(document)
    vectors = vectors_of(document, passages)
    draft = backend.draft(*MODEL)
    with pytest.raises(ValueError, match="differ in number"):
        draft.add(document, passages, PassageVectors(vectors.whole, tuple(rows[:0] for rows in vectors.sentences)))
    draft.discard()


def test_names_are_each_there_once(backend):
    publish(backend, *three_pages(), page("more.txt", "The ferry again.", publisher="The Quill"))
    snapshot = opened(backend)
    assert sorted(snapshot.names("publisher")) == ["Ostrell Courier", "The Quill"]
    assert (snapshot.names("author"), snapshot.names("collection")) == (["A. Brandt"], ["minutes"])
    with pytest.raises(ValueError, match="title is no name"):
        snapshot.names("title")


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("de", "Die Häuser am Hafen wurden abgerissen.", "Haus"),
        ("fr", "Les bateaux chargeaient des marchandises.", "marchandise"),
        ("ru", "Корабли стояли в гавани.", "корабль"),
        ("en-GB", "Three ferries waited.", "ferry"),
        ("uk", "Кораблі стояли в гавані.", "кораблі"),
        (None, "Three ferries waited.", "ferry"),
    ],
)
def test_words_are_stemmed_in_the_language_of_their_document(backend, language, text, asked):
    publish(backend, page("one.txt", text, language=language), page("council.txt", COUNCIL, language="en"))
    assert by_words(opened(backend), WordQuery(asked, every_word=True)) == {"one.txt"}


def test_a_word_with_another_stem_in_each_language_counts_once(backend):
    german = page("de.txt", "Der Hafen und die Häuser am Hafen.", language="de")
    publish(backend, german, page("en.txt", "The harbour and its houses.", language="en"))
    snapshot = opened(backend)
    both = WordQuery("Häuser houses")
    assert by_words(snapshot, both) == {"de.txt", "en.txt"}
    assert by_words(snapshot, WordQuery("Häuser houses", every_word=True)) == set()
