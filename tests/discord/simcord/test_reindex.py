"""/reindex: who may, what they see, and that asking goes on meanwhile. The runs are real processes."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.interactions import base_payload

from bot.catalogue import Line
from retrieval import Archive
from tests.discord.simcord.conftest import REPOSITORY, NewArchive, NewWorld
from tests.discord.simcord.world import Said, World, said_in

Owners = Callable[..., None]
Scripted = Callable[[str], None]
PLAN = """
report = dict.fromkeys(('added', 'changed', 'gone', 'moved', 'unreadable'), [])
print(json.dumps({**report, 'same': 1, 'generation': 1, 'seconds': 0.1, 'dry_run': True}))
"""


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The run's process has the test's folders, as it has the bot's environment elsewhere."""
    monkeypatch.setenv("ARCHIVIST_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("ARCHIVIST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ARCHIVIST_MODEL", "all-MiniLM-L6-v2")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))  # also where the packages are not installed


@pytest.fixture
def bridges(child: None, new_archive: NewArchive) -> Archive:
    return new_archive({"bridge.md": "# The bridge\n\nThe old bridge of Aville has 14 arches.\n"})


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scripted:
    """A script stands in for the interpreter, and so for the whole run."""

    def set_to(script: str) -> None:
        place = tmp_path / "python"
        place.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{script}\n")
        place.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(place))

    return set_to


@pytest.fixture
def planning(scripted: Scripted) -> None:
    """Who may is asked before anything runs, so what runs here is short."""
    scripted(PLAN)


@pytest.fixture
def owned_by(monkeypatch: pytest.MonkeyPatch) -> Owners:
    """Sets who owns the application: SimCord says that the bot does."""

    def set_to(owner: simcord.MemberActor, *team: tuple[simcord.MemberActor, str, int]) -> None:
        usual = discord.http.HTTPClient.application_info

        async def changed(client: discord.http.HTTPClient) -> Any:
            said = await usual(client)
            members = [
                {"user": user_of(m), "membership_state": state, "role": role, "team_id": "1"} for m, role, state in team
            ]
            known = {"id": "1", "icon": None, "name": "team", "owner_user_id": str(owner.id), "members": members}
            return {**said, "owner": user_of(owner), "team": known if team else None}

        monkeypatch.setattr(discord.http.HTTPClient, "application_info", changed)

    return set_to


def user_of(member: simcord.MemberActor) -> dict[str, Any]:
    return {"id": str(member.id), "username": member.name, "discriminator": "0", "avatar": None}


async def reindexed(world: World, by: simcord.MemberActor, **options: Any) -> Said:
    await world.show_command_to("reindex", by)
    (said,) = await world.slash("reindex", by=by, **options)
    return said


async def refused(world: World, by: simcord.MemberActor) -> None:
    already = world.markdown_sent().count("Reindex")
    said = await reindexed(world, by)
    assert said.private and said.holds(Line.NOT_ALLOWED)
    assert not world.bot.reindexing.is_running and world.markdown_sent().count("Reindex") == already


# Who may


async def test_the_applications_owner_may(new_world: NewWorld, planning: None, owned_by: Owners) -> None:
    world = new_world()
    owned_by(world.alice)
    await world.start()
    assert (await reindexed(world, world.alice, dry_run=True)).holds(Line.REINDEX_PLAN)
    await refused(world, world.bob)


async def test_a_user_named_in_the_settings_may(new_world: NewWorld, planning: None) -> None:
    world = new_world()
    await world.start(admin_user_ids=str(world.alice.id))
    assert (await reindexed(world, world.alice, dry_run=True)).holds(Line.REINDEX_PLAN)
    await refused(world, world.bob)


async def test_a_role_named_in_the_settings_may_in_the_home_server_alone(new_world: NewWorld, planning: None) -> None:
    world = new_world()
    keepers = world.guild.create_role("keepers")
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[keepers])
    away = world.env.create_guild("Elsewhere")
    away.create_text_channel("lobby")
    foreign = away.create_role("keepers")
    stranger = away.add_member(world.env.create_user("stranger"), roles=[foreign])
    await world.start(home_guild_id=world.guild.id, admin_role_ids=f"{keepers.id}, {foreign.id}")
    assert (await reindexed(world, keeper, dry_run=True)).holds(Line.REINDEX_PLAN)
    await refused(world, world.bob)
    assert "reindex" not in stranger.available_commands(next(iter(away.channels.values())))


