"""Runs: only what changed is done again, what lasts lasts, and whatever goes wrong leaves the old index serving."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
import os
import pkgutil
import shutil
import threading
from itertools import pairwise

import numpy as np
import pytest

from retrieval.errors import ArchiveFolderError, IndexBusy, IndexDamaged
from retrieval.filters import EVERYTHING
from retrieval.indexing import Progress, bring_in_step, index_fingerprint
from retrieval.reading import FORMATS
from retrieval.reading.formats import Format
from retrieval.reading.text import plain_text
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.local.draft import LocalDraft
from retrieval.store.local.snapshot import LocalSnapshot
from retrieval.store.lookups import unreadable
from retrieval.store.protocol import WordQuery

FERRY = "The ferry\n\nIt left the harbour at noon. Three ships waited outside."
BREAD = "Bread\n\nThe bakery on Quill Street sells rye bread."
LONG = "A long page\n\n" + "\n\n".join(f"Pier {n} is closed. " + "Nobody waits there. " * 50 for n in range(4))


def everything_in(folder):
    """Bytes, times and permissions of all that lies in a folder, and of the folder."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        found[path] = (content, status.st_mtime_ns, status.st_ctime_ns, status.st_mode)
    return found


def codes(index):
    return {
        source.path: [passage.code for passage in passages_of(index, source)] for source in index.snapshot().sources()
    }


def passages_of(index, source):
    return cut_passages(index.snapshot().document(source.id))


# --- the first run, and runs that find nothing to do


def test_the_first_run_publishes_all_that_can_be_read(index, put):
    put("ferry.txt", FERRY)
    put("a/bread.md", BREAD)
    report = index.run()
    assert (report.added, report.changed, report.gone, report.moved, report.same) == (
        ("a/bread.md", "ferry.txt"), (), (), (), 0,
    )  # fmt: skip
    assert (report.documents, report.passages, report.generation, report.unreadable) == (2, 2, 1, ())
    assert index.paths() == ["a/bread.md", "ferry.txt"]


def test_what_is_embedded_is_the_context_line_and_the_words(index, put):
    put("ferry.txt", FERRY)
    put("ferry.toml", 'publisher = "Ostrell Courier"\npublished = 2022-05-31')
    index.run()
    assert index.encoder.encoded == [
        "The ferry · Ostrell Courier · 2022-05-31\nIt left the harbour at noon. Three ships waited outside."
    ]


def test_an_unchanged_archive_publishes_nothing_and_loads_no_model(index, put):
    put("ferry.txt", FERRY)
    put("page.pdf", b"%PDF")
    index.run()
    files = everything_in(index.place / "generations")
    report = index.run()
    assert (report.generation, report.same, report.documents, report.passages) == (1, 2, 1, 1)
    assert (report.added, report.changed, report.gone, report.moved) == ((), (), (), ())
    assert [file.path for file in report.unreadable] == ["page.pdf"]
    assert (index.loaded, index.encoder.encoded) == (0, [])
    assert everything_in(index.place / "generations") == files


def test_a_touched_file_is_the_same(index, put):
    path = put("ferry.txt", FERRY)
    index.run()
    os.utime(path, (1, 1))
    report = index.run()
    assert (report.generation, report.same, index.loaded) == (1, 1, 0)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(index, put):
    put("ferry.txt", FERRY)
    put("bread.txt", BREAD)
    index.run()
    put("ferry.txt", FERRY + " And more.")
    put("long.txt", LONG)
    (index.folder / "bread.txt").unlink()
    files = everything_in(index.place)
    report = index.run(dry_run=True)
    assert report.dry_run
    assert (report.added, report.changed, report.gone, report.generation) == (
        ("long.txt",),
        ("ferry.txt",),
        ("bread.txt",),
        1,
    )
    assert index.loaded == 0
    assert everything_in(index.place) == files


def test_a_dry_run_before_the_first_leaves_no_index(index, put):
    put("ferry.txt", FERRY)
    report = index.run(dry_run=True)
    assert (report.added, report.generation) == (("ferry.txt",), None)
    assert index.backend.published() is None


# --- what changed


