"""The commands as Discord is told of them: once, only when they changed, and hidden where they should be."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import discord
import pytest

import bot.client
from bot.client import EXTENSIONS
from tests.discord.simcord.conftest import REPOSITORY, NewWorld
from tests.discord.simcord.world import World

COGS = REPOSITORY / "bot" / "cogs"
MENUS = {"Find in archive", "Check quotes"}
FOR_ALL = {"ask", "search", "show", "verify", "help"} | MENUS
ADMINISTRATOR = str(discord.Permissions(administrator=True).value)


def registered(world: World) -> dict[str, dict[str, Any]]:
    (request,) = world.sent("PUT", "/commands")
    return {command["name"]: command for command in request.json}


async def test_exactly_the_commands_of_the_product_are_registered(world: World) -> None:
    assert set(registered(world)) == FOR_ALL | {"reindex"}


async def test_command_names_do_not_clash_across_cogs(world: World) -> None:
    names = Counter(command.name for cog in world.bot.cogs.values() for command in cog.get_app_commands())
    assert names and max(names.values()) == 1
    menus = [one for one in world.bot.tree.get_commands() if isinstance(one, discord.app_commands.ContextMenu)]
    assert {menu.name for menu in menus} == MENUS
    assert sum(names.values()) + len(menus) == len(world.bot.tree.get_commands()), "none outside a cog"


async def test_reindex_is_hidden_from_members_and_from_direct_messages(world: World) -> None:
    commands = registered(world)
    assert commands["reindex"]["default_member_permissions"] == int(ADMINISTRATOR)
    assert commands["reindex"]["contexts"] == [0]
    assert "reindex" not in world.alice.available_commands(world.channel)
    for name, command in commands.items():
        if name != "reindex":
            assert command["default_member_permissions"] is None and command["contexts"] is None


async def test_every_command_and_option_says_what_it_is(world: World) -> None:
    commands = registered(world)
    for name in commands.keys() - MENUS:  # Discord gives a menu's entry neither
        for described in (commands[name], *commands[name]["options"]):
            assert described["description"].strip() not in ("", "…")


async def test_with_a_home_server_reindex_is_registered_there_alone(new_world: NewWorld) -> None:
    world = new_world()
    await world.start(home_guild_id=world.guild.id)
    everywhere, home = world.sent("PUT", "/commands")
    assert str(world.guild.id) in home.path and str(world.guild.id) not in everywhere.path
    assert [command["name"] for command in home.json] == ["reindex"]
    assert {command["name"] for command in everywhere.json} == FOR_ALL


async def test_a_second_start_registers_nothing(world: World) -> None:
    assert len(world.sent("PUT")) == 1
    await world.env.restart_bot(world.new_bot())
    assert len(world.sent("PUT")) == 1
    (said,) = await world.slash("help")
    assert said.private


async def test_changed_definitions_are_registered_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.client, "EXTENSIONS", tuple(name for name in EXTENSIONS if name != "help"))
    await world.env.restart_bot(world.new_bot())
    first, second = world.sent("PUT", "/commands")
    assert {c["name"] for c in first.json} - {c["name"] for c in second.json} == {"help"}
    await world.env.restart_bot(world.new_bot())
    assert len(world.sent("PUT", "/commands")) == 2


@pytest.mark.parametrize("written", ["", "nonsense", "\x00\xff"])
async def test_a_record_that_says_nothing_is_as_good_as_none(new_world: NewWorld, written: str) -> None:
    world = new_world()
    world.data.mkdir(parents=True)
    (world.data / "commands.sha256").write_text(written)
    await world.start()
    assert len(world.sent("PUT", "/commands")) == 1


async def test_commands_that_discord_did_not_take_are_not_taken_for_registered(
    new_world: NewWorld, tmp_path: Path
) -> None:
    world = new_world()
    world.env.inject_error("PUT", "/applications/*/commands", status=500)
    with pytest.raises(discord.HTTPException):
        await world.start()
    again = await new_world().start()
    assert len(again.sent("PUT", "/commands")) == 1


async def test_without_the_home_server_its_commands_are_taken_back_there(new_world: NewWorld) -> None:
    """Else its members see /reindex twice, and the old one for ever."""
    world = new_world()
    await world.start(home_guild_id=world.guild.id)
    await world.env.restart_bot(world.new_bot())
    assert await world.bot.tree.fetch_commands(guild=discord.Object(world.guild.id)) == []
    assert {command.name for command in await world.bot.tree.fetch_commands()} >= {"ask", "reindex"}
    requests = len(world.sent("PUT"))
    await world.env.restart_bot(world.new_bot())
    assert len(world.sent("PUT")) == requests


async def test_a_home_server_that_is_gone_stops_no_start(new_world: NewWorld) -> None:
    world = new_world()
    await world.start(home_guild_id=world.guild.id)
    world.env.inject_error("PUT", "/applications/*/guilds/*/commands", status=403, code=50001)
    await world.env.restart_bot(world.new_bot())
    (said,) = await world.slash("help")
    assert said.private


def cog_files() -> list[Path]:
    return [path for path in sorted(COGS.glob("*.py")) if path.name != "__init__.py"]


def test_every_cog_is_loaded() -> None:
    assert {path.stem for path in cog_files()} == set(EXTENSIONS)


@pytest.mark.parametrize("path", cog_files(), ids=lambda path: path.stem)
def test_cogs_never_import_cogs(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names):
                imported = [alias.name for alias in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                imported = [f"{'.' * level}{module or ''}.{alias.name}" for alias in names]
            case _:
                continue
        assert not any(name.startswith(("bot.cogs", ".")) for name in imported)


async def test_it_asks_for_no_intent_that_it_does_not_need(new_world: NewWorld) -> None:
    needed = {"guilds", "guild_messages", "dm_messages"}
    plain = await new_world().start()
    assert {name for name, value in plain.bot.intents if value} == needed
    await plain.env.restart_bot(plain.new_bot(prefix="!"))
    assert {name for name, value in plain.env.bot.intents if value} == {*needed, "message_content"}


async def test_no_message_is_kept(world: World) -> None:
    await world.alice.send(world.channel, "hello")
    assert list(world.bot.cached_messages) == []
