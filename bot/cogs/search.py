"""/search: the passages that hold all the words."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.requests import Search


class SearchCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @app_commands.command(name="search", description="The passages that hold all of these words")
    @app_commands.describe(
        words='words, "exact phrase", -without, publisher:name, after:2022-05-01',
        page="which page of the hits",
    )
    async def search(
        self, interaction: discord.Interaction[ArchivistBot], words: str, page: app_commands.Range[int, 1, 1000] = 1
    ) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=False)
        await self.bot.desk.serve(Search(words, page), outlet)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(SearchCog(bot))
