"""Zip, tar and files packed by themselves: which members are read, by what name, and what a hostile one comes to."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.packed import bounds as packed
from retrieval.reading.packed import compressed, tar_files, zip_files
from tests.retrieval.reading.made_archives import FERRY, taped, zipped

MIB = 1024 * 1024


class Once(io.RawIOBase):
    """As a member inside another file is given: it can't be read back and forth."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._content.readinto(buffer)


def read(each) -> bytes | str:
    """A member's bytes, or why it has none."""
    if isinstance(each, Broken):
        return each.reason
    try:
        return each.content.read()
    except UnreadableFile as error:
        return str(error)


def contents(reader, content: bytes, *, once: bool = False) -> dict[str, bytes | str]:
    file = io.BufferedReader(Once(content)) if once else io.BytesIO(content)
    return {each.name: read(each) for each in reader.members(file, "a")}


MAKERS = {
    "zip": (zip_files, zipped),
    "stored zip": (zip_files, lambda files: zipped(files, zipfile.ZIP_STORED)),
    "bzip2 zip": (zip_files, lambda files: zipped(files, zipfile.ZIP_BZIP2)),
    "tar": (tar_files, taped),
    "tar.gz": (tar_files, lambda files: taped(files, "w:gz")),
    "tar.bz2": (tar_files, lambda files: taped(files, "w:bz2")),
    "tar.xz": (tar_files, lambda files: taped(files, "w:xz")),
}
every_kind = pytest.mark.parametrize(("reader", "make"), MAKERS.values(), ids=MAKERS.keys())


@every_kind
@pytest.mark.parametrize("once", [False, True])
def test_files_come_in_order_with_their_bytes(reader, make, once):
    long = FERRY.encode() * 3000
    files = {"b/ferry.txt": FERRY, "a.md": "", "long.txt": long, "Łódź.txt": "Ł"}
    found = contents(reader, make(files), once=once)
    assert list(found) == list(files)
    assert found == {"b/ferry.txt": FERRY.encode(), "a.md": b"", "long.txt": long, "Łódź.txt": "Ł".encode()}


@every_kind
def test_what_is_not_read_may_be_passed_over(reader, make):
    files = {f"{number}.txt": str(number) * number * 700 for number in range(1, 9)}
    with io.BytesIO(make(files)) as file:
        half = {each.name: read(each) for at, each in enumerate(reader.members(file, "a")) if at % 2}
    assert half == {name: content.encode() for at, (name, content) in enumerate(files.items()) if at % 2}


@every_kind
def test_hidden_files_and_names_that_say_nothing_are_passed_over(reader, make):
    files = {".hidden.txt": "x", "a/.git/b.txt": "x", "__MACOSX/a.txt": "x", "./c//d.txt": "kept", "folder/": ""}
    assert contents(reader, make(files)) == {"c/d.txt": b"kept"}


@every_kind
@pytest.mark.parametrize(
    "name", ["../a.txt", "a/../../b.txt", "/etc/a.txt", "C:\\a.txt", "C:a.txt", "a\\..\\b.txt", "\\\\host\\a.txt"]
)
def test_names_that_lead_out_of_the_archive_are_told(reader, make, name):
    found = contents(reader, make({name: "x", "good.txt": "kept", "..fine/a..b.txt": "hidden"}))
    assert found == {name: "its name leads out of the archive", "good.txt": b"kept"}


@every_kind
def test_a_name_without_end_is_told_shortly(reader, make):
    ((name, reason),) = contents(reader, make({"n" * 2000: "x"})).items()
    assert len(name) < 200
    assert reason == "its name is longer than 1024 characters"


@every_kind
def test_metadata_files_are_given_beside_their_documents_and_are_none_themselves(reader, make):
    files = {
        "a/ferry.toml": 'title = "A"', "a/ferry.txt": FERRY, "b.txt": FERRY, "b.txt.json": '{"title": "B"}',
        "b.toml": 'status = "retracted"', "package.json": "{}", "c.txt": "kept", "c.TOML": "",
    }  # fmt: skip
    found = list(reader.members(io.BytesIO(make(files)), "a"))
    alone = "taken for metadata, and no file that it could be of is beside it"
    assert [(each.name, each.reason) for each in found if isinstance(each, Broken)] == [("package.json", alone)]
    assert {each.name: each.sidecars for each in found if isinstance(each, Member)} == {
        "a/ferry.txt": (("a/ferry.toml", b'title = "A"'),),
        "b.txt": (("b.txt.json", b'{"title": "B"}'), ("b.toml", b'status = "retracted"')),
        "c.txt": (("c.TOML", b""),),
    }


