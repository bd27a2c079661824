"""The local store's files: damaged, cut off, without permission, left behind. Each is one clear line, or no matter."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from little_archive import BAKERY, FERRY, MODEL, add, everything_of, opened, page, publish, three_pages

from retrieval.errors import IndexDamaged
from retrieval.store.local import LocalBackend, Sizes, snapshot
from retrieval.store.local.layout import sealed

HERE = Path(__file__).parent


IN_LAYERS = Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)
"""As if three pages were a large archive."""


@pytest.fixture(scope="module", params=[Sizes(), IN_LAYERS], ids=["one layer", "layers"])
def published(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("local") / "data"
    publish(LocalBackend(folder, request.param), *three_pages())
    return folder


@pytest.fixture
def data(published, tmp_path):
    """A store with three pages, for this test to spoil."""
    return shutil.copytree(published, tmp_path / "data")


def is_damaged(data: Path) -> str:
    """What opening says: one line, from IndexDamaged."""
    with pytest.raises(IndexDamaged) as refusal:
        LocalBackend(data).snapshot()
    [line] = str(refusal.value).splitlines()
    return line


def files_named(data: Path, pattern: str) -> list[Path]:
    found = [path for path in (data / "generations" / "000001").rglob(pattern) if path.is_file()]
    assert found
    return found


@pytest.mark.parametrize("content", [b"", b"\n", b"latest", b"12", b"../000001", b"\xff\xfe", b"000001 000002"])
def test_a_pointer_that_names_no_generation_is_damage(data, content):
    (data / "current").write_bytes(content)
    assert "current" in is_damaged(data)
    with pytest.raises(IndexDamaged):
        LocalBackend(data).published()


def test_a_pointer_to_a_generation_that_is_not_there_is_damage(data):
    (data / "current").write_text("000009\n")
    assert "generation 000009 can't be opened" in is_damaged(data)


def test_a_pointer_that_is_a_folder_is_damage(data):
    (data / "current").unlink()
    (data / "current").mkdir()
    assert "can't be read" in is_damaged(data)


def test_a_garbled_pointer_does_not_keep_a_new_generation_from_being_published(data):
    (data / "current").write_text("garbage")
    manifest = publish(LocalBackend(data), page("bakery.txt", BAKERY), fresh=True)
    assert manifest.generation == 2
    assert opened(LocalBackend(data)).manifest == manifest


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "3", "null", '"x"', "{}", '{"format": 1}', '{"format": 2}', '{"format": 1, "made": 5}', "\udcff"],
)
def test_a_manifest_that_is_not_one_is_damage(data, content):
    (data / "generations" / "000001" / "manifest.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert "generation 000001 can't be opened" in is_damaged(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("passages", 4), ("passages", "3"), ("documents", 4), ("dimensions", 15), ("generation", 2), ("made", "noon"),
        ("unheard_of", 1), ("format", 1), ("passages", None),
    ],
)  # fmt: skip
def test_a_manifest_that_the_files_do_not_bear_out_is_damage(data, field, value):
    path = data / "generations" / "000001" / "manifest.json"
    path.write_text(json.dumps(sealed(json.loads(path.read_text()) | {field: value})))
    assert "generation 000001" in is_damaged(data)


@pytest.mark.parametrize("bit", [0x01, 0x02, 0x04, 0x10, 0x20, 0x40])
def test_a_flipped_bit_anywhere_in_the_manifest_is_damage(data, bit):
    path = data / "generations" / "000001" / "manifest.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        assert "generation 000001 can't be opened" in is_damaged(data)


def test_a_generation_of_an_earlier_form_is_refused_by_its_form(data):
    path = data / "generations" / "000001" / "manifest.json"
    said = json.loads(path.read_text())
    del said["sha256"]
    path.write_text(json.dumps(said | {"format": 5}))
    assert "its format is 5" in is_damaged(data)


FILES = [
    "manifest.json", "archive.sqlite", "columns.npz", "vectors.*", "meta.json", "*.idx", "*.term", "*.fast",
    "*.fieldnorm",
]  # fmt: skip


@pytest.mark.parametrize("share", [0, 0.5, 0.85])
@pytest.mark.parametrize("pattern", FILES)
def test_a_truncated_file_is_damage(data, pattern, share):
    for path in files_named(data, pattern):
        os.truncate(path, int(path.stat().st_size * share))
    assert "generation 000001" in is_damaged(data)


@pytest.mark.parametrize("pattern", FILES)
def test_a_missing_file_is_damage(data, pattern):
    for path in files_named(data, pattern):
        path.unlink()
    assert "generation 000001" in is_damaged(data)


@pytest.mark.parametrize("pattern", FILES[1:])
@pytest.mark.parametrize("place", [0, 0.3, 0.7, 1])
@pytest.mark.parametrize("bit", [0x01, 0x40])
def test_a_flipped_bit_anywhere_is_damage(data, pattern, place, bit):
    for path in files_named(data, pattern):
        if content := bytearray(path.read_bytes()):
            content[int((len(content) - 1) * place)] ^= bit
            path.write_bytes(content)
    assert "generation 000001 is damaged" in is_damaged(data)


def test_a_flipped_bit_in_a_large_file_is_found_by_the_check_of_all_that_was_written(data, monkeypatch):
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    [path, *_] = [path for path in files_named(data, "vectors.rows") if path.stat().st_size]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    served = opened(LocalBackend(data))
    with pytest.raises(IndexDamaged, match=r"vectors\.rows is not what was written"):
        served.check()


@pytest.mark.parametrize("name", ["archive.sqlite", "vectors.rows", "columns.npz"])
def test_a_file_from_another_index_is_damage(data, tmp_path, name):
    publish(LocalBackend(tmp_path / "other", IN_LAYERS), page("ferry.txt", FERRY))
    publish(LocalBackend(tmp_path / "other", IN_LAYERS), page("bakery.txt", BAKERY))
    shutil.copyfile(tmp_path / "other" / "generations" / "000001" / "base" / name, files_named(data, name)[0])
    assert "is damaged" in is_damaged(data)


def test_damage_is_not_silence_to_a_reader_that_is_already_open(data):
    kept = opened(LocalBackend(data))
    before = everything_of(kept)
    (data / "generations" / "000001").rename(data / "elsewhere")
    assert everything_of(kept) == before
    is_damaged(data)


@pytest.mark.parametrize("left", ["a crashed draft", "a generation that was never published"])
def test_what_a_crash_left_behind_does_not_matter(data, left):
    generations = data / "generations"
    if left == "a crashed draft":
        (generations / "draft" / "words").mkdir(parents=True)
        (generations / "draft" / "archive.sqlite").write_bytes(b"half a file")
    else:
        shutil.copytree(generations / "000001", generations / "000002")
    backend = LocalBackend(data)
    assert opened(backend).manifest.generation == 1
    manifest = publish(backend, page("more.txt", FERRY))
    assert manifest.documents == 4
    assert opened(backend).manifest == manifest


def kept_generations(data: Path) -> set[str]:
    return {path.name for path in (data / "generations").iterdir()}


def test_the_generation_before_is_kept_and_older_ones_are_pruned(data):
    backend = LocalBackend(data)
    for n in range(3):
        publish(backend, page(f"{n}.txt", FERRY))
    assert kept_generations(data) == {"000003", "000004"}


def test_the_generation_before_is_kept_even_when_a_crash_left_one_in_between(data):
    shutil.copytree(data / "generations" / "000001", data / "generations" / "000002")  # built, never published
    assert publish(LocalBackend(data), page("more.txt", FERRY)).generation == 3
    assert kept_generations(data) == {"000001", "000003"}


def test_a_generation_that_the_pointer_names_survives_whatever_fails_after_the_move(data, monkeypatch):
    """The last step of publishing syncs the folder; an error there comes when the new generation already serves."""
    moved = LocalBackend._move_pointer

    def fails_after_the_move(self: LocalBackend, number: int) -> None:
        moved(self, number)
        raise OSError("input/output error")

    monkeypatch.setattr(LocalBackend, "_move_pointer", fails_after_the_move)
    backend = LocalBackend(data)
    with pytest.raises(OSError, match="input/output error"):
        publish(backend, page("more.txt", FERRY))
    assert opened(backend).manifest.documents == 4
    backend.draft(*MODEL).discard()


def test_only_the_owner_can_look_into_a_new_data_folder(data):
    assert stat.S_IMODE(data.stat().st_mode) & 0o077 == 0


READ_ALL = """
import os, sys
from pathlib import Path
from little_archive import everything_of, opened, vector_of
from retrieval.filters import EVERYTHING
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import WordQuery

