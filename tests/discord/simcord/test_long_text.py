"""Long text never fails and never cuts inside a sentence: pages in order, files for sentences that fit no message."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

import pytest

from bot.catalogue import Line
from bot.gate import MOST_PAGES
from bot.rendering.discord_text import discord_pages
from bot.rendering.reply import Cut, Meta, Quote, Reply, Row, Say
from retrieval import Span
from tests.discord.openapi import FILES, TEXT, utf16_length
from tests.discord.simcord.conftest import NewArchive, NewWorld
from tests.discord.simcord.markdown import as_in_the_source, read
from tests.discord.simcord.world import Said, World

Heronry = Callable[[int], Awaitable[World]]
LONG = "The heron of Aville " + "walked_and **walked** and " * 180 + "slept."
assert len(LONG) > 4000


def quotes_of(said: list[Said]) -> list[str]:
    return [as_in_the_source(quote.text) for one in said for quote in one.page.quotes]


async def test_a_sentence_too_long_for_a_message_comes_as_a_file_with_exactly_its_characters(
    new_world: NewWorld, new_archive: NewArchive
) -> None:
    sentence = LONG.replace("slept", "slept \u202e\r\nand\ttwo  spaces, ⟦U+0041⟧")
    world = await new_world(new_archive({"heron.txt": f"Herons\n\n{sentence}\n"})).start()
    (said,) = await world.slash("search", words="heron")
    assert await said.files() == [sentence]
    assert f"{len(sentence)} characters" in said.text.replace(",", "")
    assert all(utf16_length(part) <= TEXT for part in [said.markdown])


async def test_what_stands_around_a_sentence_in_a_file_stays_in_order(
    new_world: NewWorld, new_archive: NewArchive
) -> None:
    """One passage: the long sentence has few words, each endless."""
    endless = f"The heron said {'a' * 2500}, {'b' * 2500} and then nothing more."
    text = f"Before it a wren sang. {endless} After it a crow came."
    world = await new_world(new_archive({"heron.txt": f"Birds\n\n{text}\n"})).start()
    (said,) = await world.slash("search", words="heron wren crow")
    before, note, after = said.page.text.split("\n")[:3] if len(said.page.quotes) == 1 else quotes_of([said])
    assert (before, after) == ("Before it a wren sang.", "After it a crow came.")
    assert "too long" in note
    assert [words.strip() for words in await said.files()] == [endless]


async def test_words_that_say_who_claims_it_may_be_endless_too(new_world: NewWorld, new_archive: NewArchive) -> None:
    claim = "according to the Mayor of Aville " + "and the Mayor of Bville " * 200
    text = f"Herons\n\nThe heron of Aville weighs 7 kg, {claim.strip()}.\n"
    world = await new_world(new_archive({"heron.txt": text})).start()
    said = await world.slash("ask", question="What does the heron of Aville weigh?")
    assert len(said) == 1 and said[0].holds(Line.SEARCHED)
    assert (await said[0].files())[0] == text.split("\n")[2]


async def test_the_answer_itself_may_come_as_a_file(new_world: NewWorld, new_archive: NewArchive) -> None:
    world = await new_world(new_archive({"heron.txt": f"Herons\n\n{LONG}\n"})).start()
    (said,) = await world.slash("ask", question="Where did the heron of Aville walk?", private=True)
    assert said.private and await said.files() == [LONG]


def passage(number: int, sentences: int) -> str:
    """Sentences of 600 characters, few words each."""
    return " ".join(f"The heron {number} {letter} saw {letter * 560} there." for letter in "abcdefghij"[:sentences])


@pytest.fixture
def heronry(new_world: NewWorld, new_archive: NewArchive) -> Heronry:
    """Five documents of one passage each, so that all of them are on one page of a lookup."""

    async def with_sentences(count: int) -> World:
        files = {f"{number}.txt": f"Herons {number}\n\n{passage(number, count)}\n" for number in range(5)}
        return await new_world(new_archive(files)).start()

    return with_sentences


def all_sentences(pages: list[str]) -> list[str]:
    return [f"{part}." for text in pages for part in text.removesuffix(".").split(". ")]


@pytest.mark.parametrize("way", ["slash", "chat"])
async def test_long_excerpts_come_in_pages_in_order_and_no_sentence_is_cut(heronry: Heronry, way: str) -> None:
    world = await heronry(5)
    expected = [excerpt.text for excerpt in world.archive.search("heron").excerpts]
    said = (
        await world.slash("search", words="heron")
        if way == "slash"
        else await world.says(f"{world.mention} search heron")
    )
    assert len(said) >= 5 * 5 * 600 / TEXT
    assert all(utf16_length(one.markdown) <= TEXT for one in said)
    assert all_sentences(quotes_of(said)) == all_sentences(expected)
    ids = [one.message.id for one in said]
    assert ids == sorted(ids), "as they stand in the channel"
    if way == "chat":
        assert said[0].message.reference is not None
        assert all(one.message.reference is None for one in said[1:]), "one reply, and pages below it"


async def test_nobody_floods_a_channel_and_what_is_left_out_is_said(heronry: Heronry) -> None:
    world = await heronry(10)
    expected = [excerpt.text for excerpt in world.archive.search("heron").excerpts]
    *pages, last = await world.slash("search", words="heron")
    assert len(pages) == MOST_PAGES - 1 and last.holds(Line.LEFT_OUT)
    shown = all_sentences(quotes_of(pages))
    assert shown == all_sentences(expected)[: len(shown)]


async def test_pages_of_a_private_answer_are_all_private(heronry: Heronry) -> None:
    world = await heronry(10)
    said = await world.slash("verify", quote=passage(3, 10).replace("there", "here"), private=True)
    assert len(said) > 1 and all(one.private for one in said)
    assert world.said(viewer=world.bob) == []


async def test_the_source_line_follows_the_last_page_of_its_quote(heronry: Heronry) -> None:
    said = await (await heronry(10)).slash("search", words='"heron 3"')
    lines = [row.text for one in said for row in one.page.rows if row.text]
    assert lines[0].startswith("— Herons 3 · undated") and len(said) > 1
    assert not any(row.text.startswith("— Herons 3") for row in said[0].page.rows)


# Pages, without a bot around them


def quote(*sentences: str, bold: set[int] = set(), gaps: set[int] = set()) -> Quote:  # noqa: B006 - never changed
    places = itertools.accumulate((len(s) for s in sentences), initial=0)
    cuts = [Cut("D", Span(start, start + len(s)), s) for start, s in zip(places, sentences, strict=False)]
    return Quote(tuple(cuts), frozenset(bold), frozenset(gaps))


def replies() -> dict[str, Reply]:
    note = Row((Meta("x" * 5000), Meta("y" * 5000), Meta("*" * 5000, "https://a.example/" + "b" * 400)))
    return {
        "many files": Reply(tuple(quote(f"{letter * 5000}.") for letter in "abcdefghijklmnopqrstuvwxyz")),
        "a long attribution": Reply((Row((Cut("D", Span(0, 9000), "w" * 9000),), Say(Line.IN_THE_TEXT)),)),
        "many attributions": Reply(
            (
                Row(
                    tuple(Cut("D", Span(n, n + 900), f"{n} " + "w" * (900 - len(f"{n} "))) for n in range(9)),
                    Say(Line.IN_THE_TEXT),
                ),
            )
        ),
        "escapes": Reply((quote(*(["*" * 1999 + " "] * 5), bold={1, 3}),)),
        "lines": Reply((quote("a\n" * 1990, "b\n" * 1990, "c."),)),
        "emoji": Reply((quote(*(["\U0001f469" * 1500 + ". "] * 4)),)),
        "just over": Reply((quote("a" * 3998), quote("b" * 3999))),
        "rows": Reply(tuple(itertools.repeat(note, 60))),
        "gaps": Reply((quote("a" * 3000 + ". ", "b" * 3000 + ". ", "c" * 5000 + ".", gaps={1, 2}),)),
    }


@pytest.mark.parametrize("name", list(replies()))
def test_every_page_is_within_discords_limits(name: str) -> None:
    for page in discord_pages(replies()[name]):
        assert page.markdown, "a message needs some text"
        assert utf16_length(page.markdown) <= TEXT
        assert len(page.files) <= FILES
        assert len({attached.name for attached in page.files}) == len(page.files), "no file takes another's name"


@pytest.mark.parametrize("name", ["many files", "escapes", "lines", "emoji", "just over", "gaps"])
def test_nothing_is_lost_between_pages(name: str) -> None:
    reply = replies()[name]
    pages = discord_pages(reply)
    filed = [attached.text for page in pages for attached in page.files]
    shown = squeezed("".join(part.text for page in pages for part in read(page.markdown).quotes))
    at = 0
    for cut in reply.cuts():
        if cut.text in filed:
            filed.remove(cut.text)
            continue
        at = shown.index(squeezed(cut.text), at) + 1
    assert filed == []


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_gap_stays_visible_where_a_page_ends_at_it() -> None:
    pages = discord_pages(replies()["gaps"])
    assert len(pages) == 2
    shown = "\n".join(read(page.markdown).text for page in pages)
    assert shown.count("[…]") == 2, "two pieces are never neighbours, on two pages neither"
