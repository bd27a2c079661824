"""Chat: a mention, a direct message, or the prefix where one is set. One answer to one message."""

from __future__ import annotations

import contextlib
import logging
import re

import discord
from discord.ext import commands

from bot.client import ArchivistBot
from bot.failures import failure_reply
from bot.outlets import UNSENT, MessageOutlet
from bot.requests import Request, parse_command, parse_request

log = logging.getLogger(__name__)


class ChatCog(commands.Cog):
    def __init__(self, bot: ArchivistBot) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot or message.webhook_id is not None:
            return
        request = self._request(message)
        if request is None:
            return
        outlet = MessageOutlet(message)
        try:
            async with contextlib.AsyncExitStack() as stack:
                await _show_typing(message.channel, stack)
                await self.bot.desk.serve(request, outlet)
        except discord.Forbidden:
            log.info("may not write in channel %d", message.channel.id)
        except Exception as error:
            reply = failure_reply(error, "a chat message")
            try:
                await self.bot.gate.send(reply, outlet)
            except UNSENT as unsent:
                log.warning("could not tell of the failure: %s", unsent)

    def _request(self, message: discord.Message) -> Request | None:
        """What is asked of the bot, without the words that only address it; None where nothing is."""
        me = self.bot.user
        if me is None:
            return None
        mention = re.compile(rf"<@!?{me.id}>")
        words = mention.sub(" ", message.content).strip()
        prefix = self.bot.settings.prefix
        after_prefix = words.removeprefix(prefix) if prefix is not None and words.startswith(prefix) else None
        if mention.search(message.content) or message.guild is None:
            return parse_request(words if after_prefix is None else after_prefix)
        return None if after_prefix is None else parse_command(after_prefix)


async def _show_typing(channel: discord.abc.Messageable, stack: contextlib.AsyncExitStack) -> None:
    """Raises Forbidden where the bot may not write; that Discord can't show it just now stops no answer."""
    try:
        await stack.enter_async_context(channel.typing())
    except discord.Forbidden:
        raise
    except discord.HTTPException as error:
        log.info("could not show that an answer is on its way: %s", error)


async def setup(bot: ArchivistBot) -> None:
    await bot.add_cog(ChatCog(bot))
