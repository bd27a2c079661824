"""PDF: paragraphs, pages, running heads; and files that are no such thing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from retrieval.errors import UnreadableFile
from retrieval.reading.pdf.document import read
from retrieval.records import BlockKind, LandmarkKind
from tests.retrieval.reading.office_files import (
    Drawn,
    assert_read_or_refused,
    blocks,
    column,
    damaged,
    furniture,
    landmarks,
    pdf,
)

BODY = [
    "The board of the Veltmar ferry met on Tuesday and heard that the two oldest boats would",
    "be laid up for the winter, said its chair, who did not name the yard. The crews are to",
    "stay on half pay until the spring.",
]
SECOND = [
    "Passengers were told to take the bridge at Ostrand, which is open to foot traffic and is",
    "watched by the harbour office at night.",
]


def page(number: int) -> list[Drawn]:
    head = [(72.0, 800.0, 9.0, "Veltmar Ferry Board - Report for the year")]
    words = [f"On day {number} the ferry carried {number * 7} passengers across the sound and came back on", "time."]
    return [*head, *column(740, words), (290.0, 40.0, 9.0, str(number + 4))]


def test_paragraphs_end_at_a_wider_gap() -> None:
    extracted = read(pdf([[*column(740, BODY), *column(680, SECOND)]]), None)
    assert blocks(extracted) == ["\n".join(BODY), "\n".join(SECOND)]
    assert extracted.text == "\n".join(BODY) + "\n\n" + "\n".join(SECOND)


def test_paragraphs_end_where_the_next_line_is_indented() -> None:
    lines = [*column(740, BODY), (90.0, 698.0, 11.0, SECOND[0]), (72.0, 684.0, 11.0, SECOND[1])]
    assert blocks(read(pdf([lines]), None)) == ["\n".join(BODY), "\n".join(SECOND)]


def test_paragraphs_end_where_the_next_word_had_room() -> None:
    assert blocks(read(pdf([column(740, [*BODY, *SECOND])]), None)) == ["\n".join(BODY), "\n".join(SECOND)]


def test_a_sentence_that_ends_at_a_full_line_ends_no_paragraph() -> None:
    lines = ["The ferry board met on Tuesday and heard all that was to be heard of boats. It", "rose at nine."]
    lines = [lines[0], lines[1], *["And then it heard of the winter, of the yard, of the crews and of their pay, too."]]
    full = ["It heard of the winter, of the yard, of the crews, of the boats, and all their pay.", "It rose at nine."]
    assert blocks(read(pdf([column(740, full)]), None)) == ["\n".join(full)]
    assert len(blocks(read(pdf([column(740, lines)]), None))) == 2


def test_a_word_broken_at_a_lines_end_keeps_its_hyphen() -> None:
    lines = ["The harbour mas-", "ter and a well-", "known pilot spoke."]
    assert read(pdf([column(740, lines)]), None).text == "The harbour mas-\nter and a well-\nknown pilot spoke."


def test_pages_are_landmarks_and_end_a_block() -> None:
    extracted = read(pdf([column(740, ["The first page goes"]), [], column(740, ["on upon the third."])]), None)
    assert blocks(extracted) == ["The first page goes", "on upon the third."]
    assert landmarks(extracted) == [(1, "The first pa"), (2, "on upon the "), (3, "on upon the ")]
    assert {mark.kind for mark in extracted.structure.landmarks} == {LandmarkKind.PAGE}
    assert extracted.notes == ("page 2 has no text",)


def test_pages_without_text_are_named_together() -> None:
    words = column(740, ["Words."])
    extracted = read(pdf([words, [], words, words, [], [], [], words, []]), None)
    assert extracted.notes == ("pages 2, 5–7, 9 have no text",)
    assert extracted.structure.landmarks[-1].at == len(extracted.text)


def test_running_heads_and_page_numbers_are_furniture() -> None:
    found = furniture(read(pdf([page(number) for number in range(1, 5)]), None))
    assert found.count(("Veltmar Ferry Board - Report for the year", "running head")) == 4
    assert [words for words, reason in found if reason == "page number"] == ["5", "6", "7", "8"]
    assert len(found) == 8


def test_numbers_that_do_not_count_on_are_text() -> None:
    pages = [[*column(740, [f"Boats: {'one ' * value}"]), (290.0, 40.0, 9.0, str(value))] for value in (9, 4, 7, 2)]
    assert furniture(read(pdf(pages), None)) == []


def test_a_line_on_two_pages_is_no_running_head() -> None:
    assert furniture(read(pdf([page(1)[:-1], page(2)[:-1]]), None)) == []


def test_headings_that_stand_at_the_top_of_pages_are_headings() -> None:
    pages = [
        [(72.0, 780.0, 18.0, f"Part {part}"), *column(740, [f"{'Boat ' * part}went."] * 3)] for part in (1, 2, 3, 4)
    ]
    extracted = read(pdf(pages), None)
    assert [block.kind for block in extracted.structure.blocks[:2]] == [BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert all(reason == "title" for _, reason in furniture(extracted))


def test_properties_are_read_and_dates_of_files_are_not() -> None:
    metadata = read(pdf([column(740, BODY)], title="Half Pay", author="Mira Ostrand", language="en-GB"), None).structure
    assert (metadata.metadata.title, metadata.metadata.author) == ("Half Pay", "Mira Ostrand")
    assert (metadata.metadata.language, metadata.metadata.published) == ("en-GB", None)


@pytest.mark.parametrize("title", ["Microsoft Word - x.doc", "untitled", "report_final.docx", "\u202e \x01"])
def test_what_programs_write_for_a_title_is_none(title: str) -> None:
    assert read(pdf([column(740, BODY)], title=title, author="Administrator"), None).structure.metadata.title is None


def test_the_largest_type_of_the_first_page_is_the_title() -> None:
    extracted = read(pdf([[(72.0, 780.0, 20.0, "Ferries Laid Up"), *column(740, BODY)]]), None)
    assert extracted.structure.metadata.title == "Ferries Laid Up"
    assert furniture(extracted) == [("Ferries Laid Up", "title")]


def test_a_title_of_ten_thousand_characters_is_a_note() -> None:
    extracted = read(pdf([column(740, BODY)], title="x" * 10_000), None)
    assert extracted.structure.metadata.title is None
    assert extracted.structure.metadata.notes == ("the PDF's properties: title is longer than 2000 characters",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf([[], []]), "holds no text, only pictures of pages"),
        (pdf([column(740, BODY)], encrypt="secret"), "encrypted"),
        (b"", "not a PDF, or damaged"),
        (b"%PDF-1.7\n" + b"\0" * 100, "not a PDF, or damaged"),
        (pdf([column(740, BODY)])[:400], "not a PDF, or damaged"),
    ],
)
def test_what_can_not_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(content, None)


def test_a_file_of_endless_text_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.reading.pdf.document.MOST_CHARACTERS", 1000)
    with pytest.raises(UnreadableFile, match="million characters"):
        read(pdf([column(740, BODY)] * 8), None)


SEED = pdf([page(1), page(2), page(3)], title="Half Pay")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(SEED, most=20))
def test_damaged_files_are_read_or_refused(content: bytes) -> None:
    assert_read_or_refused(read, content)
