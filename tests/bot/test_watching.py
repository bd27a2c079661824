"""A run follows when the folder is quiet again, one at a time; what changed meanwhile has another."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import folder_watch, watching
from bot.reindexing import Reindexing
from bot.watching import Watching

SETTLE = 0.15
PATIENCE = 20.0
# Stands in for `archivist index`: notes when it has looked and when it ends, with how many files it found.
SCRIPT = """
import json, os, pathlib, sys, time
def note(word):
    with open({notes!r}, "a") as notes:
        notes.write(word + "\\n")
found = sorted(path.name for path in pathlib.Path({folder!r}).glob("*"))
note("begins " + ("dry" if "--dry-run" in sys.argv else "run"))
time.sleep({seconds})
note("ends " + str(len(found)))
if {fails}:
    sys.exit("archivist: another process is bringing this index in step")
lists = dict.fromkeys(("changed", "gone", "moved", "unreadable"), [])
print(json.dumps({{**lists, "added": found, "same": 0, "generation": 7, "seconds": 0.1, "dry_run": False}}))
"""
Scripted = Callable[..., Path]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "LOOK_AGAIN", 0.1)
    monkeypatch.setattr(folder_watch, "SAME_FOLDER", 0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path) -> Scripted:
    """A script in place of the interpreter, and so for the whole run; gives the file with its notes."""

    def set_to(seconds: float = 0.0, fails: bool = False) -> Path:
        place, notes = tmp_path / "python", tmp_path / "notes"
        notes.touch()
        script = SCRIPT.format(notes=str(notes), folder=str(folder), seconds=seconds, fails=fails)
        place.write_text(f"#!{sys.executable}\n{script}")
        place.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(place))
        return notes

    return set_to


@asynccontextmanager
async def watched(folder: Path, settle: float = SETTLE) -> AsyncIterator[Reindexing]:
    reindexing = Reindexing()
    watching = Watching(folder, settle, reindexing)
    watching.start()
    try:
        yield reindexing
    finally:
        await watching.close()
        await reindexing.close()


async def reached(state: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not state():  # noqa: ASYNC110 - processes are watched, which set no event for tests
            await asyncio.sleep(0.02)


async def until(notes: Path, *lines: str) -> None:
    """Waits until the runs have noted just that and then no more for a while."""
    await reached(lambda: len(notes.read_text().splitlines()) >= len(lines))
    await asyncio.sleep(2 * SETTLE)
    assert notes.read_text().splitlines() == list(lines)


def runs(notes: Path) -> int:
    return notes.read_text().count("begins")


async def test_the_start_and_then_a_change_have_a_run_each_and_its_result_is_one_line(
    folder: Path, scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    notes = scripted()
    async with watched(folder):
        await until(notes, "begins run", "ends 0")
        (folder / "a.txt").write_text("A.")
        await until(notes, "begins run", "ends 0", "begins run", "ends 1")
    told = [r.getMessage() for r in caplog.records if r.name == "bot.watching" and "changed" in r.getMessage()]
    counts = "~ 0 changed, − 0 gone, 0 moved, 0 unreadable; generation 7, 0.1 s"
    assert told == [f"the archive folder has changed: + {added} added, {counts}" for added in (0, 1)]


async def test_a_burst_of_files_has_one_run_or_two(folder: Path, scripted: Scripted) -> None:
    notes = scripted()
    async with watched(folder, settle=0.5):  # longer than a busy machine leaves between two files
        await until(notes, "begins run", "ends 0")
        for number in range(200):
            (folder / f"{number}.txt").write_text("Words.")
            await asyncio.sleep(0.002)
        await reached(lambda: "ends 200" in notes.read_text())
        await asyncio.sleep(2 * SETTLE)
        assert runs(notes) - 1 in (1, 2)


async def test_what_changes_during_a_run_has_another_after_it(folder: Path, scripted: Scripted) -> None:
    notes = scripted(seconds=0.6)
    async with watched(folder) as reindexing:
        await reached(lambda: runs(notes) > 0)
        assert reindexing.is_running
        (folder / "late.txt").write_text("Late.")
        await until(notes, "begins run", "ends 0", "begins run", "ends 1")


async def test_a_run_that_somebody_began_is_waited_for_and_has_one_after_it(folder: Path, scripted: Scripted) -> None:
    notes = scripted(seconds=0.3)
    async with watched(folder) as reindexing:
        await until(notes, "begins run", "ends 0")
        first, joined = reindexing.run(full=False, dry_run=True)
        assert not joined
        await reached(lambda: runs(notes) == 2)
        (folder / "a.txt").write_text("A.")
        await first.end()
        lines = ("begins dry", "ends 0", "begins run", "ends 1")
        await until(notes, "begins run", "ends 0", *lines)
        (folder / "b.txt").write_text("B.")
        await reached(lambda: reindexing.is_running)
        _, joined = reindexing.run(full=True, dry_run=False)
        assert joined, "whoever gives /reindex meanwhile sees the run that is on"


async def test_a_file_that_is_always_written_does_not_put_it_off_for_ever(
    folder: Path, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_SETTLES", 4)
    notes = scripted()

    async def write() -> None:
        with (folder / "log.txt").open("a") as file:
            while True:
                file.write("More.\n")
                file.flush()
                await asyncio.sleep(0.02)

    async with watched(folder, settle=0.5):
        writing = asyncio.create_task(write())
        await reached(lambda: runs(notes) >= 1)
        assert not writing.done()
        writing.cancel()


def test_the_pause_grows_while_changes_keep_coming_up_to_a_bound_and_is_short_again_after_a_quiet_time() -> None:
    pause, pauses = 5.0, []
    for _ in range(9):  # a file that is touched every second, the first time a second after a run
        pauses.append(pause := watching.pause_after(pause, 1.0, 5.0))
    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert watching.pause_after(300.0, 600.0, 5.0) == 300
    assert watching.pause_after(300.0, 601.0, 5.0) == 5
    assert watching.pause_after(900.0, 1.0, 900.0) == 900, "never less than the quiet that is waited for"


async def test_the_pause_is_left_between_two_runs(
    folder: Path, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = asyncio.get_running_loop().time
    asked: list[float] = []

    def half_a_second_more(pause: float, since: float, least: float) -> float:
        asked.append(now())
        return since + 0.5 if since < PATIENCE else least

    monkeypatch.setattr(watching, "pause_after", half_a_second_more)
    notes = scripted()
    async with watched(folder, settle=0.01):
        await reached(lambda: "ends 0" in notes.read_text())
        (folder / "a.txt").write_text("A.")
        await reached(lambda: runs(notes) == 2)
        assert now() - asked[1] >= 0.5


async def test_a_run_that_stopped_is_tried_again_without_a_change(
    folder: Path, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "TRY_AGAIN", 0.2)
    notes = scripted(fails=True)
    async with watched(folder):
        await reached(lambda: runs(notes) >= 2)
    assert "another process is bringing this index in step" in caplog.records[0].getMessage()


async def test_nothing_is_run_while_the_folder_is_not_there(folder: Path, scripted: Scripted) -> None:
    notes = scripted()
    async with watched(folder):
        await until(notes, "begins run", "ends 0")
        folder.rmdir()
        await until(notes, "begins run", "ends 0")
        folder.mkdir()
        await until(notes, "begins run", "ends 0", "begins run", "ends 0")


async def test_closing_ends_the_task_and_the_thread_and_begins_no_run(folder: Path, scripted: Scripted) -> None:
    notes = scripted()
    watching = Watching(folder, SETTLE, Reindexing())
    await watching.close()
    watching.start()
    await watching.close()
    await watching.close()
    (folder / "a.txt").write_text("A.")
    await until(notes)
