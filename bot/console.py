"""The console: the same requests and replies as on Discord, from a terminal or from piped standard input."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from typing import TextIO

from bot.catalogue import Line
from bot.desk import Desk
from bot.gate import Gate
from bot.library import Library
from bot.reindexing import Reindexing
from bot.rendering.discord_text import Page
from bot.rendering.reindex import render_reindex
from bot.rendering.reply import Reply, say
from bot.rendering.terminal_text import terminal_text
from bot.requests import Help, parse_request
from bot.settings import BotSettings

PROMPT = "> "
SHOW_EVERY = 2.0
"""Seconds between two lines of a reindex's progress."""


class ConsoleOutlet:
    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._last = ""

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        """As a terminal has no pages, the reply is printed whole; an interim one that says nothing new is not."""
        text = terminal_text(reply, styled=self._output.isatty())
        if not (reply.interim and text == self._last):
            print(text, end="\n\n", file=self._output, flush=True)
        self._last = text


async def chat(settings: BotSettings, source: TextIO = sys.stdin, output: TextIO = sys.stdout) -> None:
    """Answers line by line until the input ends or `quit`. Raises what `Archive.warm` raises.

    `source` is a file of the system's: a terminal, a pipe.
    """
    library = Library(settings.model_copy(update={"processes": 0}))  # one person asks
    gate = Gate(library)
    desk = Desk(library, gate, settings.question_length)
    outlet = ConsoleOutlet(output)
    reindexing = Reindexing()
    interactive = source.isatty()
    try:
        if interactive:
            await desk.serve(Help(), outlet)
        await library.warm()
        lines = _lines_of(source)
        while line := await _next_line(lines, output, interactive):
            words = line.strip()
            bare = words.removeprefix("/")
            if bare in ("quit", "exit"):
                break
            if words.startswith("/reindex"):
                await _reindex(words.split()[1:], reindexing, gate, outlet)
            elif words:
                await desk.serve(parse_request(bare), outlet)
    finally:
        await reindexing.close()
        await library.close()


async def _reindex(options: list[str], reindexing: Reindexing, gate: Gate, outlet: ConsoleOutlet) -> None:
    """Whoever sits at the console owns the machine, so nobody is asked for a permission."""
    known = {"full", "dry_run"}
    if not set(options) <= known:
        await gate.send(say(Line.REFUSED, reason="/reindex takes “full” and “dry_run”"), outlet)
        return
    run, _ = reindexing.run(full="full" in options, dry_run="dry_run" in options)
    async for state in run.states(SHOW_EVERY):
        await gate.send(render_reindex(state), outlet)


async def _next_line(lines: asyncio.Queue[str], output: TextIO, interactive: bool) -> str:
    if interactive:
        print(PROMPT, end="", file=output, flush=True)
    return await lines.get()


def _lines_of(source: TextIO) -> asyncio.Queue[str]:
    """Each line as it comes, and an empty string at the end of the input.

    Reading can't be interrupted, so that a daemon thread does it, which nothing waits for when Ctrl-C ends the rest.
    It reads a duplicate: the interpreter aborts at its end where a thread still holds the lock of standard input.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    own = os.fdopen(os.dup(source.fileno()), encoding=source.encoding, errors="replace")

    def read() -> None:
        with own, contextlib.suppress(RuntimeError):  # the loop is closed, so nobody listens any more
            for line in own:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="input", daemon=True).start()
    return lines
