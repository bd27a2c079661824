"""Receipts: whether an excerpt still stands in its file, and the script that checks one without us."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.presenting import receipt_json
from retrieval.receipts import FileUnreadable, Lost, OtherBytes, Receipt, WordsMoved
from retrieval.spans import Span

SCRIPT = Path(__file__).parents[3] / "deploy" / "check-receipt"
FERRY = "The “ferry” of Östrell left at noon. 船 waited outside 🚢. Nobody saw the captain again.\r\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32"]


@pytest.fixture
def receipt_of(archive, put, code_of):
    """Of the second sentence of a file with this text."""

    def made(text=FERRY, encoding="utf-8", name="ferry.txt") -> Receipt:
        put(name, text.encode(encoding))
        archive.reindex()
        [receipt] = archive.receipt(f"{code_of('waited')}.2")
        return receipt

    return made


@pytest.fixture
def check(tmp_path, folder):
    """What the script says of a receipt and a file: its lines and its status. Python runs it without our packages."""

    def run(receipt, file="ferry.txt"):
        place = tmp_path / "receipt.json"
        place.write_text(receipt if isinstance(receipt, str) else json.dumps(receipt))
        command = [sys.executable, "-I", "-S", str(SCRIPT), str(place), str(folder / file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done.stdout.splitlines(), done.returncode

    return run


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_receipt_slices_the_words_out_of_the_file_itself(receipt_of, folder, encoding):
    receipt = receipt_of(encoding=encoding)
    assert receipt.holds and receipt.words == ("船 waited outside 🚢.",)
    [place], [span] = receipt.bytes.pieces, receipt.pieces
    content = (folder / "ferry.txt").read_bytes()
    assert content[place.start : place.end].decode(receipt.bytes.encoding) == receipt.words[0]
    assert content[receipt.bytes.mark :].decode(receipt.bytes.encoding)[span.start : span.end] == receipt.words[0]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_script_confirms_what_holds(receipt_of, check, encoding):
    lines, status = check(receipt_json(receipt_of(encoding=encoding)))
    assert status == 0 and [line.split(":")[0] for line in lines] == [
        *["holds"] * 4,
        "reads",
        *["holds"] * 2,
        "not checked",
    ]
    assert lines[4].rstrip().endswith("at noon. [船 waited outside 🚢.] Nobody saw the captain again.")


def test_the_second_of_two_equal_passages_has_a_receipt_of_its_own(archive, put, check):
    put("ferry.md", "# One\n\nThe ferry left.\n\n# Two\n\nThe ferry left.\n")
    archive.reindex()
    codes = [excerpt.passage.code for excerpt in archive.search("ferry").excerpts]
    assert len(set(codes)) == 2
    for code in codes:
        [receipt] = archive.receipt(code)
        assert check(receipt_json(receipt), "ferry.md")[1] == 0


def test_a_file_that_changed_since_it_was_indexed_is_told(receipt_of, archive, put, code_of):
    receipt_of()
    code = f"{code_of('waited')}.2"
    put("ferry.txt", FERRY.replace("waited", "waited long"))
    [receipt] = archive.receipt(code)
    assert not receipt.holds and receipt.bytes is None
    assert [type(fault) for fault in receipt.faults[:1]] == [OtherBytes]
    assert receipt.faults[1:] == (Lost.TEXT, Lost.WORDS)
    assert receipt_json(receipt)["faults"][-1] == "these words no longer stand in it"
    put("ferry.txt", "A new line.\n" + FERRY)
    [receipt] = archive.receipt(code)
    start = FERRY.index("船") + len("A new line.\n")
    assert receipt.faults[-1] == WordsMoved(Span(start, start + 19))
    assert receipt_json(receipt)["faults"][-1].endswith(f"elsewhere in it, at characters {start} to {start + 19}")


def test_a_file_that_is_not_there_is_told(receipt_of, archive, folder, code_of):
    receipt_of()
    code = code_of("waited")
    (folder / "ferry.txt").unlink()
    [receipt] = archive.receipt(code)
    assert [type(fault) for fault in receipt.faults] == [FileUnreadable]
    assert [said.split(":")[0] for said in receipt_json(receipt)["faults"]] == ["the file can't be read now"]


def test_a_link_in_the_files_place_is_not_followed(receipt_of, archive, folder, tmp_path, code_of):
    receipt_of()
    code = code_of("waited")
    shutil.move(folder / "ferry.txt", tmp_path / "outside.txt")
    (folder / "ferry.txt").symlink_to(tmp_path / "outside.txt")
    [receipt] = archive.receipt(code)
    assert not receipt.holds


def altered(receipt, change):
    said = receipt_json(receipt)
    change(said)
    return said


@pytest.mark.parametrize(
    ("change", "fails"),
    [
        (lambda said: said.update(sha256="0" * 64), "byte for byte"),
        (lambda said: said.update(text_sha256="0" * 64), "its text"),
        (lambda said: said["pieces"][0].update(words="船 waited inside 🚢."), "are the words"),
        (lambda said: said["pieces"][0].update(words=""), "are the words"),
        (lambda said: said.update(encoding=None), "where in the file"),
        (lambda said: said["pieces"][0].update(bytes=[0, 3]), "are these words"),
        (lambda said: said["pieces"][0].update(characters=[0, 3]), "are the words"),
        (lambda said: said.update(code="K7Q2M9XA4B.2"), "the code"),
        (lambda said: said["document"].update(id="K7Q2M9XA4B"), "the code"),
        (lambda said: said["passage"].update(characters=[0, 10]), "the code"),
        (lambda said: said.update(encoding="ascii"), "is ascii text"),
    ],
)
def test_the_script_finds_every_part_that_was_altered(receipt_of, check, change, fails):
    lines, status = check(altered(receipt_of(), change))
    assert status == 1
    assert any(line.startswith("FAILS: ") and fails in line for line in lines)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["pieces"][0].update(characters=[-5, -1]),
        lambda said: said["pieces"][0].update(bytes=[-5, -1]),
        lambda said: said["pieces"][0].update(bytes=None),
        lambda said: said["passage"].update(characters=[0, 10**9]),
        lambda said: said.update(byte_order_mark=-3),
        lambda said: said.update(pieces=[]),
    ],
)
def test_places_that_are_none_make_no_receipt(receipt_of, check, change):
    lines, status = check(altered(receipt_of(), change))
    assert status == 2 and lines == []


def test_the_script_finds_a_file_that_was_altered(receipt_of, check, put):
    receipt = receipt_json(receipt_of())
    put("ferry.txt", FERRY.replace("noon", "dusk"))
    lines, status = check(receipt)
    assert status == 1 and sum(line.startswith("FAILS: ") for line in lines) == 3


@pytest.mark.parametrize(
    "receipt",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"receipt": 2}',
        '{"receipt": 1, "sha256": 1, "encoding": "no such"}',
        "\0",
        "[" * 99_999,
    ],
)
def test_what_is_no_receipt_is_told_in_one_line(check, put, receipt):
    put("ferry.txt", FERRY)
    lines, status = check(receipt)
    assert status == 2 and not any(line.startswith("holds") for line in lines)
