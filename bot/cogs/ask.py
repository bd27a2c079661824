"""/ask: the passages that answer a question."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.requests import Ask


class AskCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @app_commands.command(name="ask", description="The archive's own words on a question")
    @app_commands.describe(
        question="what you want to know",
        after="published on this day or later, 2022-05-31",
        before="published on this day or earlier, 2022-05-31",
        publisher="published by",
        collection="in this collection",
        private="show the answer to you alone",
        as_written="take the question for its words alone: no dates, names or phrases",
    )
    async def ask(
        self,
        interaction: discord.Interaction[ArchivistBot],
        question: str,
        after: str | None = None,
        before: str | None = None,
        publisher: str | None = None,
        collection: str | None = None,
        private: bool = False,
        as_written: bool = False,
    ) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=private)
        filters = {"after": after, "before": before, "publisher": publisher, "collection": collection}
        await self.bot.desk.serve(Ask(question, filters, as_written), outlet, private=private)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(AskCog(bot))
