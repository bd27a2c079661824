"""Generations: built aside, published in one step, kept by whoever reads them."""

from __future__ import annotations

import dataclasses
import datetime
import threading
import time

import pytest
from little_archive import (
    BAKERY,
    FERRY,
    MODEL,
    add,
    cut,
    everything_of,
    opened,
    page,
    publish,
    three_pages,
    vector_of,
    vectors_of,
    words_of,
)

from retrieval.errors import IndexBusy, IndexDamaged, NothingToRollBackTo
from retrieval.filters import EVERYTHING
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.holder import SnapshotHolder
from retrieval.store.protocol import FileRecord, WordQuery, glance_of


def test_before_the_first_generation_there_is_nothing_to_read(backend):
    assert backend.published() is None
    assert backend.snapshot() is None


def test_generations_are_numbered_from_one_without_a_gap(backend):
    assert [publish(backend, page(f"{n}.txt", FERRY)).generation for n in range(3)] == [1, 2, 3]
    assert backend.published() == 3


def test_a_snapshot_has_the_manifest_that_publishing_returned(backend):
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    manifest = publish(backend, *three_pages())
    assert opened(backend).manifest == manifest
    assert (manifest.model, manifest.fingerprint, manifest.dimensions) == MODEL
    assert (manifest.documents, manifest.passages) == (3, 3)
    assert before <= manifest.made <= datetime.datetime.now(datetime.UTC)


def test_another_process_opens_what_this_one_published(backend, open_store):
    publish(backend, *three_pages())
    assert everything_of(opened(open_store())) == everything_of(opened(backend))


def test_nobody_sees_a_draft(backend):
    publish(backend, page("ferry.txt", FERRY))
    draft = backend.draft(*MODEL)
    add(draft, page("bakery.txt", BAKERY))
    assert backend.published() == 1
    assert opened(backend).coverage(EVERYTHING).documents == 1
    draft.discard()


def test_a_draft_begins_as_a_copy_of_what_is_published(backend):
    publish(backend, page("ferry.txt", FERRY))
    manifest = publish(backend, page("bakery.txt", BAKERY))
    assert manifest.documents == 2
    assert {source.path for source in opened(backend).sources()} == {"archive/ferry.txt", "archive/bakery.txt"}


def test_a_fresh_draft_begins_with_nothing(backend):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY), fresh=True)
    assert [source.path for source in opened(backend).sources()] == ["archive/bakery.txt"]


def test_a_removed_document_is_found_by_no_way_of_looking(backend):
    ferry, bakery, council = three_pages()
    publish(backend, ferry, bakery, council)
    draft = backend.draft(*MODEL)
    draft.remove([ferry.source.id, "NEVERTHERE"])
    assert backend.publish(draft).documents == 2

    snapshot = opened(backend)
    [passage] = cut_passages(ferry)
    words = passage.span.of(ferry.text)
    assert snapshot.document(ferry.source.id) is None
    assert snapshot.source(ferry.source.id) is None
    assert cut(snapshot, ferry.source.id, passage.span) is None
    assert snapshot.with_code(passage.code) == []
    assert words not in words_of(snapshot, [key for key, _ in snapshot.by_words(WordQuery("ferry"), EVERYTHING, 9)])
    assert words not in words_of(snapshot, [key for key, _ in snapshot.by_vector(vector_of(words), EVERYTHING, 9)])
    assert snapshot.coverage(EVERYTHING).passages == 2


def test_a_document_that_is_removed_and_added_again_has_its_new_words_only(backend):
    old, new = page("ferry.txt", FERRY), page("ferry.txt", FERRY.replace("noon", "midnight"))
    publish(backend, old)
    draft = backend.draft(*MODEL)
    draft.remove([old.source.id])
    add(draft, new)
    backend.publish(draft)
    snapshot = opened(backend)
    assert snapshot.document(new.source.id) == new
    assert snapshot.by_words(WordQuery("noon"), EVERYTHING, 9) == []
    assert len(snapshot.by_words(WordQuery("midnight"), EVERYTHING, 9)) == 1


ODD = (
    "A title\n\n0\n\nThe mayor said “no”.\r\nA form feed\x0c, a nul \0, a half character \ud83d, "
    "U+2028 \u2028 and e\u0301.\n\nשלום 漢字。 🙂 \ufeff"
)


def test_a_document_comes_back_character_for_character_with_all_that_is_known_of_it(backend):
    said = {
        "author": "A. Brandt", "publisher": "Ostrell Courier", "published": datetime.date(1, 1, 1),
        "url": "https://ostrell.example/a?b=c", "language": "en", "collection": "news", "status": "disputed",
        "status_note": "The mayor denies it.", "first_seen": datetime.date(2020, 2, 29),
    }  # fmt: skip
    document = page("odd.txt", ODD, **said)
    assert document.furniture
    publish(backend, document)
    snapshot = opened(backend)
    assert snapshot.document(document.source.id) == document
    assert snapshot.source(document.source.id) == document.source
    assert list(snapshot.sources()) == [document.source]
    for passage in cut_passages(document):
        assert snapshot.with_code(passage.code) == [passage]
        assert cut(snapshot, document.source.id, passage.span) == passage.span.of(document.text)


