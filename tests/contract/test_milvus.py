"""Milvus alone: its address, its leases, what is kept and pruned, words that fill no row, and when it is away."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lite_server import free_port, lite_server
from little_archive import BAKERY, FERRY, MODEL, add, everything_of, opened, page, publish, three_pages, vector_of

from retrieval.errors import IndexBusy, IndexDamaged, SettingsError, StoreUnavailable
from retrieval.filters import EVERYTHING
from retrieval.settings import RetrievalSettings
from retrieval.splitting import cut_passages
from retrieval.store.milvus.address import Address
from retrieval.store.opening import store_of
from retrieval.store.protocol import WordQuery

pytest.importorskip("pymilvus")
from retrieval.store.milvus.backend import MilvusBackend
from retrieval.store.milvus.engine import Engine
from retrieval.store.milvus.leases import Terms
from retrieval.store.milvus.names import Generation, alias_of
from retrieval.store.milvus.records import pack, unpacked
from retrieval.store.milvus.weights import USUAL_LENGTH, saturation, stretch

HERE = Path(__file__).parent


@pytest.fixture
def address(milvus_server, tmp_path):
    return Address(milvus_server, "t" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:16])


@pytest.fixture
def backend(address):
    return MilvusBackend(address)


# --- the address


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("milvus://box", Address("http://box:19530")),
        ("milvus://box:9/news", Address("http://box:9", "news")),
        ("milvus+tls://box/news/", Address("https://box:19530", "news")),
        ("milvus://[::1]:9", Address("http://[::1]:9")),
        (
            "milvus://box/a?index=DISKANN&shards=8&replicas=2",
            Address("http://box:19530", "a", "DISKANN", shards=8, replicas=2),
        ),
        ("/srv/archive.db", Address("/srv/archive.db")),
    ],
)
def test_an_address_names_a_server_or_a_file(said, meant):
    assert Address.of(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "", "milvus", "http://box:19530", "milvus://", "milvus://box:x", "milvus://box:99999", "milvus://box/a-b",
        "milvus://box/a/b", "milvus://box/1", "milvus://box?index=FAST", "milvus://box?shards=0", "milvus://box?x=1",
        "milvus://box?replicas=many", "archive.sqlite", "milvus://user:secret@box",
    ],
)  # fmt: skip
def test_what_is_no_address_is_one_line_that_tells_no_password(said):
    with pytest.raises(SettingsError) as refused:
        Address.of(said)
    assert "\n" not in str(refused.value) and "secret" not in str(refused.value)


def test_the_setting_chooses_the_store(tmp_path, monkeypatch, milvus_server):
    monkeypatch.setenv("ARCHIVIST_DATA", str(tmp_path))
    assert not isinstance(store_of(RetrievalSettings()), MilvusBackend)
    monkeypatch.setenv("ARCHIVIST_STORE", milvus_server.replace("http", "milvus") + f"/{'a' * 20}")
    store = store_of(RetrievalSettings())
    assert isinstance(store, MilvusBackend) and store.published() is None


def test_without_pymilvus_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setenv("ARCHIVIST_STORE", "milvus://box")
    monkeypatch.setitem(sys.modules, "retrieval.store.milvus.backend", None)  # as if an import in it had failed
    with pytest.raises(SettingsError, match=r"^ARCHIVIST_STORE: Milvus needs pymilvus: .*'\.\[milvus\]'$"):
        store_of(RetrievalSettings())


# --- when it is away


def test_an_outage_does_not_look_like_an_empty_archive():
    away = MilvusBackend(Address("http://127.0.0.1:1"))
    for ask in (away.published, away.snapshot, lambda: away.draft(*MODEL)):
        with pytest.raises(StoreUnavailable) as outage:
            ask()
        [line] = str(outage.value).splitlines()
        assert line.startswith("Milvus at http://127.0.0.1:1: ")


def test_a_snapshot_says_when_its_server_is_gone_and_reads_on_when_it_is_back(tmp_path):
    pytest.importorskip("milvus_lite")
    port = free_port()
    with lite_server(tmp_path, port) as address:
        backend = MilvusBackend(Address(address))
        publish(backend, *three_pages())
        snapshot = opened(backend)
        before = everything_of(snapshot)
    for ask in (backend.published, lambda: snapshot.by_words(WordQuery("ferry"), EVERYTHING, 9), snapshot.files):
        with pytest.raises(StoreUnavailable):
            ask()
    with lite_server(tmp_path, port):
        until = time.monotonic() + 30
        while True:  # the client waits a moment before it connects again
            try:
                assert everything_of(snapshot) == before
                break
            except StoreUnavailable:
                assert time.monotonic() < until
                time.sleep(0.1)
        snapshot.close()


# --- leases


def test_a_writer_that_lives_keeps_its_lease_however_long_it_thinks(address):
    impatient = MilvusBackend(address, terms=Terms(writer=0.5))
    draft = impatient.draft(*MODEL)
    time.sleep(1.5)
    with pytest.raises(IndexBusy):
        MilvusBackend(address).draft(*MODEL)
    add(draft, page("ferry.txt", FERRY))
    assert impatient.publish(draft).documents == 1


def test_a_writer_that_was_taken_for_dead_does_not_publish(address, monkeypatch):
    slow = MilvusBackend(address, terms=Terms(writer=0.4))
    monkeypatch.setattr("retrieval.store.milvus.leases.WriterLease._renew", lambda self: None)
    draft = slow.draft(*MODEL)
    add(draft, page("ferry.txt", FERRY))
    time.sleep(0.6)
    monkeypatch.undo()
    other = MilvusBackend(address)
    publish(other, page("bakery.txt", BAKERY))
    with pytest.raises((IndexBusy, IndexDamaged)):  # its collections were cleared away, or its lease is seen to be over
        slow.publish(draft)
    assert [source.path for source in opened(other).sources()] == ["archive/bakery.txt"]


# --- what is kept


def kept(address) -> set[int]:
    named = (Generation.named(name, address.name) for name in Engine(address).collections())
    return {generation.number for generation in named if generation}


def test_the_generation_before_is_kept_and_older_ones_are_pruned(address, backend):
    for n in range(4):
        publish(backend, page(f"{n}.txt", FERRY))
    assert kept(address) == {3, 4}


def test_a_generation_that_is_read_is_pruned_once_it_is_closed(address, backend):
    publish(backend, page("0.txt", FERRY))
    reader = opened(MilvusBackend(address))
    for n in range(1, 4):
        publish(backend, page(f"{n}.txt", FERRY))
    assert kept(address) == {1, 3, 4}
    assert len(everything_of(reader)) == 1
    reader.close()
    publish(backend, page("4.txt", FERRY))
    assert kept(address) == {4, 5}


def test_a_reader_of_a_pruned_generation_is_told_so(address, backend):
    publish(backend, *three_pages())
    asleep = opened(MilvusBackend(address, terms=Terms(reader=0.05)))
    time.sleep(0.1)
    for n in range(2):
        publish(backend, page(f"{n}.txt", FERRY))
    for ask in (
        lambda: asleep.by_words(WordQuery("ferry"), EVERYTHING, 9),
        lambda: asleep.by_vector(vector_of("x"), EVERYTHING, 9),
        lambda: asleep.document(three_pages()[0].source.id),
        lambda: list(asleep.sources()),
    ):
        with pytest.raises(IndexDamaged, match="is not in the store any more; ask again"):
            ask()
    assert opened(backend).manifest.generation == 3


def test_a_discarded_draft_leaves_no_collection(address, backend):
    backend.draft(*MODEL).discard()
    assert kept(address) == set()


# --- damage


def records_of(address) -> str:
    named = (Generation.named(name, address.name) for name in Engine(address).collections())
    [generation] = {generation for generation in named if generation}
    return generation.records


def test_an_alias_for_something_else_is_damage(address, backend):
    publish(backend, *three_pages())
    engine = Engine(address)
    engine.move(alias_of(address.name), f"{address.name}_leases")
    with pytest.raises(IndexDamaged, match="which is no generation"):
        backend.published()
    assert publish(backend, page("bakery.txt", BAKERY), fresh=True).documents == 1


@pytest.mark.parametrize("taken", ['kind == "source"', 'kind == "manifest"'])
def test_records_that_are_missing_are_damage(address, backend, taken):
    publish(backend, *three_pages())
    Engine(address).delete(records_of(address), taken)
    with pytest.raises(IndexDamaged, match="generation 000001"):
        backend.snapshot()


def test_a_text_that_is_missing_is_damage_and_not_silence(address, backend):
    publish(backend, *three_pages())
    Engine(address).delete(records_of(address), 'kind == "text"')
    with pytest.raises(IndexDamaged):
        opened(backend).text(three_pages()[0].source.id)


@pytest.mark.parametrize("content", [b"", b"\0\xff", "half a \ud800 character".encode("utf-8", "surrogatepass")])
def test_what_is_packed_comes_back(content):
    assert unpacked(pack(content)) == content


@pytest.mark.parametrize("spoiled", ["", "!", "AAAA", pack(b"text")[:-4], pack(b"text") + "AAAA"[:3]])
def test_what_is_packed_wrongly_is_damage(spoiled):
    with pytest.raises(IndexDamaged):
        unpacked(spoiled)


# --- more words than a row holds


def test_a_passage_of_more_words_than_a_row_holds_is_found_like_any_other(backend):
    words = " ".join(f"word{n}" for n in range(12_000)) + " zeppelin over the harbour"
    long = page("long.txt", f"{words}.")
    publish(backend, long, *three_pages())
    publish(backend, page("more.txt", BAKERY))  # copied once
    snapshot = opened(backend)
    [code] = [passage.code for passage in cut_passages(long)]
    for query in (
        WordQuery("zeppelin"),
        WordQuery("zeppelin harbour word77", every_word=True),
        WordQuery("", phrases=("zeppelin over the harbour",)),
        WordQuery("zeppelin", without=("over zeppelin", "ship")),
    ):
        found = snapshot.passages([key for key, _ in snapshot.by_words(query, EVERYTHING, 9)])
        assert [passage.code for passage in found.values()] == [code]
    assert snapshot.by_words(WordQuery("zeppelin", without=("harbour",)), EVERYTHING, 9) == []
    assert snapshot.by_words(WordQuery("", phrases=("over zeppelin",)), EVERYTHING, 9) == []
    assert snapshot.rarity(["word77"])["word77"] > snapshot.rarity(["harbour"])["harbour"]
    assert snapshot.document(long.source.id) == long


# --- the bound


@pytest.mark.parametrize("mean", [1.0, 12.0, 99.0, 100.0, 180.0, 5000.0])
@pytest.mark.parametrize("field", sorted(USUAL_LENGTH))
def test_no_term_is_worth_more_than_its_stored_weight_promises(field, mean):
    for count in (1, 2, 7, 50):
        for length in (1, 10, 100, 1000):
            bound = stretch(field, mean) * saturation(count, length, USUAL_LENGTH[field])
            assert saturation(count, length, mean) <= bound * (1 + 1e-12)


# --- a file of Milvus Lite

WRITE_AND_DIE = """
import os, signal, sys
from little_archive import FERRY, MODEL, add, page, publish
from retrieval.store.milvus.address import Address
from retrieval.store.milvus.backend import MilvusBackend
backend = MilvusBackend(Address(sys.argv[1]))
publish(backend, page("ferry.txt", FERRY))
if sys.argv[2] == "drafting":
    add(backend.draft(*MODEL), page("bakery.txt", FERRY))
