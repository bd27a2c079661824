"""When something goes wrong: one plain sentence for whoever asked, the details in the log, and never a wrong quote."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.catalogue import Line
from bot.client import ArchivistBot
from bot.desk import Desk
from bot.gate import Gate
from bot.library import Library
from bot.log import RedactingFormatter
from bot.rendering.discord_text import Page
from bot.rendering.reply import Reply
from bot.requests import Ask
from bot.settings import BotSettings
from retrieval import Archive
from retrieval.encoding import Encoder
from tests.discord.simcord.conftest import NewArchive, NewWorld
from tests.discord.simcord.test_answers import LIBERATED, SETTLEMENTS
from tests.discord.simcord.world import TOKEN, Said, World

BRIDGE = "The old bridge of Aville has 14 arches."
ARCHES = "How many arches does the old bridge have?"


@pytest.fixture
def bridges(new_archive: NewArchive) -> Archive:
    return new_archive({"bridge.md": f"# The bridge\n\n{BRIDGE}\n"})


def fails(*_: Any, **__: Any) -> Any:
    raise RuntimeError("secret detail")


def id_in(said: Said) -> str:
    assert said.holds(Line.FAILED) and len(said.page.rows) == 1 and not said.page.quotes
    return said.text.split("number is ")[1].split(";")[0]


# Errors that nobody expects


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("ask", {"question": SETTLEMENTS}),
        ("ask", {"question": SETTLEMENTS, "private": True}),
        ("search", {"words": "Moskva"}),
        ("show", {"code": "0000000000"}),
    ],
)
async def test_an_error_is_one_private_sentence_with_an_id_and_its_details_are_in_the_log(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    verb: str,
    options: dict[str, Any],
) -> None:
    monkeypatch.setattr(world.archive, verb, fails)
    (said,) = await world.slash(verb, **options)
    assert said.private
    record = next(record for record in caplog.records if id_in(said) in record.getMessage())
    assert record.levelno == logging.ERROR and record.exc_info is not None
    assert "secret detail" in caplog.text
    assert "secret detail" not in world.markdown_sent() and "RuntimeError" not in world.markdown_sent()
    assert world.said(viewer=world.bob) == [], "the channel shows nothing of it"


async def test_an_error_in_chat_is_one_sentence_with_an_id_too(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(world.archive, "ask", fails)
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert id_in(said) in caplog.text and "secret detail" not in world.markdown_sent()


async def test_after_an_error_the_next_question_is_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(world.archive, "ask", fails)
        await world.slash("ask", question=SETTLEMENTS)
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert LIBERATED in said.text


async def test_an_error_while_a_reply_is_checked_sends_no_quote(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.archive, "slices", fails)
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert said.private and id_in(said)
    assert LIBERATED not in world.markdown_sent() and "secret detail" not in world.markdown_sent()
    assert [str(getattr(error, "original", error)) for error in world.take_errors()] == ["secret detail"]
    assert world.said(viewer=world.bob) == []


# Words that changed


def tampered(folder: Path) -> None:
    """One digit of the stored text becomes another, as no reindex would do it."""
    (tables,) = (folder / "data").rglob("archive.sqlite")
    with contextlib.closing(sqlite3.connect(tables)) as connection, connection:
        ((text,),) = connection.execute("SELECT text FROM documents").fetchall()
        connection.execute("UPDATE documents SET text = ?", (text.replace(b"14", b"41"),))


Overtake = Callable[[Archive, str, Callable[[Path], None]], None]


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Overtake:
    """The archive answers as it does, once, and something happens to it before the reply goes out."""

    def set_to(archive: Archive, verb: str, act: Callable[[Path], None]) -> None:
        usual = getattr(archive, verb)

        def answered(*arguments: Any, **named: Any) -> Any:
            answer = usual(*arguments, **named)
            monkeypatch.setattr(archive, verb, usual)
            act(tmp_path)
            archive.close()  # what is read from now on is read anew
            return answer

        monkeypatch.setattr(archive, verb, answered)

    return set_to


@pytest.mark.parametrize("verb", ["ask", "search"])
async def test_words_that_the_store_no_longer_holds_are_held_back(
    new_world: NewWorld, bridges: Archive, overtaken: Overtake, caplog: pytest.LogCaptureFixture, verb: str
) -> None:
    overtaken(bridges, verb, tampered)
    world = await new_world(bridges).start()
    (said,) = await world.slash(verb, **{"ask": {"question": ARCHES}, "search": {"words": "bridge"}}[verb])
    assert said.holds(Line.ARCHIVE_CHANGED) and not said.page.quotes
    assert "arches" not in world.markdown_sent()
    assert "held back" in caplog.text and "arches" not in caplog.text


async def test_an_answer_that_a_reindex_overtakes_is_held_back(
    new_world: NewWorld, bridges: Archive, overtaken: Overtake
) -> None:
    def reindexed(folder: Path) -> None:
        (folder / "archive" / "bridge.md").write_text("# The bridge\n\nA very old bridge of Aville has 99 arches.\n")
        bridges.reindex()

    overtaken(bridges, "ask", reindexed)
    world = await new_world(bridges).start()
    (said,) = await world.slash("ask", question=ARCHES)
    assert said.holds(Line.ARCHIVE_CHANGED) and not said.page.quotes
    (said,) = await world.slash("ask", question=ARCHES)
    assert "99 arches" in said.text


async def test_a_store_that_was_changed_before_the_question_is_not_quoted(
    new_world: NewWorld, bridges: Archive, tmp_path: Path
) -> None:
    tampered(tmp_path)
    world = await new_world(bridges).start()
    for verb, options in (("ask", {"question": ARCHES}), ("search", {"words": "bridge"})):
        (said,) = await world.slash(verb, **options)
        assert said.private and said.holds(Line.OUT_OF_SERVICE)
    assert "arches" not in world.markdown_sent()


async def test_a_damaged_index_is_said_and_is_no_silence(
    new_world: NewWorld, bridges: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tables,) = (tmp_path / "data").rglob("archive.sqlite")
    tables.write_bytes(b"not a database")
    bridges.close()
    world = await new_world(bridges).start()
    (said,) = await world.slash("ask", question=ARCHES)
    assert said.private and said.holds(Line.OUT_OF_SERVICE) and len(said.page.rows) == 1
    assert "generation 000001 is damaged: archive.sqlite" in caplog.text and str(tmp_path) not in world.markdown_sent()


# Too much at once, too slow


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, seed_archive: Archive) -> Iterator[threading.Event]:
    """Every question waits in its thread until the event is set."""
    release = threading.Event()
    usual = seed_archive.ask

    def waiting(*arguments: Any, **named: Any) -> Any:
        assert release.wait(30)
        return usual(*arguments, **named)

    monkeypatch.setattr(seed_archive, "ask", waiting)
    yield release
    release.set()


async def test_more_questions_than_may_wait_are_told_so_at_once(new_world: NewWorld, held: threading.Event) -> None:
    world = await new_world().start(workers=1, queue=1)
    await world.without_waiting(world.slash("ask", question=SETTLEMENTS))
    await world.without_waiting(world.slash("ask", question=SETTLEMENTS))
    await world.without_waiting(world.slash("ask", question=SETTLEMENTS, by=world.bob))
    await world.until(lambda: any(said.private for said in world.said(viewer=world.bob)))
    (busy,) = [said for said in world.said(viewer=world.bob) if said.private]
    assert busy.holds(Line.BUSY) and not any(said.private for said in world.said(viewer=world.alice))
    held.set()
    await world.env.settle()
    answers = world.said(viewer=world.alice)
    assert len(answers) == 2 and all(LIBERATED in said.text for said in answers)
    (after,) = await world.slash("ask", question=SETTLEMENTS)
    assert LIBERATED in after.text


class Heard:
    """An outlet that keeps what comes out of the gate."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        assert pages
        self.replies.append(reply)


