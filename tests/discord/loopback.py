"""A small real Discord on 127.0.0.1, for what SimCord replaces: HTTP, the gateway's socket, and their failures.

    async with loopback() as server, server.running(bot):
        await server.say(f"<@{server.bot_id}> who was hired?", author=server.world.alice)
        reply = await server.request(Endpoint.CREATE_MESSAGE)
        assert reply.status == 200 and reply.json["allowed_mentions"] == {"parse": []}

Requests are answered in `loopback_http`, the websocket in `loopback_gateway`; `loopback_child` runs a bot in a process
of its own against this server. It stands in for Discord's transport and error answers, not for its rules: who may see
or do what is SimCord's part.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import ModuleType
from typing import Generic, TypeVar

import discord.client
import discord.http
import discord.shard
import discord.webhook.async_
from aiohttp import web
from discord import Client
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from tests.discord.loopback_child import GATEWAY_PATH, redirected
from tests.discord.loopback_gateway import JSON, Gateway, Intent, Opcode
from tests.discord.loopback_http import (
    Api,
    Endpoint,
    Interaction,
    InteractionType,
    MessageFlag,
    Reply,
    Request,
    World,
    rate_limited,
    refused,
    server_error,
    snowflake,
    walk,
)

# All that a test needs, its own and the other two modules'.
__all__ = [
    "Endpoint",
    "Intent",
    "Interaction",
    "InteractionType",
    "LoopbackDiscord",
    "MessageFlag",
    "Opcode",
    "Reply",
    "Request",
    "hurried",
    "loopback",
    "rate_limited",
    "refused",
    "server_error",
]

RESUME_PATH = "/resume"  # READY names an address of its own to resume at, so that a client which ignores it shows
Entry = TypeVar("Entry")


class Record(Generic[Entry]):
    """What happened, in order. Each entry can be awaited once, whether it came before or comes after."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._taken: set[int] = set()
        self._news = asyncio.Event()

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._news.set()

    async def take(self, wanted: Callable[[Entry], bool], described: str, within: float) -> Entry:
        """The first that is wanted and not taken yet. After `within` seconds, AssertionError with what there was."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for number, entry in enumerate(self.entries):
                        if number not in self._taken and wanted(entry):
                            self._taken.add(number)
                            return entry
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            seen = "\n  ".join(map(str, self.entries)) or "nothing"
            raise AssertionError(f"no {described} within {within} s; there was:\n  {seen}") from None


class LoopbackDiscord:
    """The server, what it has recorded, and what a test can make happen on it."""

    def __init__(self) -> None:
        self.world = World()
        # Shaped like a real one, for code that looks at the shape: user id, time, HMAC.
        user_id = base64.b64encode(self.bot_id.encode()).decode().rstrip("=")
        self.token = f"{user_id}.Loopbk.{secrets.token_hex(19)}"
        self.requests = Record[Request]()
        self.payloads = Record[JSON]()  # from the bot over the gateway, tokens removed
        self.closures = Record[int]()  # close codes; 1006 for a socket that was cut
        self.gateway = Gateway(self.token, self._ready, self._guilds, self.payloads.add, self.closures.add)
        self.api = Api(self.world, self.gateway, self.token, self.requests.add)
        self.port = 0

    @property
    def bot_id(self) -> str:
        return self.world.application_id

    # -- running --

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get(GATEWAY_PATH, self.gateway.serve)
        app.router.add_get(RESUME_PATH, self.gateway.serve)
        self.api.add_to(app)
        app.on_shutdown.append(lambda _: self.gateway.shut())
        runner = web.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self.api.gateway_url = f"ws://127.0.0.1:{self.port}{GATEWAY_PATH}"
        self.gateway.resume_url = f"ws://127.0.0.1:{self.port}{RESUME_PATH}"
        return runner

    @asynccontextmanager
    async def running(
        self, bot: Client, *, token: str | None = None, within: float = 10.0
    ) -> AsyncIterator[asyncio.Task[None]]:
        """`bot.start`'s task, with the bot ready. At the end the bot is closed, and what the task raised is raised."""
        # discord.py waits this long for more GUILD_CREATEs before it calls the bot ready: 2 s in every test.
        bot._connection.guild_ready_timeout = 0.05
        async with bot:
            started = asyncio.create_task(bot.start(token or self.token), context=_over_http())
            ready = asyncio.create_task(bot.wait_until_ready())
            try:
                await asyncio.wait({started, ready}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
                if started.done():
                    await started
                assert ready.done() and not started.done(), f"the bot was not ready within {within} s"
                yield started
            finally:
                ready.cancel()
                await bot.close()
                await asyncio.wait_for(started, within)

    def child_command(self, module: str, *arguments: str) -> list[str]:
        """What runs `module` in a process of its own against this server; the working directory is the repository."""
        return [sys.executable, "-m", "tests.discord.loopback_child", str(self.port), "--", module, *arguments]

    # -- what the bot did --

    async def request(
        self, endpoint: Endpoint, wanted: Callable[[Request], bool] = lambda _: True, *, within: float = 5.0
    ) -> Request:
        """The bot's next request to `endpoint`, answered. One that was refused or told to wait counts as well."""
        return await self.requests.take(lambda r: r.endpoint is endpoint and wanted(r), f"request {endpoint}", within)

    async def payload(self, op: Opcode, *, within: float = 5.0) -> JSON:
        """The bot's next gateway payload with this opcode."""
        return await self.payloads.take(lambda payload: payload["op"] == op, f"payload {op.name}", within)

    async def closed(self, *, within: float = 5.0) -> int:
        """The next close code of a websocket."""
        return await self.closures.take(lambda _: True, "close", within)

    # -- what a test makes happen --

    def inject(self, endpoint: Endpoint, *replies: Reply) -> None:
        """Answer the next requests to `endpoint` with these, in this order, and without acting on them."""
        self.api.faults[endpoint].extend(replies)

    async def say(
        self, content: str, *, author: JSON, channel: JSON | None = None, reply_to: JSON | None = None
    ) -> JSON:
        """A person's message, in `world.channel` if in no other: kept, and sent to the bot as MESSAGE_CREATE."""
        body: JSON = {"content": content}
        if reply_to:
            body["message_reference"] = {"message_id": reply_to["id"]}
        message = self.world.new_message(channel or self.world.channel, author, body)
        await self.gateway.dispatch("MESSAGE_CREATE", self.world.as_event(message))
        return message

    async def slash(
        self,
        name: str,
        options: Mapping[str, str | float | bool] | None = None,
        *,
        focused: str | None = None,
        user: JSON | None = None,
        channel: JSON | None = None,
    ) -> Interaction:
        """A slash command, a subcommand's name after a space. With `focused`, what asks for that option's completions.

        Raises LookupError for a command or an option that the bot has not registered: nobody could have sent it.
        """
        first, *subcommands = name.split()
        command = self._registered(first, 1)
        content = {"id": command["id"], "name": command["name"], "type": 1}
        content["options"] = _options(command, subcommands, options or {}, focused)
        kind = InteractionType.AUTOCOMPLETE if focused else InteractionType.APPLICATION_COMMAND
        return await self.interact(kind, content, user=user, channel=channel)

    async def menu(self, name: str, message: JSON, *, user: JSON | None = None) -> Interaction:
        """An entry of a message's menu. Raises LookupError where the bot has not registered it."""
        content: JSON = {"id": self._registered(name, 3)["id"], "name": name, "type": 3, "target_id": message["id"]}
        content["resolved"] = {"messages": {message["id"]: message}}
        channel = self.world.channels[message["channel_id"]]
        return await self.interact(InteractionType.APPLICATION_COMMAND, content, user=user, channel=channel)

    async def click(self, message: JSON, custom_id: str, *, user: JSON | None = None) -> Interaction:
        """A button. Raises LookupError where the message, as it is now, has none with this id."""
        message = self.world.messages[message["id"]]
        if not any(part["type"] == 2 and part.get("custom_id") == custom_id for part in walk(message["components"])):
            raise LookupError(f"no button {custom_id} on message {message['id']}")
        content: JSON = {"component_type": 2, "custom_id": custom_id}
        channel, kind = self.world.channels[message["channel_id"]], InteractionType.MESSAGE_COMPONENT
        return await self.interact(kind, content, user=user, channel=channel, message=message)

    async def interact(
        self,
        kind: InteractionType,
        content: JSON,
        *,
        user: JSON | None = None,
        channel: JSON | None = None,
        message: JSON | None = None,
    ) -> Interaction:
        """Any interaction, sent to the bot as INTERACTION_CREATE. By default alice's, in `world.channel`."""
        user, channel = user or self.world.alice, channel or self.world.channel
        number, guild_id = snowflake(), channel.get("guild_id")
        token = base64.b64encode(f"interaction:{number}:{secrets.token_hex(24)}".encode()).decode().rstrip("=")
        owners = {"0": guild_id or "0"}  # "0" for a direct message with the bot
        metadata: JSON = {"id": number, "type": int(kind), "user": user, "authorizing_integration_owners": owners}
        event: JSON = {"id": number, "application_id": self.bot_id, "type": int(kind), "token": token, "version": 1}
        event |= {"data": content, "channel_id": channel["id"], "locale": "en-US", "entitlements": []}
        event |= {"authorizing_integration_owners": owners, "attachment_size_limit": 10 * 1024 * 1024}
        if guild_id:
            permissions = {"permissions": str(self.world.permissions(user))}
            event |= {"member": self.world.members[user["id"]] | permissions, "channel": channel | permissions}
            event |= {"guild_id": guild_id, "guild": {"id": guild_id, "locale": "en-US", "features": []}}
            event |= {"guild_locale": "en-US", "context": 0}
            event |= {"app_permissions": str(self.world.permissions(self.world.bot))}
        else:
            event |= {"user": user, "channel": channel, "context": 1}
            event |= {"app_permissions": str(self.world.everyone)}
        if message:
            event["message"] = message
            metadata["interacted_message_id"] = message["id"]
        if kind is InteractionType.MODAL_SUBMIT:
            metadata["triggering_interaction_metadata"] = metadata | {"type": int(InteractionType.APPLICATION_COMMAND)}
        interaction = Interaction(number, token, kind, event, metadata)
        self.world.interactions[token] = interaction
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return interaction

    def _registered(self, name: str, kind: int) -> JSON:
        for command in [*self.world.commands.get(self.world.guild_id, []), *self.world.commands.get(None, [])]:
            if (command["name"], command["type"]) == (name, kind):
                return command
        raise LookupError(f"the bot has registered no command {name} of type {kind}")

    def _guilds(self) -> list[JSON]:
        return [self.world.guild()]

    def _ready(self) -> JSON:
        application = {"id": self.bot_id, "flags": self.api.application_flags()}
        lists: JSON = {name: [] for name in ("relationships", "private_channels", "presences", "guild_join_requests")}
        return {"v": 10, "user": self.api.me(), "application": application, "session_type": "normal", **lists}


def _options(
    declared: JSON, subcommands: list[str], values: Mapping[str, str | float | bool], focused: str | None
) -> list[JSON]:
    """Values as an interaction has them: each with its registered type, inside its subcommand and group."""
    known = {option["name"]: option for option in declared.get("options", ())}
    if missing := {*subcommands[:1], *(values if not subcommands else ())} - known.keys():
        raise LookupError(f"/{declared['name']} has no {', '.join(sorted(missing))} registered")
    if subcommands:
        inner = known[subcommands[0]]
        content = _options(inner, subcommands[1:], values, focused)
        return [{"name": inner["name"], "type": inner["type"], "options": content}]
    return [
        {"name": name, "type": known[name]["type"], "value": value} | ({"focused": True} if name == focused else {})
        for name, value in values.items()
    ]


class _Hurried(ModuleType):
    """asyncio, but for `sleep`."""

    def __init__(self, asked: list[float]) -> None:
        super().__init__("asyncio")
        self._asked = asked

    def __getattr__(self, name: str) -> object:
        return getattr(asyncio, name)

    async def sleep(self, delay: float) -> None:
        self._asked.append(delay)
        await asyncio.sleep(0)


@contextmanager
def hurried() -> Iterator[list[float]]:
    """discord.py does not wait: between tries, to reconnect, to identify again. Gives the waits it asked for."""
    asked: list[float] = []
    modules = (discord.client, discord.http, discord.shard, discord.webhook.async_)
    try:
        for module in modules:
            module.__dict__["asyncio"] = _Hurried(asked)
        yield asked
    finally:
        for module in modules:
            module.__dict__["asyncio"] = asyncio


def _over_http() -> contextvars.Context:
    """A context in which interactions are answered over HTTP, also where a SimCord world has replaced what does it."""
    context = contextvars.copy_context()
    context.run(async_context.set, AsyncWebhookAdapter())  # type: ignore[no-untyped-call]  # untyped in discord.py
    return context


@asynccontextmanager
async def loopback() -> AsyncIterator[LoopbackDiscord]:
    """A server that is up, with discord.py pointed at it; both are put back at the end.

    Raises AssertionError at the end if the bot asked for a route that this server lacks: such a 404 is not Discord's.
    Raises ExceptionGroup at the end of what went wrong inside the server itself.
    """
    server = LoopbackDiscord()
    runner = await server.start()
    try:
        with redirected(server.port):
            yield server
    finally:
        await runner.cleanup()
    if server.api.mistakes:
        raise ExceptionGroup("the loopback Discord failed", server.api.mistakes)
    lacking = [str(request) for request in server.requests.entries if request.endpoint is None]
    assert not lacking, f"the loopback Discord does not serve {lacking}"
