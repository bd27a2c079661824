"""What is noticed of a folder, by notification and by polling, and what is not; files and watch are real."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import folder_watch
from bot.folder_watch import FolderWatch, folders_below

ROOT = Path(__file__).parents[2]
PATIENCE = 15.0
QUIET = 0.2
"""Longer than it takes to tell of a change and to begin the watch anew, by far where nothing may be told."""
LONG = 0.6
Begun = tuple[FolderWatch, threading.Event]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "LOOK_AGAIN", 0.1)
    monkeypatch.setattr(folder_watch, "PAUSE", 0.05)
    monkeypatch.setattr(folder_watch, "SAME_FOLDER", 0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "archive" / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "archive" / ".git").mkdir()
    (tmp_path / "archive" / ".a.txt.swp").touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "archive" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "archive" / "nowhere").symlink_to("none")
    return tmp_path / "archive"


@pytest.fixture(params=["notified", "polling"])
def begun(folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begun]:
    if request.param == "polling":
        monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "true")
        monkeypatch.setenv("WATCHFILES_POLL_DELAY_MS", "50")
    changed = threading.Event()
    watch = FolderWatch(folder, changed.set)
    watch.start()
    assert changed.wait(PATIENCE), "it says that it has begun"
    changed.clear()
    yield watch, changed
    watch.stop(PATIENCE)


def noticed(changed: threading.Event, action: Callable[[], object], quiet: float = QUIET) -> None:
    changed.clear()
    action()
    assert changed.wait(PATIENCE)
    while changed.wait(quiet):  # what belongs to it, and the watch that begins anew
        changed.clear()


def test_files_folders_renames_and_removals_are_noticed(
    begun: Begun, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, changed = begun
    noticed(changed, lambda: (folder / "sub" / "a.toml").write_text("title = 'A'"))
    noticed(changed, lambda: (folder / "sub").rename(folder / "other"))
    noticed(changed, lambda: (folder / "other" / "deep" / "b.txt").write_text("In a folder that was renamed."))
    noticed(changed, lambda: (folder / "new" / "newer").mkdir(parents=True))
    noticed(changed, lambda: (folder / "new" / "newer" / "c.txt").write_text("In a folder that came later."))
    noticed(changed, (folder / "new" / "newer" / "c.txt").unlink)
    noticed(changed, lambda: (folder / os.fsdecode(b"caf\xe9.txt")).write_text("With a name that is not UTF-8."))
    noticed(changed, lambda: (folder / "d.txt").write_text("After it."))
    assert not caplog.records


def test_reading_hidden_names_and_what_links_lead_to_are_not(begun: Begun, folder: Path) -> None:
    _, changed = begun
    noticed(changed, lambda: (folder / "a.txt").write_text("A."), LONG)
    (folder / "a.txt").read_text()
    (folder / ".a.txt.swp").write_text("B.")
    (folder / ".git" / "index").write_text("C.")
    (folder / "link" / "d.txt").write_text("D.")
    assert not changed.wait(LONG)


def test_a_folder_that_is_removed_or_replaced_is_watched_again(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    changed = threading.Event()
    watch = FolderWatch(folder, changed.set)
    watch.start()
    assert changed.wait(PATIENCE)
    noticed(changed, lambda: (shutil.rmtree(folder), folder.mkdir()))
    noticed(changed, lambda: (folder / "a.txt").write_text("In one that was made anew at once."))
    noticed(changed, lambda: (folder.rename(folder.with_name("old")), folder.mkdir()))
    noticed(changed, lambda: (folder / "a.txt").write_text("In one that was put in its place."))
    shutil.rmtree(folder)
    for _ in range(1000):
        if not watch.stands:
            break
        time.sleep(PATIENCE / 1000)
    assert not watch.stands
    noticed(changed, folder.mkdir)
    assert watch.stands
    noticed(changed, lambda: (folder / "a.txt").write_text("In one that came back."))
    watch.stop(PATIENCE)
    # Once for the time that it was gone; also for a moment between two steps above, where that is seen.
    said = {record.getMessage() for record in caplog.records if record.levelno == logging.WARNING}
    assert said == {f"the archive folder {folder} is not there; it will be watched when it is"}


WITHOUT_NOTIFICATION = """
import ctypes, logging, sys, threading
from pathlib import Path
from bot import folder_watch
logging.basicConfig(format="%(message)s")
libc = ctypes.CDLL(None)
while libc.inotify_init() >= 0:  # until there are no more for this user
    pass
changed = threading.Event()
watch = folder_watch.FolderWatch(Path(sys.argv[1]), changed.set)
watch.start()
assert changed.wait(15)
changed.clear()
(Path(sys.argv[1]) / "a.txt").write_text("A.")
assert changed.wait(15) and watch.stands
watch.stop(15)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is inotify's")
def test_where_the_system_tells_of_no_changes_it_looks_itself_and_says_so_once(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NOTIFICATION, str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "WATCHFILES_POLL_DELAY_MS": "100"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (said,) = done.stderr.splitlines()
    assert said.startswith("the system does not tell of changes (") and "Too many open files" in said
    assert str(folder) not in said


@pytest.mark.parametrize(("kind", "polled"), [("nfs4", True), ("fuse.sshfs", True), ("ext4", False)])
def test_a_folder_on_a_remote_disk_is_polled(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, polled: bool
) -> None:
    """As the kernel would say it, of the very disk that the folder lies on."""
    device = folder.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 {os.major(device)}:{os.minor(device)} / /mnt rw shared:1 - {kind} host:/share rw\n")
    monkeypatch.setattr(folder_watch, "MOUNTS", mounts)
    assert folder_watch.lies_remote(folders_below(folder)) is polled


def test_the_folders_are_those_that_the_archive_is_read_from(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9")).mkdir()  # which can't be watched, and keeps nothing else from it
    below = {Path(path).relative_to(folder).as_posix() for path in folders_below(folder)}
    assert below == {".", "sub", "sub/deep"}