def test_a_changed_file_embeds_only_its_changed_passages(index, put):
    put("long.txt", LONG)
    put("ferry.txt", FERRY)
    before = index.run()
    assert (before.passages, len(index.encoder.encoded)) == (5, 5)
    kept = codes(index)
    put("long.txt", LONG.replace("Pier 2 is closed.", "Pier 2 is open."))
    report = index.run()
    assert (report.changed, report.same, report.generation, report.passages) == (("long.txt",), 1, 2, 5)
    [encoded] = index.encoder.encoded
    assert "Pier 2 is open." in encoded
    now = codes(index)
    assert now["archive/ferry.txt"] == kept["archive/ferry.txt"]
    assert [one == other for one, other in zip(now["archive/long.txt"], kept["archive/long.txt"], strict=True)] == [
        True, True, False, True,
    ]  # fmt: skip


def test_a_file_of_the_same_size_with_other_words_is_changed(index, put):
    put("ferry.txt", FERRY)
    index.run()
    put("ferry.txt", FERRY.replace("noon", "nine"))
    assert index.run().changed == ("ferry.txt",)
    assert len(index.snapshot().by_words(WordQuery("nine"), EVERYTHING, 9)) == 1


def test_a_changed_sidecar_changes_its_document(index, put):
    put("ferry.txt", FERRY)
    index.run()
    assert index.source("ferry.txt").published is None
    put("ferry.toml", "published = 2022-05-31")
    assert index.run().changed == ("ferry.txt",)
    assert index.source("ferry.txt").published == datetime.date(2022, 5, 31)
    (index.folder / "ferry.toml").unlink()
    assert index.run().changed == ("ferry.txt",)
    assert index.source("ferry.txt").published is None


def test_a_gone_file_leaves_the_index(index, put):
    put("ferry.txt", FERRY)
    put("bread.txt", BREAD)
    index.run()
    (index.folder / "bread.txt").unlink()
    report = index.run()
    assert (report.gone, report.same, report.documents) == (("bread.txt",), 1, 1)
    assert index.paths() == ["ferry.txt"]
    assert index.snapshot().by_words(WordQuery("bread"), EVERYTHING, 9) == []
    assert set(index.snapshot().files()) == {"ferry.txt"}


def test_a_moved_file_keeps_its_document_its_codes_and_its_first_day(index, put, on_day):
    on_day(datetime.date(2024, 1, 1))
    path = put("a/long.txt", LONG)
    put("ferry.txt", FERRY)
    index.run()
    before, kept = index.source("a/long.txt"), codes(index)["archive/a/long.txt"]
    on_day(datetime.date(2024, 6, 1))
    (index.folder / "b").mkdir()
    path.rename(index.folder / "b" / "renamed.txt")
    report = index.run()
    assert (report.moved, report.added, report.gone, report.changed) == (("b/renamed.txt",), (), (), ())
    assert index.encoder.encoded == []
    after = index.source("b/renamed.txt")
    assert (after.id, after.first_seen) == (before.id, datetime.date(2024, 1, 1))
    assert codes(index)["archive/b/renamed.txt"] == kept
    assert after.collection == "b"
    assert index.snapshot().with_code(kept[0])[0].document_id == before.id


def test_a_new_file_where_a_moved_one_was_is_another_document(index, put):
    path = put("long.txt", LONG)
    index.run()
    moved_id = index.source("long.txt").id
    path.rename(index.folder / "renamed.txt")
    index.run()
    put("long.txt", FERRY)
    index.run()
    assert index.source("renamed.txt").id == moved_id
    assert index.source("long.txt").id != moved_id
    put("long.txt", FERRY + " And more.")
    index.run()
    index.run(full=True)
    assert index.source("renamed.txt").id == moved_id


def test_a_copy_is_a_document_of_its_own(index, put):
    put("ferry.txt", FERRY)
    put("copy.txt", FERRY)
    index.run()
    assert index.source("ferry.txt").id != index.source("copy.txt").id


# --- what lasts


def test_full_reads_everything_again_and_keeps_ids_codes_and_first_days(index, put, on_day):
    on_day(datetime.date(2024, 1, 1))
    put("long.txt", LONG)
    put("ferry.txt", FERRY)
    index.run()
    sources, kept = list(index.snapshot().sources()), codes(index)
    on_day(datetime.date(2024, 6, 1))
    report = index.run(full=True)
    assert (report.changed, report.same, report.reread, report.generation) == ((), 2, 2, 2)
    assert list(index.snapshot().sources()) == sources
    assert codes(index) == kept
    assert index.encoder.encoded == []  # the words did not change, so their vectors are in the cache


