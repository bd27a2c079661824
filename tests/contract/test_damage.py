"""A local generation that is damaged, pruned or can't be written beside: which one is believed, and what is said."""

from __future__ import annotations

import contextlib
import datetime
import errno
import gc
import os
import pwd
import resource
import shutil
import sqlite3
import tempfile
import threading
from pathlib import Path

import faiss
import numpy as np
import pytest
from little_archive import BAKERY, COUNCIL, DIMENSIONS, FERRY, MODEL, add, opened, page, vector_of

from retrieval.errors import DiskError, IndexDamaged
from retrieval.filters import EVERYTHING
from retrieval.store.holder import SnapshotHolder
from retrieval.store.local import LocalBackend, Sizes, snapshot
from retrieval.store.protocol import FileRecord

LAYERS = Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)
DAY = datetime.date(2024, 1, 1)


@pytest.fixture
def backend(tmp_path):
    return LocalBackend(tmp_path / "data", LAYERS)


def publish(backend, *documents, fresh=False):
    """With the record of each one's file beside those that were there."""
    draft = backend.draft(*MODEL, fresh=fresh)
    add(draft, *documents)
    sources = (document.source for document in documents)
    draft.set_files(
        FileRecord(source.path, "1", "d", "text/1", (source.id,), identity=source.id, first_seen=DAY)
        for source in sources
    )
    return backend.publish(draft)


