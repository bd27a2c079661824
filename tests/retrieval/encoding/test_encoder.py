"""The real model, and the cache in front of it."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
import pytest

from retrieval.encoding import VectorCache, load_encoder
from retrieval.errors import ModelError

TEXTS = ["The ferry left the harbour at noon.", "Bread is baked with caraway.", "A ship sailed at midday.", ""]


def test_vectors_have_unit_length_one_row_a_text(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimensions) == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_rows_come_in_the_order_of_the_texts_whatever_is_beside_them(encoder):
    whole = encoder.encode([*TEXTS, "A much longer text, so that the batch is padded. " * 20])
    for place, text in enumerate(TEXTS):
        assert encoder.encode([text])[0] == pytest.approx(whole[place], abs=1e-4)


def test_like_meanings_are_near(encoder):
    ferry, bread, ship, _ = encoder.encode(TEXTS)
    assert ferry @ ship > ferry @ bread + 0.2


def test_nothing_gives_no_rows(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_odd_text_is_encoded_all_the_same(encoder):
    assert encoder.encode(["\ud800", "\0", "🙂", "漢字", "\u202e", "a" * 50_000]).shape == (6, 384)


def test_several_threads_get_what_one_would(encoder):
    expected = encoder.encode(TEXTS)
    got = {}
    threads = [threading.Thread(target=lambda n=n: got.update({n: encoder.encode(TEXTS)})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(got[n] == pytest.approx(expected, abs=1e-5) for n in range(4))


@pytest.mark.parametrize("name", ["no/such-model-of-ours", "/nowhere/at/all"])
def test_a_model_that_is_not_on_this_machine_is_told_and_nothing_is_fetched(name):
    with pytest.raises(ModelError, match=f"^the model {name} can't be loaded: ") as refusal:
        load_encoder(name, offline=True)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_folder_without_safe_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04N.")  # a pickle
    with pytest.raises(ModelError, match="can't be loaded"):
        load_encoder(str(tmp_path))


# --- the cache


@pytest.fixture
def cache(tmp_path):
    opened = VectorCache(tmp_path / "new" / "cache.sqlite")
    yield opened
    opened.close()


def test_what_was_encoded_once_is_not_encoded_again(cache, hash_encoder):
    first = cache.encode(["a", "b", "a"], hash_encoder)
    assert hash_encoder.encoded == ["a", "b"]
    again = cache.encode(["c", "b", "a"], hash_encoder)
    assert hash_encoder.encoded == ["a", "b", "c"]
    assert np.array_equal(again[1:], first[[1, 0]])
    assert np.array_equal(first[0], first[2])


def test_another_model_has_vectors_of_its_own(cache, hash_encoder, new_hash_encoder):
    other = new_hash_encoder("other")
    assert not np.array_equal(cache.encode(["a"], hash_encoder), cache.encode(["a"], other))
    assert other.encoded == ["a"]


def test_the_cache_outlives_the_process(cache, tmp_path, hash_encoder):
    first = cache.encode(["a", "\ud800"], hash_encoder)
    cache.close()
    again = VectorCache(tmp_path / "new" / "cache.sqlite")
    assert np.array_equal(again.encode(["a", "\ud800"], hash_encoder), first)
    assert len(hash_encoder.encoded) == 2
    again.close()


def test_nothing_asked_is_nothing_encoded(cache, hash_encoder):
    assert cache.encode([], hash_encoder).shape == (0, hash_encoder.dimensions)


def test_more_texts_than_one_statement_takes(cache, hash_encoder):
    texts = [str(number) for number in range(1203)]
    assert np.array_equal(cache.encode(texts, hash_encoder), cache.encode(texts, hash_encoder))
    assert len(hash_encoder.encoded) == 1203


def test_a_damaged_cache_is_begun_anew(tmp_path, hash_encoder):
    (tmp_path / "cache.sqlite").write_bytes(b"not a database, but as long as the header of one would be" * 20)
    cache = VectorCache(tmp_path / "cache.sqlite")
    assert cache.encode(["a"], hash_encoder).shape == (1, hash_encoder.dimensions)
    cache.close()


def test_a_cache_in_use_by_another_process_is_not_thrown_away(tmp_path, hash_encoder, monkeypatch):
    path = tmp_path / "cache.sqlite"
    first = VectorCache(path)
    first.encode(["a"], hash_encoder)
    first.close()
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda place, timeout: real(place, timeout=0.05))
    other = real(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        VectorCache(path)
    other.execute("ROLLBACK")
    other.close()
    again = VectorCache(path)
    again.encode(["a"], hash_encoder)
    again.close()
    assert hash_encoder.encoded == ["a"]


def filled(path, encoder):
    """A cache of many pages, all of them in the file itself, and what it gave."""
    cache = VectorCache(path)
    texts = [f"text {number}" for number in range(2000)]
    made = cache.encode(texts, encoder)
    cache.close()
    assert not path.with_name(path.name + "-wal").exists()
    return texts, made


@pytest.mark.parametrize("noise", [b"\0", b"\xff", b"\x0d\x00\x10"])
def test_damage_in_the_middle_of_a_cache_costs_time_only(tmp_path, hash_encoder, noise):
    path = tmp_path / "cache.sqlite"
    texts, made = filled(path, hash_encoder)
    content = bytearray(path.read_bytes())
    middle = range(3 * 4096, len(content) - 4096)
    content[middle.start : middle.stop] = (noise * len(content))[: len(middle)]
    path.write_bytes(content)
    for _ in range(2):  # the second time it is whole again
        cache = VectorCache(path)
        assert np.array_equal(cache.encode(texts, hash_encoder), made)
        cache.close()
    assert len(hash_encoder.encoded) <= 2 * len(texts)
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_damage_that_only_writing_meets_costs_time_only(tmp_path, hash_encoder):
    path = tmp_path / "cache.sqlite"
    filled(path, hash_encoder)
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = b"\xff" * (len(content) - 3 * 4096)
    path.write_bytes(content)
    cache = VectorCache(path)
    cache._known = lambda hashes, encoder: {}
    new = [f"new {number}" for number in range(300)]
    assert cache.encode(new, hash_encoder).shape == (300, hash_encoder.dimensions)
    cache.close()
    again = VectorCache(path)
    again.encode(new, hash_encoder)
    again.close()
    assert len(hash_encoder.encoded) == 2300


@pytest.mark.parametrize(
    "change", ["substr(vector, 2)", "CAST(vector || x'00' AS BLOB)", "x''", "zeroblob(length(vector))"]
)
def test_a_vector_that_was_kept_wrong_is_made_again(tmp_path, hash_encoder, change):
    path = tmp_path / "cache.sqlite"
    texts, made = filled(path, hash_encoder)
    tables = sqlite3.connect(path)
    with tables:
        tables.execute(f"UPDATE vectors SET vector = {change}")  # noqa: S608 - from the list above
    tables.close()
    cache = VectorCache(path)
    assert np.array_equal(cache.encode(texts, hash_encoder), made)
    cache.close()
    assert len(hash_encoder.encoded) == 2 * len(texts)


def test_a_closed_cache_is_not_taken_for_a_damaged_one(tmp_path, hash_encoder):
    path = tmp_path / "cache.sqlite"
    cache = VectorCache(path)
    cache.encode(["a"], hash_encoder)
    cache.close()
    with pytest.raises(sqlite3.ProgrammingError):
        cache.encode(["b"], hash_encoder)
    again = VectorCache(path)
    again.encode(["a"], hash_encoder)
    again.close()
    assert hash_encoder.encoded == ["a"]
