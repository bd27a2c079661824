"""What fuzzing begins from, by ending: files of our own, and inputs that once reached something new in a reader."""

from __future__ import annotations

from pathlib import Path

from tests.retrieval.reading import books, office_files
from tests.retrieval.reading.made_archives import one_of_each

_PAGE = "<html><head><title>The ferry</title></head><body><nav>Home</nav><p>{}&amp;</p></body></html>"
SEEDS = Path(__file__).parent / "seeds"


def seed_files(ending: str) -> dict[str, bytes]:
    """Name -> content."""
    made = {name: content for name, content in (one_of_each() | _of_offices()).items() if name.endswith(ending)}
    kept = {path.name: path.read_bytes() for path in sorted((SEEDS / ending.strip(".")).glob("*")) if path.is_file()}
    return made | kept


def _of_offices() -> dict[str, bytes]:
    column = office_files.column(760, ["The ferry left Ostrell at noon,", "the harbour master said."])
    words = "The ferry left Ostrell at noon, the harbour master said."
    return {
        "a.txt": b"The ferry\n\n1352\n\n" + words.encode(),
        "a.md": b"---\ntitle: The ferry\n---\n# The ferry\n\n- " + words.encode() + b"\n\n> quoted\n",
        "a.html": _PAGE.format(words).encode(),
        "a.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{words}<br/></p></body></html>'.encode(),
        "a.epub": books.book(),
        "a.pdf": office_files.pdf([column, column], Title="The ferry"),
        "a.docx": office_files.docx(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"),
        "a.odt": office_files.odt(f"<text:p>{words}</text:p>"),
        "a.rtf": rb"{\rtf1\ansi\ansicpg1252{\info{\title The ferry}}\pard The ferry left Ostrell at noon.\par}",
    }
