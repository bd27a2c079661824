"""A plain discord.py bot on the loopback Discord: the server does what it says, and discord.py what is said of it.

Needs `asyncio_mode = "auto"` (pyproject.toml) and the repository's root on the path.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import signal
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.discord.loopback import (
    Endpoint,
    Intent,
    LoopbackDiscord,
    MessageFlag,
    Opcode,
    hurried,
    loopback,
    rate_limited,
    refused,
    server_error,
)

REPOSITORY = Path(__file__).parents[2]
OPENAPI = REPOSITORY.parent / "shared" / "discord" / "openapi.json"

# `Client.close` asks for 1000, but with aiohttp 3.14 the task that was reading closes the socket first, with 4000.
ENDED = {1000, 4000}


class PlainBot(commands.Bot):
    """Echoes what it is told by a mention or in a direct message, and has one of each kind of interaction."""

    def __init__(self, intents: discord.Intents | None = None, **options: Any) -> None:
        super().__init__(
            commands.when_mentioned,
            intents=intents or discord.Intents.default(),
            allowed_mentions=discord.AllowedMentions.none(),
            **options,
        )
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.resumed = asyncio.Event()
        self.failures: asyncio.Queue[Exception] = asyncio.Queue()
        self.tree.command(name="ask", description="Ask")(ask)
        self.tree.add_command(app_commands.ContextMenu(name="Find in archive", callback=find))
        self.tree.error(self.on_tree_error)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.put_nowait(message)
        if not message.author.bot and (message.guild is None or self.user in message.mentions):
            await message.reply(f"heard: {message.clean_content}")

    async def on_resumed(self) -> None:
        self.resumed.set()

    async def on_tree_error(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.failures.put_nowait(error)

    async def hears(self, content: str) -> discord.Message:
        async with asyncio.timeout(5):
            while (message := await self.heard.get()).content != content:
                pass
        return message


class Pager(discord.ui.View):
    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Pager]) -> None:
        await interaction.response.edit_message(content="page 2")


async def ask(interaction: discord.Interaction, question: str) -> None:
    await interaction.response.defer(thinking=True)
    await interaction.followup.send(f"answer to {question}", view=Pager())
    await interaction.followup.send("and more", ephemeral=True)
    await interaction.edit_original_response(content=f"better answer to {question}")


ask = app_commands.describe(question="In plain words")(ask)


async def find(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"found: {message.content}", ephemeral=True)


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    async with loopback() as running:
        yield running


# -- logging in --


async def test_a_bot_logs_in_identifies_and_is_ready(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        assert bot.user is not None and bot.user.id == int(server.bot_id)
        assert [guild.name for guild in bot.guilds] == ["Loopback"]
        assert bot.application is not None and bot.application.owner.name == "owner"
        identify = await server.payload(Opcode.IDENTIFY)
        assert identify["d"]["intents"] == discord.Intents.default().value
        sync = await server.request(Endpoint.SET_GLOBAL_COMMANDS)
        assert [command["name"] for command in sync.json] == ["ask", "Find in archive"]
    assert await server.closed() in ENDED


async def test_the_token_is_in_nothing_that_is_recorded(server: LoopbackDiscord) -> None:
    async with server.running(PlainBot()):
        await server.gateway.ask_to_reconnect()
        await server.payload(Opcode.RESUME)
    recorded = repr(server.requests.entries) + repr(server.payloads.entries) + repr(server.gateway.sent)
    assert "IDENTIFY" not in recorded and server.token not in recorded


async def test_a_wrong_token_fails_the_login(server: LoopbackDiscord) -> None:
    with pytest.raises(discord.LoginFailure):
        async with server.running(PlainBot(), token="wrong"):
            pass
    assert (await server.request(Endpoint.CURRENT_USER)).status == 401


async def test_privileged_intents_that_are_not_switched_on_close_with_4014(server: LoopbackDiscord) -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with server.running(PlainBot(discord.Intents.all())):
            pass
    server.gateway.privileged_intents = Intent.MESSAGE_CONTENT
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
    async with server.running(bot := PlainBot(intents)):
        assert bot.application_flags.gateway_message_content_limited


async def test_a_token_revoked_after_the_login_closes_with_4004(server: LoopbackDiscord) -> None:
    server.gateway.refuse(4004)
    with pytest.raises(discord.ConnectionClosed) as caught:
        async with server.running(PlainBot()):
            pass
    assert caught.value.code == 4004


# -- messages --


async def test_a_mention_is_answered(server: LoopbackDiscord) -> None:
    async with server.running(PlainBot()):
        asked = await server.say(f"<@{server.bot_id}> hello", author=server.world.alice)
        reply = await server.request(Endpoint.CREATE_MESSAGE)
    assert reply.status == 200
    assert reply.parameters == {"channel_id": server.world.channel["id"]}
    assert reply.json["content"] == "heard: @Archivist hello"
    assert str(reply.json["message_reference"]["message_id"]) == asked["id"]
    assert reply.json["allowed_mentions"] == {"parse": []}
    assert reply.answer["referenced_message"]["id"] == asked["id"] and reply.answer["mentions"] == []
    assert server.world.channel["last_message_id"] == reply.answer["id"]
    [told] = [payload["d"] for payload in server.gateway.sent if payload["t"] == "GUILD_CREATE"]
    assert told["channels"][0]["last_message_id"] is None  # as it was when it was sent


async def test_a_direct_message_is_answered_and_one_can_be_begun(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        private = server.world.dm(server.world.alice)
        await server.say("hello", author=server.world.alice, channel=private)
        assert (await server.request(Endpoint.CREATE_MESSAGE)).parameters["channel_id"] == private["id"]
        bob = server.world.add_user("bob")
        channel = await bot.create_dm(discord.Object(int(bob["id"])))
        await channel.send("unasked")
        opened = await server.request(Endpoint.CREATE_DM)
        assert str(opened.json["recipient_id"]) == bob["id"] and opened.answer["type"] == 1
        with pytest.raises(discord.HTTPException, match="50033"):
            await bot.create_dm(discord.Object(1))


async def test_without_the_intent_only_what_is_meant_for_the_bot_can_be_read(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        await server.say("not for the bot", author=server.world.alice)
        await server.say(f"<@{server.bot_id}> for the bot", author=server.world.alice)
        assert (await bot.heard.get()).content == ""
        assert (await bot.heard.get()).content == f"<@{server.bot_id}> for the bot"


async def test_an_upload_arrives_whole_and_messages_can_be_edited_and_deleted(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        channel = bot.get_channel(int(server.world.channel["id"]))
        assert isinstance(channel, discord.TextChannel)
        file = discord.File(REPOSITORY / "pyproject.toml", "excerpt.txt")
        async with channel.typing():
            message = await channel.send("see", file=file)
        sent = await server.request(Endpoint.CREATE_MESSAGE)
        assert sent.files == {"excerpt.txt": (REPOSITORY / "pyproject.toml").read_bytes()}
        assert message.attachments[0].size == len(sent.files["excerpt.txt"])
        edited = await message.edit(content="seen", attachments=[])
        assert (edited.content, edited.attachments) == ("seen", []) and edited.edited_at is not None
        assert (await channel.fetch_message(message.id)).content == "seen"
        await message.delete()
        with pytest.raises(discord.NotFound, match="10008"):
            await message.edit(content="gone")


async def test_what_discord_refuses_is_refused_with_its_codes(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        channel = bot.get_partial_messageable(int(server.world.channel["id"]))
        with pytest.raises(discord.HTTPException, match="Must be 2000 or fewer in length") as long:
            await channel.send("x" * 2001)
        assert (long.value.status, long.value.code) == (400, 50035)
        with pytest.raises(discord.HTTPException, match="50006"):
            await channel.send("")
        too_long = discord.ui.LayoutView().add_item(discord.ui.TextDisplay("x" * 4001))
        with pytest.raises(discord.HTTPException, match="displayable text size"):
            await channel.send(view=too_long)
        with pytest.raises(discord.HTTPException, match="Unknown message"):
            await channel.send("to nobody", reference=channel.get_partial_message(1).to_reference())
        with pytest.raises(discord.NotFound, match="10003"):
            await bot.get_partial_messageable(1).send("nowhere")
        asked = await server.say("mine", author=server.world.alice)
        with pytest.raises(discord.Forbidden, match="50005"):
            await channel.get_partial_message(int(asked["id"])).edit(content="yours")
        server.inject(Endpoint.CREATE_MESSAGE, refused(403, 50013, "Missing Permissions"))
        with pytest.raises(discord.Forbidden, match="50013"):
            await channel.send("not here")


# -- limits and outages --


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_429_is_waited_out_and_tried_again(server: LoopbackDiscord, everywhere: bool) -> None:
    bot = PlainBot()
    async with server.running(bot):
        server.inject(Endpoint.CREATE_MESSAGE, rate_limited(0.3, everywhere=everywhere))
        message = await bot.get_partial_messageable(int(server.world.channel["id"])).send("patience")
        limited, accepted = [await server.request(Endpoint.CREATE_MESSAGE) for _ in range(2)]
    assert (limited.status, accepted.status) == (429, 200)
    assert accepted.at - limited.at >= 0.3
    assert limited.json == accepted.json and str(message.id) == accepted.answer["id"]


async def test_a_500_and_a_502_are_tried_again(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        server.inject(Endpoint.CREATE_MESSAGE, server_error(500), server_error(502))
        with hurried() as waits:
            await bot.get_partial_messageable(int(server.world.channel["id"])).send("patience")
        tries = [await server.request(Endpoint.CREATE_MESSAGE) for _ in range(3)]
    assert [request.status for request in tries] == [500, 502, 200]
    assert waits == [1, 3]  # seconds


async def test_a_followup_that_fails_is_tried_again(server: LoopbackDiscord) -> None:
    with hurried() as waits:
        async with server.running(PlainBot()):
            server.inject(Endpoint.FOLLOWUP, server_error(502), server_error(503))
            await server.slash("ask", {"question": "why"})
            assert [(await server.request(Endpoint.FOLLOWUP)).status for _ in range(3)] == [502, 503, 200]
    assert waits == [1, 3]


async def test_a_rate_limited_callback_and_followup_are_tried_again(server: LoopbackDiscord) -> None:
    async with server.running(PlainBot()):
        server.inject(Endpoint.CALLBACK, rate_limited(0.2))
        server.inject(Endpoint.FOLLOWUP, rate_limited(0.2))
        await server.slash("ask", {"question": "why"})
        assert [(await server.request(Endpoint.CALLBACK)).status for _ in range(2)] == [429, 200]
        assert [(await server.request(Endpoint.FOLLOWUP)).status for _ in range(2)] == [429, 200]


# -- the socket --


async def test_the_gateway_is_compressed_as_discord_py_asks(server: LoopbackDiscord) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.api.gateway_url}?v=10") as plain:
        assert (await plain.receive_json())["op"] == Opcode.HELLO
    async with server.running(PlainBot()):
        assert server.gateway.connections[1].endswith(
            f"compress={discord.utils._ActiveDecompressionContext.COMPRESSION_TYPE}"
        )
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.api.gateway_url}?v=10&compress=zlib-stream") as compressed,
    ):
        stream = zlib.decompressobj()
        assert json.loads(stream.decompress(await compressed.receive_bytes()))["op"] == Opcode.HELLO
        await compressed.send_json({"op": int(Opcode.HEARTBEAT), "d": None})
        answer = await compressed.receive_bytes()
        assert (
            answer.endswith(b"\x00\x00\xff\xff") and json.loads(stream.decompress(answer))["op"] == Opcode.HEARTBEAT_ACK
        )


IDENTIFY: dict[str, Any] = {"token": "TOKEN", "properties": {}, "intents": 0}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([{"op": 99, "d": None}], 4001),
        ([{"op": 2}], 4002),
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": IDENTIFY | {"token": "wrong"}}], 4004),
        ([{"op": 6, "d": {"token": "wrong", "session_id": "", "seq": 0}}], 4004),
        ([{"op": 2, "d": IDENTIFY}] * 2, 4005),
        ([{"op": 2, "d": IDENTIFY | {"shard": [1, 1]}}], 4010),
        ([{"op": 2, "d": IDENTIFY | {"intents": 1 << 15}}], 4014),
    ],
)
async def test_a_client_that_breaks_the_protocol_is_told_how(
    server: LoopbackDiscord, sent: list[dict[str, Any]], code: int
) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.api.gateway_url}?v=10") as socket:
        for payload in sent:
            await socket.send_str(json.dumps(payload).replace("TOKEN", server.token))
        async with asyncio.timeout(5):
            while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                pass
    assert socket.close_code == code


@pytest.mark.parametrize(("code", "left"), [(1000, 0), (1001, 0), (4000, 1)])
async def test_a_session_outlives_its_socket_unless_that_was_closed_for_good(
    server: LoopbackDiscord, code: int, left: int
) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.api.gateway_url}?v=10") as socket:
        await socket.send_json({"op": 2, "d": IDENTIFY | {"token": server.token}})
        while (await socket.receive_json(timeout=5))["t"] != "READY":
            pass
        await socket.close(code=code)
    assert (await server.closed(), len(server.gateway.sessions)) == (code, left)


async def test_a_dropped_socket_is_resumed_and_the_missed_event_comes(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        await server.say(f"<@{server.bot_id}> before", author=server.world.alice)
        await bot.hears("heard: @Archivist before")
        [session] = server.gateway.sessions.values()
        seen = len(session.events)
        server.gateway.drop()
        await server.say(f"<@{server.bot_id}> meanwhile", author=server.world.alice)
        resume = await server.payload(Opcode.RESUME)
        assert (resume["d"]["session_id"], resume["d"]["seq"]) == (session.id, seen)
        await bot.hears(f"<@{server.bot_id}> meanwhile")
        await asyncio.wait_for(bot.resumed.wait(), 5)
        assert server.gateway.connections[-1].startswith("/resume?")
        answers = [(await server.request(Endpoint.CREATE_MESSAGE)).json["content"] for _ in range(2)]
        assert answers == ["heard: @Archivist before", "heard: @Archivist meanwhile"]


@pytest.mark.parametrize("code", [1000, 4000, 4007, 4009])
async def test_a_close_that_is_not_final_is_resumed(server: LoopbackDiscord, code: int) -> None:
    bot = PlainBot()
    async with server.running(bot):
        await server.gateway.close(code)
        await server.payload(Opcode.RESUME)
        await asyncio.wait_for(bot.resumed.wait(), 5)


async def test_a_request_to_reconnect_is_followed(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        await server.gateway.ask_to_reconnect()
        await asyncio.wait_for(bot.resumed.wait(), 5)
        assert await server.closed() == 4000
        assert len(server.gateway.connections) == 2


@pytest.mark.parametrize("resumable", [False, True])
async def test_an_invalid_session_is_resumed_or_begun_anew(server: LoopbackDiscord, resumable: bool) -> None:
    bot = PlainBot()
    async with server.running(bot):
        await server.payload(Opcode.IDENTIFY)
        with hurried() as waits:
            await server.gateway.invalidate_session(resumable=resumable)
            await server.payload(Opcode.RESUME if resumable else Opcode.IDENTIFY)
        assert waits == ([] if resumable else [5])


async def test_a_session_that_discord_has_forgotten_is_begun_anew(server: LoopbackDiscord) -> None:
    async with server.running(PlainBot()):
        await server.payload(Opcode.IDENTIFY)
        server.gateway.drop()
        server.gateway.sessions.clear()
        with hurried():
            await server.payload(Opcode.RESUME)
            await server.payload(Opcode.IDENTIFY)


async def test_a_gateway_that_is_down_is_tried_until_it_is_back(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        with hurried() as waits:
            server.gateway.unreachable = 3
            server.gateway.drop()
            await asyncio.wait_for(bot.resumed.wait(), 5)
    assert len(waits) == 3 and all(wait <= 2**attempt for attempt, wait in enumerate(waits, start=1))


async def test_a_gateway_that_is_down_at_the_start_ends_the_bot(server: LoopbackDiscord) -> None:
    """discord.py 2.7.1 means to try again, but looks at the socket that it never had."""
    server.gateway.unreachable = 1
    with hurried(), pytest.raises(AttributeError, match="sequence"):
        async with server.running(PlainBot()):
            pass


async def test_heartbeats_are_answered_and_their_silence_is_noticed(server: LoopbackDiscord) -> None:
    server.gateway.heartbeat_interval = 0.1
    bot = PlainBot(heartbeat_timeout=0.4)
    async with server.running(bot):
        for _ in range(3):
            await server.payload(Opcode.HEARTBEAT)
        assert 0 <= bot.latency < 0.4
        await server.gateway.ask_for_heartbeat()
        await server.payload(Opcode.HEARTBEAT)
        server.gateway.answers_heartbeats = False
        await server.payload(Opcode.RESUME)
        server.gateway.answers_heartbeats = True


async def test_an_unknown_event_and_an_unknown_opcode_are_passed_over(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        await server.gateway.dispatch("SOMETHING_NEW", {"of": "unknown shape"})
        await server.gateway.send_raw(json.dumps({"op": 99, "d": None, "s": None, "t": None}))
        await server.say(f"<@{server.bot_id}> still there?", author=server.world.alice)
        assert (await server.request(Endpoint.CREATE_MESSAGE)).status == 200


@pytest.mark.parametrize(
    ("text", "error"),
    [("{not JSON", json.JSONDecodeError), ('{"op": 0, "t": "MESSAGE_CREATE", "s": 9, "d": {"id": "1"}}', KeyError)],
)
async def test_a_malformed_event_ends_the_bot(server: LoopbackDiscord, text: str, error: type[Exception]) -> None:
    """discord.py guards neither its JSON nor its parsers: a bot has to be started again from outside."""
    bot = PlainBot()
    with pytest.raises(error):
        async with server.running(bot) as started:
            await server.gateway.send_raw(text)
            await asyncio.wait({started}, timeout=5)
            assert started.done()


# -- interactions --


async def test_a_slash_command_is_deferred_followed_up_and_edited(server: LoopbackDiscord) -> None:
    async with server.running(PlainBot()):
        interaction = await server.slash("ask", {"question": "who"})
        callback = await server.request(Endpoint.CALLBACK)
        first, second = [await server.request(Endpoint.FOLLOWUP) for _ in range(2)]
        edit = await server.request(Endpoint.EDIT_ORIGINAL)
        await server.click(edit.answer, "later")
        clicked = await server.request(Endpoint.CALLBACK)
    assert callback.json["type"] == 5
    assert callback.parameters["interaction_token"] == interaction.token
    assert callback.answer["interaction"]["response_message_loading"] is True
    assert first.answer["id"] == callback.answer["interaction"]["response_message_id"] == interaction.original
    assert first.answer["content"] == "answer to who"
    assert second.answer["id"] != first.answer["id"] and second.answer["flags"] & MessageFlag.EPHEMERAL
    assert edit.answer["id"] == first.answer["id"] and edit.answer["content"] == "better answer to who"
    assert clicked.answer["resource"]["message"]["content"] == "page 2"


async def test_a_message_menu_sees_a_message_the_bot_could_not_read(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    async with server.running(bot):
        target = await server.say("not for the bot", author=server.world.alice)
        await server.menu("Find in archive", target)
        callback = await server.request(Endpoint.CALLBACK)
        assert callback.json["data"]["content"] == "found: not for the bot"
        response = callback.answer["resource"]["message"]
        assert response["flags"] == MessageFlag.EPHEMERAL
        with pytest.raises(discord.NotFound, match="10008"):
            await bot.get_partial_messageable(int(response["channel_id"])).fetch_message(int(response["id"]))
    told = [payload["d"] for payload in server.gateway.sent if payload["t"] == "MESSAGE_CREATE"]
    assert [message["content"] for message in told] == [""]  # of the target, without its text; not of the response


async def test_a_command_nobody_registered_cannot_be_used(server: LoopbackDiscord) -> None:
    async with server.running(PlainBot()):
        with pytest.raises(LookupError):
            await server.slash("missing")
        with pytest.raises(LookupError):
            await server.slash("ask", {"wrong": 1})


async def test_too_late_a_response_is_10062_and_too_late_an_edit_50027(server: LoopbackDiscord) -> None:
    bot = PlainBot()
    gate = asyncio.Event()

    @bot.tree.command(description="Slow")
    async def slow(interaction: discord.Interaction) -> None:
        await gate.wait()
        await interaction.response.send_message("now")
        late.age_by(16 * 60)
        await interaction.edit_original_response(content="too late")

    async with server.running(bot):
        late = await server.slash("slow")
        late.age_by(4)
        gate.set()
        failure = await asyncio.wait_for(bot.failures.get(), 5)
        assert isinstance(failure, app_commands.CommandInvokeError) and "10062" in str(failure.original)
        late = await server.slash("slow")
        failure = await asyncio.wait_for(bot.failures.get(), 5)
        assert isinstance(failure, app_commands.CommandInvokeError) and "50027" in str(failure.original)
        assert (await server.request(Endpoint.EDIT_ORIGINAL)).status == 401


async def test_a_followup_without_a_response_is_10015_and_a_second_response_40060(server: LoopbackDiscord) -> None:
    bot = PlainBot()

    @bot.tree.command(description="Out of order")
    async def hasty(interaction: discord.Interaction) -> None:
        with pytest.raises(discord.NotFound, match="10015"):
            await interaction.followup.send("first?")
        await interaction.response.send_message("now")
        interaction.response._response_type = None  # as a second process would see it
        await interaction.response.send_message("again")

    async with server.running(bot):
        await server.slash("hasty")
        failure = await asyncio.wait_for(bot.failures.get(), 5)
        assert isinstance(failure, app_commands.CommandInvokeError) and "40060" in str(failure.original)


# -- around it --


async def test_everything_is_put_back_afterwards() -> None:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with loopback() as server:
        assert Route("GET", "/users/@me").url == f"http://127.0.0.1:{server.port}/api/v10/users/@me"
    assert before == (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    with pytest.raises(AssertionError, match="does not serve"):
        async with loopback() as server, aiohttp.ClientSession() as session:
            await session.get(f"http://127.0.0.1:{server.port}/api/v10/nowhere")
    with pytest.raises(ExceptionGroup, match="the loopback Discord failed"):
        async with (
            loopback() as server,
            aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session,
        ):
            await session.post(f"http://127.0.0.1:{server.port}/api/v10/users/@me/channels", json={})


async def test_a_simcord_world_and_the_loopback_do_not_meet(server: LoopbackDiscord) -> None:
    """SimCord replaces the webhook adapter of the test's own context, and what it put there outlives its world."""
    simcord = pytest.importorskip("simcord")
    async with simcord.run(PlainBot()) as world:
        guild = world.create_guild()
        channel, carol = guild.create_text_channel("archive"), guild.add_member(world.create_user("carol"))
        await carol.slash(channel, "ask", question="who")
        assert "better answer to who" in world.transcript()
        assert not server.requests.entries
        async with server.running(PlainBot()):
            await server.slash("ask", {"question": "who"})
            assert (await server.request(Endpoint.EDIT_ORIGINAL)).status == 200
        await carol.slash(channel, "ask", question="what")
        assert "better answer to what" in world.transcript()


