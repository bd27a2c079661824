"""Zip archives: their files in order, each with the metadata file beside it."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.folder import ALONE, is_sidecar, sidecars_of
from retrieval.reading.member_names import place_inside
from retrieval.reading.metadata import unreadable_sidecar
from retrieval.reading.packed.bounds import (
    MOST_MEMBERS,
    TOO_MANY,
    broken,
    read_beside,
    seekable,
    sidecars_among,
)
from retrieval.reading.packed.zipped import opened_zip, unpacked
from retrieval.reading.sizes import MIB

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
    used = sidecars_among(by_place)
    for each in listed:
        try:
            place = place_inside(each.filename)
            if place is None or place in used:
                continue
            if is_sidecar(place):
                raise UnreadableFile(ALONE)
            if each.header_offset in overlapping:
                raise UnreadableFile("shares its bytes with another file of the archive")
            said = tuple((name, _said(archive, by_place[name], name)) for name in sidecars_of(place, by_place))
            member = Member(place, unpacked(archive, each), sidecars=said)
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
        content = unpacked(archive, each)
    except UnreadableFile as error:
        raise unreadable_sidecar(name, str(error)) from None
    return read_beside(name, content)
