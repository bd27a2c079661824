"""Discord's HTTP API (v10) on a loopback server, and the small world it speaks of.

Source: Discord's documentation ("API Reference", "Message", "Application Commands", "Receiving and Responding",
"Opcodes and Status Codes"); the shapes of the answers are checked against its OpenAPI file by the tests.
"""

from __future__ import annotations

import datetime
import itertools
import json
import math
import re
import time
import zlib
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag, StrEnum
from typing import Any

from aiohttp import web

from tests.discord.loopback_child import API_PREFIX
from tests.discord.loopback_gateway import JSON, Gateway, Intent

DISCORD_EPOCH = 1_420_070_400_000  # milliseconds; the first of 2015
FIRST_RESPONSE = 3.0  # seconds
TOKEN_LIFE = 15 * 60.0  # seconds
_serials = itertools.count()


def snowflake() -> str:
    """A new id: 42 bits of time, then a serial number where Discord has worker, process and increment."""
    return str(((time.time_ns() // 1_000_000 - DISCORD_EPOCH) << 22) | (next(_serials) & 0x3FFFFF))


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


class Endpoint(StrEnum):
    """Every route there is here, spelled as in Discord's OpenAPI file. `Api` has a method of each one's name."""

    CURRENT_USER = "GET /users/@me"
    APPLICATION = "GET /applications/@me"
    OAUTH2_APPLICATION = "GET /oauth2/applications/@me"
    GATEWAY = "GET /gateway"
    GATEWAY_BOT = "GET /gateway/bot"
    GLOBAL_COMMANDS = "GET /applications/{application_id}/commands"
    GUILD_COMMANDS = "GET /applications/{application_id}/guilds/{guild_id}/commands"
    SET_GLOBAL_COMMANDS = "PUT /applications/{application_id}/commands"
    SET_GUILD_COMMANDS = "PUT /applications/{application_id}/guilds/{guild_id}/commands"
    CREATE_DM = "POST /users/@me/channels"
    TYPING = "POST /channels/{channel_id}/typing"
    CREATE_MESSAGE = "POST /channels/{channel_id}/messages"
    MESSAGE = "GET /channels/{channel_id}/messages/{message_id}"
    EDIT_MESSAGE = "PATCH /channels/{channel_id}/messages/{message_id}"
    DELETE_MESSAGE = "DELETE /channels/{channel_id}/messages/{message_id}"
    CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    FOLLOWUP = "POST /webhooks/{webhook_id}/{webhook_token}"
    ORIGINAL = "GET /webhooks/{webhook_id}/{webhook_token}/messages/@original"
    EDIT_ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
    DELETE_ORIGINAL = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original"
    FOLLOWUP_MESSAGE = "GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
    EDIT_FOLLOWUP = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
    DELETE_FOLLOWUP = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"


# These need no bot token: /gateway is public, and an interaction's own token stands in the path of the others.
OPEN_ENDPOINTS = {Endpoint.GATEWAY} | {e for e in Endpoint if "/interactions/" in e or "/webhooks/" in e}


class InteractionType(IntEnum):
    APPLICATION_COMMAND = 2
    MESSAGE_COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE_RESULT = 8
    MODAL = 9


class MessageFlag(IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class Reply:
    """One HTTP answer: a JSON body, a page of HTML where the body is text, or no body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, bucket: str) -> web.Response:
        # discord.py reads a body as JSON only where the content type is that and nothing more (no charset), and takes a
        # 429 without Via for a ban by Cloudflare. The bucket never runs dry by itself: `rate_limited` drains it.
        headers = {"Via": "1.1 google", "X-RateLimit-Bucket": f"{zlib.crc32(bucket.encode()):08x}"}
        headers |= {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "1.000"}
        headers |= {"X-RateLimit-Reset": f"{time.time() + 1:.3f}"}
        page = isinstance(self.body, str)
        if self.body is not None:
            headers["Content-Type"] = "text/html" if page else "application/json"
        content = None if self.body is None else (self.body if page else json.dumps(self.body)).encode()
        return web.Response(status=self.status, body=content, headers=headers | self.headers)


def rate_limited(retry_after: float, *, everywhere: bool = False) -> Reply:
    """429 for `retry_after` seconds; `everywhere` for the global limit."""
    headers = {"Retry-After": str(math.ceil(retry_after)), "X-RateLimit-Scope": "global" if everywhere else "user"}
    headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": f"{retry_after:.3f}"}
    headers |= {"X-RateLimit-Global": "true"} if everywhere else {}
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere, "code": 0}
    return Reply(429, body, headers)


def server_error(status: int = 500) -> Reply:
    """500 comes from Discord as JSON; 502 and its like come from the proxies in front of it as a page."""
    if status == 500:
        return Reply(status, {"message": "500: Internal Server Error", "code": 0})
    return Reply(status, f"<html><body><h1>{status}</h1></body></html>")


def refused(status: int, code: int, message: str, errors: JSON | None = None) -> Reply:
    """An error with one of Discord's own codes, such as `refused(403, 50013, "Missing Permissions")`."""
    return Reply(status, {"message": message, "code": code} | ({"errors": errors} if errors else {}))


class Refusal(Exception):
    """Raised by a handler instead of returning: the request is answered with `reply`."""

    def __init__(self, status: int, code: int, message: str, errors: JSON | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.reply = refused(status, code, message, errors)


@dataclass
class Request:
    """One request as it came in, without the bot's token, and what was answered."""

    endpoint: Endpoint | None  # None: there is no such route here
    method: str
    path: str
    parameters: dict[str, str]  # out of the path
    query: dict[str, str]
    headers: dict[str, str]
    json: Any  # `...` for a body that is not JSON
    files: dict[str, bytes]
    at: float  # time.perf_counter()
    status: int = 0
    answer: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


@dataclass(eq=False)
class Interaction:
    """One use of a command, component or form, and how far the bot has got in answering it."""

    id: str
    token: str
    type: InteractionType
    event: JSON
    metadata: JSON
    born: float = field(default_factory=time.perf_counter)
    acknowledged: bool = False
    original: str | None = None  # the id of the message that @original stands for

    def age_by(self, seconds: float) -> None:
        """As though it had begun so much earlier: 4 is too late to respond, 16 * 60 is after the token's life."""
        self.born -= seconds

    @property
    def age(self) -> float:
        return time.perf_counter() - self.born


class World:
    """What this Discord holds: one server, its channels and members, direct messages, messages and commands."""

    def __init__(self) -> None:
        self.users: dict[str, JSON] = {}
        self.members: dict[str, JSON] = {}
        self.channels: dict[str, JSON] = {}
        self.messages: dict[str, JSON] = {}
        self.ephemeral: set[str] = set()  # ids of messages
        self.commands: dict[str | None, list[JSON]] = {}  # by guild; None: the global ones
        self.interactions: dict[str, Interaction] = {}  # by token
        self.guild_id = snowflake()
        # View, send, send in threads, embed, attach, read history, use application commands.
        self.everyone = 1 << 10 | 1 << 11 | 1 << 38 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 31
        self.roles = [_role(self.guild_id, "@everyone", self.everyone)]
        self.bot = self.add_user("Archivist", bot=True)
        self.owner = self.add_user("owner", permissions=1 << 3)  # of the application and of the server
        self.alice = self.add_user("alice")
        self.channel = self.add_channel("archive")

    @property
    def application_id(self) -> str:
        return str(self.bot["id"])  # one number for both, as for every application made since 2016

    def add_user(self, name: str, *, bot: bool = False, permissions: int = 0, member: bool = True) -> JSON:
        """A user and, if `member`, one of the server's. Add before the bot connects: `permissions` come as a role."""
        user: JSON = {"id": snowflake(), "username": name.lower(), "global_name": name, "bot": bot}
        user |= {"discriminator": "0", "avatar": None, "public_flags": 0, "flags": 0, "primary_guild": None}
        self.users[user["id"]] = user
        if permissions:
            self.roles.append(_role(snowflake(), name, permissions))
        held = [self.roles[-1]["id"]] if permissions else []
        if member:
            entry: JSON = {"user": user, "nick": None, "avatar": None, "roles": held, "joined_at": now(), "flags": 0}
            entry |= {"premium_since": None, "communication_disabled_until": None, "banner": None}
            self.members[user["id"]] = entry | {"deaf": False, "mute": False, "pending": False}
        return user

    def add_channel(self, name: str) -> JSON:
        """A text channel of the server."""
        channel: JSON = {"id": snowflake(), "type": 0, "guild_id": self.guild_id, "name": name, "topic": None}
        channel |= {"position": 0, "flags": 0, "nsfw": False, "rate_limit_per_user": 0, "permission_overwrites": []}
        channel |= {"parent_id": None, "last_message_id": None}
        self.channels[channel["id"]] = channel
        return channel

    def dm(self, user: JSON) -> JSON:
        """The direct messages between the bot and `user`."""
        known = (c for c in self.channels.values() if c["type"] == 1 and c["recipients"][0]["id"] == user["id"])
        channel: JSON = {"id": snowflake(), "type": 1, "flags": 0, "last_message_id": None, "recipients": [user]}
        channel = next(known, channel)
        self.channels[channel["id"]] = channel
        return channel

    def permissions(self, user: JSON) -> int:
        """What a member may do in the server's channels; there are no overwrites here."""
        held = {self.guild_id, *self.members[user["id"]]["roles"]}
        total = 0
        for role in self.roles:
            total |= int(role["permissions"]) if role["id"] in held else 0
        return total

    def guild(self) -> JSON:
        """The server as GUILD_CREATE has it."""
        return {
            "id": self.guild_id,
            "name": "Loopback",
            "owner_id": self.owner["id"],
            "preferred_locale": "en-US",
            "joined_at": self.members[self.bot["id"]]["joined_at"],
            "unavailable": False,
            "large": False,
            "member_count": len(self.members),
            "members": list(self.members.values()),
            "roles": self.roles,
            "channels": [channel for channel in self.channels.values() if channel["type"] == 0],
            **dict.fromkeys(["verification_level", "default_message_notifications", "explicit_content_filter"], 0),
            **dict.fromkeys(["mfa_level", "premium_tier", "nsfw_level", "system_channel_flags"], 0),
            **dict.fromkeys(["icon", "description", "banner", "splash", "afk_channel_id", "system_channel_id"]),
            **{name: [] for name in ("features", "emojis", "stickers", "threads", "presences", "voice_states")},
            **{name: [] for name in ("stage_instances", "guild_scheduled_events", "soundboard_sounds")},
        }

    def new_message(self, channel: JSON, author: JSON, body: JSON, **more: Any) -> JSON:
        """A message out of a request's body, kept. `more` are fields that no body can set."""
        replied = self.messages.get(str((body.get("message_reference") or {}).get("message_id")))
        settable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.EPHEMERAL | MessageFlag.COMPONENTS_V2
        message: JSON = {
            "id": snowflake(),
            "type": 19 if replied else 0,
            "channel_id": channel["id"],
            "author": author,
            "timestamp": now(),
            "edited_timestamp": None,
            "pinned": False,
            "tts": bool(body.get("tts")),
            "flags": int(MessageFlag(body.get("flags") or 0) & settable),
            "attachments": [],
            **self._written(body),
            **self._pinged(body, replied),
            **more,
        }
        if "nonce" in body:
            message["nonce"] = body["nonce"]
        if replied:
            where = {key: channel[key] for key in ("guild_id",) if key in channel}
            message["message_reference"] = {"type": 0, "channel_id": channel["id"], "message_id": replied["id"]} | where
            message["referenced_message"] = {key: replied[key] for key in replied if key != "referenced_message"}
        self.messages[message["id"]] = message
        channel["last_message_id"] = message["id"]
        return message

    def edit_message(self, message: JSON, body: JSON) -> JSON:
        """The message as it is after a PATCH with `body`, kept in the old one's place."""
        flags = MessageFlag(message["flags"])
        settable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2
        edited = message | {key: value for key, value in self._written(body).items() if key in body}
        edited["flags"] = int(flags & ~MessageFlag.LOADING | MessageFlag(body.get("flags") or 0) & settable)
        if MessageFlag.LOADING not in flags:  # to a reader, filling a placeholder is no edit
            edited["edited_timestamp"] = now()
        if body.get("attachments") is not None:
            stay = {str(attachment.get("id")) for attachment in body["attachments"]}
            edited["attachments"] = [attachment for attachment in message["attachments"] if attachment["id"] in stay]
        self.messages[message["id"]] = edited
        return edited

    def attach(self, message: JSON, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            url = f"https://cdn.discordapp.com/attachments/{message['channel_id']}/{snowflake()}/{name}"
            attachment: JSON = {"id": snowflake(), "filename": name, "size": len(content), "url": url, "proxy_url": url}
            message["attachments"] = [*message["attachments"], attachment]
            for component in walk(message["components"]):
                if component["type"] == 13 and component["file"]["url"] == f"attachment://{name}":
                    component |= {"name": name, "size": len(content)}
                    component["file"] = {"id": attachment["id"], "url": url, "proxy_url": url}

    def as_event(self, message: JSON) -> JSON:
        """A message as MESSAGE_CREATE and MESSAGE_UPDATE have it."""
        channel = self.channels[message["channel_id"]]
        event = message | {"channel_type": channel["type"]}
        if "guild_id" in channel:
            event["guild_id"] = channel["guild_id"]
            member = self.members.get(message["author"]["id"], {})
            event["member"] = {key: value for key, value in member.items() if key != "user"}
        return event

    @staticmethod
    def _written(body: JSON) -> JSON:
        """What a body says, as Discord gives it back: embeds have a type, components an id and their defaults."""
        components: list[JSON] = json.loads(json.dumps(body.get("components") or []))
        defaults: dict[int, JSON] = {
            3: {"min_values": 1, "max_values": 1},
            13: {"spoiler": False},
            14: {"spacing": 1, "divider": True},
            17: {"accent_color": None, "spoiler": False},
        }
        for serial, component in enumerate(walk(components), start=1):
            for key, value in ({"id": serial} | defaults.get(component["type"], {})).items():
                component.setdefault(key, value)
        embeds = [{"type": "rich"} | embed for embed in body.get("embeds") or []]
        return {"content": body.get("content") or "", "embeds": embeds, "components": components}

    def _pinged(self, body: JSON, replied: JSON | None) -> JSON:
        """Whom a text and a reply reach, as `allowed_mentions` narrows it. Embeds never ping; text displays do."""
        text = "\n".join([body.get("content") or "", *texts(body)])
        allowed = body.get("allowed_mentions")
        kinds = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
        named = {kind: {str(number) for number in (allowed or {}).get(kind) or ()} for kind in ("users", "roles")}
        users = [i for i in re.findall(r"<@!?(\d+)>", text) if "users" in kinds or i in named["users"]]
        roles = [i for i in re.findall(r"<@&(\d+)>", text) if "roles" in kinds or i in named["roles"]]
        if replied and (allowed is None or allowed.get("replied_user")):
            users.append(replied["author"]["id"])
        return {
            "mentions": [self.users[user_id] for user_id in dict.fromkeys(users) if user_id in self.users],
            "mention_roles": list(dict.fromkeys(roles)),
            "mention_everyone": "everyone" in kinds and re.search(r"@(everyone|here)\b", text) is not None,
        }


def _role(role_id: str, name: str, permissions: int) -> JSON:
    role: JSON = {"id": role_id, "name": name, "permissions": str(permissions), "position": 0, "color": 0, "flags": 0}
    role |= {"hoist": False, "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None}
    return role | {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}


def walk(components: list[JSON]) -> Iterator[JSON]:
    """Every component, outer before inner."""
    for component in components:
        yield component
        inner = [component[key] for key in ("accessory", "component") if key in component]
        yield from walk([*component.get("components", ()), *inner])


def texts(body: JSON) -> list[str]:
    """The text displays of a message."""
    return [component["content"] for component in walk(body.get("components") or []) if component["type"] == 10]


class Api:
    """The routes: each has a method named after its endpoint. `_serving` is what they have in common."""

    def __init__(self, world: World, gateway: Gateway, token: str, record: Callable[[Request], None]) -> None:
        self._world = world
        self._socket = gateway
        self._token = token
        self._record = record
        self.gateway_url = ""
        self.faults: dict[Endpoint, deque[Reply]] = defaultdict(deque)
        self.mistakes: list[Exception] = []  # this server's own

    def add_to(self, app: web.Application) -> None:
        for endpoint in Endpoint:  # in this order: @me and @original stand before the ids that would match them
            method, path = endpoint.split(" ")
            app.router.add_route(method, API_PREFIX + path, self._serving(endpoint))
        app.router.add_route("*", "/{anything:.*}", self._serving(None))

    def _serving(self, endpoint: Endpoint | None) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(http: web.Request) -> web.Response:
            request = await _read(endpoint, http)
            try:
                reply = await self._reply(request, http.headers.get("Authorization"))
            except Refusal as refusal:
                reply = refusal.reply
            except (
                Exception
            ) as mistake:  # kept for the end of the test: a bot takes a 500 for Discord's and tries again
                self.mistakes.append(mistake)
                reply = refused(400, 0, f"The loopback Discord failed: {mistake!r}")
            request.status, request.answer = reply.status, json.loads(json.dumps(reply.body))
            self._record(request)
            return reply.response(endpoint or request.path)

        return serve

    async def _reply(self, request: Request, authorization: str | None) -> Reply:
        endpoint = request.endpoint
        if endpoint is None:
            raise Refusal(404, 0, "404: Not Found")
        if self.faults[endpoint]:
            return self.faults[endpoint].popleft()
        if endpoint not in OPEN_ENDPOINTS and authorization != f"Bot {self._token}":
            raise Refusal(401, 0, "401: Unauthorized")
        if request.json is ...:
            raise Refusal(400, 50109, "The request body contains invalid JSON.")
        handler: Callable[[Request], Awaitable[Reply]] = getattr(self, endpoint.name.lower())
        return await handler(request)

    # -- the bot itself --

    def me(self) -> JSON:
        return self._world.bot | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}

    def application_flags(self) -> int:
        """The `_LIMITED` flags: those of a small bot for which privileged intents are switched on."""
        limited = {Intent.GUILD_PRESENCES: 1 << 13, Intent.GUILD_MEMBERS: 1 << 15, Intent.MESSAGE_CONTENT: 1 << 19}
        return sum(flag for intent, flag in limited.items() if intent in self._socket.privileged_intents)

    async def current_user(self, _: Request) -> Reply:
        return Reply(200, self.me())

    async def application(self, _: Request) -> Reply:
        flags = self.application_flags()
        body: JSON = {
            "id": self._world.application_id,
            "name": "Archivist",
            "description": "",
            "icon": None,
            "type": None,
        }
        body |= {"bot": self._world.bot, "owner": self._world.owner, "team": None, "verify_key": "0" * 64}
        body |= {"flags": flags, "flags_new": str(flags), "explicit_content_filter": 0, "redirect_uris": []}
        body |= {"interactions_endpoint_url": None, "role_connections_verification_url": None}
        body |= {"approximate_guild_count": 1, "approximate_user_install_count": 0}
        body |= {"approximate_user_authorization_count": 0, "bot_public": True, "bot_require_code_grant": False}
        return Reply(200, body | {"eligible_oauth2_scopes": ["bot", "applications.commands"]})

    oauth2_application = application

    async def gateway(self, _: Request) -> Reply:
        return Reply(200, {"url": self.gateway_url})

    async def gateway_bot(self, _: Request) -> Reply:
        starts = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return Reply(200, {"url": self.gateway_url, "shards": 1, "session_start_limit": starts})

    # -- commands --

    async def guild_commands(self, request: Request) -> Reply:
        if request.parameters["application_id"] != self._world.application_id:
            raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
        guild_id = request.parameters.get("guild_id")
        if guild_id not in (None, self._world.guild_id):
            raise Refusal(403, 50001, "Missing Access")
        return Reply(200, self._world.commands.get(guild_id, []))

    async def set_guild_commands(self, request: Request) -> Reply:
        registered = (await self.guild_commands(request)).body
        ids = {(command["type"], command["name"]): command["id"] for command in registered}
        guild = {key: value for key, value in request.parameters.items() if key == "guild_id"}
        commands = []
        for given in request.json:
            command = {"type": 1, "description": "", "default_member_permissions": None, "nsfw": False} | given | guild
            command |= {"application_id": self._world.application_id, "version": snowflake()}
            if command["default_member_permissions"] is not None:
                command["default_member_permissions"] = str(command["default_member_permissions"])
            command["integration_types"] = command.get("integration_types") or [0]  # guilds, unless it says more
            command["id"] = ids.get((command["type"], command["name"])) or snowflake()
            commands.append(command)
        self._world.commands[guild.get("guild_id")] = commands
        return Reply(200, commands)

    global_commands, set_global_commands = guild_commands, set_guild_commands

    # -- messages --

    async def create_dm(self, request: Request) -> Reply:
        user = self._world.users.get(str(request.json["recipient_id"]))
        if user is None:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return Reply(200, self._world.dm(user))

    async def typing(self, request: Request) -> Reply:
        self._channel(request)
        return Reply(204)

    async def create_message(self, request: Request) -> Reply:
        channel = self._channel(request)
        _check(request.json, request.files)
        replied = request.json.get("message_reference") or {"fail_if_not_exists": False}
        if replied.get("fail_if_not_exists", True) and str(replied["message_id"]) not in self._world.messages:
            wrong = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            raise Refusal(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [wrong]}})
        message = self._world.new_message(channel, self._world.bot, request.json)
        return Reply(200, await self._send(message, request.files))

    async def message(self, request: Request) -> Reply:
        return Reply(200, self._message(request))

    async def edit_message(self, request: Request) -> Reply:
        message = self._message(request)
        if message["author"]["id"] != self._world.bot["id"]:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        return Reply(200, await self._edit(message, request.json, request.files))

    async def delete_message(self, request: Request) -> Reply:
        return await self._delete(self._message(request))

    # -- interactions --

    async def callback(self, request: Request) -> Reply:
        interaction = self._world.interactions.get(request.parameters["interaction_token"])
        if interaction is None or interaction.id != request.parameters["interaction_id"]:
            raise Refusal(404, 10062, "Unknown interaction")
        if interaction.acknowledged:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if interaction.age > FIRST_RESPONSE:
            raise Refusal(404, 10062, "Unknown interaction")
        kind = CallbackType(request.json["type"])
        message = await self._first_response(interaction, kind, request.json.get("data") or {}, request.files)
        interaction.acknowledged = True
        interaction.original = message["id"] if message else None
        if request.query.get("with_response", "").lower() not in ("1", "true"):
            return Reply(204)
        told: JSON = {"id": interaction.id, "type": int(interaction.type)}
        told |= {key: interaction.event[key] for key in ("channel_id", "guild_id") if key in interaction.event}
        answer: JSON = {"interaction": told}
        if message:
            flags = MessageFlag(message["flags"])
            told |= {"response_message_id": message["id"], "response_message_loading": MessageFlag.LOADING in flags}
            told |= {"response_message_ephemeral": MessageFlag.EPHEMERAL in flags}
        if kind in (CallbackType.MESSAGE, CallbackType.UPDATE):
            answer["resource"] = {"type": int(kind), "message": message}
        return Reply(200, answer)

    async def _first_response(
        self, interaction: Interaction, kind: CallbackType, content: JSON, files: dict[str, bytes]
    ) -> JSON | None:
        """The message that @original stands for from now on, if there is one."""
        match kind:
            case CallbackType.MESSAGE:
                _check(content, files, inside="data")
                return await self._respond(interaction, content, files)
            case CallbackType.DEFERRED_MESSAGE:
                placeholder = {"flags": int(MessageFlag(content.get("flags", 0)) & MessageFlag.EPHEMERAL)}
                return await self._respond(interaction, placeholder, files, loading=True)
            case CallbackType.UPDATE:
                _check(content, files, inside="data", edits=True)
                return await self._edit(self._world.messages[interaction.event["message"]["id"]], content, files)
            case CallbackType.DEFERRED_UPDATE:
                return self._world.messages[interaction.event["message"]["id"]]
            case _:
                return None

    async def followup(self, request: Request) -> Reply:
        interaction = self._interaction(request)
        _check(request.json, request.files)
        original = self._world.messages.get(interaction.original or "")
        if original and MessageFlag.LOADING in MessageFlag(original["flags"]):
            # After a deferral the first followup becomes the placeholder, as visible or ephemeral as that was.
            return Reply(200, await self._edit(original, request.json, request.files))
        return Reply(200, await self._respond(interaction, request.json, request.files))

    async def followup_message(self, request: Request) -> Reply:
        return Reply(200, self._response(request))

    async def edit_followup(self, request: Request) -> Reply:
        return Reply(200, await self._edit(self._response(request), request.json, request.files))

    async def delete_followup(self, request: Request) -> Reply:
        return await self._delete(self._response(request))

    original, edit_original, delete_original = followup_message, edit_followup, delete_followup

    # -- what they share --

    async def _respond(
        self, interaction: Interaction, body: JSON, files: dict[str, bytes], *, loading: bool = False
    ) -> JSON:
        kind = 0
        if interaction.type is InteractionType.APPLICATION_COMMAND and not interaction.acknowledged:
            kind = 20 if interaction.event["data"]["type"] == 1 else 23  # CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND
        message = self._world.new_message(
            self._world.channels[interaction.event["channel_id"]],
            self._world.bot,
            body,
            type=kind,
            application_id=self._world.application_id,
            webhook_id=self._world.application_id,
            interaction_metadata=interaction.metadata,
        )
        message["flags"] |= int(MessageFlag.LOADING) if loading else 0
        if MessageFlag.EPHEMERAL in MessageFlag(message["flags"]):
            self._world.ephemeral.add(message["id"])
        return await self._send(message, files)

    async def _send(self, message: JSON, files: dict[str, bytes]) -> JSON:
        self._world.attach(message, files)
        await self._tell("MESSAGE_CREATE", message)
        return message

    async def _edit(self, message: JSON, body: JSON, files: dict[str, bytes]) -> JSON:
        _check(body, files, edits=True)
        edited = self._world.edit_message(message, body)
        self._world.attach(edited, files)
        await self._tell("MESSAGE_UPDATE", edited)
        return edited

    async def _delete(self, message: JSON) -> Reply:
        del self._world.messages[message["id"]]
        await self._tell("MESSAGE_DELETE", message)
        return Reply(204)

    async def _tell(self, event: str, message: JSON) -> None:
        """The bot hears of its own messages too, but of no ephemeral one."""
        if message["id"] not in self._world.ephemeral:
            content = self._world.as_event(message)
            if event == "MESSAGE_DELETE":
                content = {key: content[key] for key in ("id", "channel_id", "guild_id") if key in content}
            await self._socket.dispatch(event, content)

    def _channel(self, request: Request) -> JSON:
        if (channel := self._world.channels.get(request.parameters["channel_id"])) is None:
            raise Refusal(404, 10003, "Unknown Channel")
        return channel

    def _message(self, request: Request) -> JSON:
        channel = self._channel(request)
        message = self._world.messages.get(request.parameters["message_id"])
        # An ephemeral message can be reached through its interaction only.
        if message is None or message["channel_id"] != channel["id"] or message["id"] in self._world.ephemeral:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def _interaction(self, request: Request) -> Interaction:
        """Its webhook is there from the first response on; its token lives for fifteen minutes."""
        interaction = self._world.interactions.get(request.parameters["webhook_token"])
        ours = request.parameters["webhook_id"] == self._world.application_id
        if interaction is None or not interaction.acknowledged or not ours:
            raise Refusal(404, 10015, "Unknown Webhook")
        if interaction.age > TOKEN_LIFE:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction

    def _response(self, request: Request) -> JSON:
        original = self._interaction(request).original
        message = self._world.messages.get(request.parameters.get("message_id", original) or "")
        if message is None:
            raise Refusal(404, 10008, "Unknown Message")
        return message


async def _read(endpoint: Endpoint | None, http: web.Request) -> Request:
    body: Any = None
    files: dict[str, bytes] = {}
    try:
        if http.content_type == "multipart/form-data":
            for name, value in (await http.post()).items():
                if isinstance(value, web.FileField):
                    files[value.filename] = value.file.read()
                elif name == "payload_json":
                    body = json.loads(value)
        elif http.can_read_body:
            body = json.loads(await http.read())
    except ValueError:
        body = ...
    headers = {name: value for name, value in http.headers.items() if name.lower() != "authorization"}
    parameters = {name: value for name, value in http.match_info.items() if name != "anything"}
    at = time.perf_counter()
    return Request(endpoint, http.method, http.path, parameters, dict(http.query), headers, body, files, at)


def _check(body: JSON, files: dict[str, bytes], *, inside: str | None = None, edits: bool = False) -> None:
    """Refuse a message over Discord's limits or, unless it edits one, without anything in it."""
    if errors := _form_errors(body):
        raise Refusal(400, 50035, "Invalid Form Body", {inside: errors} if inside else errors)
    if not (edits or files or any(body.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll"))):
        raise Refusal(400, 50006, "Cannot send an empty message")


def _form_errors(body: JSON) -> JSON:
    """The two lengths that Discord's OpenAPI file does not know. What it knows is checked against the file itself."""
    errors: JSON = {}
    if len(body.get("content") or "") > 2000:
        wrong = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
        errors["content"] = {"_errors": [wrong]}
    if sum(map(len, texts(body))) > 4000:
        wrong = {"code": "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"}
        wrong["message"] = "Components displayable text size exceeds maximum size of 4000"
        errors["components"] = {"_errors": [wrong]}
    return errors
