"""One simulated Discord with the real bot in it: who acts, and what the bot said, as plain values.

SimCord stands in for Discord's servers. The bot, discord.py, the library, the store and the model are the real ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import simcord
from pydantic import SecretStr

from bot.catalogue import Line
from bot.client import ArchivistBot
from bot.library import Library
from bot.settings import BotSettings
from retrieval import Archive
from tests.discord.openapi import messages_in, walk
from tests.discord.simcord.markdown import Page, read

# Of the shape that a bot's token has, in parts so that no scanner takes it for one.
TOKEN = ".".join(("M" + "x" * 25, "Gabcde", "z" * 38))
PATIENCE = 60.0
"""Seconds that an action may take, a reindex included, on a machine that is busy with other things."""


@dataclass(frozen=True)
class Said:
    """One message of the bot, as it stands now."""

    message: discord.Message

    @property
    def markdown(self) -> str:
        texts = [c["content"] for c in walk([c.to_dict() for c in self.message.components]) if c.get("type") == 10]
        return "\n".join([*([self.message.content] if self.message.content else []), *texts])

    @property
    def page(self) -> Page:
        """The message as somebody reads it."""
        return read(self.markdown)

    @property
    def text(self) -> str:
        """Its words, without marks."""
        return self.page.text

    @property
    def private(self) -> bool:
        return self.message.flags.ephemeral

    def holds(self, line: Line) -> bool:
        """Whether the sentence stands in it, whatever was put into its places."""
        pattern = "(.+)".join(re.escape(part) for part in re.split(r"\{\w+\}", line.value))
        return any(re.fullmatch(pattern, row.text) for row in (*self.page.rows, *self.page.quotes))

    async def files(self) -> list[str]:
        return [(await attached.read()).decode("utf-8") for attached in self.message.attachments]


class World:
    """A server with one channel, where `alice` asks and `bob` is another member. Nothing runs before `start`."""

    def __init__(self, archive: Archive, data: Path) -> None:
        self.archive = archive
        self.data = data
        # The bot takes the client's place in `start`, when the ids of those who may do more are known.
        self.env = simcord.Env(discord.Client(intents=discord.Intents.none()), settle_timeout=PATIENCE)
        self.guild = self.env.create_guild("Newsroom")
        self.channel = self.guild.create_text_channel("desk")
        self.alice = self.guild.add_member(self.env.create_user("alice"))
        self.bob = self.guild.add_member(self.env.create_user("bob"))
        self.bot: ArchivistBot
        self.questions: list[str] = []
        """What was asked, which no line of the log may repeat."""
        self._errors_taken = 0

    async def start(self, **settings: Any) -> World:
        self.bot = self.new_bot(**settings)
        self.env.bot = self.bot
        await self.env.start()
        return self

    def new_bot(self, **settings: Any) -> ArchivistBot:
        values = {"data": self.data, "discord_token": SecretStr(TOKEN)} | settings
        chosen = BotSettings(_env_file=None, **values)
        return ArchivistBot(chosen, Library(chosen, self.archive))

    @property
    def mention(self) -> str:
        return f"<@{self.env.backend.bot_user.id}>"

    async def slash(
        self, name: str, *, by: simcord.MemberActor | simcord.UserHandle | None = None, **options: Any
    ) -> list[Said]:
        """What the bot answered to a command, in order, private or not."""
        return said_in(await self.slash_result(name, by=by, **options))

    async def slash_result(
        self, name: str, *, by: simcord.MemberActor | simcord.UserHandle | None = None, **options: Any
    ) -> simcord.InteractionResult:
        self.questions += [options[key] for key in ("question", "words") if key in options]
        actor = by or self.alice
        if isinstance(actor, simcord.UserHandle):
            result: simcord.InteractionResult = await actor.slash(name, **options)
            return result
        channel = self.channel if actor.guild is self.guild else next(iter(actor.guild.channels.values()))
        return await actor.slash(channel, name, **options)

    async def says(self, words: str, *, by: simcord.MemberActor | None = None, **options: Any) -> list[Said]:
        """What the bot answered to a chat message in the channel, in order."""
        self.questions.append(words.replace(self.mention, "").strip())
        before = {said.message.id for said in self.said()}
        await (by or self.alice).send(self.channel, words, **options)
        return [said for said in self.said() if said.message.id not in before]

    def said(self, viewer: simcord.MemberActor | None = None) -> list[Said]:
        """The bot's messages in the channel: the public ones, and those that the viewer alone sees."""
        return [Said(m) for m in self.channel.history(viewer=viewer) if m.author.id == self.env.backend.bot_user.id]

    async def without_waiting(self, action: Awaitable[Any], seconds: float = 0.05) -> None:
        """Lets an action begin and goes on while the bot is still at it."""
        usual, self.env.settle_timeout = self.env.settle_timeout, seconds
        try:
            with contextlib.suppress(TimeoutError):
                await action
        finally:
            self.env.settle_timeout = usual

    async def until(self, reached: Any, seconds: float = 30.0) -> None:
        """Waits in real time, with the bot running."""
        async with asyncio.timeout(seconds):
            while not reached():  # noqa: ASYNC110 - it is the bot that is watched, which sets no event for tests
                await asyncio.sleep(0.01)

    async def show_command_to(self, name: str, *members: simcord.MemberActor) -> None:
        """As a server's settings can: whoever is named here sees the command, whatever it says of permissions."""
        (guild,) = {member.guild for member in members}
        local = {c.name: c for c in await self.bot.tree.fetch_commands(guild=discord.Object(guild.id))}
        command = local.get(name) or {c.name: c for c in await self.bot.tree.fetch_commands()}[name]
        guild.set_command_permissions(command.id, dict.fromkeys(members, True))

    def sent(self, method: str, path_ends: str = "") -> list[simcord.HttpLogEntry]:
        return [r for r in self.env.http_requests if r.method == method and r.path.endswith(path_ends)]

    def take_errors(self) -> list[BaseException]:
        """What discord.py caught of the bot until now; the rest fails the test at its end."""
        found = self.env.errors_since(self._errors_taken)
        self._errors_taken = self.env.error_cursor
        return list(found)

    def markdown_sent(self) -> str:
        """The text of every message in every request, for what must not be in any."""
        bodies = [body for request in self.env.http_requests for body in messages_in(request.json)]
        return "\n".join(
            str(part.get("content"))
            for body in bodies
            for part in (body, *walk(body.get("components")))
            if part.get("content")
        )


def said_in(result: simcord.InteractionResult) -> list[Said]:
    answers = [*([result.response] if result.response else []), *result.followups]
    return [Said(answer.message) for answer in answers]
