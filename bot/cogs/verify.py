"""/verify: is this quote in the archive?"""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.requests import Verify


class VerifyCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @app_commands.command(name="verify", description="Whether a quote stands in the archive, word for word")
    @app_commands.describe(
        quote="the words to look for",
        said_by="who is supposed to have said them",
        private="show the verdict to you alone",
    )
    async def verify(
        self,
        interaction: discord.Interaction[ArchivistBot],
        quote: str,
        said_by: str | None = None,
        private: bool = False,
    ) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=private)
        await self.bot.desk.serve(Verify(quote, said_by), outlet, private=private)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(VerifyCog(bot))