def test_another_model_rebuilds_the_index_of_an_unchanged_archive(index, put, on_day, new_hash_encoder):
    on_day(datetime.date(2024, 1, 1))
    put("long.txt", LONG)
    put("page.pdf", b"%PDF")
    index.run()
    sources, kept = list(index.snapshot().sources()), codes(index)
    on_day(datetime.date(2024, 6, 1))
    index.encoder = new_hash_encoder("another")
    report = index.run()
    assert (report.generation, len(index.encoder.encoded)) == (2, 4)
    manifest = index.snapshot().manifest
    assert (manifest.model, manifest.fingerprint) == ("another", index_fingerprint(index.encoder.fingerprint))
    assert list(index.snapshot().sources()) == sources
    assert codes(index) == kept
    assert [file.path for file in report.unreadable] == ["page.pdf"]
    assert index.run().generation == 2


def test_newer_files_of_the_same_model_rebuild_the_index(index, put):
    put("ferry.txt", FERRY)
    index.run()
    index.encoder.fingerprint = "fingerprint of newer files"
    report = index.run()
    assert (report.generation, len(index.encoder.encoded)) == (2, 1)
    assert index.run().generation == 2


def test_vectors_of_two_models_are_never_mixed_in_one_index(index, put):
    """Where the fingerprint is known only once the model is loaded, the next change embeds everything anew."""
    index.fingerprint = lambda: None
    put("ferry.txt", FERRY)
    index.run()
    index.encoder.fingerprint = "fingerprint of newer files"
    assert index.run().generation == 1
    put("bread.txt", BREAD)
    index.run()
    assert len(index.encoder.encoded) == 2
    assert index.snapshot().manifest.fingerprint == index_fingerprint("fingerprint of newer files")


def test_a_lost_index_is_made_again_from_the_cache(index, put):
    put("long.txt", LONG)
    index.run()
    kept = codes(index)
    shutil.rmtree(index.place / "generations")
    (index.place / "current").unlink()
    index.run()
    assert (codes(index), index.encoder.encoded) == (kept, [])


