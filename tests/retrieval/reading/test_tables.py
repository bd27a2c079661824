"""Tables: which column is the text, what separates columns, and rows that can't be read."""

from __future__ import annotations

import datetime
import io

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken
from retrieval.reading.rows import tables
from retrieval.records import Landmark, LandmarkKind
from tests.retrieval.reading.made_archives import FERRY, TABLE, check_offsets


def members(content: str | bytes, name: str = "a.csv"):
    held = content.encode() if isinstance(content, str) else content
    return list(tables.members(io.BytesIO(held), name))


def texts(found):
    return {each.name: each.reason if isinstance(each, Broken) else each.content.text for each in found}


def test_a_row_is_a_document_with_what_its_columns_say():
    first, second = members(TABLE)
    assert (first.name, first.content.text) == ("f1", FERRY)
    said = first.content.structure.metadata
    assert (said.title, said.published) == ("The ferry", datetime.date(2022, 5, 31))
    assert [block.span.of(FERRY) for block in first.content.structure.blocks] == FERRY.split("\n\n")
    assert first.content.structure.landmarks == (Landmark(0, LandmarkKind.LINE, 2),)
    assert second.content.structure.landmarks == (Landmark(0, LandmarkKind.LINE, 5),)
    assert second.content.structure.metadata.published is None
    assert second.content.structure.metadata.notes == ()
    check_offsets(first.content)


@pytest.mark.parametrize("column", ["text", "Body", "CONTENT", "article", "full_text"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_the_header_tells_what_separates_columns(column, delimiter, ends):
    rows = [["ID", column, "author"], ["x", '"One, two; three|four\tfive “six”"', "Ada"], ["y", "Noon.", "Bo"]]
    found = members(ends.join(delimiter.join(row) for row in rows))
    assert texts(found) == {"x": "One, two; three|four\tfive “six”", "y": "Noon."}
    assert [each.content.structure.metadata.author for each in found] == ["Ada", "Bo"]


def test_a_table_of_texts_alone_is_separated_as_its_ending_says():
    assert texts(members("text\nOne, two\n", "a.tsv")) == {"1": "One, two"}
    assert texts(members("text\nOne; two\n", "a.csv")) == {"1": "One; two"}
    assert texts(members("text\nOne, two\n", "a.csv")) == {"line 2": "has 2 fields where the header has 1"}


def test_quotes_are_those_of_the_standard_and_apostrophes_stay():
    text = 'id,text\n1,"She said ""noon"", \'surely\'."\n2,\'tis so\n'
    assert texts(members(text)) == {"1": "She said \"noon\", 'surely'.", "2": "'tis so"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("name,age\nAda,3\n", "no column called text, body or content; its columns are name, age"),
        ("name;age;x\nAda;3;4\n", "its columns are name, age, x"),
        ("\u202etxt,b\n1,2", "its columns are ⟦U.202E⟧txt, b"),
        (",".join("abcdefghijklmnop"), "j, k, l, …"),
        ('"never closed\n', "its first line is no header"),
        ("", "holds no text"),
        ("\n\n", "holds no text"),
    ],
)
def test_a_table_without_texts_says_what_it_has(header, reason):
    with pytest.raises(UnreadableFile, match=reason):
        members(header)


def test_rows_that_can_not_be_read_are_told_by_their_line_and_the_rest_goes_on():
    content = 'text,title\nOne.,a\n\nTwo.\n"Three" and,c\nFour.,d,e\n"Five.\n\nStill five.",e,\nSix.,f\n"Seven.,g'
    assert texts(members(content)) == {
        "1": "One.",
        "line 4": "has 1 fields where the header has 2",
        "line 5": "is no row of a table: ',' expected after '\"'",
        "line 6": "has 3 fields where the header has 2",
        "5": "Five.\n\nStill five.",
        "6": "Six.",
        "line 11": "is no row of a table: unexpected end of data",
    }


def test_a_wrong_byte_spoils_its_own_row_alone():
    long = b"id,text\n" + "a,Zoë was here.\n".encode() * 80_000 + b"b,caf\xe9\n" + "c,Łódź\n".encode()
    assert len(long) > tables._HEAD
    tail = texts(members(long)[-2:])
    assert tail == {"line 80002": "not utf-8", "c": "Łódź"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_told_by_the_head(encoding):
    words = "Über die Straße fährt täglich ein Bus, sagte die Bürgermeisterin, für alle Schüler der Stadt. " * 3
    row = words.replace(",", ";")
    found = members(f'text,title\n" ",x\n{row},y\n{row},z\n'.encode(encoding))
    assert texts(found) == {"1": " ", "2": row, "3": row}
    notes = [note[:29] for each in found[1:] for note in each.content.notes]
    assert notes == (["its encoding is not said; rea"] if encoding == "cp1252" else [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_head_may_end_inside_a_character(encoding):
    for shift in range(4):
        content = f"text\n{'x' * shift}{'😀' * 400_000}\nÜber.\n".encode(encoding)
        assert texts(members(content))["2"] == "Über."


def test_a_quote_that_is_never_closed_does_not_hold_the_file(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROW", 10_000)
    with pytest.raises(UnreadableFile, match="longer than 10,000 characters"):
        members('text\n"' + "never closed\n" * 5_000)
    with pytest.raises(UnreadableFile, match="longer than 10,000 characters"):
        members("text\n" + "x" * 20_000)


def test_a_field_that_can_not_be_true_is_told_and_left_out():
    (row,) = members("text,published,status,url\nNoon.,yesterday,draft,https://ostrell.example\n")
    said = row.content.structure.metadata
    assert (said.published, said.status, said.url) == (None, None, "https://ostrell.example")
    assert said.notes == (
        "line 2: published is “yesterday”, not a date like 2022-05-31",
        "line 2: status is “draft”, not one of corrected, retracted, disputed",
    )


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "../x", "/etc", "C:x", "x" * 300, "."])
def test_an_identifier_that_is_no_name_is_passed_over(name):
    (row,) = members(f"id,text\n{name},Noon.\n")
    assert row.name == "1"


def test_a_binary_file_is_no_table():
    with pytest.raises(UnreadableFile):
        members(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 100)