def read(data):
    snapshot = opened(LocalBackend(data))
    hits = snapshot.by_words(WordQuery("ferry"), EVERYTHING, 9)
    return len(everything_of(snapshot)), len(hits), len(snapshot.by_vector(vector_of("x"), EVERYTHING, 9))

data = Path(sys.argv[1])
if os.getuid() == 0:
    read(data)  # so that all modules are loaded: nobody may be unable to see where they lie
    try:
        os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
    except PermissionError:
        sys.exit(77)
try:
    (data / "written").touch()
    sys.exit("the folder could be written to")
except OSError:
    pass
print(*read(data))
"""


def test_a_published_generation_is_read_where_nothing_may_be_written():
    """Root may write anywhere, so it reads as nobody."""
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders can't be entered by nobody
        data = Path(place) / "data"
        publish(LocalBackend(data), *three_pages())
        Path(place).chmod(0o755)
        for path in (data, *data.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            if os.getuid() == 0:
                pytest.skip("root writes anywhere, and this machine has no user nobody to read as")
            nobody = pwd.getpwuid(os.getuid())
        command = [sys.executable, "-c", READ_ALL, str(data), str(nobody.pw_uid), str(nobody.pw_gid)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
        read = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        for path in (data, *data.rglob("*")):
            with contextlib.suppress(OSError):
                path.chmod(0o755)
        if read.returncode == 77:
            pytest.skip("root writes anywhere, and may not become nobody here")
    assert (read.stdout, read.stderr) == ("3 2 3\n", "")


def test_a_disk_without_links_is_copied_to(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    backend = LocalBackend(tmp_path / "data", IN_LAYERS)
    for n in range(3):
        publish(backend, page(f"{n}.txt", FERRY))
    assert opened(backend).manifest.documents == 3


def test_a_failure_of_the_moment_is_no_damage(data, monkeypatch):
    def too_many(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(snapshot, "read_manifest", too_many)
    with pytest.raises(OSError, match="Too many open files"):
        LocalBackend(data).snapshot()


def test_what_is_copied_into_a_draft_is_what_was_published(data, monkeypatch):
    """Nothing may get new sums that nobody looked at."""
    monkeypatch.setattr(snapshot, "CHECKED_AT_ONCE", 0)
    tables = data / "generations" / "000001" / "archive.sqlite"
    content = bytearray(tables.read_bytes())
    content[-1] ^= 1
    tables.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"archive\.sqlite is not what was written"):
        LocalBackend(data).draft(*MODEL)
    assert kept_generations(data) == {"000001"}
    LocalBackend(data).draft(*MODEL, fresh=True).discard()


def test_a_document_is_added_once(data):
    draft = LocalBackend(data, IN_LAYERS).draft(*MODEL)
    with pytest.raises(ValueError, match="in the index already"):
        add(draft, three_pages()[0])
    draft.discard()
