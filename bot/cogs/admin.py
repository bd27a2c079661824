"""/reindex: for the archive's administrators, as a slash command only and never by prefix."""

from __future__ import annotations

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import Line
from bot.client import ArchivistBot
from bot.outlets import UNSENT, ChannelOutlet, InteractionOutlet
from bot.reindex_state import Running, State
from bot.rendering.reindex import render_reindex, render_reindex_openly
from bot.rendering.reply import say

log = logging.getLogger(__name__)
EDIT_EVERY = 2.0
"""Seconds between two edits of the progress: well inside Discord's five edits in five seconds."""


class AdminCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @app_commands.command(name="reindex", description="Bring the index in step with the archive folder")
    @app_commands.describe(full="read and index every file anew", dry_run="only say what would change")
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    async def reindex(
        self, interaction: discord.Interaction[ArchivistBot], full: bool = False, dry_run: bool = False
    ) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=True)
        if not self.bot.administrators.include(interaction.user):
            await self.bot.gate.send(say(Line.NOT_ALLOWED, private=True), outlet)
            return
        run, joined = self.bot.reindexing.run(full=full, dry_run=dry_run)
        async for state in run.states(EDIT_EVERY):
            try:
                await self.bot.gate.send(render_reindex(state, joined=joined), outlet)
            except UNSENT as error:  # Discord's trouble, or an interaction that is older than its 15 minutes
                log.info("could not show how far the reindex is: %s", error)
                if not isinstance(state, Running):
                    await self._tell_openly(state, interaction.channel)

    async def _tell_openly(self, end: State, channel: object) -> None:
        """How it ended, as an ordinary message where /reindex was given, or else in the log."""
        if isinstance(channel, discord.abc.Messageable):
            try:
                await self.bot.gate.send(render_reindex_openly(end), ChannelOutlet(channel))
            except UNSENT as error:
                log.info("nor could it be told in the channel: %s", error)
            else:
                return
        log.warning("nobody could be told how the reindex ended: %s", end)


async def setup(bot: ArchivistBot) -> None:
    home = bot.settings.home_guild_id
    await bot.add_cog(AdminCog(bot), guilds=[discord.Object(home)] if home is not None else [])
