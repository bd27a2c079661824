"""Of a document that is gone no words stay: not in the tables, and not in the word index's files."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest
from little_archive import BAKERY, COUNCIL, FERRY, MODEL, add, everything_of, opened, page

from retrieval.filters import EVERYTHING
from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.protocol import FileRecord, WordQuery

ONE_LAYER = Sizes()
LAYERS = Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)
"""As if a few pages were a large archive: the first generation is the base of the next ones."""
CHANGED = FERRY.replace("Pell Ardin", "Zyx Ommary")


@pytest.fixture(params=[ONE_LAYER, LAYERS], ids=["one layer", "layers"])
def sizes(request):
    return request.param


@pytest.fixture
def backend(sizes, tmp_path):
    return LocalBackend(tmp_path / "data", sizes)


def bring(backend, removed=(), added=(), unreadable=()):
    """A generation, with the records of its files as the indexer writes them."""
    before = backend.snapshot()
    files = before.files() if before else {}
    draft = backend.draft(*MODEL)
    draft.remove([page(path, "").source.id for path in (*removed, *unreadable)])
    replaced = [document for document in added if document.source.path.removeprefix("archive/") in files]
    draft.remove([document.source.id for document in replaced])
    add(draft, *added)
    draft.set_files(
        [
            *(record(each.source.path.removeprefix("archive/"), each.source.id) for each in added),
            *(dataclasses.replace(files[path], reason="damaged", documents=()) for path in unreadable),
        ],
        removed,
    )
    return backend.publish(draft)


def record(path, identity):
    return FileRecord(path, "1", "d", "text/1", (identity,), identity=identity, first_seen=datetime.date(2024, 1, 1))


def terms_in_the_files(backend) -> set[str]:
    """Every term that a segment has, whether a passage that holds it is left or not."""
    searcher = opened(backend)._words._searcher
    return {term for field in ("body", "exact", "context") for term, _ in searcher.terms_with_prefix(field, "")}


def test_the_words_of_a_document_that_is_gone_leave_the_files(backend):
    bring(backend, added=[page("ferry.txt", FERRY), page("bakery.txt", BAKERY)])
    assert {"pell", "captain", "rye"} <= terms_in_the_files(backend)
    bring(backend, removed=["ferry.txt"])
    assert {"pell", "ardin", "captain", "spring"}.isdisjoint(terms_in_the_files(backend))
    assert {"rye", "quill"} <= terms_in_the_files(backend)
    rarity = opened(backend).rarity(["captain", "nobody"])
    assert rarity["captain"] == rarity["nobody"]


def test_what_is_left_is_found_as_before(backend):
    kept = [page("bakery.txt", BAKERY, publisher="The Quill", published=datetime.date(2023, 1, 31)), page("c", COUNCIL)]
    bring(backend, added=[page("ferry.txt", FERRY), *kept])
    bring(backend, removed=["ferry.txt"])
    anew = LocalBackend(backend._folder.with_name("anew"))
    bring(anew, added=kept)
    one, other = opened(backend), opened(anew)
    assert everything_of(one) == everything_of(other)
    for query in (WordQuery("ferry sailed harbour"), WordQuery("", phrases=("rye bread",)), WordQuery("quill")):
        found, wanted = one.by_words(query, EVERYTHING, 9), other.by_words(query, EVERYTHING, 9)
        assert [passage.code for passage in one.passages([key for key, _ in found]).values()] == [
            passage.code for passage in other.passages([key for key, _ in wanted]).values()
        ]
        assert [score for _, score in found] == pytest.approx([score for _, score in wanted])


def test_of_a_changed_document_that_is_gone_no_words_stay_of_any_version(backend):
    bring(backend, added=[page("ferry.txt", FERRY), page("bakery.txt", BAKERY)])
    bring(backend, added=[page("ferry.txt", CHANGED)])
    assert {"ardin", "ommary"} <= terms_in_the_files(backend)
    bring(backend, removed=["ferry.txt"])
    assert {"ardin", "ommary", "captain"}.isdisjoint(terms_in_the_files(backend))


def test_the_words_of_an_unreadable_file_go_when_it_goes(backend):
    """What it said before is kept for as long as it is there, and goes in a run that removes no document."""
    bring(backend, added=[page("ferry.txt", FERRY), page("bakery.txt", BAKERY)])
    bring(backend, unreadable=["ferry.txt"])
    bring(backend, removed=["ferry.txt"])
    assert "ardin" not in terms_in_the_files(backend)


def test_the_words_of_a_document_that_came_after_the_base_go_and_the_bases_segments_stay(tmp_path):
    backend = LocalBackend(tmp_path / "data", LAYERS)
    bring(backend, added=[page("council.txt", COUNCIL), page("bakery.txt", BAKERY)])
    bring(backend, added=[page("bakery.txt", BAKERY.replace("rye", "oat")), page("ferry.txt", FERRY)])
    before = backend._layout(backend.published())
    bring(backend, removed=["ferry.txt"])
    after = backend._layout(backend.published())
    assert {"ardin", "captain"}.isdisjoint(terms_in_the_files(backend))
    assert after.base.tables.samefile(before.base.tables)
    for segment in json.loads(after.base.segments.read_text()):
        [term] = (path for path in after.words.iterdir() if path.name == segment.replace("-", "") + ".term")
        assert term.samefile(before.words / term.name)


def test_with_a_new_base_the_words_of_earlier_versions_go_too(tmp_path):
    backend = LocalBackend(tmp_path / "data", Sizes(own_bytes=0, own_share=0.0, exact_up_to=0))
    bring(backend, added=[page("ferry.txt", FERRY), page("bakery.txt", BAKERY)])
    bring(backend, added=[page("ferry.txt", CHANGED)])
    assert "ardin" not in terms_in_the_files(backend)
    assert "ommary" in terms_in_the_files(backend)
    segments = opened(backend)._words.segments()
    assert set(segments.values()) == {0}
    assert json.loads(backend._layout(2).base.segments.read_text()) == list(segments)


def test_a_change_rewrites_no_words(backend):
    bring(backend, added=[page("ferry.txt", FERRY), page("bakery.txt", BAKERY)])
    before = {path.name: path.stat().st_ino for path in backend._layout(backend.published()).words.glob("*.term")}
    bring(backend, added=[page("ferry.txt", CHANGED)])
    after = {path.name: path.stat().st_ino for path in backend._layout(backend.published()).words.glob("*.term")}
    assert before.items() <= after.items()


def test_files_of_dropped_segments_are_not_published(backend):
    bring(backend, added=[page("ferry.txt", FERRY), page("bakery.txt", BAKERY)])
    bring(backend, removed=["ferry.txt"])
    words = backend._layout(backend.published()).words
    named = {segment.replace("-", "") for segment in opened(backend)._words.segments()}
    assert {path.name.split(".")[0] for path in words.iterdir()} - {"", "meta"} == named


def test_of_the_last_document_no_words_stay(backend):
    bring(backend, added=[page("ferry.txt", FERRY)])
    bring(backend, removed=["ferry.txt"])
    assert terms_in_the_files(backend) == set()