CHILD = """
import asyncio, os, signal, sys
import discord

async def main():
    bot = discord.Client(intents=discord.Intents.default())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(bot.close()))
    async with bot:
        await bot.start(os.environ["LOOPBACK_TOKEN"])

assert sys.argv[1:] == ["--quiet"], sys.argv
try:
    asyncio.run(main())
except discord.LoginFailure:
    sys.exit(77)
"""


@pytest.mark.parametrize(("good", "code"), [(True, 0), (False, 77)])
async def test_a_bot_in_a_process_of_its_own(server: LoopbackDiscord, tmp_path: Path, good: bool, code: int) -> None:
    (tmp_path / "tiny_bot.py").write_text(CHILD)
    env = os.environ | {"PYTHONPATH": str(tmp_path), "LOOPBACK_TOKEN": server.token if good else "wrong"}
    command = server.child_command("tiny_bot", "--quiet")
    child = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env=env)
    try:
        if good:
            await server.payload(Opcode.IDENTIFY, within=20)
            child.send_signal(signal.SIGTERM)
            assert await server.closed() in ENDED
        assert await asyncio.wait_for(child.wait(), 20) == code
    finally:
        if child.returncode is None:
            child.kill()


async def test_every_answer_fits_discords_own_schema(server: LoopbackDiscord) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    if not OPENAPI.exists():
        pytest.skip(f"Discord's OpenAPI file is not at {OPENAPI}")
    spec = json.loads(OPENAPI.read_text())
    draft = referencing.jsonschema.DRAFT202012
    registry = referencing.Registry().with_resource("urn:discord", draft.create_resource(spec))

    def fits(answer: object, *path: str) -> None:
        pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
        schema = {"$ref": f"urn:discord#/{pointer}"}
        jsonschema.Draft202012Validator(schema, registry=registry).validate(answer)

    await everything(server)
    assert {request.endpoint for request in server.requests.entries} == set(Endpoint)
    assert {request.status for request in server.requests.entries} >= {200, 204, 400, 401, 403, 404, 429}
    for request in server.requests.entries:
        assert request.endpoint is not None
        method, path = request.endpoint.lower().split(" ")
        responses = spec["paths"][path][method]["responses"]
        if request.status == 204:
            assert request.answer is None and "204" in responses
        elif request.status == 200:
            fits(request.answer, "paths", path, method, "responses", "200", "content", "application/json", "schema")
        else:
            name = "RatelimitedResponse" if request.status == 429 else "ErrorResponse"
            fits(numeric_codes(request.answer), "components", "schemas", name)
    for payload in server.gateway.sent:
        if payload["t"] in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            fits(payload["d"], "components", "schemas", "MessageResponse")
        if payload["t"] == "GUILD_CREATE":
            for role in payload["d"]["roles"]:
                fits(role, "components", "schemas", "GuildRoleResponse")
            for channel in payload["d"]["channels"]:
                fits(channel, "components", "schemas", "GuildChannelResponse")
            for member in payload["d"]["members"]:
                fits(member, "components", "schemas", "GuildMemberResponse")