def test_the_archive_folder_may_be_read_only_and_nothing_in_it_changes(index, put):
    put("a/ferry.txt", FERRY)
    put("a/ferry.toml", 'title = "x"')
    put("page.pdf", b"%PDF")
    for path in (index.folder, *index.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = everything_in(index.folder)
    try:
        index.run()
        index.run(full=True)
        index.run(dry_run=True)
        assert everything_in(index.folder) == before
        assert index.paths() == ["a/ferry.txt"]
    finally:
        for path in (index.folder, index.folder / "a"):
            path.chmod(0o755)


# --- what can't be read


def test_an_unreadable_file_is_told_with_its_reason_and_the_rest_goes_on(index, put):
    put("a.mp3", b"ID3")
    put("a.pdf", b"%PDF")
    put("b.txt", b"\0\1\2" * 50)
    put("c.txt", " \n")
    put("d.md", "---\ntitle: [\n---\nx")
    put("e.txt", FERRY)
    put("e.json", "{")
    put("f.txt", BREAD)
    report = index.run()
    assert {file.path: file.reason.split(":")[0] for file in report.unreadable} == {
        "a.mp3": "no reader for “.mp3”",
        "a.pdf": "not a PDF, or damaged",
        "b.txt": "holds control characters as only binary files do",
        "c.txt": "holds no text",
        "d.md": "the front matter is not YAML, line 3",
        "e.txt": "its metadata file e.json can't be read",
    }
    assert index.paths() == ["f.txt"]
    assert unreadable(index.snapshot().told_of()) == list(report.unreadable)


def test_a_mended_file_is_read(index, put):
    put("ferry.txt", b"\0\1\2" * 50)
    put("bread.txt", BREAD)
    index.run()
    put("ferry.txt", FERRY)
    report = index.run()
    assert (report.changed, report.unreadable, report.documents) == (("ferry.txt",), (), 2)


def test_a_document_whose_file_can_no_longer_be_read_leaves_the_index_with_the_reason(index, put):
    put("ferry.txt", FERRY)
    put("bread.txt", BREAD)
    index.run()
    put("ferry.txt", b"\0\1\2" * 50)
    report = index.run()
    assert [file.path for file in report.unreadable] == ["ferry.txt"]
    assert index.paths() == ["bread.txt"]


def test_a_document_that_could_not_be_read_for_a_while_keeps_its_id_its_codes_and_its_first_day(index, put, on_day):
    on_day(datetime.date(2024, 1, 1))
    put("old.txt", FERRY)
    put("bread.txt", BREAD)
    index.run()
    (index.folder / "old.txt").rename(index.folder / "ferry.txt")
    index.run()
    before, kept = index.source("ferry.txt"), codes(index)["archive/ferry.txt"]
    on_day(datetime.date(2024, 6, 1))
    put("ferry.txt", b"\0\1\2" * 50)
    index.run()
    assert index.paths() == ["bread.txt"]
    put("ferry.txt", FERRY)
    index.run()
    assert (index.source("ferry.txt").id, index.source("ferry.txt").first_seen) == (before.id, before.first_seen)
    assert codes(index)["archive/ferry.txt"] == kept


def with_format(monkeypatch, ending: str, reader: str) -> None:
    """As if the program had another reader, here and in the processes that read."""
    monkeypatch.setitem(FORMATS, ending, Format(reader, plain_text.read))
    program = f"""
from retrieval.reading import formats, worker
from retrieval.reading.text import plain_text
formats.FORMATS[{ending!r}] = formats.Format({reader!r}, plain_text.read)
worker.main()
"""
    monkeypatch.setattr("retrieval.reading.processes.PROGRAM", ("-c", program))


def test_a_newer_reader_reads_its_files_again_and_no_others(index, put, monkeypatch):
    put("ferry.txt", FERRY)
    put("bread.md", BREAD)
    index.run()
    with_format(monkeypatch, ".txt", "text/2")
    report = index.run()
    assert (report.changed, report.same) == (("ferry.txt",), 1)
    assert index.source("ferry.txt").reader == "text/2"
    assert index.run().changed == ()


def test_a_file_that_no_reader_knew_is_read_once_there_is_one(index, put, monkeypatch):
    put("ferry.log", FERRY)
    put("bread.md", BREAD)
    assert [file.path for file in index.run().unreadable] == ["ferry.log"]
    with_format(monkeypatch, ".log", "log/1")
    report = index.run()
    assert (report.changed, report.unreadable) == (("ferry.log",), ())
    assert index.paths() == ["bread.md", "ferry.log"]


def test_a_file_removed_while_the_run_goes_on_is_told_and_read_when_it_is_back(index, put):
    """The model is loaded after the walk and before the reading, so that is where the file goes away."""
    path = put("ferry.txt", FERRY)
    put("bread.txt", BREAD)
    load, times = index._load, path.stat()

    def load_and_remove():
        path.unlink()
        return load()

    index._load = load_and_remove
    report = index.run()
    assert [(file.path, file.reason) for file in report.unreadable] == [
        ("ferry.txt", "can't be opened: No such file or directory")
    ]
    assert index.paths() == ["bread.txt"]
    index._load = load
    put("ferry.txt", FERRY)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    report = index.run()
    assert (index.paths(), report.unreadable) == (["bread.txt", "ferry.txt"], ())


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"\xff", b"folder \xe9/page.txt"])
def test_a_name_that_is_not_utf8_stops_nothing(index, put, name):
    put("bread.txt", BREAD)
    path = index.folder / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(FERRY)
    report = index.run()
    assert index.paths() == ["bread.txt"]
    said = [*report.notes, *(f"{file.path}: {file.reason}" for file in report.unreadable)]
    assert any("name" in line for line in said)
    assert index.run().generation == 1


@pytest.mark.parametrize(
    "name", ["new\nline.txt", "a'b\"c.txt", "ünï 漢字 🙂.txt", "-rf.txt", "a%20b;c.txt", "x" * 240 + ".txt"]
)
def test_odd_names_are_names(index, put, name):
    put(name, FERRY)
    assert index.run().unreadable == ()
    assert index.paths() == [name]
    assert set(index.snapshot().files()) == {name}


# --- what goes wrong


