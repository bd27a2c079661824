"""What starting takes: each command in a process that begins with nothing, on a disk that is warm."""

from __future__ import annotations

import subprocess
import sys

from retrieval.benchmarks.reindexing import environment
from retrieval.benchmarks.texts import Texts
from retrieval.benchmarks.timing import Figures, in_turns

TURNS = 3


def starting(texts: Texts) -> Figures:
    """Seconds until the command has ended."""
    commands = {
        "help": ["--help"],
        "search": ["search", "the"],
        "ask": ["ask", texts.questions[0]],
        "index_unchanged": ["index"],
    }
    taken = in_turns({name: lambda given=given: _run(texts, given) for name, given in commands.items()}, TURNS)  # type: ignore[misc]
    return {f"{name}_seconds": round(each.wall, 2) for name, each in taken.items()}


def _run(texts: Texts, arguments: list[str]) -> None:
    command = [sys.executable, "-P", "-m", "retrieval", *arguments]
    done = subprocess.run(command, env=environment(texts), cwd=texts.place, capture_output=True, check=False)  # noqa: S603
    if done.returncode not in (0, 1):  # 1: nothing found
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