def numeric_codes(error: Any) -> Any:
    """The file wants a number as the code of each field's error; Discord's documentation shows text, which it sends."""
    if isinstance(error, dict):
        inner = {key: numeric_codes(value) for key, value in error.items()}
        return inner | {"code": 0} if isinstance(error.get("code"), str) else inner
    return [numeric_codes(entry) for entry in error] if isinstance(error, list) else error


async def everything(server: LoopbackDiscord) -> None:
    """Every route at least once, with and without success, and every kind of component and attachment the bot sends."""
    bot = PlainBot()
    bot.tree.command(name="layout", description="A layout")(show_layout)
    async with server.running(bot):
        guild = discord.Object(int(server.world.guild_id))
        bot.tree.copy_global_to(guild=guild)
        await bot.tree.sync(guild=guild)
        await bot.tree.fetch_commands()
        await bot.tree.fetch_commands(guild=guild)
        await bot.http.get_bot_gateway()
        for path in ("/gateway", "/applications/@me"):
            await bot.http.request(Route("GET", path))
        await every_message_route(server, bot)
        await every_interaction_route(server)


async def every_message_route(server: LoopbackDiscord, bot: PlainBot) -> None:
    channel = bot.get_channel(int(server.world.channel["id"]))
    assert isinstance(channel, discord.TextChannel)
    await channel.typing()
    embed = discord.Embed(title="t", description="d", colour=1, url="https://example.org")
    embed.add_field(name="n", value="v").set_footer(text="f").set_author(name="a")
    message = await channel.send("hi", embed=embed, view=Pager(), nonce="1")
    await message.edit(content="hello", embed=None)
    await channel.fetch_message(message.id)
    await message.delete()
    for status, code in ((403, 50013), (404, 10008), (401, 0)):
        server.inject(Endpoint.CREATE_MESSAGE, refused(status, code, "No"))
        with pytest.raises(discord.HTTPException):
            await channel.send("no")
    with pytest.raises(discord.HTTPException):
        await channel.send("x" * 2001)
    server.inject(Endpoint.CREATE_MESSAGE, rate_limited(0.01))
    await channel.send("yes")
    private = await bot.create_dm(discord.Object(int(server.world.alice["id"])))
    await private.send("psst")
    asked = await server.say("answer", author=server.world.alice, channel=server.world.dm(server.world.alice))
    await server.say("so?", author=server.world.alice, channel=server.world.dm(server.world.alice), reply_to=asked)


