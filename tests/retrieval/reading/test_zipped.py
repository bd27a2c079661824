"""What holds for every zip file, whether it is an archive, a book or an office document."""

from __future__ import annotations

import io
import zipfile

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading.books import epub
from retrieval.reading.office import docx, odt
from retrieval.reading.packed.zipped import opened_zip, unpacked
from tests.retrieval.reading.books import packed


def test_a_list_of_members_larger_than_may_be_held_is_refused():
    content = packed({f"{at}.txt": "" for at in range(100)})
    with pytest.raises(UnreadableFile, match="its list of files is larger than"):
        opened_zip(io.BytesIO(content), "an EPUB", 1000)
    assert len(opened_zip(io.BytesIO(content), "an EPUB", 10_000).infolist()) == 100


def test_a_part_larger_than_its_list_of_members_may_be_is_read():
    content = packed({"a.txt": "noon " * 600_000}, zipfile.ZIP_STORED)
    archive = opened_zip(io.BytesIO(content), "an EPUB", 1_100_000)
    assert unpacked(archive, archive.infolist()[0]).read() == b"noon " * 600_000


@pytest.mark.parametrize("reader", [epub, docx, odt])
def test_what_may_take_any_memory_to_unpack_is_in_no_document(reader):
    content = packed({"META-INF/container.xml": "<a/>", "word/media/a.bin": "x" * 99}, zipfile.ZIP_LZMA)
    with pytest.raises(UnreadableFile, match="packed by a method that is not read"):
        reader.read(content, None)
