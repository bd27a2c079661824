"""EPUB: chapters in reading order as one text, what is no body, what a book says of itself, and what is no book."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading.books import epub
from retrieval.reading.books.epub import read
from retrieval.records import BlockKind, Document, LandmarkKind, Source
from tests.retrieval.reading.books import CHAPTERS, CONTAINER, book, package, packed, page

BOOK = book()


def blocks(found, kind=None):
    return [block.span.of(found.text) for block in found.structure.blocks if kind in {None, block.kind}]


def furniture(found):
    return [(mark.span.of(found.text), mark.reason) for mark in found.structure.furniture]


def reason(content):
    with pytest.raises(UnreadableFile) as refused:
        read(content, None)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def check(found):
    structure = found.structure
    source = Source("x", "archive/x", "x", "", "", "epub/1", first_seen=datetime.date(2024, 1, 1))
    Document(source, found.text, structure.blocks, structure.furniture, structure.landmarks)
    assert all(block.span.trimmed(found.text) == block.span for block in structure.blocks)
    assert all(landmark.at < len(found.text) for landmark in structure.landmarks)
    found.text.encode()


def test_the_chapters_are_one_text_in_reading_order():
    found = read(BOOK, None)
    assert found.text.startswith(
        "The Ferry of Ostrell\n\nBy Ada Brun.\n\nContents\n\nNoon\n\nNoon\n\nIt left at\u00a0noon,"
    )
    assert blocks(found, BlockKind.PARAGRAPH) == [
        "By Ada Brun.", "Noon", "It left at\u00a0noon, said the captain.", "Nobody waved.", "It came back.", "At six."
    ]  # fmt: skip
    assert (found.decoded, found.origin, found.notes) == (None, None, ())
    check(found)


def test_each_chapter_has_its_landmark():
    found = read(BOOK, None)
    kinds = [(mark.kind, mark.number, found.text[mark.at :].split("\n")[0]) for mark in found.structure.landmarks]
    assert kinds == [
        (LandmarkKind.CHAPTER, 1, "The Ferry of Ostrell"),
        (LandmarkKind.CHAPTER, 2, "Contents"),
        (LandmarkKind.CHAPTER, 3, "Noon"),
        (LandmarkKind.CHAPTER, 4, "Night"),
    ]


def test_a_chapter_without_text_keeps_its_number():
    found = read(book({"a.xhtml": "<p>One.</p>", "b.xhtml": "<img/>", "c.xhtml": "<p>Three.</p>"}), None)
    assert [(mark.at, mark.number) for mark in found.structure.landmarks] == [(0, 1), (6, 3)]


def test_the_title_and_the_contents_are_furniture():
    found = read(BOOK, None)
    assert furniture(found) == [("The Ferry of Ostrell", "title"), ("Contents", "contents"), ("Noon", "contents")]


def test_a_contents_page_of_an_older_book_is_known_by_the_guide():
    opf = package(["toc.xhtml", "one.xhtml"], version="2.0").replace(
        "</spine>", '</spine><guide><reference type="toc" href="toc.xhtml#top"/></guide>'
    )
    chapters = {"toc.xhtml": "<p>Noon 3</p>", "one.xhtml": "<p>It left.</p>"}
    assert furniture(read(book(chapters, others={"OEBPS/content.opf": opf}), None)) == [("Noon 3", "contents")]


def test_a_book_of_nothing_but_contents_keeps_them():
    assert furniture(read(book({"nav.xhtml": CHAPTERS["nav.xhtml"]}), None)) == []


def test_what_the_book_says_of_itself():
    said = read(BOOK, None).structure.metadata
    assert (said.title, said.author, said.publisher) == ("The Ferry of Ostrell", "Ada Brun", "Pier Press")
    assert (said.language, said.published, said.url) == ("en-GB", datetime.date(2022, 5, 31), None)


@pytest.mark.parametrize(
    ("version", "dates", "published"),
    [
        ("3.0", "<dc:date>2022-05-31T10:00:00Z</dc:date>", "2022-05-31"),
        ("2.0", "<dc:date>2022-05-31</dc:date>", None),
        ("2.0", '<dc:date opf:event="publication">2022-05-31</dc:date>', "2022-05-31"),
        ("2.0", '<dc:date opf:event="creation">2021-01-01</dc:date>', None),
        ("3.0", '<dc:date opf:event="modification">2021-01-01</dc:date>', None),
        ("3.0", "<dc:date>2022</dc:date>", None),
        ("3.0", "<dc:date>0101-01-01T00:00:00+00:00</dc:date>", None),
        ("3.0", '<meta property="dcterms:modified">2021-01-01</meta>', None),
    ],
)
def test_a_date_is_that_of_publication(version, dates, published):
    said = read(book(metadata=dates, version=version), None).structure.metadata
    assert said.published == (datetime.date.fromisoformat(published) if published else None)
    assert said.notes == ()


def test_a_date_that_cannot_be_is_told():
    said = read(book(metadata="<dc:date>2022-02-30</dc:date>"), None).structure.metadata
    assert said.notes == ("the book's package file: published is “2022-02-30”, not a date like 2022-05-31",)


def test_the_author_is_who_wrote_it_and_the_title_the_main_one():
    said = read(
        book(
            metadata="""<dc:title id="s">A Novel</dc:title><dc:title id="t">Ostrell</dc:title>
            <meta refines="#t" property="title-type">main</meta><meta refines="#s" property="title-type">subtitle</meta>
            <dc:creator opf:role="aut">Ada Brun</dc:creator><dc:creator id="c">Bo Lind</dc:creator>
            <meta refines="#c" property="role">aut</meta><dc:creator opf:role="ill">Cid Moe</dc:creator>"""
        ),
        None,
    ).structure.metadata
    assert (said.title, said.author) == ("Ostrell", "Ada Brun, Bo Lind")


def test_a_chapter_may_be_in_another_encoding_or_be_html():
    latin = '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Déjà vu.</p></body></html>'.encode("latin-1")
    opf = package(["a.xhtml", "b.xhtml"]).replace(
        'href="b.xhtml" media-type="application/xhtml+xml"', 'href="b.xhtml" media-type="text/html"'
    )
    found = read(
        book({"a.xhtml": latin, "b.xhtml": b"<p/>It left.<p>It came."}, others={"OEBPS/content.opf": opf}), None
    )
    assert blocks(found) == ["Déjà vu.", "It left.", "It came."]


def test_a_name_may_be_written_as_an_address():
    opf = package(["a b.xhtml"]).replace("a b.xhtml", "./x/../a%20b.xhtml#top")
    assert blocks(read(book({"a b.xhtml": "<p>It left.</p>"}, others={"OEBPS/content.opf": opf}), None)) == ["It left."]


@pytest.mark.parametrize(
    "href", ["../../etc/passwd", "/etc/passwd", "http://x.example/a", "file:///etc/passwd", "", "."]
)
def test_nothing_outside_the_book_is_a_chapter(href):
    opf = package(["a.xhtml", "b.xhtml"]).replace("b.xhtml", href)
    found = read(book({"a.xhtml": "<p>It left.</p>"}, others={"OEBPS/content.opf": opf}), None)
    assert (blocks(found), found.notes) == (["It left."], ("chapter 2 is missing",))


def test_a_damaged_chapter_is_told_and_the_others_are_read():
    opf = package(["a.xhtml", "b.xhtml", "c.xhtml"])
    parts = {"OEBPS/content.opf": opf, "OEBPS/b.xhtml": b"\0\1\2" * 50}
    found = read(book({"a.xhtml": "<p>It left.</p>", "c.xhtml": "<p>It came.</p>"}, others=parts), None)
    assert blocks(found) == ["It left.", "It came."]
    assert found.notes == ("chapter 2 holds control characters as only binary files do",)


def encrypted(algorithm, uri):
    return f"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
    xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/>
    <enc:CipherData><enc:CipherReference URI="{uri}"/></enc:CipherData></enc:EncryptedData></encryption>"""


