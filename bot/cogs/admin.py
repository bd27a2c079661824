"""/reindex: for the archive's administrators, as a slash command only and never by prefix."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import Line
from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.reindexing import Running
from bot.rendering.reindex import render_reindex
from bot.rendering.reply import say

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
        reindexing = self.bot.reindexing
        joined = not reindexing.start(full=full, dry_run=dry_run)
        while True:
            state = reindexing.state
            await self.bot.gate.send(render_reindex(state, joined=joined), outlet)
            if not isinstance(state, Running):
                return
            await reindexing.finished(EDIT_EVERY)


async def setup(bot: ArchivistBot) -> None:
    home = bot.settings.home_guild_id
    await bot.add_cog(AdminCog(bot), guilds=[discord.Object(home)] if home is not None else [])
