"""One page, saved by LibreOffice in every format that it writes: letters of four scripts, a list, a table, bold type in
the middle of a word. Each reader finds the same words in the same order.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.reading.files import Reading, read_file
from retrieval.reading.folder import FileStamp

SAVED = Path(__file__).parent / "seeds_office"
LINES = [
    "The harbour of Ostrell",
    "“The ferry left at noon,” the harbour master said on Monday.",
    "המעבורת יצאה מן הנמל בצהריים.",
    "渡輪中午離開了港口。",
    "Cafe\u0301 naïve, 1 200 tons of rye, cooperation and 5 km.",
    "What it carried",
    "Twelve sheep",
    "Rye bread",
    "Ship Tons Ferry 1,200 The mayor denied that. She spoke at nine.",
]


def read(ending: str) -> Reading:
    [found] = read_file(SAVED, FileStamp(f"harbour.{ending}", ""))
    assert isinstance(found, Reading)
    return found


@pytest.mark.parametrize("ending", ["odt", "docx", "rtf", "epub", "pdf"])
def test_what_libreoffice_saved_is_read_as_it_was_written(ending: str) -> None:
    found = read(ending)
    words = " ".join(found.extracted.text.replace("\xad", "").replace("•", " ").split())
    assert words == " ".join(LINES)
    assert (found.metadata.title, found.metadata.author) == ("The harbour of Ostrell", "Pell Ardin")
    headings = [block for block in found.extracted.structure.blocks if block.kind.value == "heading"]
    if ending in ("odt", "docx"):  # in its EPUB files a heading is a paragraph with a class
        titles = [block.span.of(found.extracted.text).strip() for block in headings]
        assert titles in (["The harbour of Ostrell", "What it carried"], ["What it carried"])
