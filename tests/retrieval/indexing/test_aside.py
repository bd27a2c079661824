"""What is read is kept on the disk until it is indexed; a full one is told with its place and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from retrieval.errors import DiskError
from retrieval.indexing import bring_in_step

FERRY = "The ferry\n\nIt left the harbour at noon."


@pytest.fixture
def small_disk(tmp_path):
    """One of a quarter of a megabyte, which only root may make."""
    place = tmp_path / "small"
    place.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=False).returncode
    if made != 0:
        pytest.skip("a disk that is soon full can't be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


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
