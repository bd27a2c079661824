"""Chat: mentions, direct messages and the prefix. One answer to one message, and none where nobody asked."""

from __future__ import annotations

import discord
import pytest

from bot.catalogue import Line
from tests.discord.simcord.conftest import NewWorld
from tests.discord.simcord.test_answers import LIBERATED, SETTLEMENTS, codes_in, the_code
from tests.discord.simcord.world import Said, World

WITHOUT_CONTENT = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


async def test_a_mention_with_a_question_is_answered_as_a_reply(world: World) -> None:
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert said.page.quotes[0].of("bold") == [LIBERATED]
    assert not said.private
    asked = world.channel.history()[0]
    assert said.message.reference is not None and said.message.reference.message_id == asked.id
    assert said.message.mentions == [], "the reply pings nobody"


@pytest.mark.parametrize("before", [True, False])
async def test_a_mention_may_stand_before_or_behind_the_question(world: World, before: bool) -> None:
    words = f"{world.mention} {SETTLEMENTS}" if before else f"{SETTLEMENTS} {world.mention}"
    (said,) = await world.says(words)
    assert LIBERATED in said.text


async def test_the_older_form_of_a_mention_counts_too(world: World) -> None:
    (said,) = await world.says(f"{world.mention.replace('@', '@!')} {SETTLEMENTS}")
    assert LIBERATED in said.text


@pytest.mark.parametrize("verb", ["search Moskva", "SEARCH: Moskva", "search, Moskva"])
async def test_search_in_chat_looks_up(world: World, verb: str) -> None:
    (chat,) = await world.says(f"{world.mention} {verb}")
    (slash,) = await world.slash("search", words="Moskva")
    assert chat.markdown == slash.markdown


async def test_show_in_chat_shows_the_code(world: World) -> None:
    code = await the_code(world)
    (slash,) = await world.slash("show", code=code)
    for words in (f"show {code}", f"Show {code.lower()}", f"see [[{code}]] please", f"[[{code}]]"):
        (said,) = await world.says(f"{world.mention} {words}")
        assert said.markdown == slash.markdown


async def test_chat_turns_pages_and_shows_what_is_around_as_the_commands_do(world: World) -> None:
    code = await the_code(world)
    pairs = (
        (f"show {code} around:1", await world.slash("show", code=code, around=1)),
        (f"[[{code}]] around:1", await world.slash("show", code=code, around=1)),
        ("search Kharkiv page:2", await world.slash("search", words="Kharkiv", page=2)),
    )
    for words, expected in pairs:
        said = await world.says(f"{world.mention} {words}")
        assert [one.markdown for one in said] == [one.markdown for one in expected]


async def test_show_without_a_code_is_a_question(world: World) -> None:
    (said,) = await world.says(f"{world.mention} show me how many settlements were liberated around Kharkiv")
    assert said.page.quotes or said.holds(Line.NOTHING_RELEVANT)


async def test_an_unknown_code_in_chat_gets_one_sentence(world: World) -> None:
    (said,) = await world.says(f"{world.mention} [[0000000000]]")
    assert "0000000000" in said.text and not said.page.quotes and len(said.page.rows) == 1


@pytest.mark.parametrize("words", ["", " help", " HELP ", " search", " ask", "\n\n"])
async def test_a_bare_mention_gets_the_help(world: World, words: str) -> None:
    (said,) = await world.says(f"{world.mention}{words}")
    assert said.holds(Line.HELP)


async def test_a_direct_message_is_answered_without_a_mention(world: World) -> None:
    await world.alice.user.send_dm(SETTLEMENTS)
    answers = [Said(m) for m in world.alice.user.dm_channel.history() if m.author.id != world.alice.id]
    assert [said.page.quotes[0].of("bold") for said in answers] == [[LIBERATED]]
    assert world.said() == [], "nothing of it in the server"


async def test_commands_work_in_a_direct_message(world: World) -> None:
    (said,) = await world.slash("ask", by=world.alice.user, question=SETTLEMENTS)
    assert LIBERATED in said.text


async def test_without_a_prefix_set_an_exclamation_mark_is_just_talk(world: World) -> None:
    assert await world.says(f"!ask {SETTLEMENTS}") == []


