"""A compiled model that was kept: the same vectors without the libraries that made it; nothing wrong is believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoding import kept_model, load_encoder
from retrieval.encoding.packaged import NAME
from retrieval.encoding.sample import SAMPLE
from retrieval.encoding.token_averages import TokenAverages
from retrieval.spans import Span

TEXTS = ["The ferry left the harbour at noon.", "Bread is baked with caraway.", ""]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder, and the vectors of the encoder that was kept there."""
    place = tmp_path_factory.mktemp("kept")
    encoder = load_encoder(NAME, keep=place)
    return place, encoder.fingerprint, encoder.encode([*TEXTS, *SAMPLE])


@pytest.fixture
def place(made, tmp_path):
    """A copy that a test may spoil; what is large is linked."""
    for path in made[0].rglob("*"):
        copy = tmp_path / path.relative_to(made[0])
        copy.mkdir() if path.is_dir() else os.link(path, copy)
    return tmp_path


def rewritten(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def folder_of(place: Path) -> Path:
    [folder] = place.glob("model-*")
    return folder


def record_of(place: Path) -> Path:
    [record] = place.glob("*.json")
    return record


def test_it_gives_the_vectors_that_the_first_one_gave(made):
    place, fingerprint, expected = made
    again = load_encoder(NAME, keep=place)
    assert isinstance(kept_model.restored(place, NAME, fingerprint, 0), TokenAverages)
    assert (again.name, again.fingerprint, again.dimensions) == (NAME, fingerprint, 384)
    assert again.encode([*TEXTS, *SAMPLE]) == pytest.approx(expected, abs=1e-6)
    vectors = again.encode_passages(TEXTS[:1], [[Span(0, 9), Span(10, 35)]])
    assert len(vectors.sentences[0]) == 2 and np.linalg.norm(vectors.whole) == pytest.approx(1, abs=1e-5)


def test_neither_pytorch_nor_transformers_is_imported_for_it(made):
    program = (
        "import sys; from pathlib import Path; from retrieval.encoding import load_encoder\n"
        f"load_encoder({NAME!r}, keep=Path(sys.argv[1])).encode(['Who?'])\n"
        "print({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, made[0]], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.parametrize("name", ["graph.bin", "graph.xml", "sample.npy"])
def test_a_flipped_bit_is_found_and_the_model_is_kept_anew(place, made, name, caplog):
    caplog.set_level("INFO")
    damaged = folder_of(place) / name
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    rewritten(damaged, bytes(content))
    assert kept_model.restored(place, NAME, made[1], 0) is None
    assert f"{name} is not what was kept" in caplog.text
    before = folder_of(place)
    assert load_encoder(NAME, keep=place).encode(TEXTS) == pytest.approx(made[2][:3], abs=1e-6)
    assert folder_of(place) != before
    assert isinstance(kept_model.restored(place, NAME, made[1], 0), TokenAverages)


def test_vectors_that_are_others_than_pytorchs_are_not_taken(place, made, caplog):
    caplog.set_level("INFO")
    sample = folder_of(place) / "sample.npy"
    sample.unlink()
    np.save(sample, -np.load(made[0] / folder_of(made[0]).name / "sample.npy"))
    made_json = json.loads(record_of(place).read_text())
    made_json["sums"]["sample.npy"] = kept_model._sum(sample)
    rewritten(record_of(place), json.dumps(made_json).encode())
    assert kept_model.restored(place, NAME, made[1], 0) is None
    assert "like PyTorch's" in caplog.text


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"key": null}', b"\xff"])
def test_a_record_that_is_none_is_passed_over(place, made, content):
    rewritten(record_of(place), content)
    assert kept_model.restored(place, NAME, made[1], 0) is None


def test_a_record_that_leads_elsewhere_is_not_followed(place, made, tmp_path_factory):
    record = json.loads(record_of(place).read_text())
    outside = tmp_path_factory.mktemp("outside")
    folder_of(place).rename(outside / "model")
    rewritten(record_of(place), json.dumps(record | {"folder": str(outside / "model")}).encode())
    assert kept_model.restored(place, NAME, made[1], 0) is None


def test_another_model_processor_or_version_is_another_key(place, made, monkeypatch):
    assert kept_model.restored(place, NAME, "another", 0) is None
    assert kept_model.restored(place, "another", made[1], 0) is None
    monkeypatch.setattr(kept_model, "processor", lambda: "another")
    assert kept_model.restored(place, NAME, made[1], 0) is None


def test_what_was_begun_and_never_finished_goes_with_the_next(place, made):
    (place / "model-begun").mkdir()
    (place / "model-begun" / "graph.bin").write_bytes(b"half")
    record_of(place).unlink()
    load_encoder(NAME, keep=place)
    assert (place / "model-begun").exists() is False
    assert isinstance(kept_model.restored(place, NAME, made[1], 0), TokenAverages)


def test_where_it_can_not_be_kept_it_is_loaded_all_the_same(tmp_path, caplog):
    caplog.set_level("INFO")
    (tmp_path / "file").write_text("no folder")
    assert load_encoder(NAME, keep=tmp_path / "file" / "model").encode(TEXTS).shape == (3, 384)
    assert "the compiled model could not be kept" in caplog.text


def test_nobody_else_looks_into_the_folders_that_are_made_for_it(made, tmp_path):
    """It is often the first that is written to a data folder, where all texts will be."""
    encoder = load_encoder(NAME, keep=tmp_path / "data" / "cache" / "model")
    assert encoder.fingerprint == made[1]
    for folder in (tmp_path / "data", tmp_path / "data" / "cache", tmp_path / "data" / "cache" / "model"):
        assert folder.stat().st_mode & 0o777 == 0o700
