"""The one way out. Every cut of a reply is taken from the store again, and a difference is never sent."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from bot.catalogue import Line
from bot.library import Library
from bot.rendering.discord_text import Page, discord_pages
from bot.rendering.escape import escape, unescape, with_line_feeds
from bot.rendering.reply import Cut, Reply, say
from retrieval import ArchivistError

log = logging.getLogger(__name__)
MOST_PAGES = 5
"""Messages that one reply may take."""


class Outlet(Protocol):
    """Where one reply goes: an interaction, a chat message or the console. Called by the gate alone."""

    async def deliver(self, reply: Reply, pages: list[Page]) -> None: ...


class Gate:
    def __init__(self, library: Library) -> None:
        self._library = library

    async def send(self, reply: Reply, outlet: Outlet) -> bool:
        """Sends the reply, or in its place the line that the archive changed. True where the reply itself was sent."""
        fault = await self._fault(reply)
        if fault is not None:
            log.warning("a reply was held back: %s", fault)
            reply = say(Line.ARCHIVE_CHANGED, private=reply.private)
        await outlet.deliver(reply, await asyncio.to_thread(_pages, reply))
        return fault is None

    async def _fault(self, reply: Reply) -> str | None:
        """What is wrong with the reply's cuts, or None."""
        cuts = list(reply.cuts())
        if not cuts:
            return None
        try:
            stored = await self._library.slices([(cut.document_id, cut.span) for cut in cuts])
        except ArchivistError as error:
            return str(error)
        return await asyncio.to_thread(_difference, cuts, stored)


def _difference(cuts: list[Cut], stored: list[str | None]) -> str | None:
    for cut, words in zip(cuts, stored, strict=True):
        if words != cut.text:
            return f"document {cut.document_id} does not hold these words at {cut.span.start} to {cut.span.end}"
        if unescape(escape(cut.text)) != with_line_feeds(cut.text):
            return f"document {cut.document_id} at {cut.span.start} would not be read as it stands"
    return None


def _pages(reply: Reply) -> list[Page]:
    """At most MOST_PAGES, the last of which then says how much more there is: nobody may flood a channel."""
    pages = discord_pages(reply)
    if len(pages) <= MOST_PAGES:
        return pages
    left_out = len(pages) - MOST_PAGES + 1
    return [*pages[: MOST_PAGES - 1], *discord_pages(say(Line.LEFT_OUT, count=left_out))]
