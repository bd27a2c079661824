"""The `archivist` command: the archive's verbs, and the two that need the bot."""

from __future__ import annotations

import asyncio
import signal

import click

from bot.settings import BotSettings
from retrieval import SettingsError, archivist, command_line, ending, load_settings

UNAVAILABLE = 69
"""sysexits' EX_UNAVAILABLE: Discord can't be reached or refuses the bot."""


@archivist.command()
@ending
def chat() -> int:
    """Answer on this terminal, or line by line from standard input, as the bot does on Discord."""
    return _chat(load_settings(BotSettings))


@archivist.command()
@click.option("--or-chat", is_flag=True, help="without a token, answer on this terminal instead")
@ending
def run(or_chat: bool) -> int:
    """Run the bot on Discord."""
    settings = load_settings(BotSettings)
    if settings.discord_token is None and or_chat:
        return _chat(settings)
    if settings.discord_token is None:
        raise SettingsError("ARCHIVIST_DISCORD_TOKEN is not set; archivist chat answers on this terminal without it")
    return asyncio.run(_run(settings, settings.discord_token.get_secret_value()))


def _chat(settings: BotSettings) -> int:
    from bot.console import chat as run_console  # noqa: PLC0415 - the bot's parts are not needed for other commands

    asyncio.run(run_console(settings))
    return 0


async def _run(settings: BotSettings, token: str) -> int:
    import discord  # noqa: PLC0415 - as above

    from bot.client import ArchivistBot  # noqa: PLC0415
    from bot.connection import ClosedForGood, stay_connected  # noqa: PLC0415
    from bot.log import set_up_logging  # noqa: PLC0415

    set_up_logging((token,))
    loop = asyncio.get_running_loop()
    async with ArchivistBot(settings) as bot:
        running = asyncio.create_task(stay_connected(bot, token), name="bot")
        for stop in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(stop, lambda: asyncio.create_task(bot.close()))
        try:
            await running
        except discord.LoginFailure:
            click.echo("archivist: Discord refused ARCHIVIST_DISCORD_TOKEN; copy it again from the portal", err=True)
            return 2
        except discord.PrivilegedIntentsRequired:
            click.echo(
                "archivist: ARCHIVIST_PREFIX needs the message content intent; switch it on in the portal under Bot, "
                "or unset the prefix",
                err=True,
            )
            return 2
        except (OSError, discord.HTTPException, discord.GatewayNotFound) as error:
            click.echo(f"archivist: Discord can't be reached: {error}", err=True)
            return UNAVAILABLE
        except ClosedForGood as error:
            click.echo(f"archivist: Discord closed the connection for good: {error}", err=True)
            return UNAVAILABLE
    return 0


def main() -> None:
    command_line()


if __name__ == "__main__":
    main()
