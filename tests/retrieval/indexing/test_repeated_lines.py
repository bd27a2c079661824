"""Lines that a publisher puts under every story are no body text, whatever the order in which the stories came."""

from __future__ import annotations

import gzip
import json
import shutil

import pytest

from retrieval.filters import EVERYTHING
from retrieval.indexing.repetition import FEWEST
from retrieval.presenting.index import report_json, status_json
from retrieval.repeated_lines import LONGEST, REASON
from retrieval.status import furniture_of, status_of
from retrieval.store.protocol import WordQuery

FOOT = "Sign up for the Ostrell morning letter"
STORIES = [f"The bakery at pier {n} sells {n} kinds of rye bread and nobody else does." for n in range(FEWEST + 2)]


def story(number, foot=FOOT):
    return f"Story {number}\n\n{STORIES[number]}\n\n{foot}\n"


def marked_lines(index):
    snapshot = index.snapshot()
    found = {}
    for source in snapshot.sources():
        document = snapshot.document(source.id)
        marks = [mark.span.of(document.text) for mark in document.furniture if mark.reason == REASON]
        found[source.path.partition("/")[2]] = marks
    return found


def shown(index):
    """Path -> the words of each of its passages."""
    snapshot = index.snapshot()
    keys = list(range(1, 200))
    held = snapshot.passages(keys)
    return sorted((passage.code, passage.span.of(snapshot.text(passage.document_id))) for passage in held.values())


def test_a_line_under_many_stories_is_furniture_and_not_indexed(index, put):
    for number in range(FEWEST):
        put(f"news/{number}.txt", story(number))
    index.run()
    assert marked_lines(index) == {f"news/{number}.txt": [FOOT] for number in range(FEWEST)}
    assert not any(FOOT in words for _, words in shown(index))
    assert index.run().generation == 1  # and stays so


def test_the_story_that_makes_it_many_marks_it_in_those_that_were_there(index, put):
    for number in range(FEWEST - 1):
        put(f"news/{number}.txt", story(number))
    index.run()
    assert marked_lines(index) == {f"news/{number}.txt": [] for number in range(FEWEST - 1)}
    assert any(FOOT in words for _, words in shown(index))
    put(f"news/{FEWEST - 1}.txt", story(FEWEST - 1))
    report = index.run()
    assert report.same == FEWEST - 1
    assert marked_lines(index) == {f"news/{number}.txt": [FOOT] for number in range(FEWEST)}
    grown = shown(index)
    (index.folder / "news" / "0.txt").unlink()
    index.run()
    assert set(map(tuple, marked_lines(index).values())) == {()}
    put("news/0.txt", story(0))
    index.run()
    assert shown(index) == grown


def test_the_order_of_runs_makes_no_difference(index, put):
    for number in range(FEWEST + 1):
        put(f"news/{number}.txt", story(number))
        index.run()
    one_by_one = (marked_lines(index), shown(index))
    shutil.rmtree(index.place)
    index.place.mkdir()
    index.run()
    assert (marked_lines(index), shown(index)) == one_by_one


@pytest.mark.parametrize("foot", ["x" * (LONGEST + 1), "So it ended, and the ferry left.\nThe crowd went home."])
def test_prose_is_never_taken_for_a_repeated_line_where_it_differs_or_is_long(index, put, foot):
    for number in range(FEWEST):
        own = foot if len(foot) > LONGEST else f"{foot} {number}"
        put(f"news/{number}.txt", story(number, own))
    index.run()
    marks = marked_lines(index)
    assert all(FOOT not in lines for lines in marks.values())
    assert all(not line.startswith(("x", "The crowd")) for lines in marks.values() for line in lines)


def test_what_copies_of_one_story_have_alike_is_the_story(index, put):
    for number in range(3 * FEWEST):
        put(
            f"{number}.txt",
            f"Story\n\nThe ferry left.\n\nIt carried forty people over a sound.\n\nPage {number % 7}",
        )
    index.run()
    assert not any(marked_lines(index).values())


def test_a_document_keeps_its_main_paragraph(index, put):
    for number in range(FEWEST + 2):
        put(f"{number}.txt", story(number) if number > 1 else f"Story\n\n{FOOT}")
    index.run()
    marks = marked_lines(index)
    assert marks.pop("0.txt") == marks.pop("1.txt") == []
    assert set(map(tuple, marks.values())) == {(FOOT,)}


