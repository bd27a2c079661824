"""The real bot against the loopback Discord: what SimCord replaces, with archive, model and process real."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.client import ArchivistBot
from bot.connection import stay_connected
from bot.library import Library
from bot.settings import BotSettings
from retrieval import Archive
from retrieval.encoding import Encoder
from tests.discord.loopback import Endpoint, LoopbackDiscord, Opcode, loopback, rate_limited, server_error, walk

ROOT = Path(__file__).parents[2]
QUESTION = "How many settlements were liberated around Kharkiv?"
ANSWER = "23 settlements in the Kharkiv area have been liberated, according to Ukrainian Brig. Gen. Oleksiy Hromov"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[tuple[BotSettings, Archive]]:
    settings = BotSettings(_env_file=None, archive=ROOT / "seeds", data=tmp_path_factory.mktemp("data"))
    archive = Archive(settings, encoder=encoder)
    archive.reindex()
    yield settings, archive
    archive.close()


@asynccontextmanager
async def bot_on(server: LoopbackDiscord, indexed: tuple[BotSettings, Archive]) -> AsyncIterator[ArchivistBot]:
    settings, archive = indexed
    bot = ArchivistBot(settings, Library(settings, archive))
    async with server.running(bot):
        yield bot


def shown(body: dict[str, object]) -> str:
    """All text of a message, without the backslashes that escape it."""
    return "\n".join(str(c["content"]) for c in walk(body["components"]) if "content" in c).replace("\\", "")


async def test_it_answers_over_a_real_socket(indexed: tuple[BotSettings, Archive]) -> None:
    async with loopback() as server, bot_on(server, indexed):
        await server.say(f"<@{server.bot_id}> {QUESTION}", author=server.world.alice)
        reply = await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE)
        assert ANSWER in shown(reply.json)
        assert reply.json["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_it_answers_from_a_process_beside_it(indexed: tuple[BotSettings, Archive]) -> None:
    settings, archive = indexed
    beside = settings.model_copy(update={"processes": 1})
    async with loopback() as server, bot_on(server, (beside, archive)) as bot:
        async with asyncio.timeout(PATIENCE):
            while not bot.library.processes:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.05)
        await server.say(f"<@{server.bot_id}> {QUESTION}", author=server.world.alice)
        reply = await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE)
        assert ANSWER in shown(reply.json)


async def test_a_rate_limit_and_a_server_error_delay_an_answer_and_lose_none(
    indexed: tuple[BotSettings, Archive],
) -> None:
    async with loopback() as server, bot_on(server, indexed):
        server.inject(Endpoint.CREATE_MESSAGE, rate_limited(0.2), server_error(502))
        await server.say(f"<@{server.bot_id}> {QUESTION}", author=server.world.alice)
        replies = [await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE) for _ in range(3)]
        assert [reply.status for reply in replies] == [429, 502, 200]
        assert ANSWER in shown(replies[-1].json)


async def test_a_question_missed_while_the_connection_was_lost_is_answered_after_it_is_resumed(
    indexed: tuple[BotSettings, Archive],
) -> None:
    async with loopback() as server, bot_on(server, indexed):
        server.gateway.drop()
        await server.say(f"<@{server.bot_id}> {QUESTION}", author=server.world.alice)
        await server.payload(Opcode.RESUME, within=PATIENCE)
        reply = await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE)
        assert ANSWER in shown(reply.json)


async def test_a_malformed_frame_does_not_end_the_bot(indexed: tuple[BotSettings, Archive]) -> None:
    settings, archive = indexed
    async with loopback() as server:
        bot = ArchivistBot(settings, Library(settings, archive))
        running = asyncio.create_task(stay_connected(bot, server.token))
        try:
            await server.payload(Opcode.IDENTIFY, within=PATIENCE)
            await server.gateway.send_raw("{this is not JSON")
            await server.payload(Opcode.IDENTIFY, within=PATIENCE)
            assert not running.done()
        finally:
            await bot.close()
            await asyncio.wait_for(running, PATIENCE)


@asynccontextmanager
async def process(
    server: LoopbackDiscord, indexed: tuple[BotSettings, Archive], **changed: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    settings, _ = indexed
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVIST_")}
    environment = clean | {
        "ARCHIVIST_ARCHIVE": str(settings.archive),
        "ARCHIVIST_DATA": str(settings.data),
        "ARCHIVIST_DISCORD_TOKEN": server.token,
        "PYTHONPATH": str(ROOT),
        **changed,
    }
    child = await asyncio.create_subprocess_exec(
        *server.child_command("bot", "run"), cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def test_the_process_answers_and_ends_cleanly_on_sigterm_without_logging_its_token(
    indexed: tuple[BotSettings, Archive],
) -> None:
    async with loopback() as server, process(server, indexed) as child:
        await server.payload(Opcode.IDENTIFY, within=PATIENCE)
        await asyncio.sleep(0)
        await server.say(f"<@{server.bot_id}> {QUESTION}", author=server.world.alice)
        reply = await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE)
        assert reply.status == 200
        child.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(child.communicate(), PATIENCE)
        said = errors.decode()
        assert child.returncode == 0, said
        assert server.token not in said
        assert "Kharkiv" not in said
        assert "Traceback" not in said, said


@pytest.fixture
def watching(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[BotSettings, Archive]]:
    """A bridge is indexed, the folder is watched, and the process that indexes has the same settings."""
    folder, data = tmp_path / "archive", tmp_path / "data"
    folder.mkdir()
    (folder / "bridge.md").write_text("# The bridge\n\nThe old bridge of Aville has 14 arches.\n")
    for name, value in {"ARCHIVIST_ARCHIVE": folder, "ARCHIVIST_DATA": data, "PYTHONPATH": ROOT}.items():
        monkeypatch.setenv(name, str(value))
    settings = BotSettings(_env_file=None, archive=folder, data=data, watch=True, watch_settle=0.3)
    archive = Archive(settings, encoder=encoder)
    archive.reindex()
    yield settings, archive
    archive.close()


async def test_it_answers_from_a_file_that_was_added_without_a_command(watching: tuple[BotSettings, Archive]) -> None:
    settings, archive = watching
    words, folder = "The tower of Bville is 90 metres high.", settings.archive / "towers"
    async with loopback() as server, bot_on(server, watching):
        await server.payload(Opcode.IDENTIFY, within=PATIENCE)
        folder.mkdir()
        (folder / "tower.md").write_text(f"# The tower\n\n{words}\n")
        await reached(lambda: archive.status().coverage.documents == 2)
        await server.say(f"<@{server.bot_id}> How high is the tower of Bville?", author=server.world.alice)
        assert words in shown((await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE)).json)
        folder.rename(settings.data / "away")
        await reached(lambda: archive.status().coverage.documents == 1)
        await server.say(f"<@{server.bot_id}> How high is the tower of Bville?", author=server.world.alice)
        assert words not in shown((await server.request(Endpoint.CREATE_MESSAGE, within=PATIENCE)).json)


async def reached(state: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not state():  # noqa: ASYNC110 - another process is watched, which sets no event for tests
            await asyncio.sleep(0.05)


async def test_a_process_that_watches_ends_cleanly_on_sigterm(watching: tuple[BotSettings, Archive]) -> None:
    async with loopback() as server, process(server, watching, ARCHIVIST_WATCH="true") as child:
        await server.payload(Opcode.IDENTIFY, within=PATIENCE)
        child.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(child.communicate(), PATIENCE)
        said = errors.decode()
        assert child.returncode == 0 and "watching the archive folder" in said, said
        assert "Traceback" not in said, said


async def test_a_wrong_token_is_one_line_and_status_2(indexed: tuple[BotSettings, Archive]) -> None:
    async with loopback() as server, process(server, indexed, ARCHIVIST_DISCORD_TOKEN="wrong") as child:
        _, errors = await asyncio.wait_for(child.communicate(), PATIENCE)
        assert child.returncode == 2
        assert errors.decode().strip().splitlines()[-1].startswith("archivist: Discord refused")
        assert "Traceback" not in errors.decode()


async def test_a_prefix_without_the_intent_is_one_line_and_status_2(indexed: tuple[BotSettings, Archive]) -> None:
    async with loopback() as server, process(server, indexed, ARCHIVIST_PREFIX="!") as child:
        _, errors = await asyncio.wait_for(child.communicate(), PATIENCE)
        assert child.returncode == 2, errors.decode()
        assert "message content intent" in errors.decode().strip().splitlines()[-1]
        assert "Traceback" not in errors.decode()
