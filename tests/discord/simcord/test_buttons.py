"""Buttons under replies: receipts, and sharing what was private. They work after a restart."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import Line
from tests.discord.openapi import walk
from tests.discord.simcord.conftest import REPOSITORY, NewArchive, NewWorld
from tests.discord.simcord.world import Said, World, said_in

ASKED = "Which ship was sunk?"


def buttons(said: Said) -> list[str]:
    """Their ids, in order."""
    return [part["custom_id"] for part in walk([c.to_dict() for c in said.message.components]) if part["type"] == 2]


async def pressed(world: World, said: Said, custom_id: str, by: Any = None) -> list[Said]:
    return said_in(await (by or world.alice).click(said.message, custom_id=custom_id))


async def test_every_excerpt_has_a_button_for_its_receipt(world: World) -> None:
    [answer] = await world.slash("ask", question=ASKED)
    codes = [row.text.removeprefix("code ") for row in answer.page.rows if row.text.startswith("code ")]
    assert codes and buttons(answer) == [f"receipt:{code}" for code in codes]


async def test_a_receipt_comes_in_private_with_a_file_that_the_script_confirms(world: World, seed, tmp_path) -> None:
    [answer] = await world.slash("ask", question=ASKED)
    [receipt] = await pressed(world, answer, buttons(answer)[0], by=world.bob)
    assert receipt.private and receipt.holds(Line.RECEIPT_HOLDS)
    [file] = await receipt.files()
    place = tmp_path / "receipt.json"
    place.write_text(file)
    [words] = [piece["words"] for piece in json.loads(file)["pieces"]]
    assert words in answer.text and words in receipt.text
    script = [sys.executable, "-I", str(REPOSITORY / "deploy" / "check-receipt"), str(place), str(seed)]
    done = await asyncio.create_subprocess_exec(*script)
    assert await done.wait() == 0


async def test_buttons_work_after_a_restart(world: World) -> None:
    [answer] = await world.slash("ask", question=ASKED)
    await world.env.restart_bot(world.new_bot())
    [receipt] = await pressed(world, answer, buttons(answer)[0])
    assert receipt.holds(Line.RECEIPT_HOLDS)


async def test_a_private_answer_can_be_shared_and_an_open_one_need_not_be(world: World) -> None:
    [open_answer] = await world.slash("ask", question=ASKED)
    assert "share" not in buttons(open_answer)
    [answer] = await world.slash("ask", question=ASKED, private=True)
    assert buttons(answer)[-1] == "share"
    await world.env.restart_bot(world.new_bot())
    [shared] = await pressed(world, answer, "share")
    assert not shared.private and "share" not in buttons(shared)
    assert [quote.text for quote in shared.page.quotes] == [quote.text for quote in answer.page.quotes]


async def test_silence_and_refusals_have_nothing_to_press(world: World) -> None:
    for answer in (
        *await world.slash("ask", question="What is the capital of Australia?", private=True),
        *await world.slash("show", code="K7Q2M9XA4B"),
    ):
        assert buttons(answer) == []


async def test_the_receipt_of_words_that_changed_says_so(
    new_world: NewWorld, new_archive: NewArchive, tmp_path: Path
) -> None:
    archive = new_archive({"ferry.txt": "The ferry left the harbour at noon. Nobody waved."})
    world = await new_world(archive).start()
    [found] = await world.slash("search", words="ferry")
    (tmp_path / "archive" / "ferry.txt").write_text("The ferry left the harbour at dusk. Nobody waved.")
    archive.reindex()
    [old] = await pressed(world, found, buttons(found)[0])
    assert old.holds(Line.SUPERSEDED) and old.holds(Line.OLD_WORDS) and old.holds(Line.NEW_WORDS)
    assert [quote.text.split(". ")[0][-4:] for quote in old.page.quotes] == ["noon", "dusk"]


async def test_a_press_that_fails_is_told_in_one_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    [answer] = await world.slash("ask", question=ASKED)

    def broken(*_: Any) -> None:
        raise RuntimeError("of no interest to whoever asked")

    monkeypatch.setattr("bot.desk.Desk.serve", broken)
    [told] = await pressed(world, answer, buttons(answer)[0])
    assert told.private and told.holds(Line.FAILED)
