"""The walk over the archive folder: what is found, what is left alone, and nothing outside it is ever opened."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.errors import ArchiveFolderError, UnreadableFile
from retrieval.reading import FORMATS, digest_of, read_file, walk
from retrieval.reading.sizes import MIB

TEXT = "The ferry\n\nIt left at noon."


def paths(folder):
    return [file.path for file in walk(folder)]


def test_files_are_found_at_any_depth_in_order(folder, put):
    for name in ("b.txt", "a/z.txt", "a/b/c.md", "a.txt", "ä.txt", "B.TXT", "name with blanks.txt", "no-ending"):
        put(name, TEXT)
    assert paths(folder) == sorted(
        ["b.txt", "a/z.txt", "a/b/c.md", "a.txt", "ä.txt", "B.TXT", "name with blanks.txt", "no-ending"]
    )


def test_hidden_files_and_folders_are_left_alone(folder, put):
    for name in (".hidden.txt", ".git/config.txt", "a/.cache/x.txt", "a/seen.txt"):
        put(name, TEXT)
    assert paths(folder) == ["a/seen.txt"]


def test_sidecars_are_no_documents_of_their_own(folder, put):
    for name in ("a.txt", "a.toml", "b.md", "b.md.json"):
        put(name, TEXT)
    assert {file.path: file.sidecars for file in walk(folder)} == {"a.txt": ("a.toml",), "b.md": ("b.md.json",)}


def test_metadata_of_no_file_is_told(folder, put):
    for name in ("article.json", "b/NOTES.TOML", "c.txt", "c.Toml", ".hidden.json"):
        put(name, TEXT)
    alone = "taken for metadata, and no file that it could be of is beside it"
    assert {file.path: file.refused for file in walk(folder)} == {
        "article.json": alone, "b/NOTES.TOML": alone, "c.txt": None, "c.Toml": alone,
    }  # fmt: skip


def test_links_are_not_followed_wherever_they_lead(folder, put, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(TEXT)
    put("a/real.txt", TEXT)
    (folder / "file-outside.txt").symlink_to(outside / "secret.txt")
    (folder / "file-inside.txt").symlink_to(folder / "a" / "real.txt")
    (folder / "folder-outside").symlink_to(outside)
    (folder / "folder-inside").symlink_to(folder / "a")
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "nowhere.txt").symlink_to(tmp_path / "nowhere")
    assert {file.path: file.refused for file in walk(folder)} == {"a/real.txt": None} | dict.fromkeys(
        ("file-outside.txt", "file-inside.txt", "folder-outside", "folder-inside", "a/loop", "self.txt", "nowhere.txt"),
        "a link, and links are not followed",
    )


def test_a_sidecar_that_is_a_link_out_of_the_folder_is_not_read(folder, put, tmp_path):
    put("a.txt", TEXT)
    (tmp_path / "secret.toml").write_text('title = "secret"')
    (folder / "a.toml").symlink_to(tmp_path / "secret.toml")
    assert [(file.path, file.sidecars) for file in walk(folder)] == [("a.toml", ()), ("a.txt", ())]


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("a.txt", 65 * MIB, "larger than 64 MiB"), ("a.tar", 9 * 1024 * MIB, "larger than 8192 MiB"),
        ("b.tar", 4 * 1024 * MIB, "nothing was ever written into it"),
    ],
)  # fmt: skip
def test_a_huge_file_is_refused_before_any_of_it_is_read(folder, monkeypatch, name, size, reason):
    with (folder / name).open("wb") as file:
        file.truncate(size)
        if os.fstat(file.fileno()).st_blocks:
            pytest.skip("this file system writes noughts out")
    read: list[object] = []
    monkeypatch.setattr("hashlib.file_digest", lambda *given: read.append(given))
    [stamp] = walk(folder)
    for reading in (lambda: digest_of(folder, stamp), lambda: list(read_file(folder, stamp))):
        with pytest.raises(UnreadableFile, match=reason):
            reading()
    assert not read


def test_the_archive_folder_itself_may_be_a_link(folder, put, tmp_path):
    put("a.txt", TEXT)
    (tmp_path / "link").symlink_to(folder)
    assert paths(tmp_path / "link") == ["a.txt"]


def test_a_link_put_in_the_place_of_a_file_after_the_walk_is_not_followed(folder, put, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    path = put("a.txt", TEXT)
    [file] = walk(folder)
    path.unlink()
    path.symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UnreadableFile, match="a link, and links are not followed"):
        digest_of(folder, file)
    with pytest.raises(UnreadableFile, match="a link, and links are not followed"):
        list(read_file(folder, file))


def test_a_link_put_in_the_place_of_a_folder_after_the_walk_is_not_followed(folder, put, tmp_path):
    put("a/b/page.txt", TEXT)
    put("a/b/page.toml", "")
    [file] = walk(folder)
    (tmp_path / "outside" / "b").mkdir(parents=True)
    (tmp_path / "outside" / "b" / "page.txt").write_text("secret")
    (folder / "a").rename(tmp_path / "away")
    (folder / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(UnreadableFile, match="can't be opened"):
        digest_of(folder, file)
    with pytest.raises(UnreadableFile, match="can't be opened"):
        list(read_file(folder, file))


def test_reading_leaves_no_file_open(folder, put):
    put("a/b/page.txt", TEXT)
    put("a/b/page.toml", "title = 1")
    put("a/large.md", b"\0" * 100)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for file in walk(folder):
        digest_of(folder, file)
        with contextlib.suppress(UnreadableFile):
            list(read_file(folder, file))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_pipes_and_sockets_are_left_alone_and_never_waited_for(folder, put):
    put("a.txt", TEXT)
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "a.toml")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket is short
        listening.bind("socket.txt")
        os.chdir(here)
        found = walk(folder)
    assert all(file.sidecars == () for file in found)
    assert {file.path: file.refused for file in found} == {"a.txt": None} | dict.fromkeys(
        ("a.toml", "pipe.txt", "socket.txt"), "not a regular file"
    )


def test_a_pipe_put_in_the_place_of_a_file_after_the_walk_is_not_waited_for(folder, put):
    path = put("a.txt", TEXT)
    [file] = walk(folder)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UnreadableFile, match="not a regular file"):
        digest_of(folder, file)


def test_a_file_removed_after_the_walk_is_told(folder, put):
    path = put("a.txt", TEXT)
    [file] = walk(folder)
    path.unlink()
    with pytest.raises(UnreadableFile, match="can't be opened: No such file"):
        digest_of(folder, file)


def test_a_missing_folder_is_told_by_name(tmp_path):
    for missing in (tmp_path / "missing", Path(__file__)):
        with pytest.raises(
            ArchiveFolderError, match=f"^the archive folder {missing} does not exist; the index is left"
        ):
            walk(missing)


@pytest.mark.parametrize("name", ["page.xyz", "page.TXTX", "page", "archive.tar.7z", "page.mp3"])
def test_a_name_that_no_reader_knows_is_told(read, name):
    with pytest.raises(UnreadableFile, match=r"^no reader for “"):
        read(name, TEXT)


@pytest.mark.parametrize("name", ["page.txt", "page.TXT", "page.text", "page.md", "page.Markdown"])
def test_endings_are_known_in_any_case(read, name):
    assert read(name, "# The ferry\n\nIt left at noon.").text


def test_the_digest_is_of_the_content_and_the_sidecar(folder, put):
    put("a.txt", TEXT)
    put("b.txt", TEXT)
    one, other = (digest_of(folder, file) for file in walk(folder))
    assert one == other
    put("b.toml", "")
    one, other = (digest_of(folder, file) for file in walk(folder))
    assert one != other


def test_a_file_without_a_reader_is_not_opened_to_be_told_apart(folder, put):
    path = put("film.mkv", TEXT)
    seen = [digest_of(folder, walk(folder)[0])]
    os.utime(path, ns=(1, 1))
    [file] = walk(folder)
    seen.append(digest_of(folder, file))
    path.unlink()
    assert digest_of(folder, file) == seen[1] != seen[0]


def test_the_stamp_changes_with_size_time_and_sidecar(folder, put):
    path = put("a.txt", TEXT)
    seen = [walk(folder)[0].stamp]
    os.utime(path, ns=(1, 1))
    seen.append(walk(folder)[0].stamp)
    path.write_text(TEXT + "!")
    os.utime(path, ns=(1, 1))
    seen.append(walk(folder)[0].stamp)
    os.utime(put("a.toml", ""), ns=(1, 1))
    seen.append(walk(folder)[0].stamp)
    assert len(set(seen)) == 4


def test_a_file_without_permission_is_told_with_the_reason(open_folder, somebody_without_permission):
    (open_folder / "a.txt").write_text(TEXT)
    (open_folder / "a.txt").chmod(0)
    with somebody_without_permission(), pytest.raises(UnreadableFile, match=r"^can't be opened: Permission denied$"):
        digest_of(open_folder, walk(open_folder)[0])


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])  # 444: names are told, and nothing of what they are
def test_of_a_folder_without_permission_nothing_is_known_and_the_rest_is_walked(
    open_folder, somebody_without_permission, mode
):
    (open_folder / "closed" / "deeper").mkdir(parents=True)
    (open_folder / "closed" / "a.txt").write_text(TEXT)
    (open_folder / "b.txt").write_text(TEXT)
    (open_folder / "closed").chmod(mode)
    try:
        with somebody_without_permission():
            found = {file.path: (file.refused, file.hides) for file in walk(open_folder)}
    finally:
        (open_folder / "closed").chmod(0o755)
    reason = "a folder that can't be listed: Permission denied; what was read of it before stays"
    assert found == {"b.txt": (None, False), "closed": (reason, True)}


def test_an_archive_folder_without_permission_stops_the_walk_rather_than_look_empty(
    open_folder, somebody_without_permission
):
    (open_folder / "archive").mkdir()
    (open_folder / "archive" / "b.txt").write_text(TEXT)
    (open_folder / "archive").chmod(0)
    try:
        with somebody_without_permission(), pytest.raises(ArchiveFolderError, match=r"can't list .*archive: Perm"):
            walk(open_folder / "archive")
    finally:
        (open_folder / "archive").chmod(0o755)


def test_a_folder_too_deep_for_a_path_does_not_stop_the_walk(folder, put):
    put("a.txt", TEXT)
    here = os.open(folder, os.O_DIRECTORY)
    for _ in range(20):
        os.mkdir("x" * 250, dir_fd=here)
        inner = os.open("x" * 250, os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    try:
        found = walk(folder)
    finally:
        subprocess.run(["rm", "-rf", str(folder / ("x" * 250))], check=True)
    assert [file.path for file in found if not file.refused] == ["a.txt"]
    assert [file.refused for file in found if file.refused] == ["a folder whose path is too long for this system"]


def test_nothing_larger_than_the_limit_is_read(read, put, monkeypatch):
    monkeypatch.setitem(FORMATS, ".txt", replace(FORMATS[".txt"], most_bytes=1024 * 1024))
    put("a.txt", b"word " * 300_000)
    with pytest.raises(UnreadableFile, match=r"^larger than 1 MiB$"):
        read("a.txt")


@pytest.mark.parametrize("name", ["a.txt", "a.toml", "a.json"])
def test_a_file_larger_than_memory_is_refused_unread(folder, put, read, name):
    path = put(name, TEXT)
    if name != "a.txt":
        put("a.txt", TEXT)
    os.truncate(path, 1 << 43)  # eight tebibytes, all of them a hole
    for refused in (lambda: digest_of(folder, walk(folder)[0]), lambda: read("a.txt")):
        with pytest.raises(UnreadableFile, match=r"larger than (64|1) MiB$") as refusal:
            refused()
        assert name == "a.txt" or name in str(refusal.value)