@every_kind
def test_a_metadata_file_too_large_breaks_its_own_document_alone(reader, make):
    files = {"a.txt": "x", "a.toml": b"#" * (MIB + 1), "b.txt": "kept"}
    found = contents(reader, make(files))
    assert found == {"a.txt": "its metadata file a.toml can't be read: larger than 1 MiB", "b.txt": b"kept"}


def test_metadata_files_of_a_tar_are_held_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(tar_files, "MOST_HELD", 10)
    files = {f"{at}.{ending}": "# a comment" for at in range(3) for ending in ("txt", "toml")}
    found = contents(tar_files, taped(files))
    assert found == {
        "0.txt": b"# a comment",
        "1.txt": "its metadata file 1.toml can't be read: too many of them to hold",
        "2.txt": "its metadata file 2.toml can't be read: too many of them to hold",
    }


def test_links_devices_and_sparse_files_are_no_documents():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            entry = tarfile.TarInfo(f"{kind.decode()}.txt")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    assert contents(tar_files, out.getvalue()) == {}
    link = zipfile.ZipInfo("a.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert contents(zip_files, out.getvalue()) == {}


def test_an_encrypted_member_is_told_and_the_rest_goes_on():
    content = bytearray(zipped({"a.txt": "secret", "b.txt": "open"}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    assert contents(zip_files, bytes(content)) == {"a.txt": "encrypted", "b.txt": b"open"}


def test_a_damaged_member_is_told_and_the_rest_goes_on():
    content = bytearray(zipped({"a.txt": "noon " * 9, "b.txt": "open"}, zipfile.ZIP_STORED))
    content[40] ^= 0xFF
    assert contents(zip_files, bytes(content)) == {"a.txt": "damaged", "b.txt": b"open"}


def test_a_method_that_may_take_any_memory_is_not_read():
    assert contents(zip_files, zipped({"a.txt": FERRY}, zipfile.ZIP_LZMA)) == {
        "a.txt": "packed by a method that is not read"
    }


def test_a_member_without_a_name_is_passed_over():
    content = zipped({"a.txt": "x", "b.txt": "y"}).replace(b"a.txt", b"\0.txt")
    assert contents(zip_files, content) == {"b.txt": b"y"}


def test_members_that_share_their_bytes_are_not_read():
    """As in a zip bomb without recursion, where a thousand names stand for one kernel of data."""
    content = zipped({"a.txt": b"x" * 5000})
    at, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    entry = content[at:end]
    tail = bytearray(content[end:])
    tail[8:12] = struct.pack("<HH", 3, 3)
    tail[12:16] = struct.pack("<L", len(entry) * 3)
    found = [read(each) for each in zip_files.members(io.BytesIO(content[:at] + entry * 3 + bytes(tail)), "a")]
    assert found == ["shares its bytes with another file of the archive"] * 3


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_bomb_is_told_before_it_is_unpacked(kind):
    reader, make = MAKERS[kind]
    found = contents(reader, make({"a.txt": b"\0" * (80 * MIB), "b.txt": "after"})) if kind == "zip" else None
    if found is None:
        with pytest.raises(UnreadableFile, match="more than 200 times"):
            contents(reader, make({"a.txt": b"\0" * (80 * MIB), "b.txt": "after"}))
    else:
        assert found == {"a.txt": "unpacks to more than 200 times its size", "b.txt": b"after"}


def test_an_archive_with_too_many_files_is_told(monkeypatch):
    for reader, make in MAKERS.values():
        monkeypatch.setattr(reader, "MOST_MEMBERS", 3)
        with pytest.raises(UnreadableFile, match="holds more than"):
            contents(reader, make({f"{at}.txt": "x" for at in range(4)}))


def test_an_archive_inside_another_file_is_held_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(packed, "MOST_HELD", 10_000)
    for reader, make in MAKERS.values():
        content = make({"a.txt": random.Random(5).randbytes(30_000)})
        with pytest.raises(UnreadableFile, match="and inside another file"):
            contents(reader, content, once=True)
        assert contents(reader, content)["a.txt"]


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_what_stands_before_a_tar_is_cut_short_is_read(kind):
    reader, make = MAKERS[kind]
    noise = "".join(f"{at * 7919 % 10007} boats\n" for at in range(20_000))
    content = make({"a.txt": "first", "b.txt": noise})
    found = {}
    with pytest.raises(UnreadableFile):
        for each in reader.members(io.BytesIO(content[: len(content) // 2]), "a"):
            found[each.name] = read(each)
    if kind in ("tar", "tar.gz"):  # the others unpack in blocks larger than this
        assert found["a.txt"] == b"first"
        assert "cut short" in found["b.txt"]


def test_a_header_that_points_back_is_not_read_for_ever():
    content = bytearray(taped({"a.txt": "x" * 600, "b.txt": "y"}))
    header = content[1536 : 1536 + 512]
    header[124:136] = b"\xff" * 10 + (-1536 & 0xFFFF).to_bytes(2, "big")  # a negative size in base 256
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    content[1536 : 1536 + 512] = header
    with pytest.raises(UnreadableFile):
        contents(tar_files, bytes(content))


def test_a_header_without_end_is_told():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.pax_headers = {"comment": "1" * 100_000}
        archive.addfile(entry)
    with pytest.raises(UnreadableFile, match="header larger than 16 KiB"):
        contents(tar_files, out.getvalue())


@every_kind
def test_other_bytes_are_told_in_a_line(reader, make):
    for content in (b"", b"PK", b"\x1f\x8b", b"noon " * 500, make({"a.txt": "x"})[:20]):
        with pytest.raises(UnreadableFile, match=r"^(damaged|cut short)"):
            contents(reader, content)


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


def alone(content: bytes, method: str, name: str = "x.txt.gz") -> dict[str, bytes | str]:
    reader = {"gzip": compressed.of_gzip, "bzip2": compressed.of_bzip2, "xz": compressed.of_xz}[method]
    return {each.name: read(each) for each in reader(io.BufferedReader(Once(content)), name)}


@pytest.mark.parametrize("method", PACKERS)
def test_a_packed_file_has_one_member_of_its_own_name(method):
    content = bytes(range(256)) * 20_000
    assert alone(PACKERS[method](content), method, "b/x.jsonl.gz") == {"x.jsonl": content}
    assert alone(PACKERS[method](b""), method) == {"x.txt": b""}


@pytest.mark.parametrize("method", PACKERS)
def test_packed_files_may_be_joined_end_to_end(method):
    pack = PACKERS[method]
    assert alone(pack(b"one ") + pack(b"two") + bytes(512), method) == {"x.txt": b"one two"}
    assert alone(pack(b"one ") + bytes(200_000) + pack(b"two"), method) == {"x.txt": b"one two"}


@pytest.mark.parametrize("method", PACKERS)
def test_damage_to_a_packed_file_is_told(method):
    whole = PACKERS[method](FERRY.encode() * 20)
    assert alone(whole[:-3], method)["x.txt"] == f"cut short: its {method} goes on beyond its end"
    assert alone(b"", method)["x.txt"] == f"cut short: its {method} goes on beyond its end"
    changed = bytearray(whole)
    changed[-6 if method == "gzip" else len(whole) // 2] ^= 0xFF
    assert alone(bytes(changed), method)["x.txt"] == f"damaged, or not packed by {method}"
    assert alone(whole + b"more", method)["x.txt"] in (
        f"damaged, or not packed by {method}",
        f"cut short: its {method} goes on beyond its end",
    )


@pytest.mark.parametrize("method", PACKERS)
def test_a_packed_bomb_is_told_before_it_is_unpacked(method):
    assert alone(PACKERS[method](bytes(80 * MIB)), method)["x.txt"] == "unpacks to more than 200 times its size"


def test_xz_takes_no_more_memory_than_it_may():
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 512 * MIB}]
    content = lzma.compress(b"small", filters=filters)
    assert alone(content, "xz")["x.txt"] == "damaged, or not packed by xz"
