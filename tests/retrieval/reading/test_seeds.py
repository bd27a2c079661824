"""Inputs that fuzzing found: those that once broke a reader, and some that reach far into one."""

from __future__ import annotations

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading import FORMATS, Broken
from retrieval.reading.files import read_file
from retrieval.reading.folder import FileStamp
from tests.retrieval.reading.seed_files import SEEDS, seed_files

KEPT = sorted(path.relative_to(SEEDS).as_posix() for path in SEEDS.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", KEPT)
def test_what_fuzzing_found_is_read_or_told_to_be_unreadable(name):
    place = SEEDS / name
    try:
        found = list(read_file(place.parent, FileStamp(place.name, "")))
    except UnreadableFile as error:
        assert len(str(error).splitlines()) == 1
        return
    for reading in found:
        if isinstance(reading, Broken):
            assert len(reading.reason.splitlines()) == 1
            continue
        text = reading.extracted.text
        assert all(block.span.of(text) for block in reading.extracted.structure.blocks)


def test_every_reader_has_a_file_to_begin_fuzzing_from():
    readers = {each.reader for each in FORMATS.values()}
    begun = {FORMATS[ending].reader for ending in FORMATS if seed_files(ending)}
    assert begun == readers
