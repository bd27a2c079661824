"""A home server that the bot is not in costs it /reindex, and nothing else."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.command_sync import sync_commands

HOME = 123


class Tree:
    """Remembers where commands were registered; Discord refuses the servers in `closed`."""

    def __init__(self) -> None:
        self.synced: list[int | None] = []
        self.closed: set[int | None] = set()

    def get_commands(self, guild: discord.Object | None) -> list[Any]:
        return [SimpleNamespace(to_dict=lambda _: {"name": "reindex" if guild else "ask"})]

    async def sync(self, guild: discord.Object | None) -> None:
        place = guild.id if guild else None
        if place in self.closed:
            raise discord.Forbidden(SimpleNamespace(status=403, reason="Forbidden"), "Missing Access")
        self.synced.append(place)


async def test_without_its_home_server_it_goes_on_and_tries_again_at_the_next_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tree, record = Tree(), tmp_path / "data" / "commands"
    tree.closed = {HOME}
    assert await sync_commands(tree, 1, HOME, record)
    (said,) = [entry for entry in caplog.records if entry.levelno >= logging.WARNING]
    assert said.getMessage() == f"not in the home server {HOME}: /reindex is not registered" and not said.exc_info
    tree.closed.clear()
    assert await sync_commands(tree, 1, HOME, record)
    assert tree.synced == [None, HOME], "what is registered everywhere was so already"
    assert not await sync_commands(tree, 1, HOME, record)
    assert await sync_commands(tree, 2, HOME, record), "another application has none of them"


async def test_a_refusal_of_the_commands_for_everywhere_is_no_small_thing(tmp_path: Path) -> None:
    tree = Tree()
    tree.closed = {None}
    with pytest.raises(discord.Forbidden):
        await sync_commands(tree, 1, HOME, tmp_path / "commands")