@pytest.mark.parametrize("emptied", ["missing", "empty", "only hidden files", "only sidecars"])
def test_an_empty_or_missing_folder_changes_nothing_and_says_so(index, put, emptied):
    put("ferry.txt", FERRY)
    index.run()
    shutil.rmtree(index.folder)
    if emptied != "missing":
        index.folder.mkdir()
    if emptied == "only hidden files":
        put(".ferry.txt", FERRY)
    if emptied == "only sidecars":
        put("ferry.toml", "")
    for how in ({}, {"full": True}, {"dry_run": True}):
        with pytest.raises(ArchiveFolderError) as refusal:
            index.run(**how)
        [line] = str(refusal.value).splitlines()
        assert str(index.folder) in line
        assert line.endswith("the index is left as it was")
    assert index.backend.published() == 1
    assert index.paths() == ["ferry.txt"]


class Broken(Exception):
    pass


def test_a_run_that_breaks_leaves_the_old_index_and_the_next_run_works(index, put):
    put("ferry.txt", FERRY)
    index.run()
    put("bread.txt", BREAD)
    encode = index.encoder.encode

    def breaks(texts):
        raise Broken

    index.encoder.encode = breaks
    with pytest.raises(Broken):
        index.run()
    assert (index.backend.published(), index.paths()) == (1, ["ferry.txt"])
    index.encoder.encode = encode
    report = index.run()
    assert (report.added, report.generation) == (("bread.txt",), 2)


def test_a_run_can_be_stopped_at_any_report(index, put):
    put("ferry.txt", FERRY)
    index.run()
    put("long.txt", LONG)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.run(report=stop)
    assert index.paths() == ["ferry.txt"]
    assert index.run().documents == 2


def test_vectors_that_do_not_fit_the_index_stop_the_run(index, put):
    put("ferry.txt", FERRY)
    index.run()
    put("bread.txt", BREAD)
    index.encoder.encode = lambda texts: np.zeros((len(texts), 3), np.float32)
    with pytest.raises((IndexDamaged, ValueError, AssertionError)):
        index.run()
    assert index.paths() == ["ferry.txt"]


def test_only_one_run_at_a_time(index, put):
    put("ferry.txt", FERRY)
    draft = index.backend.draft("hash", index.encoder.fingerprint, 16)
    with pytest.raises(IndexBusy):
        index.run()
    draft.discard()
    assert index.run().generation == 1


@pytest.mark.parametrize("damage", ["pointer", "pointer to nothing", "manifest", "vectors.rows", "archive.sqlite"])
@pytest.mark.parametrize("runs", [1, 2])
def test_a_damaged_index_is_made_anew_and_that_is_said(index, put, on_day, damage, runs):
    """Of two generations the other still knows the page's first day; of one, the tables do, unless they are what is
    damaged.
    """
    first = datetime.date(2024, 1, 1)
    on_day(first)
    put("ferry.txt", FERRY)
    index.run()
    kept = codes(index)
    if runs == 2:
        put("bread.txt", BREAD)
        index.run()
    match damage:
        case "pointer":
            (index.place / "current").write_text("garbage")
        case "pointer to nothing":
            (index.place / "current").write_text("000007")
        case "manifest":
            (index.place / "generations" / f"{runs:06d}" / "manifest.json").write_text("[]")
        case name:
            (index.place / "generations" / f"{runs:06d}" / name).write_bytes(b"garbage")
    on_day(datetime.date(2025, 1, 1))
    assert index.run(dry_run=True).notes
    report = index.run()
    assert report.documents == runs
    [note] = report.notes
    assert note.endswith("; the index is made anew from the archive")
    assert kept.items() <= codes(index).items()
    if damage != "archive.sqlite" or runs == 2:
        assert index.source("ferry.txt").first_seen == first
    assert index.encoder.encoded == []  # their vectors are in the cache
    assert index.run().generation == report.generation


