"""The snapshot that stays open between questions: always the newest, and closed when its last reader is done."""

from __future__ import annotations

from little_archive import BAKERY, FERRY, page, publish

from retrieval.store.holder import SnapshotHolder


def watched(snapshot) -> list[str]:
    """Fills when the snapshot is closed."""
    closed, close = [], snapshot.close

    def close_and_tell() -> None:
        closed.append("closed")
        close()

    snapshot.close = close_and_tell
    return closed


def test_before_the_first_generation_there_is_no_snapshot(backend):
    holder = SnapshotHolder(backend)
    with holder.reading() as snapshot:
        assert snapshot is None
    publish(backend, page("ferry.txt", FERRY))
    with holder.reading() as snapshot:
        assert snapshot.manifest.generation == 1
    holder.close()


def test_one_generation_is_opened_once(backend):
    publish(backend, page("ferry.txt", FERRY))
    holder = SnapshotHolder(backend)
    with holder.reading() as one, holder.reading() as other:
        assert one is other
    with holder.reading() as again:
        assert again is one
    holder.close()


def test_a_reader_keeps_its_snapshot_and_the_next_one_gets_the_new(backend):
    publish(backend, page("ferry.txt", FERRY))
    holder = SnapshotHolder(backend)
    with holder.reading() as old:
        closed = watched(old)
        publish(backend, page("bakery.txt", BAKERY))
        with holder.reading() as new:
            assert (old.manifest.generation, new.manifest.generation) == (1, 2)
        assert closed == []
        assert len(list(old.sources())) == 1
    assert closed == ["closed"]
    holder.close()


def test_a_snapshot_that_nobody_reads_is_closed_when_a_newer_is_opened(backend):
    publish(backend, page("ferry.txt", FERRY))
    holder = SnapshotHolder(backend)
    with holder.reading() as old:
        closed = watched(old)
    publish(backend, page("bakery.txt", BAKERY))
    assert closed == []
    with holder.reading():
        assert closed == ["closed"]
    holder.close()


def test_closing_waits_for_the_last_reader(backend):
    publish(backend, page("ferry.txt", FERRY))
    holder = SnapshotHolder(backend)
    with holder.reading() as one:
        closed = watched(one)
        with holder.reading():
            holder.close()
            assert closed == []
        assert closed == []
        assert len(list(one.sources())) == 1
    assert closed == ["closed"]
    holder.close()
    assert closed == ["closed"]


def test_a_block_that_fails_gives_its_snapshot_back(backend):
    publish(backend, page("ferry.txt", FERRY))
    holder = SnapshotHolder(backend)
    try:
        with holder.reading() as snapshot:
            closed = watched(snapshot)
            raise KeyError
    except KeyError:
        holder.close()
    assert closed == ["closed"]