else:
    MilvusBackend._move_pointer = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    publish(backend, page("bakery.txt", FERRY))
os.kill(os.getpid(), signal.SIGKILL)
"""
READ = """
import sys
from little_archive import everything_of, opened
from retrieval.store.milvus.address import Address
from retrieval.store.milvus.backend import MilvusBackend
snapshot = opened(MilvusBackend(Address(sys.argv[1])))
print(snapshot.manifest.generation, len(everything_of(snapshot)))
"""


def run(code, *arguments):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("moment", ["drafting", "before the pointer moves"])
def test_a_file_whose_writer_was_killed_is_read_by_the_next_process(tmp_path, moment):
    pytest.importorskip("milvus_lite")
    file = tmp_path / "archive.db"
    assert run(WRITE_AND_DIE, file, moment).returncode == -signal.SIGKILL
    read = run(READ, file)
    assert read.stdout == "1 1\n", read.stderr


def test_a_file_that_another_process_has_open_is_said_to_be(tmp_path):
    pytest.importorskip("milvus_lite")
    file = tmp_path / "archive.db"
    publish(MilvusBackend(Address(str(file))), page("ferry.txt", FERRY))
    read = run(READ, file)
    assert read.returncode == 1
    assert "one process at a time has a file of Milvus Lite open" in read.stderr


# --- vector indexes


@pytest.mark.parametrize("index", ["HNSW", "IVF_SQ8"])
def test_a_score_is_exact_whatever_index_found_it(milvus_server, tmp_path, index):
    name = "t" + hashlib.sha256(str(tmp_path).encode()).hexdigest()[:16]
    backend = MilvusBackend(Address(milvus_server, name, index))
    publish(backend, *(page(f"{n}.txt", f"Pier {n} is closed.") for n in range(300)))
    snapshot = opened(backend)
    vector = vector_of("Pier 17 is closed.")
    found = snapshot.by_vector(vector, EVERYTHING, 10)
    assert snapshot.cosines(vector, [key for key, _ in found]) == dict(found)
    assert found[0][1] == pytest.approx(1, abs=1e-6)
    snapshot.close()
