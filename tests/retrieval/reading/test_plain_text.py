"""Plain text: the title line, the counters under it, and paragraphs."""

from __future__ import annotations

import hashlib

import pytest

from retrieval.records import BlockKind
from retrieval.splitting import cut_passages


def titles_and_counters(document):
    return [(mark.span.of(document.text), mark.reason) for mark in document.furniture]


def paragraphs(document):
    return [block.span.of(document.text) for block in document.blocks if block.kind is BlockKind.PARAGRAPH]


@pytest.fixture
def seed_document(seed, read):
    return read(seed.name, seed.read_bytes())


def test_the_seed_is_read_as_it_is(seed_document, seed):
    content = seed.read_bytes()
    assert seed_document.text.encode() == content
    assert seed_document.source.sha256 == hashlib.sha256(content).hexdigest()
    assert seed_document.source.text_sha256 == seed_document.source.sha256
    assert seed_document.source.reader == "text/1"
    assert seed_document.source.path == "archive/000_1c64d74089188847.txt"


def test_the_seed_has_one_title_and_its_two_numbers_are_counters(seed_document):
    title = "Russian Soldiers From 70th Regiment Refuse Orders To Fight Ukraine"
    assert seed_document.source.title == title
    assert titles_and_counters(seed_document) == [(title, "title"), ("0\n1352", "counter")]


def test_the_seed_says_nothing_of_who_wrote_it_or_when(seed_document):
    source = seed_document.source
    assert (source.author, source.publisher, source.published, source.url) == (None, None, None, None)
    assert (source.collection, source.status) == (None, None)
    assert (source.language, source.language_is_detected) == ("en", True)


def test_no_passage_of_the_seed_holds_its_title_or_its_counters(seed_document):
    passages = [passage.span.of(seed_document.text) for passage in cut_passages(seed_document)]
    assert not any("1352" in words or "Refuse Orders" in words for words in passages)
    assert not any(line == "0" for words in passages for line in words.splitlines())


def test_the_seed_has_four_paragraphs_and_each_is_a_passage(seed_document):
    passages = cut_passages(seed_document)
    assert [passage.paragraph for passage in passages] == [1, 2, 3, 4]
    assert [passage.span.of(seed_document.text) for passage in passages] == paragraphs(seed_document)
    assert paragraphs(seed_document)[0].startswith("Multiple Russian units have evidently refused")
    assert paragraphs(seed_document)[3].endswith("further focusing their ground efforts elsewhere.")


@pytest.mark.parametrize(
    "first",
    [
        "This line ends as a sentence does.",
        "Does this one?",
        "It does!”",
        "A line\nand another",
        "x" * 201,
        "12,345",
        "1.2K",
    ],
)
def test_a_first_paragraph_that_is_no_headline_is_body(read, first):
    document = read("page.txt", f"{first}\n\nThe ferry left at noon.")
    assert document.source.title == "page"
    assert paragraphs(document) == [first, "The ferry left at noon."]


def test_one_line_alone_is_body(read):
    document = read("page.txt", "The ferry of Ostrell")
    assert (document.source.title, paragraphs(document)) == ("page", ["The ferry of Ostrell"])


@pytest.mark.parametrize("counter", ["0", "1352", "1,352", "3.4K", "2M", "12\n3", "1 200"])
def test_bare_numbers_under_the_title_are_counters(read, counter):
    document = read("page.txt", f"The ferry\n\n{counter}\n\n7\n\nIt left at noon.")
    assert titles_and_counters(document) == [("The ferry", "title"), (counter, "counter"), ("7", "counter")]
    assert paragraphs(document) == ["It left at noon."]


def test_numbers_further_down_are_body(read):
    document = read("page.txt", "The ferry\n\nIt left at noon.\n\n1352\n\nIt came back.")
    assert paragraphs(document) == ["It left at noon.", "1352", "It came back."]


def test_a_page_of_numbers_alone_keeps_them(read):
    document = read("page.txt", "Tide table\n\n1.20\n\n2.35\n\n3.10")
    assert paragraphs(document) == ["1.20", "2.35", "3.10"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_as_they_are_and_blank_lines_part_paragraphs(read, end):
    content = end.join(["The ferry", "", "It left", "at noon.", "  \t", "It came back.", ""])
    document = read("page.txt", content)
    assert document.text == content
    assert paragraphs(document) == [f"It left{end}at noon.", "It came back."]
    assert document.source.title == "The ferry"


@pytest.mark.parametrize("character", ["\x0c", "\x0b", "\u2028", "\u2029", "\x85", "\x1c"])
def test_only_line_ends_end_lines(read, character):
    document = read(
        "page.txt", f"The ferry left the harbour at noon.\nIt came{character}back.\nIt left again the day after."
    )
    assert paragraphs(document) == [document.text]


def test_white_space_around_a_paragraph_is_not_part_of_it(read):
    document = read("page.txt", "\n \n\u00a0 The ferry left.\t\n\n\n\u3000It came back. \n\n")
    assert paragraphs(document) == ["The ferry left.", "It came back."]