async def test_a_role_counts_for_nothing_without_a_home_server(new_world: NewWorld) -> None:
    world = new_world()
    keepers = world.guild.create_role("keepers")
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[keepers])
    await world.start(admin_role_ids=str(keepers.id))
    await refused(world, keeper)


async def test_a_member_of_the_team_may_but_not_one_who_only_reads_or_has_not_joined(
    new_world: NewWorld, planning: None, owned_by: Owners
) -> None:
    """As discord.py's own `is_owner` has it: administrators and developers of the team."""
    world = new_world()
    reader, invited = (world.guild.add_member(world.env.create_user(name)) for name in ("reader", "invited"))
    owned_by(
        world.alice,
        (world.alice, "admin", 2),
        (world.bob, "developer", 2),
        (reader, "read_only", 2),
        (invited, "admin", 1),
    )
    await world.start()
    assert (await reindexed(world, world.bob, dry_run=True)).holds(Line.REINDEX_PLAN)
    for nobody in (reader, invited):
        await refused(world, nobody)


async def test_a_plain_member_is_refused_privately(world: World) -> None:
    await refused(world, world.bob)
    assert world.said(viewer=world.alice) == []


async def test_the_administrator_and_the_owner_of_a_strangers_server_are_refused(new_world: NewWorld) -> None:
    """Everywhere registered, as no home is set; what somebody is in a server of their own counts for nothing."""
    world = new_world()
    lord = world.env.create_user("lord")
    castle = world.env.create_guild("Castle", owner=lord)
    castle.create_text_channel("hall")
    crown = castle.create_role("crown", permissions=discord.Permissions(administrator=True))
    knight = castle.add_member(world.env.create_user("knight"), roles=[crown])
    await world.start()
    for somebody in (knight, simcord.MemberActor(world.env, castle, lord)):
        (said,) = await world.slash("reindex", by=somebody)
        assert said.private and said.holds(Line.NOT_ALLOWED)
    assert not world.bot.reindexing.is_running


async def test_it_is_not_there_in_direct_messages(new_world: NewWorld) -> None:
    world = new_world()
    await world.start(admin_user_ids=str(world.alice.id))
    assert "reindex" not in world.alice.user.available_commands()
    with pytest.raises(simcord.SetupError, match="reason: context"):
        await world.slash("reindex", by=world.alice.user)


async def test_an_interaction_that_comes_from_a_direct_message_all_the_same_is_refused(world: World) -> None:
    backend, bob = world.env.backend, world.bob.user
    command = {c.name: c for c in await world.bot.tree.fetch_commands()}["reindex"]
    data = {"id": str(command.id), "name": "reindex", "type": 1}
    record, payload = base_payload(
        backend, type=2, channel_id=bob.dm_channel.id, guild_id=None, user_id=bob.id, data=data
    )
    backend.emit("INTERACTION_CREATE", payload)
    await world.env.settle()
    (said,) = said_in(simcord.InteractionResult(world.env, record))
    assert said.holds(Line.NOT_ALLOWED) and not world.bot.reindexing.is_running


@pytest.mark.parametrize("words", ["!reindex", "{} reindex", "{} !reindex", "{} /reindex full"])
async def test_chat_never_reindexes_not_even_for_the_owner(new_world: NewWorld, owned_by: Owners, words: str) -> None:
    world = new_world()
    owned_by(world.alice)
    await world.start(prefix="!", admin_user_ids=str(world.alice.id))
    await world.says(words.format(world.mention))
    assert not world.bot.reindexing.is_running and "Reindex" not in world.markdown_sent()


# What they see


