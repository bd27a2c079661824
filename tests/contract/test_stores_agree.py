"""The same archives, written in the same steps and asked the same questions, on every store: their answers are one.

The reference (`memory_store.py`) is brute force. Vectors, filters, codes and documents must be equal to it. So must
word scores be on Milvus, to a millionth: it scores in double precision, with the same formula. tantivy keeps lengths
above 40 words in steps of up to one in eight, and a score is divided by less than its length: its scores are within one
in eight, and its order is compared where scores differ by more. It also counts passages that were removed until it
merges them away, so of an archive that something was taken out of only the passages that it finds are compared.
"""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from little_archive import MODEL as LITTLE
from little_archive import add, cut, page, vector_of
from stores import STORES

from retrieval.filters import EVERYTHING, Filter
from retrieval.splitting import cut_passages
from retrieval.store.protocol import FileRecord, WordQuery

QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)
WORD_TOLERANCE = {"local": 1 / 8, "milvus": 1e-6}

WORDS = [
    "ferry", "ferries", "harbour", "noon", "Häuser", "Haus", "the", "of", "ship", "ships", "café", "гавани", "漢字",
    "3rd", "zq61", "U.K.", "o'clock", "ﬁne", "İstanbul",
]  # fmt: skip
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(lambda said: " ".join(said) + ".")
texts = st.lists(sentences, min_size=1, max_size=5).map("\n\n".join)
NAMES = ["Ostrell Courier", "ostrell  courier", "The Quill", "", '" or 1 == 1 or "', "%", "é", "e\u0301"]
names = st.one_of(st.none(), st.sampled_from(NAMES))
dates = st.one_of(st.none(), st.sampled_from([datetime.date.min, datetime.date.max, datetime.date(2022, 5, 1)]))
said = st.fixed_dictionaries(
    {
        "publisher": names, "author": names, "collection": names, "status": names, "published": dates,
        "language": st.sampled_from([None, "en", "de", "ru"]),
    }
)  # fmt: skip
documents = st.builds(lambda number, text, told: page(f"{number}.txt", text, **told), st.integers(0, 5), texts, said)
steps = st.lists(
    st.tuples(st.lists(documents, max_size=4, unique_by=lambda d: d.source.id), st.booleans()), min_size=1, max_size=3
)
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
queries = st.builds(
    WordQuery,
    st.lists(st.sampled_from([*WORDS, "unheard"]), max_size=4).map(" ".join),
    st.booleans(),
    st.lists(phrases, max_size=2).map(tuple),
    st.lists(phrases, max_size=1).map(tuple),
)
filters = st.one_of(
    st.just(EVERYTHING),
    st.builds(Filter, after=dates, before=dates),
    st.builds(Filter, publisher=names, author=names),
    st.builds(Filter, language=st.sampled_from([None, "en", "de", "xx"]), collection=names, status=names),
)


def written(backend, steps):
    """Each step takes the place of the documents of those names, or, where it is fresh, of all that there were. Of the
    other files every second one is gone.
    """
    there: set[str] = set()
    for held, fresh in steps:
        draft = backend.draft(*LITTLE, fresh=fresh)
        if not fresh:
            draft.remove([document.source.id for document in held])
        add(draft, *held)
        files = {d.source.path: FileRecord(d.source.path, "1", "ab", "text/1", identity=d.source.id) for d in held}
        gone = sorted(there - files.keys())[::2]
        draft.set_files(files.values(), gone)
        there = (set() if fresh else there - set(gone)) | files.keys()
        backend.publish(draft)
    return backend.snapshot()


def named(snapshot, hits) -> dict[str, float]:
    """By code, for keys are a store's own."""
    passages = snapshot.passages([key for key, _ in hits])
    return {passages[key].code: score for key, score in hits}


def is_order_of(found: dict[str, float], expected: dict[str, float], tolerance: float) -> bool:
    """Nothing comes before what is better by more than the tolerance."""
    scores = [expected[code] for code in found]
    return all(later <= sooner * (1 + 2 * tolerance) for n, sooner in enumerate(scores) for later in scores[n + 1 :])