def test_lines_are_counted_by_publisher(index, put):
    for number in range(FEWEST):
        put(f"{number}.txt", story(number))
        put(f"{number}.toml", f'publisher = "Paper {number % 2}"')
    index.run()
    assert not any(marked_lines(index).values())


def test_what_is_marked_is_listed_with_its_reason(index, put):
    for number in range(FEWEST):
        put(f"news/{number}.txt", story(number))
    index.run()
    marked = {(each.reason, each.text): each.documents for each in furniture_of(index.snapshot())}
    assert marked == {(REASON, FOOT): FEWEST} | {("title", f"Story {number}"): 1 for number in range(FEWEST)}


def test_a_line_at_the_top_and_at_the_bottom_is_marked_in_both_places(index, put):
    for number in range(FEWEST):
        put(f"news/{number}.txt", f"Story {number}\n\n{FOOT}\n\n{STORIES[number]}\n\n{FOOT}\n")
    index.run()
    assert marked_lines(index) == {f"news/{number}.txt": [FOOT, FOOT] for number in range(FEWEST)}
    assert index.run().generation == 1


def test_status_tells_what_is_doubtful_and_what_is_there_twice(index, put):
    put("a.md", "---\npublished: 2022-02-30\n---\n# Ferry\n\nIt left.")
    put("b.txt", "The same words.\n\nOf two files.")
    put("c/b.txt", "The same words.\n\nOf two files.")
    put("d.txt", "Città perché così".encode("cp1252"))
    status = status_of(index.snapshot()) if index.run() else None
    doubtful = {each.path: each.note for each in status.doubtful}
    assert doubtful.keys() == {"a.md", "d.txt"}
    assert doubtful["a.md"] == "the front matter: published is “2022-02-30”, not a date like 2022-05-31"
    assert doubtful["d.txt"].startswith("its encoding is not said; read as cp1252, confidence 0.")
    assert status.duplicates == (("archive/b.txt", "archive/c/b.txt"),)
    put("a.md", "---\npublished: 2022-02-28\n---\n# Ferry\n\nIt left.")
    report = index.run()
    assert [each.path for each in report.doubtful] == ["d.txt"]
    assert list(report_json(report)["doubtful"]) == status_json(status_of(index.snapshot()))["doubtful"]


def rows(lines, publisher=None):
    """A JSONL file of so many stories, each with that line under it."""
    return "\n".join(
        json.dumps({"id": str(n), "title": f"Row {n}", "text": f"{STORIES[n]}\n\n{line}", "publisher": publisher})
        for n, line in enumerate(lines)
    )


def test_the_stories_of_one_file_have_their_repeated_line_marked(index, put):
    put("wire.jsonl", rows([FOOT] * FEWEST, "Ostrell Courier"))
    index.run()
    assert list(marked_lines(index).values()) == [[FOOT]] * FEWEST
    assert index.run().generation == 1


@pytest.mark.parametrize("packed", [lambda text: text, gzip.compress])
def test_stories_that_are_a_file_each_are_counted_together_however_they_are_packed(index, put, packed):
    for number in range(FEWEST):
        content = packed(story(number).encode())
        put(f"news/{number}.txt" + ("" if content.startswith(b"Story") else ".gz"), content)
    index.run()
    assert list(marked_lines(index).values()) == [[FOOT]] * FEWEST


@pytest.mark.parametrize("later", [False, True])
def test_rows_that_claim_a_publisher_do_not_hide_a_line_of_its_own_story(index, put, later):
    denial = "The mayor denies it."
    put("0.txt", story(0, denial))
    put("0.toml", 'publisher = "Ostrell Courier"')
    if later:
        index.run()
    put("claims.jsonl", rows([denial] * (FEWEST + 1), "Ostrell Courier"))
    index.run()
    marks = marked_lines(index)
    assert marks.pop("0.txt") == []
    assert list(marks.values()) == [[denial]] * (FEWEST + 1)
    found = index.snapshot().by_words(WordQuery("", phrases=("The mayor denies it",)), EVERYTHING, 9)
    assert len(found) == 1


def test_a_publisher_and_a_collection_of_one_name_are_two_groups(index, put):
    for number in range(FEWEST):
        put(f"{'Courier/' if number % 2 else ''}{number}.txt", story(number))
        if not number % 2:
            put(f"{number}.toml", 'publisher = "Courier"')
    index.run()
    assert not any(marked_lines(index).values())
