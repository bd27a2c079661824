"""Small files of the kinds that hold others, made by the formats' own libraries, and what tests ask of a reading."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from retrieval.reading.extracted import Broken, Extracted, Reading
from retrieval.reading.files import read_file
from retrieval.reading.folder import walk

FERRY = "The ferry Marigold left Ostrell at noon, the harbour master said.\n\nIt carried 41 people."
MAIL = (
    "From: Ada Quill <ada@ostrell.example>\nTo: desk@ostrell.example\nSubject: The ferry\n"
    "Date: Tue, 31 May 2022 23:30:00 -0500\nMessage-ID: <one@ostrell.example>\n"
    f"Content-Type: text/plain; charset=utf-8\n\n{FERRY}\n"
)
MAILBOX = f"From ada@ostrell.example Tue May 31 23:30:00 2022\n{MAIL}\nFrom ada Wed Jun  1 08:00:00 2022\n{MAIL}"
TABLE = f'id,title,text,published\nf1,The ferry,"{FERRY}",2022-05-31\nf2,Tides,High water at six.,\n'
JSON_LINES = '{"_id": "f1", "title": "The ferry", "text": "It left at noon."}\n{"text": "High water at six."}\n'


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def taped(files: Mapping[str, str | bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            held = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(held)
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(entry, io.BytesIO(held))
    return out.getvalue()


def one_of_each() -> dict[str, bytes]:
    """By file name: what fuzzing begins from."""
    files = {"a/ferry.txt": FERRY, "a/ferry.toml": 'publisher = "Ostrell Courier"', "b.jsonl": JSON_LINES}
    return {
        "a.eml": MAIL.encode(),
        "a.mbox": MAILBOX.encode(),
        "a.csv": TABLE.encode(),
        "a.jsonl": JSON_LINES.encode(),
        "a.zip": zipped(files),
        "a.tar": taped(files),
        "a.tar.gz": taped(files, "w:gz"),
        "a.txt.gz": gzip.compress(FERRY.encode(), mtime=0),
        "a.txt.bz2": bz2.compress(FERRY.encode()),
        "a.txt.xz": lzma.compress(FERRY.encode()),
    }


def readings(folder: Path, name: str, content: bytes) -> Iterator[Reading | Broken]:
    """As the indexer reads it: as a file of an archive folder."""
    (folder / name).write_bytes(content)
    stamp = next(each for each in walk(folder) if each.path == name)
    return read_file(folder, stamp)


def read_all(folder: Path, name: str, content: bytes) -> list[Reading | Broken]:
    return list(readings(folder, name, content))


def told(found: list[Reading | Broken]) -> dict[str | None, str]:
    """Text of each member, or why it has none."""
    return {
        each.name if isinstance(each, Broken) else each.member: each.reason
        if isinstance(each, Broken)
        else each.extracted.text
        for each in found
    }


def check_offsets(extracted: Extracted) -> None:
    """Blocks stand in order inside the text, trimmed; furniture and landmarks inside it."""
    last = 0
    for block in extracted.structure.blocks:
        assert last <= block.span.start
        assert block.span.of(extracted.text).strip() == block.span.of(extracted.text)
        last = block.span.end
    for mark in extracted.structure.furniture:
        assert mark.span.of(extracted.text)
    assert all(0 <= landmark.at <= len(extracted.text) for landmark in extracted.structure.landmarks)
