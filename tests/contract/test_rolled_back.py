"""What only a generation knew that was rolled back from: the next one still knows it."""

from __future__ import annotations

import datetime

import pytest
from little_archive import BAKERY, COUNCIL, FERRY, MODEL, add, opened, page

from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.protocol import FileRecord

LAYERS = Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)
ALL_LAID_DOWN = Sizes(own_bytes=0, own_share=0.0, exact_up_to=0)
EARLY, LATE = datetime.date(2024, 1, 1), datetime.date(2024, 3, 1)
CHANGED = FERRY.replace("noon", "dusk")
ANOTHER = FERRY.replace("noon", "dawn")


@pytest.fixture(params=[Sizes(), LAYERS, ALL_LAID_DOWN], ids=["one layer", "layers", "all laid down"])
def backend(request, tmp_path):
    return LocalBackend(tmp_path / "data", request.param)


def publish(backend, *documents, fresh=False):
    """These are all that there is; what is the same stays."""
    draft = backend.draft(*MODEL, fresh=fresh)
    snapshot = backend.snapshot()
    there = {source.id: source for source in snapshot.sources()} if snapshot and not fresh else {}
    same = {each.source.id for each in documents if each.source == there.get(each.source.id)}
    draft.remove(there.keys() - same)
    add(draft, *(each for each in documents if each.source.id not in same))
    known = snapshot.files() if snapshot and not fresh else {}
    draft.set_files(map(record, documents), known.keys() - {each.source.path for each in documents})
    return backend.publish(draft)


def record(document):
    source = document.source
    return FileRecord(
        source.path, "1", source.sha256, "text/1", (source.id,), identity=source.id, first_seen=source.first_seen
    )


def code_of(document) -> str:
    [passage] = cut_passages(document)
    return passage.code


@pytest.mark.parametrize("fresh", [False, True], ids=["a copy", "anew"])
def test_a_code_that_only_it_had_is_told_with_its_words(backend, fresh):
    bakery = page("bakery.txt", BAKERY)
    publish(backend, page("ferry.txt", FERRY), bakery)
    publish(backend, page("ferry.txt", CHANGED), bakery)
    assert backend.roll_back() == 1
    publish(backend, page("ferry.txt", ANOTHER), bakery, fresh=fresh)
    snapshot = opened(backend)
    [told] = snapshot.retired(code_of(page("ferry.txt", CHANGED)))
    assert "dusk" in told.text
    assert told.generation == 2
    assert "noon" in snapshot.retired(code_of(page("ferry.txt", FERRY)))[0].text
    assert snapshot.retired(code_of(page("ferry.txt", ANOTHER))) == []
    assert snapshot.retired(code_of(bakery)) == []


def test_a_code_that_it_retired_is_told(backend):
    """Before it was rolled back from, a generation in between had been pruned, which alone had that passage."""
    for text in (FERRY, CHANGED, ANOTHER):
        publish(backend, page("ferry.txt", text), page("bakery.txt", BAKERY))
    publish(backend, page("ferry.txt", COUNCIL), page("bakery.txt", BAKERY))
    assert backend.roll_back() == 3
    publish(backend, page("ferry.txt", ANOTHER), page("bakery.txt", BAKERY), page("council.txt", COUNCIL))
    snapshot = opened(backend)
    for text in (FERRY, CHANGED, COUNCIL):
        assert [each.text is not None for each in snapshot.retired(code_of(page("ferry.txt", text)))] == [True]


def test_of_a_document_that_only_it_had_no_words_are_kept(backend):
    publish(backend, page("bakery.txt", BAKERY))
    publish(backend, page("bakery.txt", BAKERY), page("ferry.txt", FERRY))
    backend.roll_back()
    publish(backend, page("bakery.txt", BAKERY), page("council.txt", COUNCIL))
    [told] = opened(backend).retired(code_of(page("ferry.txt", FERRY)))
    assert (told.path, told.text) == ("archive/ferry.txt", None)


@pytest.mark.parametrize("fresh", [False, True], ids=["a copy", "anew"])
def test_a_document_that_it_saw_first_was_first_seen_then(backend, fresh):
    bakery = page("bakery.txt", BAKERY, first_seen=EARLY)
    publish(backend, bakery)
    publish(backend, bakery, page("ferry.txt", FERRY, first_seen=EARLY))
    backend.roll_back()
    publish(
        backend, bakery, page("ferry.txt", FERRY, first_seen=LATE), page("c.txt", COUNCIL, first_seen=LATE), fresh=fresh
    )
    snapshot = opened(backend)
    seen = {source.path: source.first_seen for source in snapshot.sources()}
    assert seen == {"archive/bakery.txt": EARLY, "archive/ferry.txt": EARLY, "archive/c.txt": LATE}
    assert {path: file.first_seen for path, file in snapshot.files().items()} == seen


def test_a_damaged_one_is_no_hindrance(backend):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("ferry.txt", CHANGED))
    undone = backend._layout(2)
    backend.roll_back()
    for tables in undone.folder.rglob("archive.sqlite"):
        tables.unlink()
        tables.write_bytes(b"nothing that could be read" * 1000)
    assert publish(backend, page("ferry.txt", ANOTHER)).generation == 3
