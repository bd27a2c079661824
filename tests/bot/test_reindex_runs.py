"""A reindex as one object with its own end, and a process that never outlives it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.reindex_state import Done, Running, State, Stopped
from bot.reindexing import Reindexing, Run
from bot.rendering.discord_text import discord_pages
from bot.rendering.reindex import render_reindex_openly

Scripted = Callable[[str], Path]
REPORT = "print(json.dumps({'generation': 7}))"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scripted:
    """A script in place of the interpreter; it leaves its process id in the file that this gives."""

    def set_to(script: str) -> Path:
        place, pid = tmp_path / "python", tmp_path / "pid"
        head = f"#!{sys.executable}\nimport json, os, sys, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        place.write_text(f"{head}{script}\n")
        place.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(place))
        return pid

    return set_to


async def ended(run: Run) -> State:
    async with asyncio.timeout(20):
        return [state async for state in run.states(0.05)][-1]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_whoever_waits_for_a_run_sees_its_end_and_not_the_next_runs_beginning(scripted: Scripted) -> None:
    reindexing = Reindexing()
    scripted(REPORT)
    first, joined = reindexing.run(full=False, dry_run=False)
    same, joined_too = reindexing.run(full=False, dry_run=False)
    assert (same, joined, joined_too) == (first, False, True)
    assert await ended(first) == Done({"generation": 7})
    scripted("time.sleep(60)")
    second, joined = reindexing.run(full=False, dry_run=False)
    assert not joined and isinstance(second.state, Running)
    assert first.state == Done({"generation": 7})
    await reindexing.close()


async def test_a_process_that_cannot_be_followed_is_ended(scripted: Scripted) -> None:
    pid = scripted("sys.stderr.write('x' * 3_000_000); sys.stderr.flush(); time.sleep(60)")
    run, _ = Reindexing().run(full=False, dry_run=False)
    end = await ended(run)
    assert isinstance(end, Stopped) and "can't be read" in end.reason
    assert gone(int(pid.read_text()))


@pytest.mark.parametrize("turns", [0, 1, 2, 5])
async def test_closing_before_the_process_is_there_leaves_none_behind(scripted: Scripted, turns: int) -> None:
    pid = scripted("time.sleep(60)")
    reindexing = Reindexing()
    run, _ = reindexing.run(full=False, dry_run=False)
    for _ in range(turns):
        await asyncio.sleep(0)
    await reindexing.close()
    assert isinstance(run.state, Stopped) and await ended(run) == run.state
    await asyncio.sleep(0.3)
    assert not pid.exists() or not pid.read_text() or gone(int(pid.read_text()))


def test_what_is_told_openly_names_no_file_and_no_reason() -> None:
    lists = {name: ["secret/path.md"] for name in ("added", "changed", "gone", "moved")}
    unreadable = [{"path": "secret/path.md", "reason": "secret"}]
    report = {**lists, "unreadable": unreadable, "same": 1, "generation": 2, "seconds": 1.0, "dry_run": False}
    for end in (Stopped("/secret/path.md is missing"), Done(report)):
        (page,) = discord_pages(render_reindex_openly(end))
        assert page.markdown and "secret" not in page.markdown
