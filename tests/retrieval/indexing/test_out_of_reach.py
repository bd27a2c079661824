"""What can't be got at for a while is told, and what was read of it before stays; the rest goes on."""

from __future__ import annotations

import pytest

from retrieval.errors import ArchiveFolderError
from retrieval.filters import EVERYTHING
from retrieval.indexing import run
from retrieval.store.protocol import WordQuery
from tests.retrieval.indexing.conftest import Index

FERRY = "The ferry\n\nIt left the harbour at noon."
BREAD = "Bread\n\nThe bakery on Quill Street sells rye bread."
CLOSED = "a folder that can't be listed: Permission denied; what was read of it before stays"


@pytest.fixture
def index(open_folder, tmp_path, hash_encoder, monkeypatch, somebody_without_permission):
    """Of an archive that is looked at by somebody whom permissions stop."""
    look = run.look

    def looked(*given, **named):
        with somebody_without_permission():
            return look(*given, **named)

    monkeypatch.setattr(run, "look", looked)
    archive = open_folder / "archive"
    for name, text in {"a.txt": BREAD, "closed/b.txt": FERRY, "closed/deep/c.pdf": "%PDF"}.items():
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_text(text)
    (archive / "closed" / "b.toml").write_text('status = "retracted"')
    yield Index(archive, tmp_path / "data", hash_encoder)
    for path in (archive / "closed", archive / "closed" / "b.txt"):
        if path.exists():
            path.chmod(0o755)


def texts(index):
    snapshot = index.snapshot()
    return {s.path.partition("/")[2]: (s, snapshot.text(s.id)) for s in snapshot.sources()}


def test_a_closed_folder_is_told_with_the_reason_and_keeps_what_was_read_of_it(index):
    index.run()
    before = texts(index)
    assert before.keys() == {"a.txt", "closed/b.txt"}
    (index.folder / "a.txt").write_text(BREAD + " And more.")
    (index.folder / "closed").chmod(0)
    report = index.run()
    assert (report.changed, report.gone) == (("a.txt",), ())
    assert {each.path: each.reason for each in report.unreadable}["closed"] == CLOSED
    assert texts(index)["closed/b.txt"] == before["closed/b.txt"]
    assert len(index.snapshot().by_words(WordQuery("harbour"), EVERYTHING, 9)) == 1
    assert index.run().generation == 2
    (index.folder / "closed").chmod(0o755)
    (index.folder / "closed" / "b.txt").unlink()
    report = index.run()
    assert [each.path for each in report.unreadable] == ["closed/b.toml", "closed/deep/c.pdf"]  # one is left alone
    assert set(report.gone) == {"closed", "closed/b.txt"}
    assert texts(index).keys() == {"a.txt"}


@pytest.mark.parametrize("closed", ["closed", "closed/b.txt"])
@pytest.mark.parametrize("how", ["full", "another model"])
def test_an_index_made_anew_keeps_what_is_out_of_reach(index, new_hash_encoder, closed, how):
    index.run()
    before = texts(index)
    (index.folder / closed).chmod(0)
    if how == "another model":
        index.encoder = new_hash_encoder("another")
    report = index.run(full=how == "full")
    assert report.reread == (1 if closed == "closed" else 2)
    assert texts(index) == before
    assert len(index.snapshot().by_words(WordQuery("harbour"), EVERYTHING, 9)) == 1
    (index.folder / closed).chmod(0o755)
    report = index.run()
    assert texts(index) == before
    assert [each.path for each in report.unreadable] == ["closed/deep/c.pdf"]


def test_a_folder_that_was_always_closed_is_told_and_read_when_it_is_open(index):
    (index.folder / "closed").chmod(0)
    report = index.run()
    assert [(each.path, each.reason) for each in report.unreadable] == [("closed", CLOSED)]
    (index.folder / "closed").chmod(0o755)
    report = index.run()
    assert report.added == ("closed/b.txt", "closed/deep/c.pdf")
    assert texts(index)["closed/b.txt"][0].status == "retracted"


def test_an_archive_of_nothing_but_a_closed_folder_holds_no_documents(index):
    (index.folder / "a.txt").unlink()
    (index.folder / "closed").chmod(0)
    with pytest.raises(ArchiveFolderError, match="holds no documents"):
        index.run()


def test_what_is_below_a_closed_folder_when_a_damaged_index_is_made_anew_is_read_once_it_is_open(index):
    index.run()
    before = texts(index)
    (index.place / "generations" / "000001" / "vectors.rows").write_bytes(b"garbage")
    (index.folder / "closed").chmod(0)
    report = index.run()
    assert report.notes
    assert texts(index).keys() == {"a.txt"}
    (index.folder / "closed").chmod(0o755)
    index.run()
    assert texts(index) == before  # with its identity and its first day