async def every_interaction_route(server: LoopbackDiscord) -> None:
    await server.slash("ask", {"question": "why"})
    edit = await server.request(Endpoint.EDIT_ORIGINAL)
    await server.click(edit.answer, "later")
    await server.request(Endpoint.CALLBACK, lambda request: request.json["type"] == 7)
    await server.menu("Find in archive", copy.deepcopy(edit.answer), user=server.world.owner)
    await server.slash("layout", user=server.world.owner)
    await server.request(Endpoint.DELETE_ORIGINAL)
    await server.slash("ask", {"question": "why"}, channel=server.world.dm(server.world.alice))
    await server.request(Endpoint.EDIT_ORIGINAL)


async def show_layout(interaction: discord.Interaction) -> None:
    row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
    row.add_item(discord.ui.Button(label="Source", custom_id="source"))
    choices: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
    choices.add_item(discord.ui.Select(custom_id="s", options=[discord.SelectOption(label="one")]))
    link: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(url="https://example.org", label="Open")
    section = discord.ui.Section("text", accessory=link)
    said: discord.ui.TextDisplay[discord.ui.LayoutView] = discord.ui.TextDisplay("> said")
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.Container(section, discord.ui.Separator(), said, row, choices))
    view.add_item(discord.ui.File("attachment://excerpt.txt"))
    await interaction.response.defer(ephemeral=True, thinking=True)
    excerpt = discord.File(REPOSITORY / "pyproject.toml", "excerpt.txt")
    await interaction.edit_original_response(view=view, attachments=[excerpt])
    again = await interaction.followup.send("again", wait=True)
    assert (await interaction.followup.fetch_message(again.id)).content == "again"
    await again.edit(content="and again")
    await again.delete()
    assert (await interaction.original_response()).id
    await interaction.delete_original_response()
