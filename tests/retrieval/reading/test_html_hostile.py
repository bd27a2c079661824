"""Pages that are made to hurt: each gives a text in time, or one reason, and no byte sequence anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading.web.html import read, read_xhtml
from retrieval.reading.web.main_text import DEEPEST
from retrieval.reading.web.page import MOST_TAGS
from retrieval.reading.web.text_flow import MOST_RUNS
from retrieval.records import BlockKind, Document, Source

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent / "seeds_html").iterdir())]
MIB = 1024 * 1024
SECONDS = 30
"""Of the processor: ten times what the slowest of these took, and a hundredth of what a step that looks back would
take."""


CHECKING = """
from retrieval.reading import formats, worker
from tests.retrieval.reading.test_html_hostile import checked
formats.FORMATS[".html"] = formats.Format("html/1", checked)
worker.main()
"""


def checked(content, declared):
    found = read(content, declared)
    check(found)
    return found


def check(found):
    """As the indexer makes a document of it, which refuses blocks that are out of order or outside the text."""
    structure = found.structure
    Document(_SOURCE, found.text, structure.blocks, structure.furniture, structure.landmarks)
    found.text.encode()
    for block in structure.blocks:
        assert block.span.trimmed(found.text) == block.span
        if found.origin is not None:
            source = found.origin.of(block.span)
            assert source.end <= len(found.decoded.text)
    if found.origin is not None:
        for run in found.origin.runs:
            assert found.text[run.at : run.at + run.length] == found.decoded.text[run.source : run.source + run.length]


_SOURCE = Source("x", "archive/x", "x", "", "", "html/1", first_seen=None)


BOMBS = {
    "nested": "<div>" * 50_000 + "deep" + "</div>" * 50_000,
    "never closed": "<div>" * 50_000 + "deep",
    "twenty megabytes of bold": "<b>" * (20 * MIB // 3),
    "a long attribute": f'<p class="{"x" * 5 * MIB}">It left.',
    "a long attribute without its end": f'<p>It left.<a href="{"x" * 5 * MIB}',
    "many attributes": f"<p {'a=1 ' * MIB}>It left.",
    "a long name": f"<p>It left.<{'x' * 5 * MIB}>",
    "a comment without its end": "<p>It left.<!-- " + "-" * 5 * MIB,
    "comments without an end": "<p>It left." + "<!--" * (MOST_TAGS - 1),
    "scripts without an end": "<p>It left." + "<script>" * (MOST_TAGS - 1),
    "quotes without an end": "<p>It left." + "<a b='c" * (MOST_TAGS - 1),
    "blank": " " * 20 * MIB,
    "nothing but less than": "< " * (MOST_TAGS - 1),
    "broken references": "&#x" * MIB,
    "noughts": f"&#{'0' * 5 * MIB};",
    "tables in paragraphs": "<table><p>" * (MOST_TAGS // 2),
    "wrong ends": "<b><div>" + "<i>" * (MOST_TAGS // 2) + "</b>" * (MOST_TAGS // 2 - 9),
    "hidden in one another": "<span hidden>" * 100_000,
    "tables in one another": "<table><tr><td>" * 60 + "deep",
    "tables in one another, often": ("<table><tr><td>x" * 60 + "</table>" * 60) * 130,
    "a class of many words": f'<div class="{"a b " * MIB}">It left.',
}
REFUSED = {
    "twenty megabytes of bold": "holds more than 500,000 tags",
    **dict.fromkeys(("blank", "hidden in one another", "tables in paragraphs", "wrong ends"), "holds no text"),
}


def test_a_page_made_to_hurt_takes_time_in_proportion_to_its_length(
    reasons: Callable[..., dict[str, str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read and checked in the process that reads, whose seconds the kernel counts for each."""
    monkeypatch.setattr("retrieval.reading.processes.PROGRAM", ("-c", CHECKING))
    found = reasons({f"{name}.html": bomb.encode() for name, bomb in BOMBS.items()}, SECONDS)
    assert found == {f"{name}.html": REFUSED.get(name) for name in BOMBS}


def test_what_stands_before_a_bomb_is_still_read():
    for name in ("a long attribute", "many attributes", "a comment without its end", "scripts without an end"):
        assert read(BOMBS[name].encode(), None).text == "It left."


def test_a_page_beyond_the_limit_is_refused_in_one_line():
    with pytest.raises(UnreadableFile, match=r"^holds more than 500,000 tags$"):
        read(b"<b>" * (MOST_TAGS + 1), None)
    with pytest.raises(UnreadableFile, match=r"character references$"):
        read(b"&amp;" * 2_000_001, None)


def test_a_deep_page_is_not_given_to_trafilatura():
    found = read(("<div>" * (DEEPEST + 1) + "<p>It left at noon.").encode(), None)
    assert len(found.notes) == 1
    assert found.text == "It left at noon."


def test_a_page_in_too_many_pieces_is_read_without_its_places():
    found = read(b"&#65;&#32;" * (MOST_RUNS // 2 + 10), None)
    assert (found.origin, found.decoded) == (None, None)
    assert found.text == " ".join("A" * (MOST_RUNS // 2 + 10))
    assert found.notes[-1] == "in too many pieces for each to be found in the file again"


def test_marks_of_direction_and_halves_of_characters_stay_or_are_replaced():
    found = read("<p>a\u202eb &#x202e;c &#xDFFF; \ufeffd".encode(), None)
    assert found.text == "a\u202eb \u202ec \ufffd \ufeffd"


def test_a_declared_entity_is_not_followed():
    laughs = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    assert read_xhtml(f"{laughs}<html><body><p>&b; &c;</p></body></html>".encode(), None).text == "&b; &c;"


def test_a_huge_line_is_one_block():
    found = read(b"<p>" + b"It left at noon. " * 200_000, None)
    assert [block.kind for block in found.structure.blocks] == [BlockKind.PARAGRAPH]
    check(found)


SOUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<div class='share'>", "</div>", "<td>", "<table>", "</table>", "<tr>", "<li>",
         "<ul>", "</ul>", "<br>", "<pre>", "</pre>", "<h1>", "</h2>", "<nav>", "</nav>", "<span hidden>", "</span>",
         "<script>", "</script>", "<!--", "-->", "<title>", "<svg>", "<textarea>", "<a href='", '"', ">", "&amp;", "&#",
         "&lt", "It left.", " at noon ", "\n\n", "\r", "\0", "\u00a0", "<![CDATA[", "]]>", "<select>", "<option>", "é"]
    ),
    max_size=60,
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(SOUP)
def test_any_soup_of_tags_is_a_text_with_its_places(parts):
    for reader in (read, read_xhtml):
        try:
            check(reader("".join(parts).encode(), None))
        except UnreadableFile as error:
            assert "control characters" in str(error)


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.sampled_from(SEEDS)), st.data())
def test_any_bytes_are_a_text_or_a_reason(content, data):
    cut = data.draw(st.integers(0, len(content)))
    changed = content[:cut] + data.draw(st.binary(max_size=4)) + content[cut + data.draw(st.integers(0, 9)) :]
    for reader in (read, read_xhtml):
        try:
            check(reader(changed[: data.draw(st.integers(cut, len(changed)))], None))
        except UnreadableFile as error:
            assert str(error) and "\n" not in str(error)
