"""What is read is kept on the disk until it is indexed; a full one is told with its place and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from retrieval.errors import DiskError
from retrieval.indexing import bring_in_step
from retrieval.store.local import LocalBackend, Sizes

FERRY = "The ferry\n\nIt left the harbour at noon."


@pytest.fixture
def disk(tmp_path):
    """Makes one of a few kilobytes, which only root may."""
    place = tmp_path / "small"
    place.mkdir()

    def mounted(kilobytes: int) -> Path:
        mount = shutil.which("mount")
        size = f"size={kilobytes}k"
        made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", size, "tmpfs", place], check=False).returncode
        if made != 0:
            pytest.skip("a disk that is soon full can't be mounted here")
        return place

    yield mounted
    subprocess.run(["umount", "--lazy", place], check=False)  # a store that failed may have files open still


@pytest.fixture
def small_disk(disk):
    return disk(256)


@pytest.mark.parametrize("pages", [1, 60])
def test_a_full_disk_is_told_with_its_place_and_leaves_the_old_index(index, put, small_disk, pages):
    put("ferry.txt", FERRY)
    index.run()
    for number in range(pages):  # together more than the disk; also one that alone is more
        put(f"long/{number}.txt", f"Page {number}\n\n" + f"The ferry left pier {number}. " * (20_000 // pages))
    before = {path for path in index.place.rglob("*") if path.name != "cache.sqlite"}
    with pytest.raises(DiskError) as refusal:
        bring_in_step(
            index.folder, index.backend, index.encoder.name, lambda: index.encoder, small_disk / "cache.sqlite"
        )
    assert str(refusal.value) == (
        f"what is read can't be kept in {small_disk} until it is indexed: No space left on device; "
        "the index is left as it was"
    )
    assert list(small_disk.iterdir()) == []
    disk = os.statvfs(small_disk)
    assert disk.f_bfree == disk.f_blocks
    assert {path for path in index.place.rglob("*") if path.name != "cache.sqlite"} == before
    assert index.paths() == ["ferry.txt"]
    assert index.run().documents == 1 + pages


def test_a_place_that_can_not_be_made_is_told(index, put, tmp_path):
    put("ferry.txt", FERRY)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError, match=r"can't be kept in .*file/aside until it is indexed: Not a directory"):
        bring_in_step(
            index.folder,
            index.backend,
            index.encoder.name,
            lambda: index.encoder,
            tmp_path / "file" / "aside" / "cache.sqlite",
        )
    assert index.backend.published() is None


LAID_DOWN = Sizes(own_bytes=0, own_share=0.0, exact_up_to=0)


@pytest.mark.parametrize("kilobytes", [350, 450, 550, 650])
@pytest.mark.parametrize("sizes", [Sizes(), LAID_DOWN], ids=["one layer", "laid down"])
def test_a_disk_that_fills_while_the_index_is_written_is_told_and_the_old_index_serves(
    folder, put, disk, tmp_path, hash_encoder, kilobytes, sizes
):
    """Wherever it fills: the vectors, the tables, the words, the base or the manifest."""
    place = disk(kilobytes)
    backend = LocalBackend(place / "data", sizes)

    def run():
        return bring_in_step(
            folder, backend, hash_encoder.name, lambda: hash_encoder, tmp_path / "elsewhere" / "cache.sqlite"
        )

    put("ferry.txt", FERRY)
    run()
    for number in range(300):
        put(f"{number}.txt", f"Page {number}\n\n" + f"The ferry left pier {number} at {number} past noon. " * 20)
    with pytest.raises(DiskError) as refusal:
        run()
    [line] = str(refusal.value).splitlines()
    assert line.startswith(f"the index can't be written in {place}/data: ")
    snapshot = backend.snapshot()
    assert [source.path.partition("/")[2] for source in snapshot.sources()] == ["ferry.txt"]
    snapshot.close()
    assert [path.name for path in (place / "data" / "generations").iterdir()] == ["000001"]


def test_a_disk_without_room_for_vectors_is_told(index, put, disk):
    place = disk(64)
    for number in range(40):
        put(f"{number}.txt", f"Page {number}\n\n" + f"The ferry left pier {number}. " * 300)
    with pytest.raises(DiskError, match=r"No space left|disk is full") as refusal:
        bring_in_step(index.folder, index.backend, index.encoder.name, lambda: index.encoder, place / "cache.sqlite")
    assert len(str(refusal.value).splitlines()) == 1
    assert index.backend.published() is None
