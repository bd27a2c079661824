"""Files that hold others, read as the indexer reads them: from the archive folder, through containers, to documents."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading import budget, formats, members
from retrieval.reading.extracted import Broken, Reading
from retrieval.reading.formats import Container, Format, format_of
from retrieval.reading.member_names import TakenNames
from tests.retrieval.reading.made_archives import (
    FERRY,
    JSON_LINES,
    MAIL,
    MAILBOX,
    TABLE,
    check_offsets,
    one_of_each,
    read_all,
    readings,
    taped,
    told,
    zipped,
)


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("a/b.TAR.GZ", "tar/1"), ("a.v2.tgz", "tar/1"), ("a.tar.bz2", "tar/1"), ("a.tar.xz", "tar/1"),
        ("a.tar", "tar/1"), ("a.jsonl.gz", "gz/1"), ("a.gz", "gz/1"), ("a.b.txt", "text/1"), ("a.TXT.Xz", "xz/1"),
        ("a.tar.txt", "text/1"), ("a.bz2", "bz2/1"), ("a.ndjson", "jsonl/1"), ("tar.gz", "gz/1"),
    ],
)  # fmt: skip
def test_endings_say_which_reader_a_file_is_for(path, reader):
    chosen = format_of(path)
    assert isinstance(chosen, Format | Container)
    assert chosen.reader == reader


@pytest.mark.parametrize("path", ["a", "a.tar.zst", "gz", ".gz", "a.gz.unknown", ""])
def test_other_endings_have_no_reader(path):
    assert format_of(path) is None


def test_every_document_of_an_archive_is_read_by_its_own_reader(tmp_path):
    content = zipped({
        "a/ferry.txt": FERRY, "table.csv": TABLE, "mail/one.eml": MAIL, "mail/all.mbox": MAILBOX, "x.png": b"\x89",
        "lines.jsonl.gz": gzip.compress(JSON_LINES.encode()), "tape.tar.bz2": taped({"in.md": "# Tides"}, "w:bz2"),
    })  # fmt: skip
    found = read_all(tmp_path, "all.zip", content)
    assert told(found) == {
        "a/ferry.txt": FERRY,
        "table.csv/f1": FERRY,
        "table.csv/f2": "High water at six.",
        "mail/one.eml": f"{FERRY}\n",
        "mail/all.mbox/one@ostrell.example": f"{FERRY}\n\n",
        "mail/all.mbox/one@ostrell.example~1": f"{FERRY}\n",
        "x.png": "no reader for “.png”",
        "lines.jsonl.gz/lines.jsonl/f1": "It left at noon.",
        "lines.jsonl.gz/lines.jsonl/2": "High water at six.",
        "tape.tar.bz2/in.md": "# Tides",
    }
    readings = [each for each in found if isinstance(each, Reading)]
    assert {each.sha256 for each in readings} == {hashlib.sha256(content).hexdigest()}
    assert [each.reader for each in readings[:4]] == ["text/1", "csv/1", "csv/1", "eml/1"]
    for each in readings:
        check_offsets(each.extracted)


def test_what_is_said_beside_an_archive_is_true_of_all_in_it_but_for_title_and_address(tmp_path):
    (tmp_path / "all.toml").write_text(
        'title = "All"\nurl = "https://ostrell.example"\npublisher = "Ostrell Courier"\nlanguage = "en"'
    )
    inside = {
        "a.txt": FERRY,
        "a.toml": 'title = "The ferry"\npublisher = "Harbour News"',
        "b.csv": "text,language\nNoon.,fr\n",
        "c.tar": taped({"d.txt": FERRY, "d.json": '{"author": "Ada Quill"}'}),
    }
    found = {each.member: each.metadata for each in read_all(tmp_path, "all.zip", zipped(inside))}
    assert (found["a.txt"].title, found["a.txt"].publisher) == ("The ferry", "Harbour News")
    assert (found["b.csv/1"].publisher, found["b.csv/1"].language) == ("Ostrell Courier", "en")
    assert (found["c.tar/d.txt"].author, found["c.tar/d.txt"].publisher) == ("Ada Quill", "Ostrell Courier")
    assert {each.url for each in found.values()} == {None}
    assert "All" not in {each.title for each in found.values()}


def test_a_keepers_retraction_is_not_overruled_by_what_an_archive_holds(tmp_path):
    (tmp_path / "all.toml").write_text('status = "retracted"\nstatus_note = "All of it is forged."')
    page = "---\nstatus: corrected\nstatus_note: A comma.\n---\n# Ferry\n\nIt left.\n"
    [found] = read_all(tmp_path, "all.zip", zipped({"a.md": page}))
    assert (found.metadata.status, found.metadata.status_note) == ("retracted", "All of it is forged.")


def test_a_wrong_metadata_file_breaks_its_own_document_alone(tmp_path):
    found = told(read_all(tmp_path, "a.tgz", taped({"a.txt": "x", "a.toml": "title = ", "b.txt": FERRY}, "w:gz")))
    assert found["a.txt"].startswith("its metadata file a.toml can't be read")
    assert found["b.txt"] == FERRY


def test_members_of_one_name_are_told_apart(tmp_path):
    content = '{"_id": "a", "text": "One."}\n{"_id": "a", "text": "Two."}\n{"_id": "a", "text": "Three."}\n'
    found = read_all(tmp_path, "a.jsonl", content.encode())
    assert len({each.member for each in found}) == 3
    assert [each.extracted.text for each in found] == ["One.", "Two.", "Three."]


def nested(times: int) -> bytes:
    content = zipped({"deep.txt": FERRY})
    for _ in range(times):
        content = zipped({"in.zip": content})
    return content


def test_containers_may_lie_in_one_another_but_not_for_ever(tmp_path):
    assert told(read_all(tmp_path, "a.zip", nested(3))) == {"in.zip/in.zip/in.zip/deep.txt": FERRY}
    name, reason = next(iter(told(read_all(tmp_path, "a.zip", nested(4))).items()))
    assert name == "in.zip/in.zip/in.zip/in.zip"
    assert reason == f"more than {members.MOST_DEEP} containers inside one another"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_what_a_file_unpacks_to_is_bounded_all_together(tmp_path, monkeypatch, name):
    monkeypatch.setattr(budget, "MOST_UNPACKED", 2 * 1024 * 1024)
    parts = {f"{at}.txt": f"{at} boats lay in the harbour.\n" * 20_000 for at in range(6)}
    make = {"a.zip": zipped, "a.tar": taped, "a.tar.gz": lambda each: taped(each, "w:gz")}[name]
    found: list[Reading | Broken] = []
    with pytest.raises(UnreadableFile, match="the rest of it is left out"):
        for each in readings(tmp_path, name, make(parts)):
            found.append(each)
    assert [each.member for each in found if isinstance(each, Reading)] == ["0.txt", "1.txt", "2.txt"]


def test_a_text_larger_than_may_be_read_is_told_and_the_rest_goes_on(tmp_path, monkeypatch):
    small = Format("text/1", formats.FORMATS[".txt"].read, most_bytes=1000)
    monkeypatch.setattr(formats, "FORMATS", {**formats.FORMATS, ".txt": small})
    found = told(read_all(tmp_path, "a.zip", zipped({"a.txt": "x" * 1001, "b.txt": "y" * 1000})))
    assert found["a.txt"].startswith("larger than")
    assert found["b.txt"] == "y" * 1000


def test_a_packed_text_is_a_document_of_its_own_name(tmp_path):
    for name, pack in (("ferry.txt.gz", gzip.compress), ("ferry.txt.bz2", bz2.compress)):
        assert told(read_all(tmp_path, name, pack(FERRY.encode()))) == {"ferry.txt": FERRY}
    assert told(read_all(tmp_path, "ferry.gz", gzip.compress(b"x"))) == {
        "ferry": "no reader for “files without an ending”"
    }


def mutated(content: bytes, changes: list[tuple[float, int]], cut: float) -> bytes:
    changed = bytearray(content)
    for at, value in changes:
        changed[int(at * (len(changed) - 1))] = value
    return bytes(changed[: max(1, int(cut * len(changed)))])


places = st.floats(0, 1)


@pytest.mark.parametrize("name", one_of_each())
@given(
    changes=st.lists(st.tuples(places, st.integers(0, 255)), max_size=8),
    cut=st.one_of(st.just(1.0), places),
    other=st.one_of(st.none(), st.binary(max_size=300)),
)
def test_whatever_its_bytes_a_file_is_read_or_told_to_be_unreadable(tmp_path_factory, name, changes, cut, other):
    content = mutated(one_of_each()[name], changes, cut) if other is None else other
    folder = tmp_path_factory.mktemp("fuzz")
    try:
        for each in read_all(folder, name, content):
            if isinstance(each, Broken):
                assert each.reason
                assert "\n" not in each.reason
                assert each.trace is None, each.trace
            else:
                check_offsets(each.extracted)
    except UnreadableFile as error:
        assert str(error)
        assert len(str(error)) < 300


def test_a_name_with_a_number_that_another_has_already_gets_the_next(tmp_path):
    lines = [("j~2", "One"), ("j", "Two"), ("j", "Three"), ("j", "Four")]
    content = "\n".join(f'{{"_id": "{name}", "text": "{text}"}}' for name, text in lines)
    found = read_all(tmp_path, "a.jsonl", content.encode())
    assert told(found) == {"j~2": "One", "j": "Two", "j~3": "Three", "j~4": "Four"}


@given(names=st.lists(st.text(max_size=3), max_size=60), more=st.integers(0, 3000))
def test_names_are_taken_once_however_many_there_are(names, more):
    taken, held = TakenNames(), set()
    for name in [*names, *map(str, range(more)), *names]:
        assert taken.take(name) == (name not in held)
        held.add(name)
    assert len(taken) == len(held)


def rows(count: int) -> bytes:
    return b'{"text":"a"}\n' * count


def kept_of(folder, name: str, content: bytes) -> tuple[int, str | None]:
    """How many documents, and why there are no more."""
    count = 0
    try:
        for each in readings(folder, name, content):
            count += isinstance(each, Reading)
    except UnreadableFile as error:
        return count, str(error)
    return count, None


def test_a_small_packed_file_makes_no_large_index(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "FEWEST_DOCUMENTS", 1000)
    told = "holds more than 1,000 documents; the rest of it is left out"
    packed = gzip.compress(rows(3000))
    assert len(packed) < 200
    assert kept_of(tmp_path, "a.jsonl.gz", packed) == (1001, told)
    assert kept_of(tmp_path, "a.zip", zipped({"a.jsonl": rows(700), "b.jsonl": rows(700)})) == (1001, told)


def test_rows_of_a_file_that_is_not_packed_have_no_such_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "FEWEST_DOCUMENTS", 1000)
    assert kept_of(tmp_path, "a.jsonl", rows(3000)) == (3000, None)
    assert kept_of(tmp_path, "a.csv", b"text\n" + b"a\n" * 3000) == (3000, None)


def test_a_packed_file_may_hold_a_document_for_each_few_of_its_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "FEWEST_DOCUMENTS", 10)
    noise = random.Random(5).randbytes(3000).hex()
    lines = "".join(f'{{"text": "{noise[at : at + 12]}"}}\n' for at in range(0, 6000, 12)).encode()
    assert kept_of(tmp_path, "a.jsonl.gz", gzip.compress(lines)) == (500, None)


def test_metadata_files_in_an_archive_count_for_what_it_unpacks_to(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "LEAST_UNPACKED", 2_000_000)
    monkeypatch.setattr(budget, "MOST_TIMES", 1)
    parts = {
        f"{at}.{ending}": text
        for at in range(9)
        for ending, text in (("json", f'{{"x": "{"y" * 500_000}"}}'), ("txt", "Noon."))
    }
    count, told = kept_of(tmp_path, "a.zip", zipped(parts))
    assert (count, told) == (3, "unpacks to more than 1 MiB; the rest of it is left out")


def test_an_archive_may_unpack_to_a_multiple_of_its_own_size(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "LEAST_UNPACKED", 1000)
    parts = {f"{at}.txt": f"{at} boats lay in the harbour.\n" * 500 for at in range(6)}
    assert kept_of(tmp_path, "a.zip", zipped(parts)) == (6, None)
    monkeypatch.setattr(budget, "MOST_TIMES", 10)
    count, told = kept_of(tmp_path, "a.zip", zipped(parts))
    assert count < 6
    assert told == "unpacks to more than 0 MiB; the rest of it is left out"
