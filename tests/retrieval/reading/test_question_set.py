"""A question set's lines: packed or not, and every way a line can be wrong is told by its number."""

from __future__ import annotations

import gzip

import pytest

from retrieval.errors import QuestionSetError
from retrieval.reading import open_unzipped, read_json_lines


def test_a_file_is_unpacked_by_its_name(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"noon")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"noon"))
    for name in ("a.jsonl", "a.jsonl.gz"):
        with open_unzipped(tmp_path / name) as file:
            assert file.read() == b"noon"


@pytest.mark.parametrize("line", ["[" * 100_000, '{"a": 1' + "0" * 9000 + "}", "[1]", "{"])
def test_a_line_that_can_not_be_read_is_told_by_its_number(tmp_path, line):
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"a": 1}\n' + line)
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl, line 2: "):
        list(read_json_lines(path))
