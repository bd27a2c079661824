"""/show: the passage with a code."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.requests import MOST_AROUND, Show


class ShowCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @app_commands.command(name="show", description="The passage with this code")
    @app_commands.describe(code="the code under an excerpt", around="paragraphs of context on either side")
    async def show(
        self,
        interaction: discord.Interaction[ArchivistBot],
        code: str,
        around: app_commands.Range[int, 0, MOST_AROUND] = 0,
    ) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=False)
        await self.bot.desk.serve(Show(code, around), outlet)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(ShowCog(bot))
