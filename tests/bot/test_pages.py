"""No page is longer than Discord takes, and no link leads elsewhere than it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import Line
from bot.rendering.discord_text import PAGE, discord_pages
from bot.rendering.escape import LONGEST_LINK, safe_link
from bot.rendering.reply import Cut, Meta, Reply, Row, Say
from retrieval import Span

ENDLESS = st.builds(
    lambda text, times: text * times, st.text(max_size=8) | st.just("\u202e*😀"), st.sampled_from([1, 300, 3000])
)
METAS = st.builds(Meta, ENDLESS, st.none() | ENDLESS.map(lambda text: f"https://x.example/{text}"))
NAMES = ("documents", "passages", "dates", "filters")


def says(values: st.SearchStrategy[Meta | Say]) -> st.SearchStrategy[Say]:
    return st.fixed_dictionaries(dict.fromkeys(NAMES, values)).map(lambda given: Say(Line.SEARCHED_FILTERED, given))


SAYS = says(METAS | says(METAS | says(METAS)))
CUTS = ENDLESS.filter(bool).map(lambda text: Cut("d", Span(0, len(text)), text))
ROWS = st.builds(Row, st.lists(METAS | SAYS | CUTS, max_size=4).map(tuple), st.none() | SAYS, st.booleans())


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_no_page_is_too_long_whatever_is_in_it(rows: list[Row]) -> None:
    for page in discord_pages(Reply(tuple(rows))):
        assert len(page.markdown.encode("utf-16-le", "surrogatepass")) // 2 <= PAGE


def test_a_long_value_ends_between_two_characters_as_they_are_shown() -> None:
    (page,) = discord_pages(Reply((Row((Meta("\u202e" * 300),)),)))
    assert page.markdown == "⟦U+202E⟧" * 24 + "…"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://news.example/a b", "https://news.example/a%20b"),
        ("https://bücher.example/ü?ö", "https://xn--bcher-kva.example/%C3%BC?%C3%B6"),
        ("HTTPS://News.Example:8080/", "https://news.example:8080/"),
        ("https://straße.example/", None),
        ("https://bü..example/", None),
        ("https://[::1]/", None),
        ("https://news.example:port/", None),
        ("https://exa mple/", None),
        ("https://news.example/\ud800", None),
        ("https://news.example/" + "ü" * 100, None),
    ],
)
def test_an_address_as_it_is_sent(url: str, link: str | None) -> None:
    assert safe_link(url) == link
    assert link is None or len(link) <= LONGEST_LINK