async def test_without_a_prefix_the_bot_asks_for_no_privileged_intent(new_world: NewWorld) -> None:
    """And without that intent mentions, direct messages and codes work all the same."""
    world = new_world()
    world.env.approved_intents = WITHOUT_CONTENT
    await world.start()
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert LIBERATED in said.text
    await world.alice.user.send_dm("search Moskva")
    assert len(world.alice.user.dm_channel.history()) == 2


async def test_with_a_prefix_the_bot_needs_the_intent(new_world: NewWorld) -> None:
    world = new_world()
    world.env.approved_intents = WITHOUT_CONTENT
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await world.start(prefix="!")


@pytest.mark.parametrize("words", [f"!ask {SETTLEMENTS}", f"! ask {SETTLEMENTS}", f"!ASK: {SETTLEMENTS}"])
async def test_a_prefix_that_is_set_asks(new_world: NewWorld, words: str) -> None:
    world = await new_world().start(prefix="!")
    (said,) = await world.says(words)
    assert LIBERATED in said.text


async def test_the_prefix_has_the_other_verbs_too(new_world: NewWorld) -> None:
    world = await new_world().start(prefix="archivist,")
    (said,) = await world.says("archivist, search Moskva")
    assert "Moskva" in said.text
    (shown,) = await world.says(f"archivist,show {codes_in(said)[0]}")
    assert shown.page.quotes[0].text == said.page.quotes[0].text
    (helped,) = await world.says("archivist, help")
    assert helped.holds(Line.HELP)


async def test_prefix_and_mention_together_get_exactly_one_answer(new_world: NewWorld) -> None:
    world = await new_world().start(prefix="!")
    for words in (f"!ask {SETTLEMENTS} {world.mention}", f"{world.mention} !ask {SETTLEMENTS}"):
        (said,) = await world.says(words)
        assert LIBERATED in said.text


@pytest.mark.parametrize("words", ["!", "!!!", "!!! that is new", "!play some music", "wow!", "hello ! ask"])
async def test_with_a_prefix_what_is_no_command_stays_unanswered(new_world: NewWorld, words: str) -> None:
    """Other bots share the sign, and people shout."""
    world = await new_world().start(prefix="!")
    assert await world.says(words) == []


@pytest.mark.parametrize(
    "words", [SETTLEMENTS, "Archivist, what happened?", "[[0000000000]]", "search Moskva", "@everyone", "<@1> who?"]
)
async def test_uninvited_it_says_nothing(world: World, words: str) -> None:
    assert await world.says(words) == []
    assert world.sent("POST") == [], "not even that it is typing"


async def test_a_reply_to_its_message_without_a_mention_is_not_for_the_bot(world: World) -> None:
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    assert await world.says("Interesting!", reply_to=said.message) == []


async def test_a_reply_to_its_message_with_a_mention_is(world: World) -> None:
    (said,) = await world.says(f"{world.mention} {SETTLEMENTS}")
    (again,) = await world.says(f"{world.mention} search Moskva", reply_to=said.message)
    assert "Moskva" in again.text


async def test_other_bots_are_ignored(world: World) -> None:
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    assert await world.says(f"{world.mention} {SETTLEMENTS}", by=robot) == []


async def test_webhooks_are_ignored(world: World) -> None:
    webhook = world.guild.create_webhook(world.channel, "news")
    await webhook.send(f"{world.mention} {SETTLEMENTS}")
    assert world.said() == []


async def test_an_edited_message_is_not_asked_again(world: World) -> None:
    asked = await world.alice.send(world.channel, f"{world.mention} {SETTLEMENTS}")
    await world.alice.edit(asked, f"{world.mention} search Moskva")
    assert len(world.said()) == 1


async def test_a_long_question_in_chat_gets_one_sentence(world: World) -> None:
    (said,) = await world.says(f"{world.mention} " + "why? " * 300)
    assert said.holds(Line.QUESTION_TOO_LONG)


async def test_a_message_without_text_that_mentions_nobody_is_nothing(world: World) -> None:
    assert await world.says("", attachments=[("picture.png", b"\x89PNG")]) == []