def test_files_are_remembered_with_the_reason_why_some_could_not_be_read(backend):
    files = {
        "b.txt": FileRecord("b.txt", "1:2", "ab", "text/1", ("X",), identity="Y"),
        "z.pdf": FileRecord("z.pdf", "1:3", "cd", None, (), "no reader"),
        "a.bin": FileRecord("a.bin", "1:4", "", None, (), "binary"),
    }
    draft = backend.draft(*MODEL)
    draft.set_files(files.values())
    backend.publish(draft)
    snapshot = opened(backend)
    assert snapshot.files() == files
    assert snapshot.files(["z.pdf", "none.txt"]) == {"z.pdf": files["z.pdf"]}
    told_of = {(file.path, file.reason) for file in snapshot.told_of()}
    assert told_of == {("a.bin", "binary"), ("z.pdf", "no reader")}
    assert snapshot.glances() == {
        "b.txt": glance_of("1:2", "text/1"),
        "z.pdf": glance_of("1:3", None),
        "a.bin": "",  # no stamp tells that it is what it was
    }
    assert snapshot.identities() == {"Y", ""}


def test_records_of_files_stay_until_they_are_replaced_or_their_files_are_gone(backend):
    one, other, third = (FileRecord(f"{name}.txt", "1:2", "ab", "text/1", (name,)) for name in "abc")
    draft = backend.draft(*MODEL)
    draft.set_files([one, other, third])
    backend.publish(draft)
    backend.publish(backend.draft(*MODEL))
    assert opened(backend).files() == {file.path: file for file in (one, other, third)}
    newer = dataclasses.replace(other, stamp="1:3", notes=("its encoding was guessed",))
    draft = backend.draft(*MODEL)
    draft.set_files([newer], [one.path, "never.txt"])
    backend.publish(draft)
    assert opened(backend).files() == {"b.txt": newer, "c.txt": third}
    assert opened(backend).told_of() == [newer]
    draft = backend.draft(*MODEL, fresh=True)
    draft.set_files([third])
    backend.publish(draft)
    assert opened(backend).files() == {"c.txt": third}


def test_a_reader_keeps_its_generation_while_newer_ones_replace_and_outlive_it(backend):
    publish(backend, *three_pages())
    kept = opened(backend)
    before = everything_of(kept)
    hits = kept.by_words(WordQuery("ferry"), EVERYTHING, 9)
    nearest = kept.by_vector(vector_of("x"), EVERYTHING, 9)
    for n in range(4):  # more than are kept on the disk
        publish(backend, page(f"{n}.txt", f"Page {n}\n\nNothing about boats, in any of {n} words."), fresh=True)
    assert everything_of(kept) == before
    assert kept.by_words(WordQuery("ferry"), EVERYTHING, 9) == hits
    assert kept.by_vector(vector_of("x"), EVERYTHING, 9) == nearest
    assert kept.manifest.generation == 1
    assert opened(backend).by_words(WordQuery("ferry"), EVERYTHING, 9) == []
    kept.close()


def test_every_reader_in_every_thread_sees_one_generation_from_start_to_end(backend):
    """Generation n holds n pages that say so; a reader that mixed two would count wrong."""
    publish(backend, page("0.txt", "Page\n\nThis is one page of the ferry."))
    holder, done, wrong, read = SnapshotHolder(backend), threading.Event(), [], []

    def look() -> None:
        while not done.is_set():
            with holder.reading() as snapshot:
                expected = snapshot.manifest.generation
                counts = {
                    "manifest": snapshot.manifest.documents,
                    "tables": snapshot.coverage(EVERYTHING).documents,
                    "words": len(snapshot.by_words(WordQuery("ferry"), EVERYTHING, 50)),
                    "vectors": len(snapshot.by_vector(vector_of("x"), EVERYTHING, 50)),
                    "sources": len(list(snapshot.sources())),
                }
                if set(counts.values()) != {expected}:
                    wrong.append((expected, counts))
                read.append(expected)

    def look_or_say_why() -> None:
        try:
            look()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=look_or_say_why) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(1, 6):
        publish(backend, page(f"{n}.txt", "Page\n\nThis is one page of the ferry."))
        while n + 1 not in read and not wrong:
            time.sleep(0.001)
    done.set()
    for thread in threads:
        thread.join()
    holder.close()
    assert not wrong
    assert set(read) >= set(range(2, 7))


