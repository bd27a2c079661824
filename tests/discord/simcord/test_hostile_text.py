"""Text that would rather be something else: what is read equals the source, character for character, and nothing acts.

Whoever writes a document, its metadata or a message writes what they like. `markdown.read` is what a client makes of
the bot's messages; it shares no code with the bot.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from bot.settings import BotSettings
from retrieval import Archive
from retrieval.encoding import Encoder
from tests.discord.simcord.conftest import NewArchive, NewWorld
from tests.discord.simcord.markdown import Part, as_in_the_source, read
from tests.discord.simcord.test_answers import codes_in
from tests.discord.simcord.world import World

HOSTILE = {
    "everyone": "@everyone and @here, all of you",
    "mentions": "<@1> <@!1> <@&1> <#1> <id:customize>",
    "masked link": "[x](https://evil.example) [y](<https://evil.example>) [z]( https://evil.example )",
    "address": "https://x.y/z?a=1&b=2#c and http://x.y and <https://x.y> and www.evil.example",
    "half an address": "https://evil.example/a_b_c*d*e)",
    "invite": "discord.gg/abc and https://discord.gg/abc and discord.com/invite/abc",
    "other schemes": "<mailto:a@b.example> <tel:+123> steam://run/1 javascript:alert(1)",
    "spoiler": "||nobody sees this|| and || that ||",
    "code": "`code` and ``two`` and ```three```",
    "fence": "```py\nprint(1)\n```",
    "heading": "# heading\n## second\n### third",
    "small": "-# small print",
    "quote": "> quoted\n>>> all the rest",
    "list": "- one\n* two\n+ three\n1. four\n  - five\n10. six",
    "time": "<t:0> <t:0:R> <t:1618953630:F>",
    "command": "</cmd:1> </cmd sub:1>",
    "emoji": "<:e:1> <a:e:1> :smile: \U0001f469\u200d\U0001f680",
    "bidi": "abc\u202etxt.exe\u202c \u2066x\u2069 \u200eleft\u200f",
    "zero width": "a\u200bb\ufeffc\u2060d\u00ade",
    "zero width mention": "@\u200beveryone h\u200bttps://evil.example",
    "controls": "a bell \x07 that rings, an escape \x1b[31m that colours a terminal, "
    "and a delete \x7f that takes nothing back, whatever it was made for",
    "separators": "one\u2028two\u2029three\x0cfour\x85five",
    "bold": "**bold** *it* __x__ _y_ ~~y~~ ***z*** ____ **** ~~~~",
    "unbalanced": "**open *open __open _open ~~open ||open `open [open](",
    "backslash": "\\ \\* \\\\ \\** \\_x\\_ \\n C:\\temp\\*.txt \\",
    "own brackets": "⟦U+202E⟧ ⟦ ⟧ U+0041",
    "shrug": "¯\\_(ツ)_/¯ and ¯_(ツ)_/¯",
    "names": "snake_case_name and 2*3*4 and a~b~c and 5 < 6 > 4 | 3",
    "white space": "tab\tno-break\u00a0thin\u2009ideographic\u3000 two  spaces",
    "line ends": "first\r\nsecond\r\nthird",
    "old line ends": "first\rsecond\rthird",
    "accents": "e\u0301 n\u0303 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 עברית 漢字",
    "gap": "before […] after",
}


def marker(name: str) -> str:
    return f"heron{list(HOSTILE).index(name):02}"


def body(name: str) -> str:
    """The hostile words begin a line, stand inside one and end one."""
    words = HOSTILE[name]
    return f"{words}\nThe {marker(name)} saw {words} there.\nIt was {words}"


@pytest.fixture(scope="module")
def hostile_archive(model: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("hostile")
    for name in HOSTILE:
        text = f"Report on herons\n\n{body(name)}\n"
        (folder / f"{marker(name)}.txt").write_bytes(text.encode())
    settings = BotSettings(_env_file=None, archive=folder, data=tmp_path_factory.mktemp("hostile-data"))
    archive = Archive(settings, encoder=model)
    archive.reindex()
    yield archive
    archive.close()


def without_carriage_returns(text: str) -> str:
    """Windows line ends are shown as line feeds, as every surface shows them."""
    return text.replace("\r\n", "\n")


async def test_an_excerpt_is_read_as_it_stands_in_the_source(new_world: NewWorld, hostile_archive: Archive) -> None:
    world = await new_world(hostile_archive).start()
    for name in HOSTILE:
        said = await world.slash("search", words=marker(name))
        quotes = [quote for one in said for quote in one.page.quotes]
        assert len(quotes) == 1, name
        quote = quotes[0]
        assert quote.live == [], name
        assert as_in_the_source(quote.text) == without_carriage_returns(body(name)).rstrip(), name


async def test_in_chat_it_is_read_as_it_stands_too(new_world: NewWorld, hostile_archive: Archive) -> None:
    world = await new_world(hostile_archive).start()
    for name in ("everyone", "mentions", "masked link", "bidi"):
        (said,) = await world.says(f"{world.mention} search {marker(name)}")
        (quote,) = said.page.quotes
        assert quote.live == [] and as_in_the_source(quote.text) == body(name)
        assert not (said.message.mention_everyone or said.message.mentions or said.message.role_mentions)


BOLD = (
    "The **tower** of <@1> Aville is ||90|| metres high, according to *Dr. A_B_C* of [x](https://evil.example) `q`.",
    "According to @everyone, the tower of Aville is 90 metres high\\",
    "The tower of Aville is 90 metres high:\n- *one*\n- **two**\n# three",
    "*The tower of Aville is 90 metres high*",
    "**The tower of Aville is 90 metres high, said Mayor Ada_Bea_.**",
)


@pytest.mark.parametrize("sentence", BOLD)
async def test_a_bold_sentence_is_read_as_it_stands(
    new_world: NewWorld, new_archive: NewArchive, sentence: str
) -> None:
    text = f"The tower\n\n{sentence}\n"
    world = await new_world(new_archive({"tower.txt": text})).start()
    (said,) = await world.slash("ask", question="How high is the tower of Aville?")
    (quote,) = said.page.quotes
    assert quote.kinds == {"bold"}
    assert as_in_the_source(quote.text) == sentence
    assert all(words in sentence for words in quote.of("bold"))
    assert all(row.kinds <= {"small", "italic"} for row in said.page.rows)


# Metadata


SIDE = {
    "title": "**@everyone** [click](https://evil.example) <@1> ||x|| \u202egpj # 1. ```",
    "publisher": "-# `The` ~~Daily~~ <t:0> __News__",
    "author": "> *Ann_ _Other* discord.gg/abc https://x.y/z",
}


async def test_metadata_is_read_as_it_stands(new_world: NewWorld, new_archive: NewArchive) -> None:
    name = "@everyone **x** _y_ ~~z~~ [l](h).txt"
    note = "see [here](https://evil.example) @here ||or not||"
    side = SIDE | {"published": "2022-05-01", "status": "disputed", "status_note": note}
    files = {name: "Tower\n\nThe tower of Aville is 90 metres high.\n"}
    files[name.removesuffix(".txt") + ".json"] = json.dumps(side)
    world = await new_world(new_archive(files)).start()
    (said,) = await world.slash("search", words="tower")
    source, status, *_ = said.page.rows
    assert as_in_the_source(source.text).startswith(
        f"— {SIDE['title']} · {SIDE['publisher']} · {SIDE['author']} · 2022-05-01"
    )
    assert source.text.endswith(name)
    assert source.live == []
    assert status.text == f"disputed: {note}" and status.live == []
    assert read(said.markdown).kinds == {"small"}, "the bot's own small print alone"


async def test_a_note_to_the_status_is_shown_whole_however_long(new_world: NewWorld, new_archive: NewArchive) -> None:
    note = " ".join(f"The figure of paragraph {number} was taken back by its source." for number in range(1, 17))[:900]
    side = {"status": "retracted", "status_note": note}
    files = {"tower.txt": "Tower\n\nThe tower of Aville is 90 metres high.\n", "tower.json": json.dumps(side)}
    world = await new_world(new_archive(files)).start()
    (said,) = await world.slash("search", words="tower")
    assert f"retracted: {note}" in [row.text for row in said.page.rows]


NO_LINKS = (
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://",
    "https://news.example@evil.example/",
    "https://user:word@evil.example/",
    "not an address",
    "https://[::1",
)
LINKS = (
    "https://news.example/tower",
    "http://news.example:8080/a?b=c#d",
    "https://news.example/a_(b)_c*d*?q=[x]",
    "https://news.example/a%20b%2Fc?d=%7Ce",
)
BREAKING_OUT = (
    "https://news.example/> [x](https://evil.example) <",
    "https://news.example/\\>)](y)",
    "https://news.example/)[x](https://evil.example",
    "https://news.example/)**@everyone**||x||",
    "https://news.example/a) <@1> https://evil.example/",
)
LOOKS_LIKE_ANOTHER = "https://n\u0435ws.example/"
"""With a Cyrillic letter."""
ADDRESSES = (LOOKS_LIKE_ANOTHER, *NO_LINKS, *LINKS, *BREAKING_OUT)


@pytest.fixture
async def linked(new_world: NewWorld, new_archive: NewArchive) -> World:
    """One document for each address, found by its number."""
    files: dict[str, str] = {}
    for number, url in enumerate(ADDRESSES):
        files |= tower(url, f"tower{number:02}")
    return await new_world(new_archive(files)).start()


async def source_line(world: World, url: str) -> Part:
    (said,) = await world.slash("search", words=f"tower{ADDRESSES.index(url):02}")
    return said.page.rows[0]


async def test_only_plain_http_and_https_become_links(linked: World) -> None:
    for url in NO_LINKS:
        source = await source_line(linked, url)
        assert source.live == [] and source.text.startswith("— The tower · undated"), url


async def test_a_link_leads_where_the_metadata_says_and_is_shown_in_full(linked: World) -> None:
    for url in LINKS:
        source = await source_line(linked, url)
        link = the_link(source)
        assert unquote(link) == unquote(url), "brackets may be written as %28, which is the same address"
        assert source.text.startswith(f"— The tower (<{link}>) · undated"), "it stands behind no other words"


async def test_an_address_cannot_break_out_of_its_link(linked: World) -> None:
    for url in BREAKING_OUT:
        source = await source_line(linked, url)
        assert unquote(the_link(source)) == url
        assert source.text.endswith(f"{ADDRESSES.index(url):02}.txt"), "and the line goes on behind it"


async def test_a_host_in_another_script_is_shown_as_the_network_knows_it(linked: World) -> None:
    assert the_link(await source_line(linked, LOOKS_LIKE_ANOTHER)) == "https://xn--nws-rdd.example/"


def the_link(source: Part) -> str:
    assert source.kinds == {"autolink"}
    (shown,) = source.of("autolink")
    return shown.removeprefix("<").removesuffix(">")


def tower(url: str, name: str = "tower") -> dict[str, str]:
    side = json.dumps({"title": "The tower", "url": url})
    return {f"{name}.txt": f"The {name} of Aville is 90 metres high.\n", f"{name}.json": side}


async def test_an_endless_title_is_clipped_and_says_so(new_world: NewWorld, new_archive: NewArchive) -> None:
    files = tower("https://news.example/tower")
    files["tower.json"] = json.dumps({"title": "*" * 1900, "publisher": "_" * 1900})
    world = await new_world(new_archive(files)).start()
    (said,) = await world.slash("search", words="tower")
    title = said.page.rows[0].text.split(" · ")[0]
    assert title.endswith("…") and set(title[:-1]) == {"—", " ", "*"} and len(title) <= len("— ") + 200


# What people type


TYPED = "**x** <@1> @everyone [a](https://b.example) ||c|| `d`"


async def test_what_is_typed_is_shown_as_it_was_typed(world: World) -> None:
    (said,) = await world.slash("ask", question="Where?", publisher=TYPED)
    assert TYPED in said.text and said.page.kinds == {"small"}
    (said,) = await world.slash("ask", question="Where?", after="**<@1>**||x||")
    assert "“**<@1>**||x||”" in said.text and said.page.kinds == set()
    (said,) = await world.slash("show", code="**<@1>** @here [a](https://b.example)")
    assert "“**<@1>** @here [a](https://b.example)”" in said.text and said.page.kinds == set()


async def test_a_question_is_never_repeated(world: World) -> None:
    await world.slash("ask", question=f"What is the capital of {TYPED}?")
    assert "b.example" not in world.markdown_sent()


async def test_codes_survive_being_read(new_world: NewWorld, hostile_archive: Archive) -> None:
    """A code is copied from what is read, so it must be there without the escapes."""
    world = await new_world(hostile_archive).start()
    (said,) = await world.slash("search", words=marker("bold"))
    (code,) = codes_in(said)
    (again,) = await world.slash("show", code=code)
    assert again.page.quotes[0].text == said.page.quotes[0].text


def test_the_reader_itself_sees_what_a_client_would() -> None:
    """Controls: where nothing is escaped, everything is live."""
    live = {
        "**b**": "bold",
        "*i*": "italic",
        "_i_": "italic",
        "__u__": "underline",
        "~~s~~": "strike",
        "||s||": "spoiler",
        "`c`": "code",
        "```c```": "fence",
        "# h": "heading",
        "-# s": "small",
        "- l": "list",
        "1. l": "list",
        "<@1>": "mention",
        "<@&1>": "mention",
        "<#1>": "mention",
        "@everyone": "everyone",
        "<t:0>": "time",
        "</c:1>": "command",
        "<:e:1>": "emoji",
        "<id:customize>": "place",
        "https://x.y": "url",
        "<https://x.y>": "autolink",
        "[x](https://y.z)": "link",
        "[x](<https://y.z>)": "link",
        "discord.gg/abc": "invite",
        "a\u202eb": "invisible",
    }
    for markdown, kind in live.items():
        for text in (markdown, f"> {markdown}"):
            page = read(text)
            assert page.kinds == {kind}, text
    assert read("\\*\\*b\\*\\* \\<\\@1\\> https\\://x\\.y").kinds == set()
    assert read("> **a \\*\\* b** c").quotes[0].of("bold") == ["a ** b"]
