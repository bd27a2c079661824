"""/verify, the message menus, and checks in chat."""

from __future__ import annotations

import pytest

from bot.catalogue import Line
from tests.discord.simcord.test_buttons import buttons, pressed
from tests.discord.simcord.world import Said, World, said_in

SUNK = "losing the flagship of its Black Sea fleet, the Moskva"
LIBERATED = "23 settlements in the Kharkiv area have been liberated"
ALTERED = "losing the flagship of its Baltic Sea fleet, the Moskva"
ABSENT = "The harbour master painted every boat in the village green."


async def menu(world: World, name: str, words: str) -> list[Said]:
    """The entry of the menu of a message with these words that bob wrote."""
    await world.bob.send(world.channel, words)
    [message] = [one for one in world.channel.history() if one.content == words]
    return said_in(await world.alice.context_menu(world.channel, name, message))


def row_of(answer: Said, label: Line) -> str:
    [row] = [row.text for row in answer.page.rows if row.text.startswith(label.value)]
    return row


async def test_a_quote_that_stands_there_is_verbatim_with_its_passage(world: World) -> None:
    [answer] = await world.slash("verify", quote=SUNK)
    assert answer.holds(Line.EXACT) and not answer.private
    assert any(SUNK in quote.text for quote in answer.page.quotes)
    assert buttons(answer)[0].startswith("receipt:")


async def test_one_word_changed_is_altered_and_both_words_are_shown(world: World) -> None:
    [answer] = await world.slash("verify", quote=ALTERED)
    assert answer.holds(Line.ALTERED) and answer.holds(Line.DIFFERS)
    assert "“Baltic” is Black in the text" in answer.text


async def test_a_wrong_speaker_is_named(world: World) -> None:
    [right] = await world.slash("verify", quote=LIBERATED, said_by="Hromov")
    assert right.holds(Line.EXACT)
    [wrong] = await world.slash("verify", quote=LIBERATED, said_by="Napoleon")
    assert wrong.holds(Line.ELSEWHERE) and "Hromov" in row_of(wrong, Line.TEXT_SAYS)


async def test_what_is_not_there_is_absent_and_not_called_untrue(world: World) -> None:
    [answer] = await world.slash("verify", quote=ABSENT)
    assert answer.holds(Line.ABSENT) and answer.holds(Line.SEARCHED)
    assert not answer.page.quotes


async def test_too_little_to_check_says_why(world: World) -> None:
    [answer] = await world.slash("verify", quote="of")
    assert answer.holds(Line.CANNOT_CHECK) and answer.holds(Line.TOO_SHORT)


async def test_each_sentence_of_a_message_gets_its_verdict_in_private_and_in_order(world: World) -> None:
    [answer] = await menu(world, "Check quotes", f"He wrote “{SUNK}”. Then “{ALTERED}”! And “{ABSENT}”")
    assert answer.private and buttons(answer)[-1] == "share"
    lines = [line.text for line in answer.page.rows if line.text.startswith(Line.CLAIM.value)]
    assert [claim in line for claim, line in zip((SUNK, ALTERED, ABSENT), lines, strict=True)] == [True] * 3
    told = [answer.text.index(line.value) for line in (Line.EXACT, Line.ALTERED, Line.ABSENT)]
    assert told == sorted(told)


async def test_a_check_can_be_shared_after_a_restart_and_is_made_anew_for_it(world: World) -> None:
    [answer] = await menu(world, "Check quotes", f"“{SUNK}” and “*{ALTERED}*” and “{ABSENT}”")
    await world.env.restart_bot(world.new_bot())
    [shared] = await pressed(world, answer, "share")
    assert not shared.private
    assert [line.text for line in shared.page.rows] == [line.text for line in answer.page.rows]


async def test_find_in_archive_answers_with_the_messages_text_in_private(world: World) -> None:
    [answer] = await menu(world, "Find in archive", "Which ship was sunk?")
    assert answer.private and "Moskva" in answer.text and buttons(answer)[-1] == "share"


@pytest.mark.parametrize("name", ["Check quotes", "Find in archive"])
async def test_a_message_without_words_is_told_so(world: World, name: str) -> None:
    [answer] = await menu(world, name, "🚢")
    assert answer.private and not answer.page.quotes


async def test_chat_verifies_and_checks_as_the_commands_do(world: World) -> None:
    [verified] = await world.says(f"{world.mention} verify “{ALTERED}” said_by:Napoleon")
    assert verified.holds(Line.ALTERED)
    [checked] = await world.says(f"{world.mention} check: {SUNK.capitalize()}. {ABSENT}")
    assert checked.holds(Line.ABSENT)


async def test_hostile_words_in_a_quote_do_nothing(world: World) -> None:
    quote = "@everyone [free](https://evil.example) **Checked:** ||spoiler|| \u202e of the fleet, the Moskva <@1>"
    [answer] = await world.slash("verify", quote=quote, private=True)
    assert answer.page.kinds <= {"bold", "italic", "small"}
    [shared] = await pressed(world, answer, "share")
    assert [line.text for line in shared.page.rows] == [line.text for line in answer.page.rows]


async def test_the_speaker_who_was_claimed_is_shared_with_the_quote(world: World) -> None:
    [answer] = await world.slash("verify", quote=LIBERATED, said_by="*Napoleon*", private=True)
    assert answer.holds(Line.ELSEWHERE) and f"{Line.CLAIMED_SPEAKER.value} *Napoleon*" in answer.text
    [shared] = await pressed(world, answer, "share")
    assert [line.text for line in shared.page.rows] == [line.text for line in answer.page.rows]


async def test_half_a_quote_is_never_shared_as_the_whole(world: World, seed_text: str) -> None:
    verbatim = seed_text[seed_text.index("Multiple Russian") :][:1600].rsplit(" ", 1)[0]
    [answer] = await world.slash("verify", quote=f"{verbatim} and then they all went home", private=True)
    assert answer.holds(Line.ALTERED)
    shared = await pressed(world, answer, "share")
    assert not any(said.holds(Line.EXACT) or said.holds(Line.TYPOGRAPHY) for said in shared)