@pytest.fixture(scope="module")
def places(tmp_path_factory, milvus_server):
    def new() -> Path:
        return tmp_path_factory.mktemp("agree") / "data"

    return new


@settings(max_examples=12, phases=QUICKLY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps, st.lists(st.tuples(queries, filters), min_size=8, max_size=12), phrases)
def test_every_store_gives_the_answers_of_the_reference(places, steps, asked, near):
    place = places()
    reference = written(STORES["memory"](place), steps)
    for store, tolerance in WORD_TOLERANCE.items():
        snapshot = written(STORES[store](place), steps)
        same_passages(snapshot, reference, asked)
        if store != "local" or len(steps) == 1 or steps[-1][1]:
            same_scores(snapshot, reference, asked, tolerance)
        same_vectors(snapshot, reference, vector_of(near), [where for _, where in asked])
        same_records(snapshot, reference, [document for held, _ in steps for document in held])
        snapshot.close()


def same_passages(snapshot, reference, asked):
    for query, where in asked:
        expected = named(reference, reference.by_words(query, where, 100))
        assert named(snapshot, snapshot.by_words(query, where, 100)).keys() == expected.keys(), (query, where)


def same_scores(snapshot, reference, asked, tolerance):
    for query, where in asked:
        expected = named(reference, reference.by_words(query, where, 100))
        found = named(snapshot, snapshot.by_words(query, where, 100))
        assert found == pytest.approx(expected, rel=tolerance), (query, where)
        assert is_order_of(found, expected, tolerance), (query, where)
        for term in reference.terms(query.words, "de"):
            assert snapshot.rarity([term]) == pytest.approx(reference.rarity([term]))


def same_vectors(snapshot, reference, vector, filters):
    for where in filters:
        expected = named(reference, reference.by_vector(vector, where, 100))
        found = named(snapshot, snapshot.by_vector(vector, where, 100))
        assert found == pytest.approx(expected, abs=1e-6)
        assert is_order_of({code: 2 + found[code] for code in found}, {c: 2 + expected[c] for c in expected}, 1e-6)
        assert snapshot.coverage(where) == reference.coverage(where)


def same_records(snapshot, reference, ever):
    assert list(snapshot.sources()) == list(reference.sources())
    told, expected = (dataclasses.replace(s.manifest, made=None) for s in (snapshot, reference))
    assert told == expected
    for name in ("publisher", "author", "collection", "language", "status"):
        assert sorted(snapshot.names(name)) == reference.names(name)
    assert snapshot.files() == reference.files()
    assert sorted(snapshot.short_lines(), key=lambda each: each.document_id) == sorted(
        reference.short_lines(), key=lambda each: each.document_id
    )
    for document in ever:
        assert snapshot.document(document.source.id) == reference.document(document.source.id)
        for passage in cut_passages(document):
            assert snapshot.with_code(passage.code) == reference.with_code(passage.code)
            assert snapshot.retired(passage.code) == reference.retired(passage.code)
            if held := reference.with_code(passage.code):
                assert cut(snapshot, held[0].document_id, held[0].span) == passage.span.of(document.text)


def test_the_first_hits_are_the_same_however_few_are_asked_for(places):
    """Milvus is asked for more than is wanted until nothing can come before it; a page is a part of the whole."""
    place = places()
    held = [
        page(f"{n}.txt", f"The ferry {'and the ferry ' * (n % 7)}waits {'at the pier ' * (n % 5)}.") for n in range(90)
    ]
    reference = written(STORES["memory"](place), [(held, True)])
    snapshot = written(STORES["milvus"](place), [(held, True)])
    for query in (WordQuery("ferry pier"), WordQuery("", phrases=("the ferry and the ferry",)), WordQuery("the waits")):
        whole = named(reference, reference.by_words(query, EVERYTHING, 100))
        for skip in (0, 5, 60):
            page_of_hits = named(snapshot, snapshot.by_words(query, EVERYTHING, 5, skip))
            assert page_of_hits == pytest.approx(dict(list(whole.items())[skip : skip + 5]), rel=1e-6)
    snapshot.close()
