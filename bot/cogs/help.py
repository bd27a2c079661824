"""/help: what the bot does and how it matches."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.requests import Help


class HelpCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @app_commands.command(name="help", description="What I do, and how to ask")
    async def help(self, interaction: discord.Interaction[ArchivistBot]) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=True)
        await self.bot.desk.serve(Help(), outlet, private=True)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(HelpCog(bot))
