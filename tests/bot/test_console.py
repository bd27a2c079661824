"""The console as a process: piped lines are all answered, and Ctrl-C ends it at once."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAT = """
import asyncio
import signal
from bot import console
from bot.settings import BotSettings

async def warm(_):  # the model, which takes seconds
    pass

console.Library.warm = warm
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite that runs in the background has it ignored
asyncio.run(console.chat(BotSettings(_env_file=None)))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVIST_")}
    return clean | {"ARCHIVIST_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, its = pty.openpty()
    yield ours, its
    for end in (ours, its):
        os.close(end)


@pytest.mark.parametrize("ending", ["\n", ""])
def test_every_line_of_a_pipe_is_answered_in_order(environment: dict[str, str], ending: str) -> None:
    lines = f"show 0000000000\n\nsearch tower\nhelp{ending}"
    done = subprocess.run(
        [sys.executable, "-c", CHAT],
        input=lines,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown, searched, helped = (
        done.stdout.index(words) for words in ("0000000000", "Nothing is indexed", "I answer questions")
    )
    assert shown < searched < helped


def test_ctrl_c_at_the_prompt_ends_it_without_another_line(
    environment: dict[str, str], terminal: tuple[int, int]
) -> None:
    ours, its = terminal
    child = subprocess.Popen(
        [sys.executable, "-c", CHAT], stdin=its, stdout=its, stderr=subprocess.PIPE, env=environment
    )
    try:
        shown = b""
        while not shown.endswith(b"\n> "):
            shown += os.read(ours, 1000)
        os.write(ours, b"search tower\n")
        while b"Nothing is indexed" not in shown or not shown.endswith(b"\n> "):
            shown += os.read(ours, 1000)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)  # nothing more is typed: one that waits for a line never ends
        assert errors.decode().strip().endswith("KeyboardInterrupt") and b"Fatal Python error" not in errors
    finally:
        child.kill()