def test_progress_goes_from_file_to_file_up_to_the_last(index, put, monkeypatch):
    monkeypatch.setattr("retrieval.indexing.build.BATCH", 3)
    for number in range(7):
        put(f"{number}.txt", f"Page {number}\n\nThe ferry left pier {number}.")
    seen: list[Progress] = []
    index.run(report=seen.append)
    read, indexed = seen[:7], seen[7:]
    assert [(step.files, step.of_files, step.passages, step.share) for step in read] == [
        (number, 7, 0, 0.0) for number in range(1, 8)
    ]
    assert {(step.files, step.of_files) for step in indexed} == {(7, 7)}
    assert sorted({step.passages for step in indexed} | {0}) == [0, 3, 6, 7]
    assert all(sooner.passages <= later.passages for sooner, later in pairwise(indexed))
    assert indexed[-1].share == 1  # in between it depends on how many texts were taken ahead
    assert indexed[-1].pace > 0
    assert all(later.seconds >= sooner.seconds >= 0 for sooner, later in pairwise(seen))


def test_a_long_document_is_encoded_in_parts_and_indexed_as_at_once(index, put, monkeypatch):
    def indexed():
        index.run(full=True)
        snapshot = index.snapshot()
        [source] = snapshot.sources()
        [vector] = index.encoder.encode([f"{source.context}\n{LONG[13:]}"])
        hits = snapshot.by_vector(vector, EVERYTHING, 9)
        keys = {snapshot.passages([key])[key].code: key for key, _ in hits}
        directions = snapshot.directions(list(keys.values()))
        found = {snapshot.passages([key])[key].code: score for key, score in hits}
        return found, {code: directions[key].tolist() for code, key in keys.items()}

    put("long.txt", LONG)
    put("ferry.txt", "")
    at_once = indexed()
    assert len(at_once[0]) == 4
    monkeypatch.setattr("retrieval.indexing.build.AT_ONCE", 3)
    (index.place / "cache.sqlite").unlink()
    parts = []
    encode = index.encoder.encode_passages
    index.encoder.encode_passages = lambda texts, spans: parts.append(len(texts)) or encode(texts, spans)
    assert indexed() == at_once
    assert parts == [3, 1]


def test_a_run_that_is_stopped_keeps_what_it_encoded_and_leaves_nothing_running(index, put, monkeypatch):
    monkeypatch.setattr("retrieval.indexing.build.BATCH", 4)
    monkeypatch.setattr("retrieval.encoding.cache._STEP", 2)
    for number in range(20):
        put(f"{number:02}.txt", f"Page {number}\n\nThe ferry left pier {number}.")

    def stop(progress):
        if progress.passages >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.run(report=stop)
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]
    assert index.backend.published() is None
    before = set(index.encoder.encoded)
    assert 6 <= len(before) < 20
    assert index.run().passages == 20
    assert before.isdisjoint(index.encoder.encoded) and len(before) + len(index.encoder.encoded) == 20


def test_what_goes_wrong_while_cutting_encoding_or_writing_is_told_and_ends_all_of_it(index, put, monkeypatch):
    monkeypatch.setattr("retrieval.indexing.build.BATCH", 2)
    for number in range(12):
        put(f"{number:02}.txt", f"Page {number}\n\nThe ferry left pier {number}.")
    for place in (
        "retrieval.indexing.build.cut_passages",
        "retrieval.encoding.cache.VectorCache._keep",
        "retrieval.store.local.draft.LocalDraft.add",
    ):
        with monkeypatch.context() as broken:
            broken.setattr(place, raising_at_the(3, place))
            with pytest.raises(RuntimeError, match=place):
                index.run()
        assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]
        assert index.backend.published() is None
    assert index.run().documents == 12


def raising_at_the(call, place):
    """What stands at `place`, until it is called for the so manyth time."""
    module, _, name = place.rpartition(".")
    home = pkgutil.resolve_name(module)
    real, calls = getattr(home, name), itertools.count(1)

    def raising(*arguments, **named):
        if next(calls) >= call:
            raise RuntimeError(place)
        return real(*arguments, **named)

    return raising


def test_a_report_is_a_value(index, put):
    put("ferry.txt", FERRY)
    with pytest.raises(dataclasses.FrozenInstanceError):
        index.run().documents = 3