async def test_after_the_deadline_it_gives_up_and_says_so(
    seed_archive: Archive, held: threading.Event, tmp_path: Path
) -> None:
    """Without SimCord, whose clock stands still while a thread works."""
    settings = BotSettings(_env_file=None, data=tmp_path, deadline=1.0, workers=1, queue=0)
    library, heard = Library(settings, seed_archive), Heard()
    desk = Desk(library, Gate(library), settings.question_length)
    await desk.serve(Ask(SETTLEMENTS), heard)
    assert not held.is_set(), "the thread is still held, so that nothing but the deadline can have ended it"
    await desk.serve(Ask(SETTLEMENTS), heard)
    slow, busy = (reply.blocks[0].parts[0] for reply in heard.replies)
    assert slow.line is Line.TOO_SLOW and slow.values["seconds"].text == "1" and heard.replies[0].private
    assert busy.line is Line.BUSY, "its thread is still at work, and its place still taken"
    held.set()
    async with asyncio.timeout(30):
        while not list(heard.replies[-1].cuts()):
            await asyncio.sleep(0.01)
            await desk.serve(Ask(SETTLEMENTS), heard)
    assert any(LIBERATED in cut.text for cut in heard.replies[-1].cuts())
    await library.close()


# While the model loads


@pytest.fixture
def cold_archive(seed_archive: Archive, model: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """On the seed's index, with the model still to be loaded; the first question loads it."""
    assert seed_archive.is_warm
    monkeypatch.setattr("retrieval.models.load_encoder", lambda *_, **__: model)
    monkeypatch.setattr(ArchivistBot, "_warm", lambda _: asyncio.sleep(0))
    archive = Archive(seed_archive.settings)
    yield archive
    archive.close()


@pytest.mark.parametrize("private", [False, True])
async def test_while_the_model_loads_it_says_so_and_answers_in_the_same_message(
    new_world: NewWorld, cold_archive: Archive, private: bool
) -> None:
    world = await new_world(cold_archive).start()
    (said,) = await world.slash("ask", question=SETTLEMENTS, private=private)
    assert LIBERATED in said.text and not said.holds(Line.LOADING) and said.private == private
    first, second = world.sent("PATCH", "@original")
    assert Line.LOADING.value in str(first.json) and LIBERATED[:20] in str(second.json)
    await world.slash("ask", question=SETTLEMENTS)
    assert len(world.sent("PATCH", "@original")) == 3, "said once"


async def test_while_the_model_loads_chat_says_so_and_answers_in_the_same_message(
    new_world: NewWorld, cold_archive: Archive
) -> None:
    world = await new_world(cold_archive).start()
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert LIBERATED in said.text and not said.holds(Line.LOADING)
    (sent,) = world.sent("POST", "/messages")
    assert Line.LOADING.value in str(sent.json)


async def test_a_refusal_while_the_model_loads_is_still_private(new_world: NewWorld, cold_archive: Archive) -> None:
    world = await new_world(cold_archive).start()
    (said,) = await world.slash("ask", question=SETTLEMENTS, after="soon")
    assert said.private and "“soon” is not a date" in said.text
    assert world.said(viewer=world.bob) == []


async def test_a_lookup_needs_no_model_and_waits_for_none(new_world: NewWorld, cold_archive: Archive) -> None:
    world = await new_world(cold_archive).start()
    (said,) = await world.slash("search", words="Moskva")
    assert "Moskva" in said.text and Line.LOADING.value not in world.markdown_sent()


async def test_a_model_that_is_not_there_is_said_and_is_no_silence(
    new_world: NewWorld, seed: Path, bridges: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = BotSettings(_env_file=None, archive=seed.parent, data=tmp_path / "data", model=str(tmp_path / "none"))
    world = await new_world(Archive(settings)).start()
    assert any(record.levelno == logging.ERROR for record in caplog.records), "at the start already"
    answers = await world.slash("ask", question=ARCHES)
    assert answers[-1].private and not answers[-1].page.quotes
    assert not answers[-1].holds(Line.NOTHING_RELEVANT) and not answers[-1].holds(Line.FAILED)


# Discord says no


async def test_where_it_may_not_write_it_stays_silent_in_chat_and_commands_work(
    new_world: NewWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world = new_world()
    mine = world.guild.roles["TestBot"]
    mute = discord.PermissionOverwrite(send_messages=False)
    world.channel = world.guild.create_text_channel("closed", overwrites={mine: mute})
    await world.start()
    assert await world.says(f"{world.mention} {SETTLEMENTS}") == []
    assert f"may not write in channel {world.channel.id}" in caplog.text
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert LIBERATED in said.text


async def test_a_failure_of_discord_is_told_privately(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=500)
    said = await world.slash("ask", question=SETTLEMENTS)
    assert len(said) == 1 and said[0].private and id_in(said[0]) in caplog.text
    assert world.said(viewer=world.bob) == []
    assert [type(getattr(e, "original", e)) for e in world.take_errors()] == [discord.HTTPException]


async def test_when_discord_fails_all_the_time_the_log_says_so_and_the_bot_lives_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.env.inject_error("*", "/webhooks/*", status=500, times=None)
    await world.slash("ask", question=SETTLEMENTS)
    assert "could not tell of the failure in /ask" in caplog.text
    assert world.take_errors()
    world.env.backend.faults.clear()
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert LIBERATED in said.text


async def test_a_failed_followup_is_told_too(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is a followup, since a public deferral can't become private."""
    world.env.inject_error("POST", "/webhooks/*/*", status=500)
    said = await world.slash("show", code="0000000000")
    assert len(said) == 1 and said[0].private and id_in(said[0]) in caplog.text
    assert world.take_errors()


async def test_a_failed_message_in_chat_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=500)
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert id_in(said) in caplog.text


async def test_that_it_could_not_show_itself_typing_stops_no_answer(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/typing", status=500, times=None)
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert LIBERATED in said.text


async def test_an_interaction_that_discord_no_longer_knows_is_logged_and_no_more(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, times=None)
    assert await world.slash("ask", question=SETTLEMENTS) == []
    assert "could not tell of the failure in /ask" in caplog.text
    assert world.take_errors()


# The log


async def test_a_token_in_an_error_does_not_reach_the_log_file(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def tells(*_: Any, **__: Any) -> Any:
        raise RuntimeError(
            f"Authorization: Bot {TOKEN}; https://discord.com/api/webhooks/{'1' * 18}/{'t' * 60}/messages"
        )

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(RedactingFormatter(("another secret",)))
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(world.archive, "ask", tells)
    try:
        await world.slash("ask", question=SETTLEMENTS)
        logging.getLogger("elsewhere").warning("%s", "another secret")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "RuntimeError" in written.getvalue() and "Traceback" in written.getvalue()
    for secret in (TOKEN, "t" * 60, "another secret"):
        assert secret not in written.getvalue() and secret not in world.markdown_sent()
    caplog.clear()  # its raw records are what the formatter was given


async def test_the_settings_do_not_print_the_token(world: World) -> None:
    assert TOKEN not in repr(world.bot.settings) and TOKEN not in str(world.bot.settings)
