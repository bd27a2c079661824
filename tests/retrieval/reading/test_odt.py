"""ODT: what LibreOffice shows is the text, in its order; and packages that are no such thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading.office.odt import read
from retrieval.records import BlockKind
from tests.retrieval.reading.office_files import (
    assert_read_or_refused,
    assert_sound,
    blocks,
    damaged,
    furniture,
    landmarks,
    odt,
    with_part,
    zipped,
)


def p(words: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{words}</text:p>'


def table(*rows: list[str]) -> str:
    made = ("".join(f"<table:table-cell>{p(cell)}</table:table-cell>" for cell in row) for row in rows)
    return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in made)}</table:table>"


def test_paragraphs_and_rows_stand_in_their_order_and_are_numbered() -> None:
    extracted = read(odt(p("Before.") + p("") + table(["Boat", "Price"], ["Elsa", "9"]) + p("After.")), None)
    assert blocks(extracted) == ["Before.", "Boat\tPrice", "Elsa\t9", "After."]
    assert [number for number, _ in landmarks(extracted)] == [1, 3, 4, 5, 6, 7]
    assert landmarks(extracted)[-1] == (7, "After.")


def test_a_table_in_a_cell_is_lines_of_that_cell() -> None:
    inner = table(["a", "b"])
    row = f"<table:table-cell>{p('x')}{inner}</table:table-cell><table:table-cell>{p('y')}</table:table-cell>"
    body = f"<table:table><table:table-row>{row}</table:table-row></table:table>"
    assert blocks(read(odt(body), None)) == ["x\na\nb\ty"]


def test_spaces_are_drawn_together_but_for_those_that_are_meant() -> None:
    words = (
        'The  <text:span>\n boat</text:span> <text:s text:c="3"/>went<text:tab/>out<text:line-break/>early<!-- no -->.'
    )
    assert read(odt(p(words)), None).text == "The boat    went\tout\nearly."


def test_headings_the_title_and_contents_are_told() -> None:
    styles = '<style:style style:name="P7" style:parent-style-name="Title"/>'
    contents = f"<text:table-of-content><text:index-body>{p('Boats 1')}</text:index-body></text:table-of-content>"
    body = p("The Sale", "P7") + contents + '<text:h text:outline-level="1">Boats</text:h>' + p("Elsa was sold.")
    extracted = read(odt(body, styles=styles), None)
    kinds = [block.kind for block in extracted.structure.blocks]
    assert kinds == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert furniture(extracted) == [("The Sale", "title"), ("Boats 1", "contents")]
    assert extracted.structure.metadata.title == "The Sale"


def test_what_is_deleted_hidden_or_said_beside_the_text_is_left_out() -> None:
    styles = '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
    body = (
        f"<text:tracked-changes>{p('Deleted.')}</text:tracked-changes>"
        + p("Seen<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Note.</text:p>"
            "</text:note-body></text:note>.<office:annotation><text:p>Comment.</text:p></office:annotation>"
            '<text:span text:style-name="T1">secret</text:span>')
        + f'<text:section text:display="none">{p("Hidden.")}</text:section>'
    )  # fmt: skip
    extracted = read(odt(body, styles=styles), None)
    assert extracted.text == "Seen."
    assert landmarks(extracted) == [(1, "Seen.")]
    assert extracted.notes == ("2 pieces of hidden text are not in the text", "1 footnote is not in the text")


def test_a_text_box_stands_behind_its_paragraph() -> None:
    body = p(f"Around<draw:frame><draw:text-box>{p('Boxed.')}</draw:text-box></draw:frame>.") + p("After.")
    extracted = read(odt(body), None)
    assert blocks(extracted) == ["Around.", "Boxed.", "After."]
    assert [number for number, _ in landmarks(extracted)] == [1, 2, 3]


def test_properties_are_read_and_dates_of_files_are_not() -> None:
    meta = (
        "<dc:title>The &amp; Sale</dc:title><dc:creator>Last Hand</dc:creator><dc:language>en-GB</dc:language>"
        "<meta:initial-creator>Mira Ostrand</meta:initial-creator><meta:creation-date>2013-12-23</meta:creation-date>"
    )
    said = read(odt(p("x"), meta), None).structure.metadata
    assert (said.title, said.author, said.language, said.published) == ("The & Sale", "Mira Ostrand", "en-GB", None)


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 1000 + b'">]><x>' + b"&b;" * 1000 + b"</x>"


def test_entities_are_refused_before_they_are_told_out(reasons: Callable[..., dict[str, str | None]]) -> None:
    files = {
        f"{encoding}{number}.odt": with_part(odt(p("x")), name, BOMB.decode().encode(encoding))
        for encoding in ("utf-8", "utf-16")
        for number, name in enumerate(["content.xml", "meta.xml", "META-INF/manifest.xml"])
    }
    assert reasons(files, seconds=5) == dict.fromkeys(files, "a part of it declares entities, as no document needs to")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an office document"),
        (odt(p("x"))[:200], "not an office document"),
        (zipped({"readme.txt": b"no document"}), "it has no content"),
        (odt(""), "holds no text"),
        (odt("<text:p>"), "a part of it is not XML, line 1"),
        (odt("<text:span>" * 2000 + "</text:span>" * 2000), "elements inside one another"),
        (with_part(odt(p("x")), "a.bin", b"\0" * 8_000_000), "more than 300 times"),
        (with_part(odt(p("x")), "META-INF/manifest.xml", b"<m><encryption-data/></m>"), "encrypted"),
    ],
)
def test_what_can_not_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(content, None)


def test_one_element_stands_for_no_more_than_a_thousand_spaces() -> None:
    assert len(read(odt(p('a<text:s text:c="99999999"/>b')), None).text) == 1002
    assert read(odt(p('a<text:s text:c="-5"/>b')), None).text == "a b"


SEED = odt(p("The Sale", "Title") + table(["Boat", "Elsa"]) + p("Elsa was sold."), "<dc:title>Sale</dc:title>")
TAGS = ["text:p", "table:table-row", "table:table-cell", "text:note", "text:section"]
PIECES = st.sampled_from(
    [p("Words."), table(["a", "b"]), "é", "<text:s/>", *(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS)]
)


@settings(max_examples=120, deadline=None)
@given(damaged(SEED))
def test_damaged_packages_are_read_or_refused(content: bytes) -> None:
    assert_read_or_refused(read, content)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_elements_in_any_order_are_read_or_refused(pieces: list[str]) -> None:
    try:
        assert_sound(read(odt("".join(pieces)), None))
    except UnreadableFile as error:
        assert str(error)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([p("Words."), table(["a", "b"]), "é", "<text:s/>"])), st.lists(st.sampled_from(TAGS)))
def test_elements_inside_one_another_are_sound(pieces: list[str], around: list[str]) -> None:
    body = "".join(pieces)
    for tag in around:
        body = f"<{tag}>{body}</{tag}>x"
    try:
        assert_sound(read(odt(body), None))
    except UnreadableFile as error:
        assert str(error) == "holds no text"
