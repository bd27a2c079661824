"""RTF: characters of every kind of writing, what is no text left out; and files that are no such thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading.office.rtf import read
from retrieval.records import BlockKind
from tests.retrieval.reading.office_files import assert_sound, blocks, furniture


def text(body: str, head: str = r"\ansi\ansicpg1252\deff0") -> str:
    return read(rf"{{\rtf1{head} {body}}}".encode("latin-1"), None).text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (r"One.\par Two.\pard\par", "One.\n\nTwo."),
        (r"One\line two.\par Three.", "One\ntwo.\n\nThree."),
        (r"caf\'e9 \{x\} a\~b\emdash c\ldblquote d\rdblquote", "café {x} a\u00a0b—c“d”"),
        (r"\u8364?5 and \uc2\u8364xx5 and \uc0\u8364 5", "€5 and €5 and €5"),
        (r"\u-10179?\u-8704? half \u-10179?.", "\U0001f600 half \ufffd."),
        (r"{\b Bold} and {\field{\*\fldinst{HYPERLINK " + '"http://x.test"}}{\\fldrslt{link}}}.', "Bold and link."),
        (r"Seen.{\v secret}{\header Head}{\*\unknown no}{\pict\wmetafile8 0a0b}{\footnote note}", "Seen."),
        (r"Seen \v secret\v0 again\v , no\plain .", "Seen again."),
        ("a{\\pict\\bin5 }}{{x}b", "ab"),
        (r"\trowd\intbl Boat\cell Price\cell\row\trowd\intbl Elsa\cell 9\cell\row", "Boat\tPrice\n\nElsa\t9"),
        ("raw caf\xe9", "raw café"),
        (r"a\u57344?b\u57345?c\'00d", "a?b?cd"),
        (r"in}{ out \par out", "in"),
    ],
)
def test_what_is_shown_is_the_text(body: str, shown: str) -> None:
    assert text(body) == shown


@pytest.mark.parametrize(
    ("head", "body", "shown"),
    [
        (r"\ansicpg1251", r"\'cc\'ee\'f1\'f2", "Мост"),
        (r"\ansicpg1251", "\xcc\xee\xf1\xf2", "Мост"),
        (r"\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f3\fcharset204 Arial Cyr;}}", r"\'e9 \f3\'cc\'ee", "é Мо"),
        (r"{\fonttbl{\f0\fcharset128 Gothic;}}", r"\f0\'83\'41", "ア"),
        (r"\ansicpg99999", r"caf\'e9", "café"),
        (r"\ansicpg65001", r"caf\'c3\'a9", "café"),
        (r"{\fonttbl{\f1\fcharset78 Osaka;}}", r"\f1 plain", "plain"),
    ],
)
def test_bytes_are_read_in_their_fonts_character_set(head: str, body: str, shown: str) -> None:
    assert text(body, head) == shown


def test_what_is_declared_counts_where_the_file_does_not_say() -> None:
    assert read(rb"{\rtf1 \'cc\'ee\'f1\'f2}", "cp1251").text == "Мост"
    assert read(rb"{\rtf1 \'e9}", "no such encoding").text == "é"


def test_headings_and_the_title_are_told_by_their_styles() -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s7\outlinelevel2 Eigene;}{\s9 Title;}}"
    body = r"\pard\s9 The Sale\par\pard\s1 Boats\par\pard\s7 Tugs\par\pard\s0 Elsa was sold.\par"
    extracted = read(rf"{{\rtf1{styles}{body}}}".encode(), None)
    assert blocks(extracted) == ["The Sale", "Boats", "Tugs", "Elsa was sold."]
    kinds = [block.kind for block in extracted.structure.blocks]
    assert kinds == [BlockKind.HEADING] * 3 + [BlockKind.PARAGRAPH]
    assert furniture(extracted) == [("The Sale", "title")]


def test_properties_are_read_and_no_part_of_the_text() -> None:
    info = r"{\info{\title Caf\'e9 \u8364?}{\author Mira {\b Ostrand}}{\creatim\yr2013\mo12}{\company Yard}}"
    extracted = read(rf"{{\rtf1\ansicpg1252{info} Text.}}".encode(), None)
    said = extracted.structure.metadata
    assert (said.title, said.author, said.published) == ("Café €", "Mira Ostrand", None)
    assert extracted.text == "Text."


def test_what_is_left_out_is_told() -> None:
    extracted = read(rb"{\rtf1 a{\v no}{\deleted gone}{\footnote one}{\footnote two}}", None)
    assert extracted.notes == ("2 pieces of hidden text are not in the text", "2 footnotes are not in the text")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not RTF"),
        (b"Dear all", "not RTF"),
        (b"PK\x03\x04", "not RTF"),
        (rb"{\rtf1}", "holds no text"),
        (rb"{\rtf1{\pict 00ff}}", "holds no text"),
    ],
)
def test_what_can_not_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(content, None)


def test_a_file_of_endless_text_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.reading.office.rtf.MOST_CHARACTERS", 1000)
    with pytest.raises(UnreadableFile, match="million characters"):
        read(rb"{\rtf1 " + b"x" * 2000 + b"}", None)


CRAFTED = [
    r"{\rtf1 a" + r"{\field{\*\fldinst{HYPERLINK " * 3000 + '"x"',
    r"{\rtf1{\fonttbl" + r"\f1 " * 20_000 + r"}\f1 a}",
    r"{\rtf1{\fonttbl" + r"\f1\fcharset0 " * 20_000 + "a",
    r"{\rtf1 a" + "{" * 100_000,
    r"{\rtf1 a" + r"{\pict\bin" * 20_000,
    r"{\rtf1 a\bin" + "9" * 10_000,
    r"{\rtf1 a\u" + "9" * 10_000 + r"\uc\u\f\fcharset\ansicpg\deff",
]


@pytest.mark.parametrize("crafted", CRAFTED)
def test_crafted_files_are_sound_or_hold_no_text(crafted: str) -> None:
    try:
        assert_sound(read(crafted.encode(), None))
    except UnreadableFile as error:
        assert str(error) == "holds no text"


def test_crafted_files_are_read_within_five_seconds_of_the_processor(
    reasons: Callable[..., dict[str, str | None]],
) -> None:
    """Which the kernel counts; a step that looked back over each of these would take far longer."""
    found = reasons({f"{number}.rtf": crafted.encode() for number, crafted in enumerate(CRAFTED)}, seconds=5)
    assert len(found) == len(CRAFTED) and set(found.values()) <= {None, "holds no text"}


WORDS = [
    r"\par ",
    r"\'e9",
    r"\u8364?",
    r"\u-10179?",
    r"\v ",
    r"\v0 ",
    "{",
    "}",
    r"\cell",
    r"\row",
    r"\uc3",
    r"\f2",
    "Elsa ",
]
WORDS += [
    r"{\fonttbl{\f2\fcharset128 x;}}",
    r"\*",
    r"{\info{\title x}",
    r"\bin3 ",
    "\\",
    r"\ansicpg932",
    "\xe9",
    r"\s1",
    "\n",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.binary(max_size=30))
def test_words_in_any_order_are_read_or_refused(words: list[str], more: bytes) -> None:
    for content in (b"{\\rtf1" + "".join(words).encode("latin-1") + more, more):
        try:
            assert_sound(read(content, None))
        except UnreadableFile as error:
            assert str(error)
