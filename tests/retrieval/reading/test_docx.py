"""DOCX: what Word shows is the text, in its order; and packages that are no such thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading.office.docx import read
from retrieval.records import BlockKind
from tests.retrieval.reading.office_files import (
    W,
    assert_read_or_refused,
    assert_sound,
    blocks,
    damaged,
    docx,
    furniture,
    landmarks,
    with_part,
    zipped,
)


def p(words: str, style: str | None = None) -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{words}</w:t></w:r></w:p>"


def cell(*paragraphs: str) -> str:
    return f"<w:tc>{''.join(map(p, paragraphs))}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_paragraphs_and_rows_stand_in_their_order() -> None:
    body = (
        p("Before the sale.") + table(cell("Boat") + cell("Price"), cell("Elsa", "a tug") + cell("4")) + p("After it.")
    )
    extracted = read(docx(body), None)
    assert blocks(extracted) == ["Before the sale.", "Boat\tPrice", "Elsa\na tug\t4", "After it."]
    assert extracted.text == "Before the sale.\n\nBoat\tPrice\n\nElsa\na tug\t4\n\nAfter it."


def test_paragraphs_are_numbered_as_word_counts_them() -> None:
    body = p("One") + "<w:p/>" + table(cell("Three") + cell("Four")) + f"<w:del>{p('Five')}</w:del>" + p("Six")
    assert landmarks(read(docx(body), None)) == [
        (1, "One\n\nThree\tF"),
        (3, "Three\tFour\n\n"[:12]),
        (4, "Four\n\nSix"),
        (6, "Six"),
    ]


def test_a_table_that_is_there_for_the_layout_is_paragraphs() -> None:
    assert blocks(read(docx(table(cell("First.", "Second.") + cell(""))), None)) == ["First.", "Second."]


def test_headings_and_the_title_are_told_by_their_styles() -> None:
    extracted = read(docx(p("The Sale", "Title") + p("Boats", "Heading1") + p("Elsa was sold.")), None)
    kinds = [block.kind for block in extracted.structure.blocks]
    assert kinds == [BlockKind.HEADING, BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert furniture(extracted) == [("The Sale", "title")]
    assert extracted.structure.metadata.title == "The Sale"


def test_insertions_are_text_and_deletions_are_not() -> None:
    body = (
        "<w:p><w:r><w:t>They sold </w:t></w:r><w:del><w:r><w:delText>two</w:delText><w:t>two</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>three</w:t></w:r></w:ins><w:r><w:t xml:space='preserve'> boats.</w:t></w:r></w:p>"
    )
    assert read(docx(body), None).text == "They sold three boats."


def test_tabs_breaks_and_hyphens_are_characters_and_tab_stops_are_none() -> None:
    body = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left' w:pos='720'/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t>"
        "<w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>"
    )
    assert read(docx(body), None).text == "a\tb\nc\u2011d"


def test_hidden_text_and_footnotes_are_left_out_and_told() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>Seen.</w:t><w:footnoteReference w:id="2"/></w:r>'
    extracted = read(docx(f"<w:p>{hidden}{shown}</w:p>"), None)
    assert extracted.text == "Seen."
    assert extracted.notes == ("1 run of hidden text is not in the text", "1 footnote is not in the text")


def test_a_text_box_stands_once_behind_its_paragraph() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{p('Boxed.')}</w:txbxContent>"
    choice = f"<mc:AlternateContent {mc}><mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    body = f"<w:p><w:r><w:t>Around.</w:t>{choice}</mc:AlternateContent></w:r></w:p>" + p("After.")
    extracted = read(docx(body), None)
    assert blocks(extracted) == ["Around.", "Boxed.", "After."]
    assert [number for number, _ in landmarks(extracted)] == [1, 2, 4]


def test_properties_are_read_and_what_python_docx_fills_in_is_not() -> None:
    said = read(docx(p("x"), title="The Sale", author="Mira Ostrand", language="en-GB"), None).structure.metadata
    assert (said.title, said.author, said.language, said.published) == ("The Sale", "Mira Ostrand", "en-GB", None)
    assert read(docx(p("x"), title="Word Document", author="python-docx"), None).structure.metadata.author is None


def laughing(entity: str) -> bytes:
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>{entity}</w:t></w:r></w:p></w:body></w:document>"
    return body.encode()


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'.encode() for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
QUADRATIC = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 50_000 + b'">'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">'


DECLARING = {
    "laughs": LAUGHS + b"]>" + laughing("&i;"),
    "quadratic": QUADRATIC + b"]>" + laughing("&a;" * 50_000),
    "outside": OUTSIDE + b"]>" + laughing("&a;"),
}
PARTS = ["word/document.xml", "docProps/core.xml", "_rels/.rels", "[Content_Types].xml"]


def test_entities_are_refused_before_they_are_told_out(reasons: Callable[..., dict[str, str | None]]) -> None:
    """Told out, the larger come to gigabytes: more than the process that reads may hold."""
    files = {
        f"{kind}{number}.docx": with_part(docx(p("x")), name, part)
        for kind, part in DECLARING.items()
        for number, name in enumerate(PARTS)
    }
    assert reasons(files, seconds=5) == dict.fromkeys(files, "a part of it declares entities, as no document needs to")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an office document"),
        (b"PK\x03\x04 and nothing else", "not an office document"),
        (docx(p("x"))[:3000], "not an office document"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512, "encrypted, or of a Word before 2007"),
        (zipped({"readme.txt": b"no document"}), "not a Word document"),
        (docx("<w:p/>"), "holds no text"),
        (with_part(docx(p("x")), "word/media/a.bin", b"\0" * 8_000_000), "more than 300 times"),
        (with_part(docx(p("x")), "word/document.xml", b"<w:document"), "not XML"),
        (with_part(docx(p("x")), "word/document.xml", b"<other/>"), "not a Word document"),
        (
            with_part(docx(p("x")), "word/document.xml", laughing("<w:x>" * 9000 + "</w:x>" * 9000)),
            "not a Word document",
        ),
    ],
)
def test_what_can_not_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(content, None)


SEED = docx(p("The Sale", "Title") + table(cell("Boat") + cell("Elsa")) + p("Elsa was sold."))
XML = f"<w:document {W}><w:body>{p('The Sale', 'Title')}{table(cell('Boat') + cell('Elsa'))}</w:body></w:document>"


@settings(max_examples=80, deadline=None)
@given(damaged(SEED))
def test_damaged_packages_are_read_or_refused(content: bytes) -> None:
    assert_read_or_refused(read, content)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(XML)), st.integers(0, 40), st.sampled_from(["", "<w:p>", "</w:p>", "<w:tr/>", "<!-- x -->", "é"])
)
def test_damaged_xml_is_read_or_refused(at: int, length: int, instead: str) -> None:
    damaged = XML[:at] + instead + XML[at + length :]
    try:
        assert_sound(read(with_part(SEED, "word/document.xml", damaged.encode()), None))
    except UnreadableFile as error:
        assert str(error)
