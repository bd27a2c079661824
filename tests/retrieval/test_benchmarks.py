"""The benchmark as a person runs it: what it prints has figures, and it leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from retrieval.benchmarks import PARTS, drawn_archive
from retrieval.benchmarks.searching import searching
from retrieval.benchmarks.texts import texts_of
from retrieval.settings import RetrievalSettings

REPOSITORY = Path(__file__).parents[2]


def bench(data: Path, archive: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "retrieval", "bench", *arguments]
    settings = {"ARCHIVIST_DATA": str(data), "ARCHIVIST_ARCHIVE": str(archive), "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False, cwd=cwd)


def test_what_a_dot_env_names_is_not_written_to(tmp_path, seed):
    """Its processes index: with the store of a `.env` they would put the benchmark's texts into that."""
    (tmp_path / ".env").write_text("ARCHIVIST_STORE=milvus://localhost:9/theirs\nARCHIVIST_EXCERPTS=2\n")
    done = bench(tmp_path / "data", seed.parent, "--part", "starting", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["starting"]["index_unchanged_seconds"] > 0


def test_a_folder_that_holds_the_data_folder_is_refused(tmp_path, seed):
    shutil.copy(seed, tmp_path)
    done = bench(tmp_path / "data", seed.parent, str(tmp_path))
    assert done.returncode == 2
    assert "would be measured with it" in done.stderr


def numbers(figures: Any) -> list[float]:
    if isinstance(figures, dict):
        return [number for each in figures.values() for number in numbers(each)]
    if isinstance(figures, list):
        return [number for each in figures for number in numbers(each)]
    return [figures] if isinstance(figures, int | float) else []


def test_a_part_of_it_as_json(tmp_path, seed):
    shutil.copy(seed, tmp_path)
    done = bench(tmp_path / "data", seed.parent, "--part", "indexing", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures) == {"machine", "model", "indexing"}
    assert figures["indexing"]["passages"] == 4
    assert 0 < figures["indexing"]["pace_of_encoding_that_indexing_keeps"] < 10
    assert min(numbers(figures["indexing"])) > 0
    assert [path.name for path in (tmp_path / "data").iterdir()] == []


def test_an_archive_is_drawn_searched_and_changed(tmp_path, seed):
    settings = RetrievalSettings(_env_file=None, archive=seed.parent, data=tmp_path / "data")
    figures = searching(texts_of(seed.parent, settings, tmp_path / "place"), 1000)
    assert figures["searching_first"]["everything"]["passages"] == 1000
    assert 0 < figures["searching_first"]["one_publisher_of_twenty"]["passages"] < 200
    assert set(figures["recall_at_10"].values()) <= {1.0, None}  # so few are compared one by one
    assert figures["recall_at_10"]["everything"] == 1.0
    assert len(figures["one_changed_document"]) == 3
    assert min(numbers(figures["one_changed_document"])) > 0


def test_what_is_drawn_is_the_same_every_time(tmp_path, seed, encoder):
    settings = RetrievalSettings(_env_file=None, archive=seed.parent, data=tmp_path / "data")
    texts = texts_of(seed.parent, settings, tmp_path / "place")
    pool = drawn_archive.pool_of(texts, encoder)
    one, other = (list(drawn_archive.made(pool, 80)) for _ in range(2))
    assert [document for document, _, _ in one] == [document for document, _, _ in other]
    assert len({document.text for document, _, _ in one}) == 10
    for document, passages, vectors in one:
        assert [len(each) for each in vectors] == [len(passage.sentences) for passage in passages]
        assert all(passage.span.of(document.text).strip() for passage in passages)


def test_a_question_set_gives_its_own_questions(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(
        '{"_id": "d1", "title": "Pier", "text": "The ferry sank at noon off the pier."}\n'
    )
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "When did the ferry sink?"}\n')
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    settings = RetrievalSettings(_env_file=None, archive=folder, data=tmp_path / "data")
    texts = texts_of(folder, settings, tmp_path / "place")
    assert texts.questions == ("When did the ferry sink?",)
    assert [document.source.title for document in texts.documents()] == ["Pier"]


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--part", "nothing"], "nothing"), (["no/such/folder"], "no/such/folder")]
)
def test_what_is_wrong_is_one_line(tmp_path, seed, arguments, said):
    done = bench(tmp_path / "data", seed.parent, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("archivist: ") and said in last
    assert "Traceback" not in done.stderr


def test_the_parts_are_those_that_can_be_asked_for():
    from retrieval.benchmarks.run import _EACH

    assert set(PARTS) == {*_EACH, "searching"}
