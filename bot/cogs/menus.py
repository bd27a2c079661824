"""The message menus: find what a message is about, and check what it quotes. Both answer in private."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ArchivistBot
from bot.outlets import InteractionOutlet
from bot.requests import Ask, Check, Request


class MenusCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot
        # Discord.py knows menus in classes only as objects of their own.
        self._menus = [
            app_commands.ContextMenu(name="Find in archive", callback=self.find),
            app_commands.ContextMenu(name="Check quotes", callback=self.check),
        ]

    async def cog_load(self) -> None:
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    async def find(self, interaction: discord.Interaction[ArchivistBot], message: discord.Message) -> None:
        await self._serve(interaction, Ask(message.content))

    async def check(self, interaction: discord.Interaction[ArchivistBot], message: discord.Message) -> None:
        await self._serve(interaction, Check(message.content))

    async def _serve(self, interaction: discord.Interaction[ArchivistBot], request: Request) -> None:
        outlet = InteractionOutlet(interaction)
        await outlet.defer(private=True)
        await self.bot.desk.serve(request, outlet, private=True)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(MenusCog(bot))
