"""`Filter.matches` says what a filter means; the tables, the word index and the vector index must mean the same."""

from __future__ import annotations

import dataclasses
import datetime
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strategies import document

from retrieval.filters import EVERYTHING, Filter
from retrieval.reading.text.plain_text import structure
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import PassageVectors, WordQuery

# A generation is built for each example: a failing one is shown as it was found, for making it smaller takes minutes.
QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)
VECTOR = np.array([1, 0], np.float32)

NAMES = [
    "Ostrell Courier", "ostrell  courier", "OSTRELL COURIER", "Ostrell", "Straße", "STRASSE", "ﬁne", "fine", "É", "é",
    "e\u0301", "İ", "i", "漢字", "٣", "３", "3", "a\u00a0b", "a b", " a b ", "", " ", "\u3000", "'", '"', "%", "_",
    "a:b", "a\0b", "a" * 300, "\u200b",
]  # fmt: skip
names = st.one_of(st.none(), st.sampled_from(NAMES), st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
dates = st.one_of(
    st.none(),
    st.sampled_from([datetime.date.min, datetime.date.max, datetime.date(1969, 12, 31), datetime.date(2022, 5, 1)]),
    st.dates(datetime.date(2022, 4, 28), datetime.date(2022, 5, 4)),
)
SAID = ("publisher", "author", "collection", "language", "status")
sources = st.fixed_dictionaries({**dict.fromkeys(SAID, names), "published": dates})


def _filters_like(said):
    """Fields of one of the sources, some spelt otherwise, and others at random: many match something."""
    field = {name: st.one_of(st.none(), st.just(said[name]), names) for name in SAID}
    day = st.one_of(st.none(), st.just(said["published"]), dates)
    return st.fixed_dictionaries({**field, "after": day, "before": day}).map(lambda given: Filter(**given))


@st.composite
def archives(draw):
    held = draw(st.lists(sources, min_size=1, max_size=6))
    one_field = st.sampled_from([*SAID, "after", "before"])
    whole = st.sampled_from(held).flatmap(_filters_like)
    narrow = st.builds(lambda where, name: Filter(**{name: getattr(where, name)}), whole, one_field)
    return held, draw(st.lists(st.one_of(narrow, whole), min_size=6, max_size=12))


@settings(max_examples=15, phases=QUICKLY)
@given(archives())
def test_every_engine_lets_through_exactly_what_the_filter_matches(drawn):
    held, filters = drawn
    with tempfile.TemporaryDirectory() as folder:
        backend = LocalBackend(Path(folder))
        draft = backend.draft("model", "fingerprint", 2)
        text = "The ferry left the harbour at noon."
        sources = []
        for number, said in enumerate(held):
            page = document(text, structure(text), path=f"archive/{number}.txt")
            page = dataclasses.replace(page, source=dataclasses.replace(page.source, **said))
            sources.append(page.source)
            draft.add(page, cut_passages(page), PassageVectors(VECTOR.reshape(1, -1), (np.ones((1, 2), np.int8),)))
        backend.publish(draft)
        snapshot = backend.snapshot()
        for where in [*filters, EVERYTHING]:
            expected = {source.id for source in sources if where.matches(source)}
            words = snapshot.by_words(WordQuery("ferry"), where, 50)
            near = snapshot.by_vector(VECTOR, where, 50)
            for found in (words, near):
                passages = snapshot.passages([key for key, _ in found])
                assert {passages[key].document_id for key, _ in found} == expected, where
            dated = [s.published for s in sources if s.id in expected and s.published is not None]
            covered = snapshot.coverage(where)
            assert (covered.documents, covered.passages) == (len(expected), len(expected))
            assert (covered.first, covered.last) == (min(dated, default=None), max(dated, default=None))
        snapshot.close()


@given(sources, dates, dates)
def test_a_document_without_a_date_never_matches_a_date(said, after, before):
    text = "The ferry left the harbour at noon."
    page = document(text, structure(text))
    undated = dataclasses.replace(page.source, **{**said, "published": None})
    where = Filter(after=after, before=before)
    assert where.matches(undated) == (after is None and before is None)


@given(sources, st.data())
def test_one_more_condition_never_lets_more_through(said, data):
    text = "The ferry left the harbour at noon."
    source = dataclasses.replace(document(text, structure(text)).source, **said)
    wide = data.draw(_filters_like(said))
    name = data.draw(st.sampled_from(SAID))
    narrow = dataclasses.replace(wide, **{name: data.draw(st.sampled_from(NAMES))})
    if getattr(wide, name) is None:
        assert wide.matches(source) or not narrow.matches(source)