def test_links_and_pipes_are_reported_and_the_rest_goes_on(index, put, tmp_path):
    put("ferry.txt", FERRY)
    (tmp_path / "outside.txt").write_text("outside")
    (index.folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    (index.folder / "broken.txt").symlink_to("nowhere")
    os.mkfifo(index.folder / "pipe.txt")
    unreadable = {file.path: file.reason for file in index.run().unreadable}
    assert unreadable == {
        "broken.txt": "a link, and links are not followed",
        "out.txt": "a link, and links are not followed",
        "pipe.txt": "not a regular file",
    }
    assert index.paths() == ["ferry.txt"]
    assert index.run().generation == 1
    (index.folder / "ferry.txt").unlink()
    with pytest.raises(ArchiveFolderError, match="holds no documents; the index is left as it was"):
        index.run()


def test_a_file_that_became_a_link_is_gone_from_the_index(index, put, tmp_path):
    put("bread.txt", BREAD)
    path = put("ferry.txt", FERRY)
    index.run()
    path.rename(tmp_path / "ferry.txt")
    path.symlink_to(tmp_path / "ferry.txt")
    index.run()
    assert index.paths() == ["bread.txt"]


def test_a_run_that_another_overtook_while_it_looked_does_nothing(index, put, monkeypatch):
    put("ferry.txt", FERRY)
    index.run()
    put("bread.txt", BREAD)
    opened = index.backend.snapshot

    def overtaken():
        monkeypatch.undo()
        before = opened()
        index.run()
        return before

    monkeypatch.setattr(index.backend, "snapshot", overtaken)
    with pytest.raises(IndexBusy, match="just brought this index in step"):
        index.run()
    assert index.paths() == ["bread.txt", "ferry.txt"]


@pytest.mark.parametrize("content", [None, b"\0" * 100])
def test_a_damaged_base_costs_no_identity_and_no_old_code(folder, put, tmp_path, hash_encoder, content):
    """Both generations share it."""
    backend = LocalBackend(tmp_path / "data", Sizes(own_bytes=0, own_share=1e9, exact_up_to=0))

    def run():
        return bring_in_step(folder, backend, "hash", lambda: hash_encoder, tmp_path / "cache.sqlite")

    put("ferry.txt", FERRY)
    put("bread.txt", BREAD)
    run()
    with contextlib.closing(backend.snapshot()) as first:
        ferry = first.files()["ferry.txt"].documents[0]
        [code] = [passage.code for passage in cut_passages(first.document(ferry))][:1]
    put("ferry.txt", "The ferry\n\nIt never left.")
    run()
    for tables in (tmp_path / "data").rglob("base/archive.sqlite"):
        if content is None:
            tables.unlink()
        else:
            with tables.open("r+b") as file:
                file.write(content)
    report = run()
    assert report.notes and report.documents == 2
    with contextlib.closing(backend.snapshot()) as now:
        assert now.files()["ferry.txt"].documents == (ferry,)
        assert [old.code for old in now.retired(code)] == [code]


def test_only_records_of_files_that_differ_are_fetched_and_written(index, put, monkeypatch):
    for number in range(9):
        put(f"{number}.txt", f"Page {number}\n\nThe ferry left pier {number}.")
    put("notes.xyz", "of a kind that is not read")
    index.run()
    fetched, written = [], []
    files, set_files = LocalSnapshot.files, LocalDraft.set_files

    def fetch(snapshot, paths=None):
        found = files(snapshot, paths)
        fetched.extend(found)
        return found

    def write(draft, records, gone=()):
        held, left = list(records), list(gone)
        written.append(([record.path for record in held], left))
        set_files(draft, held, left)

    monkeypatch.setattr(LocalSnapshot, "files", fetch)
    monkeypatch.setattr(LocalDraft, "set_files", write)
    assert index.run().generation == 1
    assert (fetched, written) == ([], [])
    put("3.txt", "Page 3\n\nThe ferry came back to pier 3.")
    (index.folder / "5.txt").unlink()
    (index.folder / "7.txt").rename(index.folder / "moved.txt")
    os.utime(index.folder / "1.txt", ns=(1, 1))
    report = index.run()
    assert (report.changed, report.gone, report.moved) == (("3.txt",), ("5.txt",), ("moved.txt",))
    assert set(fetched) == {"1.txt", "3.txt", "5.txt", "7.txt"}
    assert [(set(paths), set(gone)) for paths, gone in written] == [
        ({"1.txt", "3.txt", "moved.txt"}, {"5.txt", "7.txt"})
    ]
    assert [each.path for each in report.unreadable] == ["notes.xyz"]
    fetched.clear()
    assert index.run().generation == 2  # with the stamp that was written, nothing differs
    assert fetched == []