async def test_a_changed_file_is_indexed_while_asking_goes_on(
    new_world: NewWorld, bridges: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run with the model: begun by alice, joined by bob, while somebody asks and the loop never stands still."""
    started = spied(monkeypatch)
    world = new_world(bridges)
    await world.start(admin_user_ids=f"{world.alice.id} {world.bob.id}")
    await world.show_command_to("reindex", world.alice, world.bob)
    (tmp_path / "archive" / "bridge.md").write_text("# The bridge\n\nThe old bridge of Aville has 41 arches.\n")
    (tmp_path / "archive" / "broken.md").write_bytes(b"---\nstatus: fine\n---\nText.\n")
    (tmp_path / "archive" / "tower.md").write_text("# The tower\n\nThe tower of Bville is 90 metres high.\n")
    question = "How many arches does the old bridge have?"
    on_the_loop = calls_on_this_thread(bridges, monkeypatch)

    await world.without_waiting(world.slash("reindex", by=world.alice))
    await world.without_waiting(world.slash("reindex", by=world.bob))
    assert world.bot.reindexing.is_running
    (meanwhile,) = await world.slash("ask", question=question)

    assert meanwhile.page.quotes[0].text == "The old bridge of Aville has 14 arches.", "the old index serves meanwhile"
    edits = [r.path.split("/")[3] for r in world.sent("PATCH", "@original")]
    begun, joined, asked = (r.path.split("/")[3] for r in world.sent("POST", "/callback"))
    assert edits.index(asked) < max(i for i, token in enumerate(edits) if token in (begun, joined)), "no waiting for it"
    assert {"ask", "slices"} <= on_the_loop.keys(), "the archive was asked"
    assert not any(on_the_loop.values()), "and never on the loop's own thread, which was free all the time"

    assert len(started) == 1, "the second asker joined the first"
    assert Line.REINDEX_STARTED.value in world.markdown_sent()
    assert Line.REINDEX_RUNNING.value in world.markdown_sent()
    for viewer in (world.alice, world.bob):
        (report,) = [said for said in world.said(viewer) if said.private]
        assert report.holds(Line.REINDEX_DONE)
        assert "+ 2 added, ~ 1 changed, − 0 gone" in report.text and "1 unreadable; generation 2" in report.text
        assert "unreadable: broken.md · the front matter: status is “fine”" in report.text

    (after,) = await world.slash("ask", question=question)
    assert after.page.quotes[0].text == "The old bridge of Aville has 41 arches."


def calls_on_this_thread(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each method of the archive is called on the thread that calls this, by its name, from now on."""
    here, calls = threading.get_ident(), {}

    def noted(name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            calls[name] = calls.get(name, 0) + (threading.get_ident() == here)
            return usual(*arguments, **named)

        return call

    for name, method in inspect.getmembers(archive, inspect.ismethod):
        monkeypatch.setattr(archive, name, noted(name, method))
    return calls


def spied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The processes that are started, which are the real ones."""
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    usual = asyncio.create_subprocess_exec

    async def start(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        calls.append((arguments, options))
        return await usual(*arguments, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    return calls


async def test_a_dry_run_says_what_would_change_and_changes_nothing(
    new_world: NewWorld, bridges: Archive, tmp_path: Path
) -> None:
    world = new_world(bridges)
    await world.start(admin_user_ids=str(world.alice.id))
    (tmp_path / "archive" / "bridge.md").unlink()
    (tmp_path / "archive" / "tower.md").write_text("The tower of Bville is 90 metres high.\n")
    said = await reindexed(world, world.alice, dry_run=True)
    assert said.private and said.holds(Line.REINDEX_PLAN)
    assert "+ 1 added, ~ 0 changed, − 1 gone" in said.text
    (still,) = await world.slash("ask", question="How many arches does the old bridge have?")
    assert still.page.quotes[0].text == "The old bridge of Aville has 14 arches."


async def test_a_run_that_fails_says_why_and_the_old_index_still_answers(
    new_world: NewWorld, bridges: Archive, tmp_path: Path
) -> None:
    world = new_world(bridges)
    await world.start(admin_user_ids=str(world.alice.id))
    (tmp_path / "archive" / "bridge.md").unlink()
    (tmp_path / "archive").rmdir()
    said = await reindexed(world, world.alice)
    assert said.private and said.holds(Line.REINDEX_FAILED)
    assert "archive" in said.text and "Traceback" not in said.text
    (still,) = await world.slash("ask", question="How many arches does the old bridge have?")
    assert still.page.quotes[0].text == "The old bridge of Aville has 14 arches."
    assert not world.bot.reindexing.is_running, "another can be started"


async def test_the_token_does_not_reach_the_process(
    new_world: NewWorld, bridges: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHIVIST_DISCORD_TOKEN", "must-not-travel")
    started = spied(monkeypatch)
    world = new_world(bridges)
    await world.start(admin_user_ids=str(world.alice.id))
    await reindexed(world, world.alice, dry_run=True)
    ((arguments, options),) = started
    assert "must-not-travel" not in repr((arguments, options))
    assert "ARCHIVIST_ARCHIVE" in options["env"]


# Processes that misbehave


@pytest.mark.parametrize(
    "script",
    [
        "print('not what was asked for')",
        "sys.exit(70)",
        "os.kill(os.getpid(), 9)",
        "print('x' * 200_000, file=sys.stderr); sys.exit(1)",
        "os.write(2, b'\\xff\\xfe archivist: \\x1b[31m'); sys.exit(2)",
        "print('[]', file=sys.stderr); print('null', file=sys.stderr); sys.exit(2)",
    ],
)
async def test_a_process_that_goes_wrong_is_a_failed_run_and_nothing_worse(
    new_world: NewWorld, scripted: Scripted, script: str
) -> None:
    scripted(script)
    world = new_world()
    await world.start(admin_user_ids=str(world.alice.id))
    said = await reindexed(world, world.alice)
    assert said.private and said.holds(Line.REINDEX_FAILED)
    assert not world.bot.reindexing.is_running


async def test_a_process_that_cannot_be_started_is_a_failed_run(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    world = new_world()
    await world.start(admin_user_ids=str(world.alice.id))
    assert (await reindexed(world, world.alice)).holds(Line.REINDEX_FAILED)


HALFWAY = """
for n in range(1, 101):
    line = {'files': n, 'of_files': 100, 'passages': 8 * n, 'seconds': n / 10, 'share': n / 100, 'pace': 40.0}
    print(json.dumps(line), file=sys.stderr, flush=True)
    time.sleep(0.002)
    while n == 50 and not os.path.exists(r'{go_on}'):
        time.sleep(0.01)
report = dict.fromkeys(('added', 'changed', 'gone', 'moved', 'unreadable'), [])
print(json.dumps({**report, 'same': 100, 'generation': 7, 'seconds': 3.0, 'dry_run': False}))
"""


async def test_whoever_joins_sees_how_far_it_is_and_then_the_same_report(
    new_world: NewWorld, scripted: Scripted, tmp_path: Path
) -> None:
    go_on = tmp_path / "go on"
    scripted(HALFWAY.replace("{go_on}", str(go_on)))
    world = new_world()
    await world.start(admin_user_ids=f"{world.alice.id} {world.bob.id}")
    await world.show_command_to("reindex", world.alice, world.bob)
    await world.without_waiting(world.slash("reindex", by=world.alice))
    await world.until(lambda: getattr(world.bot.reindexing.state, "files", 0) == 50)
    await world.without_waiting(world.slash("reindex", by=world.bob))
    joined = world.said(viewer=world.bob)[-1]
    assert joined.holds(Line.REINDEX_RUNNING)
    assert "██████████░░░░░░░░░░ 50 files read, 400 passages indexed, 40/s, 5 s left" in joined.text
    go_on.touch()
    await world.env.settle()
    for viewer in (world.alice, world.bob):
        (report,) = world.said(viewer=viewer)
        assert report.holds(Line.REINDEX_DONE) and "100 the same" in report.text
    assert len(world.sent("PATCH", "@original")) <= 6, "a hundred batches are not a hundred edits: Discord allows few"


async def test_a_run_that_outlives_its_interaction_ends_in_an_ordinary_message(
    new_world: NewWorld, scripted: Scripted, tmp_path: Path
) -> None:
    """After 15 minutes Discord takes no edit any more, as here from the middle on. No file is named to the channel."""
    go_on = tmp_path / "go on"
    scripted(HALFWAY.replace("{go_on}", str(go_on)))
    world = new_world()
    await world.start(admin_user_ids=str(world.alice.id))
    await world.show_command_to("reindex", world.alice)
    await world.without_waiting(world.slash("reindex"))
    await world.until(lambda: getattr(world.bot.reindexing.state, "files", 0) == 50)
    world.env.inject_error("*", "/webhooks/*", status=404, code=10015, times=None)
    go_on.touch()
    await world.env.settle()
    (said,) = [said for said in world.said(viewer=world.bob) if not said.private]
    assert said.holds(Line.REINDEX_DONE) and len(said.page.rows) == 1


async def test_stopping_the_bot_stops_the_run(new_world: NewWorld, scripted: Scripted, tmp_path: Path) -> None:
    started = tmp_path / "started"
    scripted(f"open({str(started)!r}, 'w').close(); time.sleep(60)")
    world = new_world()
    await world.start(admin_user_ids=str(world.alice.id))
    await world.show_command_to("reindex", world.alice)
    await world.without_waiting(world.slash("reindex"))
    await world.until(started.exists)
    async with asyncio.timeout(10):
        await world.bot.reindexing.close()
    assert not world.bot.reindexing.is_running
    await world.env.settle()
    (said,) = world.said(viewer=world.alice)
    assert said.holds(Line.REINDEX_FAILED)