def test_a_book_with_a_lock_is_encrypted_and_one_with_hidden_fonts_is_not():
    aes, fonts = "http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.idpf.org/2008/embedding"
    locked = {"META-INF/encryption.xml": encrypted(aes, "OEBPS/text/one.xhtml")}
    assert reason(book(others=locked)) == "encrypted"
    for algorithm, name in ((fonts, "OEBPS/font.otf"), (aes, "OEBPS/font.otf")):
        assert (
            read(book(others={"META-INF/encryption.xml": encrypted(algorithm, name)}), None).text
            == read(BOOK, None).text
        )


LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><container>&b;</container>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><container>&a;</container>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an EPUB"),
        (b"It left at noon.", "not an EPUB"),
        (BOOK[: len(BOOK) // 2], "not an EPUB"),
        (packed({"a.txt": "x"}), "its 'container.xml' is missing"),
        (book(others={"META-INF/container.xml": "<container/>"}), "does not say where its package file is"),
        (book(others={"META-INF/container.xml": CONTAINER.replace("OEBPS/", "../")}), "does not say where"),
        (book(others={"META-INF/container.xml": LAUGHS}), "declares entities"),
        (book(others={"META-INF/container.xml": OUTSIDE}), "declares entities"),
        (book(others={"META-INF/container.xml": '<!DOCTYPE a [<!ATTLIST a b CDATA "x">]><a/>'}), "declares entities"),
        (book(others={"OEBPS/content.opf": "<package><spine>"}), "its 'content.opf' is not XML, line 1"),
        (book(others={"OEBPS/content.opf": '<?xml version="1.0" encoding="nosuch"?><p/>'}), "its 'content.opf'"),
        (book(others={"OEBPS/content.opf": "<a>" * 200_000}), "has more than 100,000 elements"),
        (book(others={"OEBPS/content.opf": " " * 5_000_000}), "is larger than 4 MiB"),
        (book({"a.xhtml": b"\0" * 99}), "chapter 1 holds control characters"),
        (packed({"META-INF/container.xml": CONTAINER}, zipfile.ZIP_LZMA), "is packed by a method that is not read"),
    ],
)
def test_what_is_no_book_is_refused_in_one_line(content, said):
    assert said in reason(content)


