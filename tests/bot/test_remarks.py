"""What is said beside a verdict and of a receipt: the archive's words in it are slices, the rest is the catalogue's."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from bot.catalogue import Line
from bot.rendering.cited import render_cited
from bot.rendering.remarks import MOST_MARKS, remark_row
from bot.rendering.reply import Cut, Meta, Part, Reply, Row, Say
from bot.rendering.terminal_text import terminal_text
from bot.rendering.verdicts import render_verified
from retrieval import (
    Archive,
    Attribution,
    FileUnreadable,
    Fragments,
    Liberty,
    Lost,
    MarksDiffer,
    NoClarification,
    OtherBytes,
    OtherReader,
    Receipt,
    Remark,
    RetrievalSettings,
    Source,
    Span,
    StandsElsewhere,
    TextSays,
    TextSaysOnly,
    TooLong,
    TooScattered,
    TooShort,
    Uncheckable,
    WordsMoved,
    WordsOfATitle,
    receipt_json,
)
from retrieval.presenting.remarks import remarks_text
from retrieval.receipts import Fault

TEXT = "Mayor Ada Quill said the ferry left the harbour at noon. Nobody was on it.\n"
WHO = Attribution(Span(0, 20), "Mayor Ada Quill said", "said")
REMARKS: list[Remark] = [
    *Uncheckable,
    *Liberty,
    TooLong(20_000),
    *(TooShort(count, 3) for count in range(3)),
    TooScattered(1900, 60),
    NoClarification("the *old* harbour"),
    Fragments(2, 1),
    Fragments(3, 2),
    WordsOfATitle("A title"),
    StandsElsewhere("one.txt", "other.txt"),
    TextSaysOnly("d", ()),
]
LISTS: list[Remark] = [MarksDiffer(("…", "[sic]")), TextSays("d", (WHO,)), TextSaysOnly("d", (WHO, WHO))]
FAULTS: list[Fault] = [
    *Lost,
    FileUnreadable("it is a link"),
    OtherBytes("0" * 64),
    OtherReader("text/1", "text/2"),
    WordsMoved(Span(3, 9)),
]
SOURCE = Source("d", "d.txt", "A title", "0" * 64, "1" * 64, "text/1", datetime.date(2022, 5, 1))
RECEIPT = Receipt(
    "K7Q2M9XA4B",
    SOURCE,
    Span(0, 3),
    1,
    (Span(0, 3),),
    ("May",),
    None,
    1,
    datetime.datetime.now(datetime.UTC),
    (),
    (None,),
)


@pytest.fixture
def archive(tmp_path: Path, hash_encoder) -> Iterator[Archive]:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "ferry.txt").write_text(TEXT)
    opened = Archive(RetrievalSettings(archive=tmp_path / "archive", data=tmp_path / "data"), encoder=hash_encoder)
    opened.reindex()
    yield opened
    opened.close()


def shown(remark: Remark) -> str:
    return terminal_text(Reply((remark_row(remark),)))


def words_of(parts: tuple[Part, ...]) -> Iterator[str]:
    """Of everything but cuts."""
    for part in parts:
        if isinstance(part, Meta):
            yield part.text
        elif isinstance(part, Say):
            yield part.line.value
            yield from words_of(tuple(part.values.values()))


@pytest.mark.parametrize("remark", REMARKS, ids=repr)
def test_the_bot_and_the_command_line_say_the_same_sentence(remark: Remark) -> None:
    assert shown(remark) == remarks_text([remark])


@pytest.mark.parametrize("remark", LISTS, ids=repr)
def test_what_is_listed_is_the_same_but_for_what_stands_between(remark: Remark) -> None:
    assert re.findall(r"\w+|…", shown(remark)) == re.findall(r"\w+|…", remarks_text([remark]))


def test_no_kind_of_remark_and_no_kind_of_fault_is_left_out_here() -> None:
    assert {type(remark) for remark in REMARKS + LISTS} == set(get_args(Remark))
    assert {type(fault) for fault in FAULTS} == set(get_args(Fault))


def test_of_many_marks_some_are_named_and_all_are_counted() -> None:
    many = MarksDiffer(tuple(f"[{number}]" for number in range(MOST_MARKS + 3)))
    assert shown(many).endswith("“[4]” · and 3 more")
    assert remarks_text([many]) == "Editor’s marks differ: “[0]”, “[1]”, “[2]”, “[3]”, “[4]” and 3 more."


def test_the_words_that_name_another_speaker_are_slices_that_the_gate_takes_anew(archive: Archive) -> None:
    verified = archive.verify("the ferry left the harbour at noon", said_by="Otto Brandt")
    [remark] = verified.remarks
    assert isinstance(remark, TextSays) and "Ada Quill" in remark.said[0].words
    bare = Reply(tuple(remark_row(each) for each in verified.remarks))
    cuts = list(bare.cuts())
    assert [cut.text for cut in cuts] == [mark.words for mark in remark.said]
    assert archive.slices([(cut.document_id, cut.span) for cut in cuts]) == [cut.text for cut in cuts]
    assert set(cuts) <= set(render_verified(verified).cuts())


@pytest.mark.parametrize("remark", LISTS[1:], ids=repr)
def test_no_word_of_a_document_is_in_anything_but_a_cut(remark: Remark) -> None:
    row = remark_row(remark)
    assert row.label is not None
    assert not any("Quill" in words for words in words_of((row.label, *row.parts)))
    assert any(isinstance(part, Cut) for part in row.parts)


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_fault_of_a_receipt_is_told_in_the_same_words_as_in_its_file(fault: Fault) -> None:
    receipt = dataclasses.replace(RECEIPT, faults=(fault,))
    reply = render_cited((receipt,))
    [row] = [block for block in reply.blocks if isinstance(block, Row) and Line.RECEIPT_FAULT in lines_of(block)]
    [said] = receipt_json(receipt)["faults"]
    assert terminal_text(Reply((row,))) == f"Not as it was: {said}."


def lines_of(row: Row) -> list[Line]:
    return [part.line for part in row.parts if isinstance(part, Say)]
