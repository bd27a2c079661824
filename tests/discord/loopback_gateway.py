"""Discord's gateway (v10) on a loopback websocket: sessions, sequence numbers, resuming, compression, close codes.

Source: Discord's documentation, "Gateway", "Gateway Events" and "Opcodes and Status Codes".
"""

from __future__ import annotations

import asyncio
import copy
import importlib
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

from aiohttp import WSMsgType, web

JSON = dict[str, Any]

TOKEN_REMOVED = "(token)"  # noqa: S105 - stands where a token stood in what is recorded


class Opcode(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(IntEnum):
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQ = 4007
    INVALID_SHARD = 4010
    INVALID_API_VERSION = 4012
    DISALLOWED_INTENTS = 4014


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
ENDS_SESSION = {1000, 1001}  # a client that closes with these cannot resume; with any other code it can


class Connection:
    """One websocket. What is sent over it is compressed as its URL asked for."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._transport = request.transport
        self.socket = socket
        self._compress = _compressor(request.query.get("compress"))
        self._in_turn = asyncio.Lock()
        self.session: Session | None = None

    async def send(self, *texts: str) -> None:
        """In this order, and nothing between them. A socket that is gone swallows them, as the network would."""
        async with self._in_turn:
            for text in texts:
                try:
                    if self._compress is None:
                        await self.socket.send_str(text)
                    else:
                        await self.socket.send_bytes(self._compress(text.encode()))
                except ConnectionError:
                    return

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _compressor(name: str | None) -> Callable[[bytes], bytes] | None:
    """One stream for the connection's whole life; each message ends in a flush, so that it can be read at once."""
    if name == "zlib-stream":
        zlib_stream = zlib.compressobj()
        return lambda message: zlib_stream.compress(message) + zlib_stream.flush(zlib.Z_SYNC_FLUSH)
    if name == "zstd-stream":
        # Optional, as in discord.py, which asks for it only where this module is installed beside it.
        zstandard = importlib.import_module("zstandard")
        zstd_stream = zstandard.ZstdCompressor().compressobj()
        return lambda message: zstd_stream.compress(message) + zstd_stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return None


@dataclass(eq=False)
class Session:
    """What IDENTIFY starts and RESUME takes up again: every event sent so far, with or without a socket to carry it."""

    bot_id: str
    intents: Intent
    shard: tuple[int, int]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    events: list[JSON] = field(default_factory=list)
    connection: Connection | None = None

    def add(self, event: str, content: JSON) -> JSON:
        # A copy: a record and a replay show what was said then, whatever has changed since.
        payload = {"t": event, "s": len(self.events) + 1, "op": int(Opcode.DISPATCH), "d": copy.deepcopy(content)}
        self.events.append(payload)
        return payload

    def shown(self, event: str, content: JSON) -> JSON | None:
        """What this session's shard and intents let through of an event; None for nothing."""
        guild_id = content.get("guild_id") or (content["id"] if event == "GUILD_CREATE" else None)
        if (int(guild_id) >> 22) % self.shard[1] != self.shard[0] if guild_id else self.shard[0] != 0:
            return None
        if event == "GUILD_CREATE" and Intent.GUILDS not in self.intents:
            return None
        if event.startswith("MESSAGE_"):
            if (Intent.GUILD_MESSAGES if guild_id else Intent.DIRECT_MESSAGES) not in self.intents:
                return None
            if "author" in content and not self._may_read(content):
                return content | {"content": "", "embeds": [], "attachments": [], "components": []}
        return content

    def _may_read(self, message: JSON) -> bool:
        return (
            Intent.MESSAGE_CONTENT in self.intents
            or "guild_id" not in message
            or message["author"]["id"] == self.bot_id
            or any(user["id"] == self.bot_id for user in message["mentions"])
        )


class Gateway:
    """Accepts websockets, keeps sessions, and misbehaves on request."""

    def __init__(
        self,
        token: str,
        ready: Callable[[], JSON],
        guilds: Callable[[], list[JSON]],
        received: Callable[[JSON], None],
        closed: Callable[[int], None],
    ) -> None:
        """`ready` gives READY's own fields and `guilds` each GUILD_CREATE.

        `received` is told every payload from the bot and `closed` every close code.
        """
        self.token = token
        self._ready = ready
        self._guilds = guilds
        self._received = received
        self._closed = closed
        self.resume_url = ""
        self.heartbeat_interval = 41.25  # seconds, as Discord sends it
        self.answers_heartbeats = True  # False: the connection looks dead to the client though the socket is open
        self.privileged_intents = Intent(0)  # those switched on in the developer portal; asking for others is a 4014
        self.unreachable = 0  # so many of the next handshakes are answered 503
        self.connections: list[str] = []  # path and query of every websocket opened
        self.sent: list[JSON] = []  # every payload sent, malformed ones aside
        self.sessions: dict[str, Session] = {}
        self._refusals: deque[int] = deque()
        self._open: set[Connection] = set()

    # -- what a test asks of it --

    async def dispatch(self, event: str, content: JSON) -> None:
        """Send an event to every session that may see it, or keep it for those that are away until they resume."""
        for session in list(self.sessions.values()):
            if (shown := session.shown(event, content)) is not None:
                await self._deliver(session, session.add(event, shown))

    async def send_raw(self, text: str) -> None:
        """Any text at all as one gateway message."""
        for connection in self._attached():
            await connection.send(text)

    def drop(self) -> None:
        """Cut every socket without a close frame, as a lost network does. Sessions stay resumable."""
        for connection in self._attached():
            self._detach(connection)
            connection.abort()

    async def close(self, code: int) -> None:
        """Close every socket with `code`. Sessions stay resumable."""
        for connection in self._attached():
            self._detach(connection)
            await connection.socket.close(code=code)

    def refuse(self, code: int) -> None:
        """Answer the next IDENTIFY or RESUME with this close code."""
        self._refusals.append(code)

    async def ask_to_reconnect(self) -> None:
        await self._tell(Opcode.RECONNECT, None)

    async def ask_for_heartbeat(self) -> None:
        await self._tell(Opcode.HEARTBEAT, None)

    async def invalidate_session(self, *, resumable: bool) -> None:
        told = self._attached()
        if not resumable:
            self.sessions.clear()
        for connection in told:
            await self._send(connection, _payload(Opcode.INVALID_SESSION, resumable))

    async def shut(self) -> None:
        """The end of the server: 1001 to whoever is still there."""
        for connection in list(self._open):
            await connection.socket.close(code=1001)

    # -- the protocol --

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.unreachable > 0:
            self.unreachable -= 1
            return web.Response(status=503, text="<h1>503 Service Unavailable</h1>", content_type="text/html")
        self.connections.append(request.path_qs)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(request, socket)
        self._open.add(connection)
        try:
            if request.query.get("v") != "10":
                await socket.close(code=CloseCode.INVALID_API_VERSION)
            every = int(self.heartbeat_interval * 1000)
            await self._send(connection, _payload(Opcode.HELLO, {"heartbeat_interval": every}))
            async for frame in socket:
                text = frame.data if frame.type is WSMsgType.TEXT else ""
                if (code := await self._receive(connection, text)) is not None:
                    await socket.close(code=code)
        finally:
            self._open.discard(connection)
            session = connection.session
            if session is not None and socket.close_code in ENDS_SESSION and session.connection is connection:
                self.sessions.pop(session.id, None)
            self._detach(connection)
            self._closed(socket.close_code or 1006)
        return socket

    async def _receive(self, connection: Connection, text: str) -> CloseCode | int | None:
        """Act on one payload. Returns the code to close with, where it asks for that."""
        try:
            payload = json.loads(text)
            op, content = payload["op"], payload["d"]
        except (ValueError, TypeError, KeyError):
            return CloseCode.DECODE_ERROR
        shown = content | {"token": TOKEN_REMOVED} if isinstance(content, dict) and "token" in content else content
        self._received(payload | {"d": shown})
        match op:
            case Opcode.HEARTBEAT:
                if self.answers_heartbeats:
                    await self._send(connection, _payload(Opcode.HEARTBEAT_ACK, None))
            case Opcode.IDENTIFY | Opcode.RESUME if connection.session is not None:
                return CloseCode.ALREADY_AUTHENTICATED
            case Opcode.IDENTIFY | Opcode.RESUME if self._refusals:
                return self._refusals.popleft()
            case Opcode.IDENTIFY | Opcode.RESUME if content.get("token") != self.token:
                return CloseCode.AUTHENTICATION_FAILED
            case Opcode.IDENTIFY:
                return await self._identify(connection, content)
            case Opcode.RESUME:
                return await self._resume(connection, content)
            case Opcode.PRESENCE_UPDATE:
                return CloseCode.NOT_AUTHENTICATED if connection.session is None else None
            case _:
                return CloseCode.UNKNOWN_OPCODE
        return None

    async def _identify(self, connection: Connection, content: JSON) -> CloseCode | None:
        intents = Intent(content["intents"])
        if intents & PRIVILEGED & ~self.privileged_intents:
            return CloseCode.DISALLOWED_INTENTS
        number, count = content.get("shard", (0, 1))
        if not 0 <= number < count:
            return CloseCode.INVALID_SHARD
        ready = self._ready()
        session = Session(ready["user"]["id"], intents, (number, count))
        self.sessions[session.id] = session
        session.connection, connection.session = connection, session
        guilds = [guild for guild in self._guilds() if session.shown("GUILD_CREATE", guild)]
        ready |= {"session_id": session.id, "resume_gateway_url": self.resume_url}
        ready |= {"guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds]}
        if "shard" in content:
            ready["shard"] = content["shard"]
        await self._deliver(session, session.add("READY", ready), *(session.add("GUILD_CREATE", g) for g in guilds))
        return None

    async def _resume(self, connection: Connection, content: JSON) -> CloseCode | None:
        session = self.sessions.get(content["session_id"])
        if session is None:
            await self._send(connection, _payload(Opcode.INVALID_SESSION, False))
            return None
        if content["seq"] is None or content["seq"] > len(session.events):
            return CloseCode.INVALID_SEQ
        missed = session.events[content["seq"] :]
        session.connection, connection.session = connection, session
        await self._deliver(session, *missed, session.add("RESUMED", {"_trace": []}))
        return None

    async def _deliver(self, session: Session, *payloads: JSON) -> None:
        if session.connection is not None:
            await self._send(session.connection, *payloads)

    async def _tell(self, op: Opcode, content: object) -> None:
        for connection in self._attached():
            await self._send(connection, _payload(op, content))

    async def _send(self, connection: Connection, *payloads: JSON) -> None:
        self.sent.extend(payloads)
        await connection.send(*(json.dumps(payload) for payload in payloads))

    def _attached(self) -> list[Connection]:
        return [session.connection for session in self.sessions.values() if session.connection is not None]

    @staticmethod
    def _detach(connection: Connection) -> None:
        """From now on the session's events are kept for RESUME, even before the socket is seen to be gone."""
        if connection.session is not None and connection.session.connection is connection:
            connection.session.connection = None


def _payload(op: Opcode, content: object) -> JSON:
    return {"t": None, "s": None, "op": int(op), "d": content}
