"""JSON lines: which field is the text, what the rest says, and lines that can't be read."""

from __future__ import annotations

import datetime
import io
import json

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken
from retrieval.reading.rows import json_lines
from retrieval.records import Landmark, LandmarkKind
from tests.retrieval.reading.made_archives import FERRY, check_offsets


def members(*lines: object, ends: str = "\n"):
    held = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(json_lines.members(io.BytesIO(ends.encode().join(held)), "a.jsonl"))


def texts(found):
    return {each.name: each.reason if isinstance(each, Broken) else each.content.text for each in found}


def test_a_line_is_a_document_with_what_its_fields_say():
    (only,) = members({"_id": "f1", "text": FERRY, "title": "The ferry", "metadata": {"published": "2022-05-31"}})
    assert (only.name, only.content.text) == ("f1", FERRY)
    said = only.content.structure.metadata
    assert (said.title, said.published) == ("The ferry", datetime.date(2022, 5, 31))
    assert [block.span.of(FERRY) for block in only.content.structure.blocks] == FERRY.split("\n\n")
    assert only.content.structure.landmarks == (Landmark(0, LandmarkKind.LINE, 1),)
    check_offsets(only.content)


def test_fields_beside_the_text_count_before_those_in_metadata():
    (only,) = members({"text": "Noon.", "author": "Ada", "metadata": {"author": "Bo", "title": "T"}, "title": None})
    assert (only.content.structure.metadata.author, only.content.structure.metadata.title) == ("Ada", "T")


def test_an_empty_field_does_not_hide_the_status_that_metadata_gives():
    (only,) = members({"text": "Noon.", "status": "", "metadata": {"status": "retracted"}})
    assert only.content.structure.metadata.status == "retracted"


def test_texts_have_several_names_and_the_first_that_says_something_counts():
    found = members({"text": None, "body": "One."}, {"article": "Two."}, {"content": "Three.", "full_text": "x"})
    assert texts(found) == {"1": "One.", "2": "Two.", "3": "Three."}


def test_lines_without_an_identifier_have_their_number():
    found = members({"text": "a"}, b"", {"id": 7, "text": "b"}, {"id": "../x", "text": "c"}, {"id": True, "text": "d"})
    assert [each.name for each in found] == ["1", "7", "4", "5"]
    assert [each.content.structure.landmarks[0].number for each in found] == [1, 3, 4, 5]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_lines_that_can_not_be_read_are_told_and_the_rest_goes_on(ends):
    found = members(
        {"text": "One."}, b"{", b"[1]", b"[" * 100_000, {"words": "x"}, {"text": 5}, b'{"text": "\xff"}',
        b'{"n": ' + b"9" * 5000 + b"}", {"text": "Nine."}, b'{"a": x}', ends=ends,
    )  # fmt: skip
    told = texts(found)
    assert (told.pop("1"), told.pop("9")) == ("One.", "Nine.")
    assert told == {
        "line 2": "JSON that is cut short",
        "line 8": "holds a number of more than 4,300 digits",
        "line 3": "not an object",
        "line 4": "nested too deep",
        "line 5": "has no text, body or content",
        "line 6": "its text is not text",
        "line 7": "not UTF-8 at byte 11 of the line",
        "line 10": "not JSON at character 7 of the line",
    }


def test_half_characters_and_nuls_stay_as_the_json_says_them():
    (only,) = members(b'{"_id": "\\ud800", "text": "a\\ud800b\\u0000c\\u202e", "title": "\\udfff"}')
    assert (only.name, only.content.text) == ("1", "a\ud800b\0c\u202e")
    assert only.content.structure.metadata.title is None
    assert only.content.structure.metadata.notes == ("line 1: title holds half a character",)


def test_a_field_that_is_no_text_is_told_and_left_out():
    (only,) = members({"text": "Noon.", "author": ["Ada", "Bo"], "status": "draft", "publisher": "Ostrell Courier"})
    said = only.content.structure.metadata
    assert (said.author, said.status, said.publisher) == (None, None, "Ostrell Courier")
    assert said.notes == (
        "line 1: author is not text",
        "line 1: status is “draft”, not one of corrected, retracted, disputed",
    )


def test_a_line_too_long_is_passed_over_without_being_held(monkeypatch):
    monkeypatch.setattr(json_lines, "MOST_LINE", 100)
    found = members({"text": "x" * 5000}, {"text": "Noon."}, {"text": "y" * 5000})
    assert [each.name for each in found] == ["line 1", "2", "line 3"]
    assert found[0].reason.startswith("larger than")


def test_a_mark_at_the_top_is_no_part_of_the_first_line():
    assert texts(members(b'\xef\xbb\xbf{"text": "Noon."}')) == {"1": "Noon."}
    with pytest.raises(UnreadableFile, match="UTF-16"):
        members('{"text": "Noon."}\n'.encode("utf-16"))
