"""Zip archives: their files in order, each with the metadata file beside it."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.folder import sidecar_of
from retrieval.reading.member_names import place_inside
from retrieval.reading.packed.bounds import (
    MIB,
    MOST_MEMBERS,
    TOO_MANY,
    broken,
    is_sidecar,
    read_beside,
    seekable,
)
from retrieval.reading.packed.zipped import opened_zip, unpacked

MOST_DIRECTORY = 128 * MIB
"""zipfile holds the whole list of members; a million of them take about that."""
_LOCAL_HEADER = 30
"""Bytes before a member's name and content."""


def members(file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """Each file in it. Hidden ones, links and folders are passed over. Raises UnreadableFile."""
    archive = _opened(seekable(file))
    listed = [each for each in archive.infolist() if _is_file(each)]
    overlapping = _overlapping(archive)
    by_place = _by_place(listed)
    for each in listed:
        try:
            place = place_inside(each.filename)
            if place is None or is_sidecar(place):
                continue
            if each.header_offset in overlapping:
                raise UnreadableFile("shares its bytes with another file of the archive")
            beside = sidecar_of(place, by_place)
            said = (beside, _said(archive, by_place[beside], beside)) if beside else None
            member = Member(place, unpacked(archive, each), sidecar=said)
        except UnreadableFile as error:
            yield broken(each.filename, error)
        else:
            yield member


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    archive = opened_zip(file, "a zip archive", MOST_DIRECTORY)
    if len(archive.infolist()) > MOST_MEMBERS:
        raise UnreadableFile(TOO_MANY)
    return archive


def _is_file(each: zipfile.ZipInfo) -> bool:
    """Unix says so in the upper half; other systems leave it nought, and a folder ends with a slash everywhere."""
    kind = stat.S_IFMT(each.external_attr >> 16)
    return kind in (0, stat.S_IFREG) and not each.filename.endswith("/")


def _by_place(listed: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Of two of one name the later, as whoever unpacks it would be left with."""
    found: dict[str, zipfile.ZipInfo] = {}
    for each in listed:
        try:
            place = place_inside(each.filename)
        except UnreadableFile:
            continue
        if place is not None:
            found[place] = each
    return found


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    """Where members begin whose bytes reach into the next: a small file can hold petabytes so (Fifield 2019)."""
    places = sorted((each.header_offset, each.compress_size) for each in archive.infolist())
    bounds = [*places, (archive.start_dir, 0)]
    return {start for (start, size), (after, _) in pairwise(bounds) if start + _LOCAL_HEADER + size > after}


def _said(archive: zipfile.ZipFile, each: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return read_beside(name, unpacked(archive, each))
    except UnreadableFile as error:
        told = str(error)
        raise UnreadableFile(told if "metadata file" in told else f"its metadata file {name}: {told}") from None
