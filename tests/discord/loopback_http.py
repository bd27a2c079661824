"""Discord's HTTP API (v10) on a loopback server, and the small world it speaks of.

Source: Discord's documentation ("API Reference", "Message", "Application Commands", "Receiving and Responding",
"Opcodes and Status Codes") and, for response shapes, its OpenAPI file, against which the tests check every answer.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import hashlib
import itertools
import json
import math
import re
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag, StrEnum
from typing import Any

from aiohttp import web

from tests.discord.loopback_child import API_PREFIX
from tests.discord.loopback_gateway import JSON, Gateway, Intent

DISCORD_EPOCH = 1_420_070_400_000  # milliseconds, the first of 2015
FIRST_RESPONSE = 3.0  # seconds
TOKEN_LIFE = 15 * 60.0  # seconds
_serials = itertools.count()


def snowflake() -> str:
    """A new id: Discord's 42 bits of time, then a serial number where Discord has worker, process and increment."""
    return str(((time.time_ns() // 1_000_000 - DISCORD_EPOCH) << 22) | (next(_serials) & 0x3FFFFF))


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


class Endpoint(StrEnum):
    """Every route there is here, spelled as in Discord's OpenAPI file."""

    CURRENT_USER = "GET /users/@me"
    USER = "GET /users/{user_id}"
    APPLICATION = "GET /applications/@me"
    OAUTH2_APPLICATION = "GET /oauth2/applications/@me"
    GATEWAY = "GET /gateway"
    GATEWAY_BOT = "GET /gateway/bot"
    GUILD = "GET /guilds/{guild_id}"
    MEMBER = "GET /guilds/{guild_id}/members/{user_id}"
    CHANNEL = "GET /channels/{channel_id}"
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


# Needs no bot token: /gateway is public, and an interaction's own token stands in the path of the others.
OPEN_ENDPOINTS = {Endpoint.GATEWAY} | {e for e in Endpoint if "/interactions/" in e or "/webhooks/" in e}


class InteractionType(IntEnum):
    PING = 1
    APPLICATION_COMMAND = 2
    MESSAGE_COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    PONG = 1
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
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


SETTABLE_FLAGS = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2


@dataclass(frozen=True)
class Reply:
    """One HTTP answer: a JSON body, a page of HTML where the body is text, or no body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, bucket: str) -> web.Response:
        # discord.py reads a body as JSON only where the content type says so and says nothing more (no charset), and
        # takes a 429 without Via for a ban by Cloudflare. The bucket never runs dry: `rate_limited` is what drains it.
        limits = {
            "Via": "1.1 google",
            "X-RateLimit-Bucket": hashlib.sha256(bucket.encode()).hexdigest()[:32],
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "4",
            "X-RateLimit-Reset": f"{time.time() + 1:.3f}",
            "X-RateLimit-Reset-After": "1.000",
        }
        if self.body is None:
            return web.Response(status=self.status, headers=limits | self.headers)
        page = isinstance(self.body, str)
        return web.Response(
            status=self.status,
            body=(self.body if page else json.dumps(self.body)).encode(),
            headers=limits | {"Content-Type": "text/html" if page else "application/json"} | self.headers,
        )


def rate_limited(retry_after: float, *, everywhere: bool = False) -> Reply:
    """429 for `retry_after` seconds; `everywhere` for the global limit."""
    scope = {"X-RateLimit-Scope": "global", "X-RateLimit-Global": "true"} if everywhere else {"X-RateLimit-Scope": "user"}
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": f"{retry_after:.3f}"}
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere, "code": 0}
    return Reply(429, body, {"Retry-After": str(math.ceil(retry_after)), **scope, **spent})


def server_error(status: int = 500) -> Reply:
    """500 comes from Discord as JSON; 502 and the others from the proxies in front of it, as a page."""
    if status == 500:
        return Reply(status, {"message": "500: Internal Server Error", "code": 0})
    return Reply(status, f"<html><body><h1>{status}</h1></body></html>")


def refused(status: int, code: int, message: str, errors: JSON | None = None) -> Reply:
    """An error with one of Discord's own codes, such as `refused(403, 50013, "Missing Permissions")`."""
    return Reply(status, {"message": message, "code": code} | ({"errors": errors} if errors else {}))


UNAUTHORIZED = refused(401, 0, "401: Unauthorized")


class Refusal(Exception):  # noqa: N818 - Discord's answer, not a fault of this server
    """Raised by a handler instead of returning: the request is answered with `reply`."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status} {reply.body}")
        self.reply = reply


@dataclass
class Request:
    """One request as it came in, without the bot's token, and what was answered."""

    endpoint: Endpoint | None  # None: nothing here serves it
    method: str
    path: str
    parameters: dict[str, str]  # out of the path
    query: dict[str, str]
    headers: dict[str, str]
    json: Any
    files: dict[str, bytes]
    at: float  # time.monotonic()
    status: int = 0
    answer: Any = None


@dataclass(eq=False)
class Interaction:
    """One use of a command, component or form, and how far the bot has got in answering it."""

    id: str
    token: str
    type: InteractionType
    event: JSON
    born: float = field(default_factory=time.monotonic)
    callback: JSON | None = None
    original: str | None = None
    metadata: JSON = field(default_factory=dict)

    def age_by(self, seconds: float) -> None:
        """As though it had begun so much earlier: 4 is past the first response, 16 * 60 past the token's life."""
        self.born -= seconds

    @property
    def age(self) -> float:
        return time.monotonic() - self.born

    @property
    def user(self) -> JSON:
        user: JSON = self.event["member"]["user"] if "member" in self.event else self.event["user"]
        return user


class World:
    """What this Discord holds: one server, its channels and members, direct messages, messages and commands."""

    def __init__(self) -> None:
        self.users: dict[str, JSON] = {}
        self.members: dict[str, JSON] = {}
        self.channels: dict[str, JSON] = {}
        self.messages: dict[str, JSON] = {}
        self.ephemeral: set[str] = set()
        self.commands: dict[str | None, list[JSON]] = {None: []}  # by guild; None: the global ones
        self.interactions: dict[str, Interaction] = {}  # by token
        self.guild_id = snowflake()
        self.everyone = 0x0000_0000_8000_0000 | 0x40_0000_0000 | 0xEC40  # use commands, send in threads, read and write
        self.roles = [self._role(self.guild_id, "@everyone", self.everyone)]
        self.bot = self.add_user("Archivist", bot=True)
        self.owner = self.add_user("owner", permissions=1 << 3)  # of the application and of the server
        self.alice = self.add_user("alice")
        self.channel = self.add_channel("archive")

    @property
    def application_id(self) -> str:
        """The same number as the bot's user id, as for every application made since 2016."""
        bot_id: str = self.bot["id"]
        return bot_id

    def add_user(self, name: str, *, bot: bool = False, permissions: int = 0, member: bool = True) -> JSON:
        """A user and, if `member`, a member of the server. `permissions` come with a role, so add before connecting."""
        user: JSON = {"id": snowflake(), "username": name.lower(), "global_name": name, "discriminator": "0", "bot": bot}
        user |= {"avatar": None, "public_flags": 0, "flags": 0, "primary_guild": None}
        self.users[user["id"]] = user
        if permissions:
            self.roles.append(self._role(snowflake(), name, permissions))
        if member:
            self.members[user["id"]] = {
                "user": user,
                "nick": None,
                "avatar": None,
                "banner": None,
                "roles": [self.roles[-1]["id"]] if permissions else [],
                "joined_at": now(),
                "premium_since": None,
                "communication_disabled_until": None,
                "flags": 0,
                "pending": False,
                "mute": False,
                "deaf": False,
            }
        return user

    def add_channel(self, name: str) -> JSON:
        channel: JSON = {"id": snowflake(), "type": 0, "guild_id": self.guild_id, "name": name, "position": 0, "flags": 0}
        channel |= {"topic": None, "nsfw": False, "rate_limit_per_user": 0, "parent_id": None, "last_message_id": None}
        self.channels[channel["id"]] = channel | {"permission_overwrites": []}
        return self.channels[channel["id"]]

    def dm(self, user: JSON) -> JSON:
        """The direct messages between the bot and `user`."""
        for channel in self.channels.values():
            if channel["type"] == 1 and channel["recipients"][0]["id"] == user["id"]:
                return channel
        channel = {"id": snowflake(), "type": 1, "flags": 0, "last_message_id": None, "recipients": [user]}
        self.channels[channel["id"]] = channel
        return channel

    def permissions(self, user: JSON) -> int:
        held = self.members[user["id"]]["roles"]
        total = self.everyone
        for role in self.roles:
            total |= int(role["permissions"]) if role["id"] in held else 0
        return total

    def guild(self) -> JSON:
        """The server as GUILD_CREATE has it, and with all that `GET /guilds/{guild_id}` has."""
        nothing = ["icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id"]
        nothing += ["afk_channel_id", "system_channel_id", "widget_channel_id", "max_presences", "vanity_url_code"]
        nothing += ["rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id", "incidents_data"]
        zero = ["system_channel_flags", "verification_level", "default_message_notifications", "mfa_level"]
        zero += ["explicit_content_filter", "premium_tier", "premium_subscription_count", "nsfw_level"]
        return {
            **dict.fromkeys(nothing),
            **dict.fromkeys(zero, 0),
            **dict.fromkeys(["widget_enabled", "premium_progress_bar_enabled", "nsfw", "large", "lazy"], False),
            **{name: [] for name in ("features", "emojis", "stickers", "threads", "presences", "voice_states")},
            **{name: [] for name in ("stage_instances", "guild_scheduled_events", "soundboard_sounds")},
            "id": self.guild_id,
            "name": "Loopback",
            "owner_id": self.owner["id"],
            "region": "deprecated",
            "afk_timeout": 300,
            "max_members": 25_000_000,
            "max_stage_video_channel_users": 50,
            "max_video_channel_users": 25,
            "preferred_locale": "en-US",
            "roles": self.roles,
            "channels": [channel for channel in self.channels.values() if channel["type"] == 0],
            "members": list(self.members.values()),
            "member_count": len(self.members),
            "joined_at": self.members[self.bot["id"]]["joined_at"],
        }

    def new_message(self, channel: JSON, author: JSON, body: JSON, **more: Any) -> JSON:
        """A message out of a request's body, kept. `more` are fields that no request can set."""
        reference = body.get("message_reference") or {}
        replied = self.messages.get(str(reference.get("message_id")))
        pings = pinged(body, self, replied)
        message: JSON = {
            "id": snowflake(),
            "type": 19 if replied else 0,
            "channel_id": channel["id"],
            "author": author,
            "timestamp": now(),
            "edited_timestamp": None,
            "pinned": False,
            "tts": bool(body.get("tts")),
            "flags": int(MessageFlag(body.get("flags") or 0) & (SETTABLE_FLAGS | MessageFlag.EPHEMERAL)),
            "content": body.get("content") or "",
            "embeds": [{"type": "rich"} | embed for embed in body.get("embeds") or []],
            "components": numbered(body.get("components") or []),
            "attachments": [],
            **pings,
            **more,
        }
        if "nonce" in body:
            message["nonce"] = body["nonce"]
        if replied:
            message["message_reference"] = {"type": 0, "channel_id": channel["id"], "message_id": replied["id"]}
            message["message_reference"] |= {"guild_id": channel["guild_id"]} if "guild_id" in channel else {}
            message["referenced_message"] = {k: v for k, v in replied.items() if k != "referenced_message"}
        self.messages[message["id"]] = message
        channel["last_message_id"] = message["id"]
        return message

    def as_event(self, message: JSON) -> JSON:
        """A message as MESSAGE_CREATE and MESSAGE_UPDATE have it."""
        channel = self.channels[message["channel_id"]]
        event = message | {"channel_type": channel["type"]}
        if "guild_id" in channel:
            member = self.members.get(message["author"]["id"])
            event["guild_id"] = channel["guild_id"]
            event |= {"member": {k: v for k, v in member.items() if k != "user"}} if member else {}
        return event

    @staticmethod
    def _role(role_id: str, name: str, permissions: int) -> JSON:
        role: JSON = {"id": role_id, "name": name, "permissions": str(permissions), "position": 0, "color": 0, "flags": 0}
        role |= {"hoist": False, "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None}
        return role | {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}


def pinged(body: JSON, world: World, replied: JSON | None) -> JSON:
    """Whom a message's text and reply reach, once `allowed_mentions` has narrowed it. Embeds never ping."""
    text = "\n".join([body.get("content") or "", *(c.get("content", "") for c in walk(body.get("components") or []))])
    allowed = body.get("allowed_mentions")
    kinds = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
    named = {kind: {str(i) for i in (allowed or {}).get(kind) or ()} for kind in ("users", "roles")}
    users = [i for i in re.findall(r"<@!?(\d+)>", text) if "users" in kinds or i in named["users"]]
    roles = [i for i in re.findall(r"<@&(\d+)>", text) if "roles" in kinds or i in named["roles"]]
    if replied and (allowed is None or allowed.get("replied_user")):
        users.append(replied["author"]["id"])
    return {
        "mentions": [world.users[user_id] for user_id in dict.fromkeys(users) if user_id in world.users],
        "mention_roles": list(dict.fromkeys(roles)),
        "mention_everyone": "everyone" in kinds and re.search(r"@(everyone|here)\b", text) is not None,
    }


def walk(components: list[JSON]) -> Iterator[JSON]:
    """Every component, outer before inner."""
    for component in components:
        yield component
        inner = [component[key] for key in ("accessory", "component") if isinstance(component.get(key), dict)]
        yield from walk([*component.get("components", ()), *inner])


def numbered(components: list[JSON]) -> list[JSON]:
    """As Discord gives them back: a copy in which each has an id and the defaults are written out."""
    copied: list[JSON] = json.loads(json.dumps(components))
    defaults: dict[int, JSON] = {
        3: {"min_values": 1, "max_values": 1},
        14: {"spacing": 1, "divider": True},
        17: {"accent_color": None, "spoiler": False},
    }
    for serial, component in enumerate(walk(copied), start=1):
        for key, value in ({"id": serial} | defaults.get(component["type"], {})).items():
            component.setdefault(key, value)
    return copied


def form_errors(body: JSON) -> JSON:
    """Where a message's body breaks Discord's limits, nested as in the `errors` of a 50035. Empty for a good one."""
    errors: JSON = {}

    def report(code: str, message: str, *path: str) -> None:
        leaf = errors
        for part in path:
            leaf = leaf.setdefault(part, {})
        leaf.setdefault("_errors", []).append({"code": code, "message": message})

    def limit(longest: int, value: str | None, *path: str) -> int:
        if value is not None and len(value) > longest:
            report("BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.", *path)
        return len(value or "")

    limit(2000, body.get("content"), "content")
    embedded = 0
    for number, embed in enumerate(body.get("embeds") or []):
        at = ("embeds", str(number))
        embedded += limit(256, embed.get("title"), *at, "title")
        embedded += limit(4096, embed.get("description"), *at, "description")
        embedded += limit(2048, embed.get("footer", {}).get("text"), *at, "footer", "text")
        embedded += limit(256, embed.get("author", {}).get("name"), *at, "author", "name")
        for row, entry in enumerate(embed.get("fields", ())):
            embedded += limit(256, entry["name"], *at, "fields", str(row), "name")
            embedded += limit(1024, entry["value"], *at, "fields", str(row), "value")
    if embedded > 6000:
        report("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000", "embeds")
    components = list(walk(body.get("components") or []))
    for component in components:
        limit(100, component.get("custom_id"), "components", "custom_id")
        limit(80, component.get("label") if component["type"] == 2 else None, "components", "label")
    if sum(len(component.get("content", "")) for component in components) > 4000:
        report(
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            "Components displayable text size exceeds maximum size of 4000",
            "components",
        )
    if MessageFlag.COMPONENTS_V2 in MessageFlag(body.get("flags") or 0):
        for legacy in ("content", "embeds"):
            if body.get(legacy):
                report(
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{legacy}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                    legacy,
                )
    return errors


def command_errors(commands: list[JSON]) -> JSON:
    """The same for a bulk PUT of commands."""
    errors: JSON = {}
    for number, command in enumerate(commands):
        slash = command.get("type", 1) == 1
        name = command.get("name", "")
        if not (re.fullmatch(r"[-_'\w]{1,32}", name) and name == name.lower() if slash else 1 <= len(name) <= 32):
            wrong = {"code": "APPLICATION_COMMAND_INVALID_NAME", "message": "Command name is invalid"}
            errors.setdefault(str(number), {})["name"] = {"_errors": [wrong]}
        if slash and not 1 <= len(command.get("description", "")) <= 100:
            wrong = {"code": "BASE_TYPE_BAD_LENGTH", "message": "Must be between 1 and 100 in length."}
            errors.setdefault(str(number), {})["description"] = {"_errors": [wrong]}
    return errors


class Api:
    """The routes. Each handler is one documented behaviour; `serve` is what they have in common."""

    def __init__(self, world: World, gateway: Gateway, token: str, record: Callable[[Request], None]) -> None:
        self.world = world
        self.gateway = gateway
        self.token = token
        self._record = record
        self.gateway_url = ""
        self.faults: dict[Endpoint, deque[Reply]] = defaultdict(deque)
        self._handlers: dict[Endpoint, Callable[[Request], Awaitable[Reply]]] = {
            Endpoint.CURRENT_USER: self._current_user,
            Endpoint.USER: self._user,
            Endpoint.APPLICATION: self._application,
            Endpoint.OAUTH2_APPLICATION: self._application,
            Endpoint.GATEWAY: self._gateway,
            Endpoint.GATEWAY_BOT: self._gateway_bot,
            Endpoint.GUILD: self._guild,
            Endpoint.MEMBER: self._member,
            Endpoint.CHANNEL: self._channel,
            Endpoint.GLOBAL_COMMANDS: self._commands,
            Endpoint.GUILD_COMMANDS: self._commands,
            Endpoint.SET_GLOBAL_COMMANDS: self._set_commands,
            Endpoint.SET_GUILD_COMMANDS: self._set_commands,
            Endpoint.CREATE_DM: self._create_dm,
            Endpoint.TYPING: self._typing,
            Endpoint.CREATE_MESSAGE: self._create_message,
            Endpoint.MESSAGE: self._message,
            Endpoint.EDIT_MESSAGE: self._edit_message,
            Endpoint.DELETE_MESSAGE: self._delete_message,
            Endpoint.CALLBACK: self._callback,
            Endpoint.FOLLOWUP: self._followup,
            Endpoint.ORIGINAL: self._response,
            Endpoint.EDIT_ORIGINAL: self._edit_response,
            Endpoint.DELETE_ORIGINAL: self._delete_response,
            Endpoint.FOLLOWUP_MESSAGE: self._response,
            Endpoint.EDIT_FOLLOWUP: self._edit_response,
            Endpoint.DELETE_FOLLOWUP: self._delete_response,
        }

    def add_to(self, app: web.Application) -> None:
        for endpoint in Endpoint:  # in this order: "@me" and "@original" come before the ids that would match them
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
            request.status, request.answer = reply.status, json.loads(json.dumps(reply.body))
            self._record(request)
            return reply.response(endpoint or request.path)

        return serve

    async def _reply(self, request: Request, authorization: str | None) -> Reply:
        endpoint = request.endpoint
        if endpoint is None:
            return refused(404, 0, "404: Not Found")
        if self.faults[endpoint]:
            return self.faults[endpoint].popleft()
        if endpoint not in OPEN_ENDPOINTS and authorization != f"Bot {self.token}":
            return UNAUTHORIZED
        if request.json is ...:
            return refused(400, 50109, "The request body contains invalid JSON.")
        return await self._handlers[endpoint](request)

    # -- who and where --

    def me(self) -> JSON:
        return self.world.bot | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}

    def application_flags(self) -> int:
        """The `_LIMITED` flags: a bot in fewer than 100 servers that has switched the privileged intents on."""
        limited = {Intent.GUILD_PRESENCES: 1 << 13, Intent.GUILD_MEMBERS: 1 << 15, Intent.MESSAGE_CONTENT: 1 << 19}
        return sum(flag for intent, flag in limited.items() if intent in self.gateway.privileged_intents)

    async def _current_user(self, _: Request) -> Reply:
        return Reply(200, self.me())

    async def _user(self, request: Request) -> Reply:
        return Reply(200, _known(self.world.users, request.parameters["user_id"], 10013, "Unknown User"))

    async def _application(self, _: Request) -> Reply:
        flags = self.application_flags()
        return Reply(
            200,
            {
                "id": self.world.application_id,
                "name": "Archivist",
                "icon": None,
                "description": "",
                "type": None,
                "bot": self.world.bot,
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": flags,
                "flags_new": str(flags),
                "redirect_uris": [],
                "interactions_endpoint_url": None,
                "role_connections_verification_url": None,
                "owner": self.world.owner,
                "team": None,
                "approximate_guild_count": 1,
                "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0,
                "explicit_content_filter": 0,
                "eligible_oauth2_scopes": ["bot", "applications.commands"],
                "integration_types_config": {"0": {}},
            },
        )

    async def _gateway(self, _: Request) -> Reply:
        return Reply(200, {"url": self.gateway_url})

    async def _gateway_bot(self, _: Request) -> Reply:
        starts = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        return Reply(200, {"url": self.gateway_url, "shards": 1, "session_start_limit": starts})

    async def _guild(self, request: Request) -> Reply:
        return Reply(200, _known({self.world.guild_id: self.world.guild()}, request.parameters["guild_id"], 10004, "Unknown Guild"))

    async def _member(self, request: Request) -> Reply:
        await self._guild(request)
        return Reply(200, _known(self.world.members, request.parameters["user_id"], 10007, "Unknown Member"))

    async def _channel(self, request: Request) -> Reply:
        return Reply(200, self._channel_of(request))

    async def _create_dm(self, request: Request) -> Reply:
        user = self.world.users.get(str(request.json["recipient_id"]))
        if user is None:
            raise Refusal(refused(400, 50033, "Invalid Recipient(s)"))
        return Reply(200, self.world.dm(user))

    # -- commands --

    async def _commands(self, request: Request) -> Reply:
        return Reply(200, self._registered(request))

    async def _set_commands(self, request: Request) -> Reply:
        if errors := command_errors(request.json):
            raise Refusal(refused(400, 50035, "Invalid Form Body", errors))
        before = {(command["type"], command["name"]): command["id"] for command in self._registered(request)}
        guild_id = request.parameters.get("guild_id")
        commands = []
        for given in request.json:
            command = {"type": 1, "description": "", "default_member_permissions": None, "nsfw": False} | given
            command |= {"application_id": self.world.application_id, "version": snowflake()}
            command["id"] = before.get((command["type"], command["name"])) or snowflake()
            if guild_id is not None:
                command["guild_id"] = guild_id
            commands.append(command)
        self.world.commands[guild_id] = commands
        return Reply(200, commands)

    def _registered(self, request: Request) -> list[JSON]:
        if request.parameters["application_id"] != self.world.application_id:
            raise Refusal(refused(403, 20012, "You are not authorized to perform this action on this application"))
        guild_id = request.parameters.get("guild_id")
        if guild_id not in (None, self.world.guild_id):
            raise Refusal(refused(403, 50001, "Missing Access"))
        return self.world.commands.get(guild_id, [])

    # -- messages --

    async def _typing(self, request: Request) -> Reply:
        self._channel_of(request)
        return Reply(204)

    async def _create_message(self, request: Request) -> Reply:
        channel = self._channel_of(request)
        _check(request.json, request.files)
        reference = request.json.get("message_reference")
        if reference and reference.get("fail_if_not_exists", True) and str(reference["message_id"]) not in self.world.messages:
            wrong = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            raise Refusal(refused(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [wrong]}}))
        message = self.world.new_message(channel, self.world.bot, request.json)
        self._attach(message, request)
        await self.gateway.dispatch("MESSAGE_CREATE", self.world.as_event(message))
        return Reply(200, message)

    async def _message(self, request: Request) -> Reply:
        return Reply(200, self._message_of(request))

    async def _edit_message(self, request: Request) -> Reply:
        message = self._message_of(request)
        if message["author"]["id"] != self.world.bot["id"]:
            raise Refusal(refused(403, 50005, "Cannot edit a message authored by another user"))
        return Reply(200, await self._edit(message, request))

    async def _delete_message(self, request: Request) -> Reply:
        await self._delete(self._message_of(request))
        return Reply(204)

    # -- interactions --

    async def _callback(self, request: Request) -> Reply:
        interaction = self.world.interactions.get(request.parameters["interaction_token"])
        if interaction is None or interaction.id != request.parameters["interaction_id"]:
            raise Refusal(refused(404, 10062, "Unknown interaction"))
        if interaction.callback is not None:
            raise Refusal(refused(400, 40060, "Interaction has already been acknowledged."))
        if interaction.age > FIRST_RESPONSE:
            raise Refusal(refused(404, 10062, "Unknown interaction"))
        kind, content = _callback_type(request.json, interaction), request.json.get("data") or {}
        message: JSON | None = None
        if kind is CallbackType.MESSAGE:
            _check(content, request.files, "data")
            message = await self._respond(interaction, content, request)
        elif kind is CallbackType.DEFERRED_MESSAGE:
            message = await self._respond(interaction, {"flags": content.get("flags", 0)}, request, MessageFlag.LOADING)
        elif kind in (CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE):
            message = self.world.messages[interaction.event["message"]["id"]]
            if kind is CallbackType.UPDATE:
                _check(content, request.files, "data", partial=True)
                message = await self._edit(message, request, content)
        interaction.callback = request.json
        interaction.original = message["id"] if message else None
        if request.query.get("with_response", "").lower() not in ("1", "true"):
            return Reply(204)
        told: JSON = {"id": interaction.id, "type": int(interaction.type)}
        told |= {key: interaction.event[key] for key in ("channel_id", "guild_id") if key in interaction.event}
        answer: JSON = {"interaction": told}
        if message is not None:
            flags = MessageFlag(message["flags"])
            told["response_message_id"] = message["id"]
            told["response_message_loading"] = MessageFlag.LOADING in flags
            told["response_message_ephemeral"] = MessageFlag.EPHEMERAL in flags
            if kind in (CallbackType.MESSAGE, CallbackType.UPDATE):
                answer["resource"] = {"type": int(kind), "message": message}
        return Reply(200, answer)

    async def _followup(self, request: Request) -> Reply:
        interaction = self._interaction_of(request)
        _check(request.json, request.files)
        original = self.world.messages.get(interaction.original or "")
        if original is not None and MessageFlag.LOADING in MessageFlag(original["flags"]):
            # After a deferral the first followup becomes the placeholder, as visible or ephemeral as that was.
            return Reply(200, await self._edit(original, request))
        return Reply(200, await self._respond(interaction, request.json, request))

    async def _response(self, request: Request) -> Reply:
        return Reply(200, self._response_of(request))

    async def _edit_response(self, request: Request) -> Reply:
        return Reply(200, await self._edit(self._response_of(request), request))

    async def _delete_response(self, request: Request) -> Reply:
        await self._delete(self._response_of(request))
        return Reply(204)

    async def _respond(
        self, interaction: Interaction, body: JSON, request: Request, flags: MessageFlag = MessageFlag(0)
    ) -> JSON:
        channel = self.world.channels[interaction.event["channel_id"]]
        first = interaction.callback is None and interaction.type is InteractionType.APPLICATION_COMMAND
        kind = (20 if interaction.event["data"]["type"] == 1 else 23) if first else 0
        application = {"application_id": self.world.application_id, "webhook_id": self.world.application_id}
        metadata = {"interaction_metadata": interaction.metadata, "type": kind}
        message = self.world.new_message(channel, self.world.bot, body, **application, **metadata)
        message["flags"] |= int(flags)
        self._attach(message, request)
        if MessageFlag.EPHEMERAL in MessageFlag(message["flags"]):
            self.world.ephemeral.add(message["id"])
        else:
            await self.gateway.dispatch("MESSAGE_CREATE", self.world.as_event(message))
        return message

    # -- what they share --

    async def _edit(self, message: JSON, request: Request, body: JSON | None = None) -> JSON:
        body = request.json if body is None else body
        kept = MessageFlag(message["flags"])
        _check(body | {"flags": int(kept) | (body.get("flags") or 0)}, request.files, partial=True)
        edited = message | {key: body[key] or "" for key in ("content",) if key in body}
        if "embeds" in body:
            edited["embeds"] = [{"type": "rich"} | embed for embed in body["embeds"] or []]
        if "components" in body:
            edited["components"] = numbered(body["components"] or [])
        if MessageFlag.LOADING not in kept:  # filling a placeholder is no edit to a reader
            edited["edited_timestamp"] = now()
        edited["flags"] = int(kept & ~MessageFlag.LOADING | MessageFlag(body.get("flags") or 0) & SETTABLE_FLAGS)
        if body.get("attachments") is not None:
            named = {str(attachment.get("id")) for attachment in body["attachments"]}
            edited["attachments"] = [attachment for attachment in message["attachments"] if attachment["id"] in named]
        self.world.messages[message["id"]] = edited
        self._attach(edited, request)
        if message["id"] not in self.world.ephemeral:
            await self.gateway.dispatch("MESSAGE_UPDATE", self.world.as_event(edited))
        return edited

    async def _delete(self, message: JSON) -> None:
        del self.world.messages[message["id"]]
        if message["id"] not in self.world.ephemeral:
            event = self.world.as_event(message)
            gone = {key: event[key] for key in ("id", "channel_id", "guild_id") if key in event}
            await self.gateway.dispatch("MESSAGE_DELETE", gone)

    def _attach(self, message: JSON, request: Request) -> None:
        for name, content in request.files.items():
            url = f"https://cdn.discordapp.com/attachments/{message['channel_id']}/{snowflake()}/{name}"
            attachment: JSON = {"id": snowflake(), "filename": name, "size": len(content), "url": url, "proxy_url": url}
            message["attachments"] = [*message["attachments"], attachment]
            for component in walk(message["components"]):
                if component["type"] == 13 and component["file"]["url"] == f"attachment://{name}":
                    component["file"] = {"id": attachment["id"], "url": url, "proxy_url": url}
                    component |= {"name": name, "size": len(content), "spoiler": component.get("spoiler", False)}

    def _channel_of(self, request: Request) -> JSON:
        return _known(self.world.channels, request.parameters["channel_id"], 10003, "Unknown Channel")

    def _message_of(self, request: Request) -> JSON:
        channel, message_id = self._channel_of(request), request.parameters["message_id"]
        message = self.world.messages.get(message_id)
        # An ephemeral message exists for its interaction's token only.
        if message is None or message["channel_id"] != channel["id"] or message_id in self.world.ephemeral:
            raise Refusal(refused(404, 10008, "Unknown Message"))
        return message

    def _interaction_of(self, request: Request) -> Interaction:
        """Its webhook exists from the first response on, and its token lives for fifteen minutes."""
        interaction = self.world.interactions.get(request.parameters["webhook_token"])
        unknown = interaction is None or interaction.callback is None
        if interaction is None or unknown or request.parameters["webhook_id"] != self.world.application_id:
            raise Refusal(refused(404, 10015, "Unknown Webhook"))
        if interaction.age > TOKEN_LIFE:
            raise Refusal(refused(401, 50027, "Invalid Webhook Token"))
        return interaction

    def _response_of(self, request: Request) -> JSON:
        interaction = self._interaction_of(request)
        message_id = request.parameters.get("message_id", interaction.original)
        return _known(self.world.messages, message_id or "", 10008, "Unknown Message")


async def _read(endpoint: Endpoint | None, http: web.Request) -> Request:
    """A request whose body is not the JSON it should be has `...` for a body."""
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
    parameters = {key: value for key, value in http.match_info.items() if key != "anything"}
    at = time.monotonic()
    return Request(endpoint, http.method, http.path, parameters, dict(http.query), headers, body, files, at)


def _known(held: dict[str, JSON], key: str, code: int, message: str) -> JSON:
    if key not in held:
        raise Refusal(refused(404, code, message))
    return held[key]


def _check(body: JSON, files: dict[str, bytes], inside: str | None = None, *, partial: bool = False) -> None:
    """Refuse a message over Discord's limits or, unless it edits one, without anything in it."""
    if errors := form_errors(body):
        raise Refusal(refused(400, 50035, "Invalid Form Body", {inside: errors} if inside else errors))
    if not (partial or files or any(body.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll"))):
        raise Refusal(refused(400, 50006, "Cannot send an empty message"))


def _callback_type(body: JSON, interaction: Interaction) -> CallbackType:
    """Refuses a kind of response that this kind of interaction cannot have."""
    allowed = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
    if interaction.type is InteractionType.AUTOCOMPLETE:
        allowed = {CallbackType.AUTOCOMPLETE_RESULT}
    elif interaction.type is not InteractionType.MODAL_SUBMIT:
        allowed |= {CallbackType.MODAL}
    if "message" in interaction.event:
        allowed |= {CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE}
    if body.get("type") not in set(allowed):
        wrong = {"code": "BASE_TYPE_CHOICES", "message": f"Value must be one of {{{', '.join(map(str, sorted(allowed)))}}}."}
        raise Refusal(refused(400, 50035, "Invalid Form Body", {"type": {"_errors": [wrong]}}))
    return CallbackType(body["type"])