def flip(path: Path) -> None:
    """The last bit; a file with a second name under another generation is another one from then on."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)


def numbers(backend) -> set[str]:
    return {path.name for path in backend._generations.iterdir()}


def checked(holder) -> None:
    """When the check that the holder began is over."""
    for thread in threading.enumerate():
        if thread.name == "check of the index":
            thread.join()


# Which one is believed


def test_an_intact_generation_is_believed_before_a_newer_one_that_is_damaged(backend):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    tables = backend._layout(2).own.tables
    with contextlib.closing(sqlite3.connect(tables)) as altered, altered:
        altered.execute("UPDATE files SET identity = 'another', first_seen = '1999-01-01'")
    assert {file.identity for file in backend.remembered().values()} == {page("ferry.txt", FERRY).source.id}
    assert {file.first_seen for file in backend.remembered().values()} == {DAY}


def test_of_a_damaged_one_is_remembered_what_can_be_read_where_nothing_else_is(backend):
    publish(backend, page("ferry.txt", FERRY))
    (backend._layout(1).own.rows).write_bytes(b"more")
    flip(backend._layout(1).manifest)
    assert backend.remembered().keys() == {"archive/ferry.txt"}


def test_the_newest_intact_generation_is_kept_beside_one_made_anew(backend):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    flip(backend._layout(2).own.tables)
    publish(backend, page("ferry.txt", FERRY), fresh=True)
    assert numbers(backend) == {"000001", "000003"}
    assert backend.roll_back() == 1


def test_damage_that_only_a_check_of_all_finds_is_no_intact_generation(backend, monkeypatch):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    flip(backend._layout(2).base.tables)
    publish(backend, page("ferry.txt", FERRY), fresh=True)
    assert numbers(backend) == {"000001", "000003"}


@pytest.mark.parametrize(
    ("damaged", "pointer", "kept"),
    [((1, 2), None, "000002"), ((2,), "garbage", "000001")],
    ids=["the one before, where none is intact", "the newest intact one, where the pointer was garbled"],
)
def test_one_is_kept_beside_an_index_made_anew(backend, damaged, pointer, kept):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    if pointer is not None:
        backend._pointer.write_text(pointer)
    for number in damaged:
        flip(backend._layout(number).own.tables)
    publish(backend, page("ferry.txt", FERRY), fresh=True)
    assert numbers(backend) == {kept, "000003"}


def test_rolling_back_passes_over_a_damaged_generation(backend):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    shutil.copytree(backend._layout(1).folder, backend._generations / "aside")
    publish(backend, page("council.txt", COUNCIL))
    (backend._generations / "aside").rename(backend._layout(1).folder)
    flip(backend._layout(2).own.tables)
    assert backend.roll_back() == 1
    assert opened(backend).manifest.documents == 1


def test_with_nothing_but_damaged_ones_before_it_rolling_back_says_so(backend):
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    flip(backend._layout(1).own.tables)
    with pytest.raises(IndexDamaged, match="generation 000001 is damaged"):
        backend.roll_back()
    assert backend.published() == 2


# Pruned is not damaged


def test_a_generation_that_is_pruned_while_it_is_checked_is_not_called_damaged(backend, monkeypatch):
    """The check comes when half of its files are gone."""
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    publish(backend, page("ferry.txt", FERRY))
    first = opened(backend)
    assert not first.is_checked
    publish(backend, page("bakery.txt", BAKERY))
    rmtree, checks = shutil.rmtree, []

    def half_removed(folder, **_):
        for tables in Path(folder).rglob("archive.sqlite"):
            tables.unlink()
        first.check()
        checks.append(folder)
        rmtree(folder)

    monkeypatch.setattr(shutil, "rmtree", half_removed)
    publish(backend, page("council.txt", COUNCIL))
    assert len(checks) == 1
    assert numbers(backend) == {"000002", "000003"}


def test_what_a_crash_left_of_a_pruned_generation_goes_with_the_next(backend):
    publish(backend, page("ferry.txt", FERRY))
    shutil.copytree(backend._layout(1).folder, backend._generations / "pruned000000")
    publish(backend, page("bakery.txt", BAKERY))
    assert numbers(backend) == {"000001", "000002"}


# Vectors of other dimensions


def test_a_question_of_other_dimensions_is_damage_and_no_wrong_answer(backend):
    publish(backend, page("ferry.txt", FERRY))
    served = opened(backend)
    for ask in (lambda vector: served.by_vector(vector, EVERYTHING, 5), lambda vector: served.cosines(vector, [1])):
        assert ask(vector_of("x"))
        with pytest.raises(IndexDamaged, match="vectors of 16 dimensions and the question one of 8"):
            ask(vector_of("x")[:8])


def test_clusters_of_other_dimensions_are_damage(backend, reseal):
    publish(backend, page("ferry.txt", FERRY))
    layout = backend._layout(1)
    index = faiss.IndexFlatIP(DIMENSIONS // 2)
    index.add(np.ones((faiss.read_index(str(layout.base.approximate)).ntotal, DIMENSIONS // 2), np.float32))
    faiss.write_index(index, str(layout.base.approximate))
    reseal(layout.folder)
    with pytest.raises(IndexDamaged, match="is of 8 dimensions, the index of 16"):
        backend.snapshot()


# Where nothing may be written


@pytest.fixture
def unwritable():
    """A data folder of two generations that whoever runs the block may read and not write to."""
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders can't be entered by nobody
        Path(place).chmod(0o755)
        backend = LocalBackend(Path(place) / "data", LAYERS)
        publish(backend, page("ferry.txt", FERRY))
        publish(backend, page("bakery.txt", BAKERY))

        @contextlib.contextmanager
        def closed():
            for path in (backend._folder, *backend._folder.rglob("*")):
                path.chmod(0o555 if path.is_dir() else 0o444)
            root = os.geteuid() == 0
            try:
                if root:
                    try:
                        os.seteuid(pwd.getpwnam("nobody").pw_uid)
                    except (KeyError, PermissionError):
                        pytest.skip("root writes anywhere, and may not become nobody here")
                yield
            finally:
                if root:
                    os.seteuid(0)
                for path in (backend._folder, *backend._folder.rglob("*")):
                    path.chmod(0o755)

        yield backend, closed


def test_a_damaged_generation_that_can_not_be_marked_stays_refused(unwritable, monkeypatch):
    backend, closed = unwritable
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    flip(backend._layout(2).base.tables)
    with closed():
        holder = SnapshotHolder(backend)
        with contextlib.suppress(IndexDamaged), holder.reading() as served:  # until it has been read through
            assert served.manifest.generation == 2
        checked(holder)
        assert not backend._layout(2).damaged.exists()
        for _ in range(2):
            with pytest.raises(IndexDamaged, match=r"base/archive\.sqlite is not what was written"), holder.reading():
                pass
    publish(backend, page("ferry.txt", FERRY), fresh=True)
    with holder.reading() as served:
        assert served.manifest.generation == 3
    checked(holder)
    holder.close()


def test_damage_that_is_found_before_the_first_question_begins_is_no_empty_archive(backend, monkeypatch):
    """The check may be over as soon as it has begun."""
    publish(backend, page("ferry.txt", FERRY))
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    flip(backend._layout(1).base.tables)
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)
    holder = SnapshotHolder(backend)
    with pytest.raises(IndexDamaged, match=r"base/archive\.sqlite is not what was written"), holder.reading():
        pass
    holder.close()


def test_a_damaged_generation_is_marked_for_every_process_where_that_can_be_done(backend, monkeypatch):
    publish(backend, page("ferry.txt", FERRY))
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    flip(backend._layout(1).base.tables)
    holder = SnapshotHolder(backend)
    with contextlib.suppress(IndexDamaged), holder.reading():
        pass
    checked(holder)
    holder.close()
    with pytest.raises(IndexDamaged, match=r"base/archive\.sqlite is not what was written"):
        LocalBackend(backend._folder).snapshot()


def test_a_mark_that_a_full_disk_took_no_words_of_is_still_one(backend):
    publish(backend, page("ferry.txt", FERRY))
    backend._layout(1).damaged.touch()
    with pytest.raises(IndexDamaged, match="generation 000001 is damaged"):
        backend.snapshot()


def test_what_can_not_be_written_is_one_line_and_the_index_serves(unwritable):
    backend, closed = unwritable
    with closed():
        for attempt in (lambda: backend.draft(*MODEL), lambda: backend.draft(*MODEL, fresh=True), backend.roll_back):
            with pytest.raises(DiskError) as refusal:
                attempt()
            assert str(refusal.value) == (
                f"the index can't be written in {backend._folder}: Permission denied; the index is left as it was"
            )
        assert opened(backend).manifest.documents == 2
    assert publish(backend, page("council.txt", COUNCIL)).documents == 3


# Failures of the moment


def test_too_many_open_files_are_no_damage_wherever_they_are_met(backend):
    """In SQLite, in numpy, in tantivy or in FAISS, each of which says it in its own way."""
    publish(backend, page("ferry.txt", FERRY))
    publish(backend, page("bakery.txt", BAKERY))
    opened(backend).close()
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    told = []
    for room in range(30):
        gc.collect()
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())) + room, usual[1]))
        try:
            backend.snapshot().close()
        except OSError as error:
            told.append(error.errno)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    assert 5 < len(told) < 30
    assert set(told) == {errno.EMFILE}
    assert opened(backend).manifest.documents == 2


def test_short_lines_that_can_not_be_read_are_damage_that_the_next_run_sees(backend, monkeypatch):
    """Of a file that is too large to be looked at whenever it is opened."""
    publish(backend, page("a.md", "Alder grows by the river."))
    monkeypatch.setattr("retrieval.store.local.snapshot.CHECKED_AT_ONCE", 0)
    snapshot = opened(backend)
    path = snapshot._layout.own.lines
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(IndexDamaged):
        snapshot.short_lines()
    with pytest.raises(IndexDamaged):
        backend.snapshot()