def test_a_discarded_draft_leaves_no_trace(backend):
    publish(backend, page("ferry.txt", FERRY))
    before = everything_of(opened(backend))
    draft = backend.draft(*MODEL)
    draft.remove([page("ferry.txt", FERRY).source.id])
    add(draft, page("bakery.txt", BAKERY))
    draft.discard()
    assert backend.published() == 1
    assert everything_of(opened(backend)) == before
    assert publish(backend, page("bakery.txt", BAKERY)).documents == 2


def test_discarding_a_draft_that_was_published_takes_nothing_back(backend):
    draft = backend.draft(*MODEL)
    add(draft, page("ferry.txt", FERRY))
    backend.publish(draft)
    draft.discard()
    assert backend.published() == 1
    assert opened(backend).coverage(EVERYTHING).documents == 1


def test_discarding_a_draft_twice_leaves_the_next_one_alone(backend):
    first = backend.draft(*MODEL)
    first.discard()
    second = backend.draft(*MODEL)
    add(second, page("ferry.txt", FERRY))
    first.discard()
    with pytest.raises(IndexBusy):
        backend.draft(*MODEL)
    assert backend.publish(second).documents == 1
    assert opened(backend).coverage(EVERYTHING).documents == 1


def test_a_second_writer_is_told_that_another_is_at_work(backend, open_store):
    draft = backend.draft(*MODEL)
    for other in (backend, open_store()):
        with pytest.raises(IndexBusy, match=r"^another process .*; try again when it is done$"):
            other.draft(*MODEL)
    draft.discard()
    open_store().draft(*MODEL).discard()


def wrong_code(passages):
    return [dataclasses.replace(passages[0], code="0000000000"), *passages[1:]]


def moved_by_one(passages):
    span = Span(passages[0].span.start + 1, passages[0].span.end)
    return [dataclasses.replace(passages[0], span=span, sentences=(span,)), *passages[1:]]


def codes_swapped(passages):
    one, other = passages[:2]
    return [dataclasses.replace(one, code=other.code), dataclasses.replace(other, code=one.code), *passages[2:]]


def of_another_document(passages):
    other = cut_passages(page("other.txt", TWO_PASSAGES))
    return list(other)


TWO_PASSAGES = "A title\n\n" + "The ferry left at noon. " * 30 + "\n\n" + "The bakery sold out by noon. " * 30


@pytest.mark.parametrize("spoil", [wrong_code, moved_by_one, codes_swapped, of_another_document])
def test_passages_whose_offsets_do_not_give_their_codes_are_never_published(backend, spoil):
    publish(backend, page("ferry.txt", FERRY))
    document = page("two.txt", TWO_PASSAGES)
    passages = cut_passages(document)
    draft = backend.draft(*MODEL)
    with pytest.raises(IndexDamaged, match=r"^archive/two\.txt: passage \d+ does not have the code of its words$"):
        spoiled = spoil(passages)
        draft.add(document, spoiled, vectors_of(document, spoiled))
        backend.publish(draft)
    draft.discard()
    assert backend.published() == 1
    assert opened(backend).coverage(EVERYTHING).documents == 1


def test_passages_and_vectors_must_be_as_many(backend):
    document = page("two.txt", TWO_PASSAGES)
    draft = backend.draft(*MODEL)
    passages = cut_passages(document)
    one_less = vectors_of(document, passages[:1])
    with pytest.raises(ValueError, match=r"^archive/two\.txt: its passages and their vectors differ in number$"):
        draft.add(document, passages, one_less)
    draft.discard()


def test_only_a_draft_of_the_same_store_can_be_published(backend):
    with pytest.raises(TypeError):
        backend.publish(object())


def test_rolling_back_publishes_the_generation_before_again(backend, open_store):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    assert backend.roll_back() == 1
    assert [source.path for source in opened(open_store()).sources()] == ["archive/ferry.txt"]
    later = publish(backend, page("bakery.txt", BAKERY))
    assert (later.generation, later.documents) == (3, 2)
    assert opened(backend).manifest == later


def test_there_is_nothing_to_roll_back_to_before_the_second_generation(backend):
    with pytest.raises(NothingToRollBackTo):
        backend.roll_back()
    publish(backend, page("ferry.txt", FERRY))
    with pytest.raises(NothingToRollBackTo):
        backend.roll_back()
    assert opened(backend).manifest.generation == 1


def test_nobody_rolls_back_while_another_writes(backend, open_store):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    draft = backend.draft(*MODEL)
    with pytest.raises(IndexBusy):
        open_store().roll_back()
    draft.discard()
    assert open_store().roll_back() == 1


def test_what_is_remembered_of_the_files_is_what_the_newest_generation_knows(backend, open_store):
    assert backend.remembered() == {}
    draft = backend.draft(*MODEL)
    file = FileRecord("ferry.txt", "1", "2", "text/1", ("A",), None, "A", datetime.date(2024, 1, 1))
    draft.set_files([file])
    backend.publish(draft)
    assert open_store().remembered() == {"ferry.txt": file}
