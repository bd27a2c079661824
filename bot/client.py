"""The bot on Discord: intents, no mentions, cogs, and closing what was opened."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.command_sync import sync_commands
from bot.desk import Desk
from bot.failures import failure_reply
from bot.gate import Gate
from bot.library import Library
from bot.outlets import InteractionOutlet
from bot.permissions import Administrators
from bot.reindexing import Reindexing
from bot.requests import Request
from bot.settings import BotSettings
from bot.views.buttons import BUTTONS
from bot.watching import Watching
from retrieval import ArchivistError

log = logging.getLogger(__name__)
DRAIN = 5.0
"""Seconds that answers on their way are given when the bot stops."""
EXTENSIONS = ("ask", "search", "show", "verify", "menus", "help", "admin", "chat")

# Neither voice library is wanted, and nobody should be told at every start that they are missing.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


def intents_for(settings: BotSettings) -> discord.Intents:
    """Servers and messages; what messages say only where a prefix makes that necessary, as Discord must grant it."""
    intents = discord.Intents.none()
    intents.guilds = True
    intents.guild_messages = True
    intents.dm_messages = True
    intents.message_content = settings.prefix is not None
    return intents


class Tree(app_commands.CommandTree["ArchivistBot"]):
    async def on_error(
        self, interaction: discord.Interaction[ArchivistBot], error: app_commands.AppCommandError
    ) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        name = interaction.command.qualified_name if interaction.command else "an interaction"
        await interaction.client.tell_of(cause, interaction, f"/{name}")


class ArchivistBot(commands.Bot):
    def __init__(self, settings: BotSettings, library: Library | None = None) -> None:
        super().__init__(
            command_prefix=[],
            help_command=None,
            intents=intents_for(settings),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.settings = settings
        self.library = library or Library(settings)
        self.gate = Gate(self.library)
        self.desk = Desk(self.library, self.gate, settings.question_length)
        self.administrators = Administrators(settings)
        self.reindexing = Reindexing()
        self._watching = Watching(settings.archive, settings.watch_settle, self.reindexing)
        self._warming: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        asyncio.get_running_loop().set_exception_handler(_log_lost_exception)
        self._warming = asyncio.create_task(self._warm(), name="warm")
        for name in EXTENSIONS:
            await self.load_extension(f"bot.cogs.{name}")
        self.add_dynamic_items(*BUTTONS)
        application = await self.application_info()
        self.administrators.learn_owners(application)
        record = self.settings.data / "commands.sha256"
        await sync_commands(self.tree, application.id, self.settings.home_guild_id, record)
        if self.settings.watch:
            self._watching.start()

    async def _warm(self) -> None:
        try:
            await self.library.warm()
            log.info("the model is loaded")
        except ArchivistError as error:  # said again to everyone who asks
            log.error("%s", error)  # noqa: TRY400 - one line for a person, not a defect

    async def pressed(self, interaction: discord.Interaction[ArchivistBot], request: Request, *, private: bool) -> None:
        """A button was: what it asks for is served as if typed. Of failures in it discord.py tells nobody."""
        outlet = InteractionOutlet(interaction)
        try:
            await outlet.defer(private=private)
            await self.desk.serve(request, outlet, private=private)
        except Exception as error:
            await self.tell_of(error, interaction, "a button")

    async def tell_of(self, failure: Exception, interaction: discord.Interaction[ArchivistBot], where: str) -> None:
        outlet = InteractionOutlet.of(interaction)
        try:
            await outlet.take_over()
            await self.gate.send(failure_reply(failure, where), outlet)
        except Exception as unsent:  # whatever it is: the failure itself is in the log, and nobody is left to tell
            log.warning("could not tell of the failure in %s: %s", where, unsent)

    async def on_ready(self) -> None:
        log.info("ready as %s, in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Chat is the chat cog's: the library's own prefix commands are not used."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("failure in the event %s", event_method)

    async def close(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
        await self._watching.close()
        await self.desk.drain(DRAIN)
        await self.reindexing.close()
        await super().close()
        await self.library.close()


def _log_lost_exception(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.error("failure outside any request: %s", context.get("message"), exc_info=context.get("exception"))
