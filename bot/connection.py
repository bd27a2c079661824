"""Staying connected: what ends discord.py's own loop without being final is logged, and the loop begun again."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import discord
from discord.ext import commands

log = logging.getLogger(__name__)

FINAL = (discord.LoginFailure, discord.PrivilegedIntentsRequired)
"""Trying again changes nothing: somebody has to change a setting."""
REASONS = {  # https://docs.discord.com/developers/topics/opcodes-and-status-codes
    4010: "invalid shard",
    4011: "too many servers for one connection",
    4012: "its gateway no longer speaks this version",
    4013: "invalid intents",
}
"""Close codes after which Discord lets nobody connect again, besides those that `FINAL` stands for, 4004 and 4014."""
LONGEST_WAIT = 60.0


class ClosedForGood(Exception):
    """Discord ended the connection with a code that is final; the text says which."""


async def stay_connected(bot: commands.Bot, token: str) -> None:
    """Until the bot is closed. Raises what `FINAL` names, ClosedForGood, and what the first login raises.

    discord.py reconnects by itself after a lost connection. A malformed event, or a gateway that can't be reached the
    first time, ends its loop with an error of its own (2.7.1: KeyError, JSONDecodeError, AttributeError): one bad
    frame must not end the bot.
    """
    await bot.login(token)
    wait = 1.0
    while not bot.is_closed():
        started = asyncio.get_running_loop().time()
        try:
            await bot.connect(reconnect=True)
        except FINAL:
            raise
        except discord.ConnectionClosed as error:
            if error.code == 4004:
                raise discord.LoginFailure("Discord refused the token") from error
            # discord.py reconnects after every code that is not final, and closes the bot after one that is.
            raise ClosedForGood(f"close code {error.code}, {REASONS.get(error.code, 'unknown')}") from error
        except Exception:
            log.exception("the connection to Discord failed")
            await _let_go(bot)
        if bot.is_closed():
            return
        if asyncio.get_running_loop().time() - started > 10 * LONGEST_WAIT:
            wait = 1.0
        log.info("connecting again in %.0f seconds", wait)
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


async def _let_go(bot: commands.Bot) -> None:
    """Closes the socket that discord.py left open, whose heartbeat would go on beside the next one's."""
    socket: discord.gateway.DiscordWebSocket | None = bot.ws
    if socket is not None:
        with contextlib.suppress(Exception):  # it is given up in any case
            await socket.close(4000)
