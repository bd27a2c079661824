"""The one way out: what is not, character for character, in the archive now is not sent. No model is needed for it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogue import Line
from bot.gate import MOST_PAGES, Gate
from bot.library import Library
from bot.rendering.discord_text import Page, discord_pages, quoted
from bot.rendering.escape import with_line_feeds
from bot.rendering.reply import Block, Cut, Meta, Quote, Reply, Row, Say
from bot.settings import BotSettings
from retrieval import EVERYTHING, Archive, Span, hidden_again
from tests.discord.simcord.markdown import read

TEXT = "The ferry left the harbour at noon. Nobody waved, *not* even the <@1> captain.\n"


class Heard:
    def __init__(self) -> None:
        self.pages: list[Page] = []

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        self.pages += pages


def settings_in(place: Path) -> BotSettings:
    return BotSettings(_env_file=None, archive=place / "archive", data=place / "data")


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, new_hash_encoder) -> Path:
    """A folder with an archive and its index, which every test has a copy of."""
    place = tmp_path_factory.mktemp("indexed")
    (place / "archive").mkdir()
    (place / "archive" / "ferry.txt").write_text(TEXT)
    # Said, so that none is guessed: the model for that takes a second to load.
    (place / "archive" / "ferry.txt.toml").write_text("language = 'en'")
    archive = Archive(settings_in(place), encoder=new_hash_encoder())
    archive.reindex()
    archive.close()
    return place


@pytest.fixture
async def library(indexed: Path, tmp_path: Path, hash_encoder) -> AsyncIterator[Library]:
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True, symlinks=True)
    settings = settings_in(tmp_path)
    opened = Library(settings, Archive(settings, encoder=hash_encoder))
    yield opened
    await opened.close()


@pytest.fixture
async def document(library: Library) -> str:
    [shown] = (await library.search("ferry", EVERYTHING, 1)).excerpts
    return shown.source.id


async def sent(library: Library, *blocks: Block) -> tuple[bool, str]:
    """Whether the gate let them out, and what it sent."""
    heard = Heard()
    passed = await Gate(library).send(Reply(blocks), heard)
    return passed, "\n".join(page.markdown for page in heard.pages)


def cut(document: str, text: str = TEXT, start: int = 0) -> Cut:
    return Cut(document, Span(start, start + len(text)), text)


def ways_to_say(words: Cut) -> list[Block]:
    """Every place of a reply that a slice can stand in."""
    return [
        Quote((words,)),
        Row((words,)),
        Row((Say(Line.DIFFERS, {"claimed": Meta("x"), "source": words}),)),
        Row((Meta("x"),), Say(Line.LEFT_AWAY, {"source": words})),
    ]


@pytest.mark.parametrize("way", range(4))
async def test_a_slice_of_the_archive_is_let_out(library: Library, document: str, way: int) -> None:
    passed, markdown = await sent(library, ways_to_say(cut(document, TEXT[4:9], 4))[way])
    assert passed and "ferry" in markdown


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("words", ["the ferry", "The Ferry", "The ferri"])
async def test_one_character_that_is_not_there_holds_the_whole_reply_back(
    library: Library, document: str, way: int, words: str
) -> None:
    right = Quote((cut(document, "harbour", TEXT.index("harbour")),))
    passed, markdown = await sent(library, right, ways_to_say(cut(document, words))[way])
    assert not passed and markdown == Line.ARCHIVE_CHANGED.value


@pytest.mark.parametrize(
    "place", [("ferry", 0), ("another document", 0), ("past/K7Q2M9XA4B/ferry", 0), (None, len(TEXT))]
)
async def test_a_place_that_the_archive_does_not_have_is_held_back(
    library: Library, document: str, place: tuple[str | None, int]
) -> None:
    passed, markdown = await sent(library, Quote((cut(place[0] or document, "The ferry", place[1]),)))
    assert not passed and markdown == Line.ARCHIVE_CHANGED.value


async def test_the_words_of_a_moment_ago_are_held_back(library: Library, document: str, tmp_path: Path) -> None:
    (tmp_path / "archive" / "ferry.txt").write_text(TEXT.replace("noon", "dusk"))
    Archive.reindex(library._archive)
    passed, _ = await sent(library, Quote((cut(document, TEXT.strip()),)))
    assert not passed


async def test_a_damaged_text_is_held_back(
    library: Library, document: str, tmp_path: Path, reseal: Callable[[Path], None]
) -> None:
    [tables] = (tmp_path / "data").glob("generations/*/archive.sqlite")
    tables.write_bytes(tables.read_bytes().replace(b"harbour", b"hangout"))
    reseal(tables.parent)
    again = Library(library._archive.settings, Archive(library._archive.settings, encoder=library._archive.encoder()))
    damaged = TEXT.strip().replace("harbour", "hangout")
    passed, markdown = await sent(again, Quote((cut(document, damaged),)))
    await again.close()
    assert not passed and "hangout" not in markdown


async def test_what_would_not_be_read_as_it_stands_is_held_back(
    library: Library, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gate.escape", lambda text: text.replace("noon", "dusk"))
    passed, _ = await sent(library, Quote((cut(document, TEXT.strip()),)))
    assert not passed


async def test_nobody_is_flooded(library: Library, document: str) -> None:
    heard = Heard()
    await Gate(library).send(Reply(tuple(Row((Meta("x" * 200),)) for _ in range(400))), heard)
    assert len(heard.pages) == MOST_PAGES
    assert heard.pages[-1].markdown.startswith("There is more than I post at once")


SIGNS = "\\`*_~|<>#[]@:.-+1 \na)(!/"


@given(st.text(st.sampled_from(SIGNS), min_size=1, max_size=30) | st.text(min_size=1))
@example("**bold** __under__ *star* _slant_ ~~gone~~ ||spoiler||")
@example("`code` ```fence``` <@1> <#2> <t:1:R> </cmd:1> <:a:1> <id:guide>")
@example("[free](https://evil.example) https://evil.example discord.gg/evil @everyone @here")
@example("# head\n## head\n-# small\n- item\n+ item\n1. item\n> quote\n>>> rest")
def test_what_is_displayed_is_what_was_sliced(text: str) -> None:
    for bold in (frozenset[int](), frozenset({0})):
        words = Cut("d", Span(0, len(text)), text)
        page = read(quoted(Quote((words,), bold), range(1)))
        shown = "\n".join(part.text for part in page.quotes)
        assert hidden_again(shown).rstrip() == with_line_feeds(text).rstrip()
        assert page.kinds <= {"bold"}


def test_a_page_ends_where_a_sentence_does() -> None:
    sentences = [cut("d", f"Sentence {number} " + "word " * 60 + "ends. ") for number in range(30)]
    pages = discord_pages(Reply((Quote(tuple(sentences)),)))
    assert len(pages) > 1 and all(page.markdown.rstrip().endswith("ends.") for page in pages)
