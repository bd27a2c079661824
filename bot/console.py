"""The console: the same requests and replies as on Discord, from a terminal or from piped standard input."""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

from bot.catalogue import Line
from bot.desk import Desk
from bot.gate import Gate
from bot.library import Library
from bot.reindexing import Reindexing, Running
from bot.rendering.discord_text import Page
from bot.rendering.reindex import render_reindex
from bot.rendering.reply import Reply, say
from bot.rendering.terminal_text import terminal_text
from bot.requests import Help, parse_request
from bot.settings import BotSettings

PROMPT = "> "


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
    """Answers line by line until the input ends or `quit`. Raises what `Archive.warm` raises."""
    library = Library(settings)
    gate = Gate(library)
    desk = Desk(library, gate, settings.question_length)
    outlet = ConsoleOutlet(output)
    reindexing = Reindexing()
    interactive = source.isatty()
    try:
        if interactive:
            await desk.serve(Help(), outlet)
        await library.warm()
        while (line := await _next_line(source, output, interactive)) is not None:
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
    reindexing.start(full="full" in options, dry_run="dry_run" in options)
    while isinstance(state := reindexing.state, Running):
        await gate.send(render_reindex(state), outlet)
        await reindexing.next_state(60)
    await gate.send(render_reindex(state), outlet)


async def _next_line(source: TextIO, output: TextIO, interactive: bool) -> str | None:
    if interactive:
        print(PROMPT, end="", file=output, flush=True)
    line = await asyncio.to_thread(source.readline)
    return line or None