def test_a_chapter_that_unpacks_to_too_much_is_left_out():
    found = read(book({"a.xhtml": "<p>It left.</p>", "b.xhtml": b" " * (epub.MOST_OF_A_CHAPTER + 1)}), None)
    assert (found.text, found.notes) == ("It left.", ("chapter 2 is larger than 16 MiB",))


def test_a_book_that_unpacks_to_too_much_is_read_as_far_as_may_be(monkeypatch):
    monkeypatch.setattr(epub, "MOST_UNPACKED", 4_000)
    found = read(
        book({"a.xhtml": "<p>It left.</p>", "b.xhtml": "<p>" + "It came. " * 500, "c.xhtml": "<p>Gone."}), None
    )
    assert blocks(found) == ["It left."]
    assert found.notes == ("chapter 2 stands beyond what may be unpacked of one book, and 1 more can't be read",)


def test_a_zip_with_a_password_is_encrypted():
    held = bytearray(BOOK)
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        place = held.rindex(b"META-INF/container.xml", 0, archive.start_dir + 2000) - 46 + 8
    held[place] |= 1
    assert reason(bytes(held)) == "its 'container.xml' is encrypted"


def test_a_chapter_deep_in_elements_is_read():
    found = read(book({"a.xhtml": "<div>" * 50_000 + "It left."}), None)
    assert blocks(found) == ["It left."]


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_any_bytes_are_a_book_or_a_reason(data):
    content = bytearray(data.draw(st.one_of(st.binary(max_size=200), st.just(BOOK))))
    for _ in range(data.draw(st.integers(0, 4))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        check(read(bytes(content), None))
    except UnreadableFile as error:
        assert str(error) and "\n" not in str(error)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_any_part_is_read_or_refused(data):
    parts = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": package(["a.xhtml"]),
        "OEBPS/a.xhtml": page("<p>It left."),
    }
    name = data.draw(st.sampled_from(sorted(parts)))
    whole = parts[name].encode()
    start, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    parts[name] = whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:]
    try:
        check(read(packed(parts), None))
    except UnreadableFile as error:
        assert str(error) and "\n" not in str(error)
