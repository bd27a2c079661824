"""From a request to its reply, the same for every surface."""

from __future__ import annotations

import asyncio
import contextlib

from bot.catalogue import Line
from bot.failures import failure_reply, outage_reply
from bot.gate import Gate, Outlet
from bot.library import Library, LibraryBusy, LibrarySlow, Model
from bot.rendering.answers import render_answer, render_listing
from bot.rendering.cited import render_cited
from bot.rendering.help import render_help
from bot.rendering.reply import Reply, say
from bot.rendering.verdicts import render_checked, render_verified
from bot.requests import Ask, Check, Help, Proof, Request, Search, Share, Show, Verify
from retrieval import (
    EVERYTHING,
    ArchivistError,
    CheckedMessage,
    QuestionError,
    Shown,
    Superseded,
    UnknownCode,
    filter_of,
)

LONGEST_MESSAGE = 6000
"""Characters of a quote or a message that are checked: what a slash command's option can hold."""


class Desk:
    def __init__(self, library: Library, gate: Gate, question_length: int) -> None:
        self._library = library
        self._gate = gate
        self._question_length = question_length
        self._serving = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def serve(self, request: Request, outlet: Outlet, *, private: bool = False) -> None:
        """Answers on `outlet`: with what was asked for, or with the one sentence that says why not."""
        self._serving += 1
        self._idle.clear()
        try:
            await self._serve(request, outlet, private)
        finally:
            self._serving -= 1
            if not self._serving:
                self._idle.set()

    async def drain(self, patience: float) -> None:
        """Waits until nobody is being answered, `patience` seconds at most."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)

    async def _serve(self, request: Request, outlet: Outlet, private: bool) -> None:
        refusal = self._refusal(request)
        if refusal is None and isinstance(request, Ask) and self._library.model is Model.LOADING:
            await self._gate.send(say(Line.LOADING, private=private, interim=True), outlet)
        await self._gate.send(refusal or await self._reply(request, private), outlet)

    def _refusal(self, request: Request) -> Reply | None:
        """Why the request can't be served as it was made, as far as that is known without the archive."""
        match request:
            case Ask(question) | Search(question) if len(question) > self._question_length:
                return _too_long(question, self._question_length)
            case Verify(quote) | Check(quote) if len(quote) > LONGEST_MESSAGE:
                return _too_long(quote, LONGEST_MESSAGE)
            case Ask(_, filters):
                try:
                    filter_of(filters)
                except QuestionError as error:
                    return say(Line.REFUSED, private=True, reason=str(error))
        return None

    async def _reply(self, request: Request, private: bool) -> Reply:
        try:
            return await self._looked_up(request, private)
        except LibraryBusy:
            return say(Line.BUSY, private=True)
        except LibrarySlow as error:
            return say(Line.TOO_SLOW, private=True, seconds=f"{error.seconds:g}")
        except (QuestionError, UnknownCode) as error:  # their text is about what was typed
            return say(Line.REFUSED, private=True, reason=str(error))
        except (ArchivistError, OSError) as error:
            return outage_reply(error, "a request")
        except Exception as error:
            return failure_reply(error, "a request")

    async def _shared(self, request: Share) -> Reply:
        """Looked up anew: what is posted openly is as the archive is now, and passes the gate as everything does."""
        if request.claims:
            verified = [await self._library.verify(claim.quote, claim.said_by) for claim in request.claims]
            return render_checked(CheckedMessage(tuple(verified)))
        cited = [one for code in request.codes for one in await self._known(code)]
        return render_cited(cited) if cited else say(Line.NOTHING_TO_SHARE, private=True)

    async def _known(self, code: str) -> tuple[Shown | Superseded, ...]:
        """Nothing for a code that the archive does not know any more: the others are shared all the same."""
        try:
            return await self._library.show(code, 0)
        except UnknownCode:
            return ()

    async def _looked_up(self, request: Request, private: bool) -> Reply:
        match request:
            case Ask(question, filters, as_written):
                answer = await self._library.ask(question, filter_of(filters), as_written=as_written)
                return render_answer(answer, private=private)
            case Search(words, page):
                return render_listing(await self._library.search(words, EVERYTHING, page), private=private)
            case Show(code, around):
                return render_cited(await self._library.show(code, around), private=private)
            case Proof(code):
                return render_cited(await self._library.receipt(code), private=private)
            case Verify(quote, said_by):
                return render_verified(await self._library.verify(quote, said_by), private=private)
            case Check(message):
                return render_checked(await self._library.check(message), private=private)
            case Share():
                return await self._shared(request)
            case Help():
                return render_help()


def _too_long(words: str, most: int) -> Reply:
    return say(Line.QUESTION_TOO_LONG, private=True, length=len(words), most=most)
