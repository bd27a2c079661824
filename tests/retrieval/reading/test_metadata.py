"""What a source says of itself: from a sidecar, then front matter, then its own text; never guessed."""

from __future__ import annotations

import datetime
import os
import re

import pytest

from retrieval.errors import UnreadableFile
from retrieval.splitting import cut_passages

MAY = datetime.date(2022, 5, 31)


def page(front_matter: str) -> str:
    return f"---\n{front_matter}\n---\n\n# The ferry\n\nIt left at noon.\n"


def test_front_matter_is_read_and_is_furniture(read):
    document = read(
        "page.md",
        page(
            'title: "The ferry: no more"\nauthor: A. Brandt\npublisher: Ostrell Courier\npublished: 2022-05-31\n'
            "url: https://ostrell.example/ferry\nlanguage: en\ncollection: boats\n"
            "status: disputed\nstatus_note: So it is.\nlayout: post"
        ),
    )
    source = document.source
    assert (source.title, source.author, source.publisher) == ("The ferry: no more", "A. Brandt", "Ostrell Courier")
    assert (source.published, source.url, source.language) == (MAY, "https://ostrell.example/ferry", "en")
    assert (source.collection, source.status, source.status_note) == ("boats", "disputed", "So it is.")
    [mark] = document.furniture
    assert mark.reason == "front matter"
    assert mark.span.of(document.text).endswith("layout: post\n---\n")
    assert [passage.span.of(document.text) for passage in cut_passages(document)] == ["It left at noon."]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter_ends_where_its_line_does(read, end):
    document = read("page.md", page("title: Boats").replace("\n", end))
    assert document.source.title == "Boats"
    assert [passage.span.of(document.text) for passage in cut_passages(document)] == ["It left at noon."]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("date: 2022-05-31", MAY), ("published: '2022-05-31'", MAY), ("published: 2022-05-31T23:59:00+02:00", MAY),
        ("published: 2022-05-31 10:00:00 +0200", MAY), ("published:", None), ("published: ''", None),
        ("title: x", None), ("published: ~", None), ("published: 2022", None), ("date: 2022-05", None),
    ],
)  # fmt: skip
def test_dates_in_front_matter(read, said, expected):
    assert read("page.md", page(said)).source.published == expected


@pytest.mark.parametrize(
    "said",
    [
        "published: 2022-02-30", "date: 2022-13-01", "published: yesterday", "published: [2022]", "published: true",
        "published: 0000-01-01", "published: 31.5.2022", "published: {}",
    ],
)  # fmt: skip
def test_a_date_that_is_none_is_told_and_never_guessed(reading, said):
    metadata = reading("page.md", page(said)).metadata
    assert metadata.published is None
    [note] = metadata.notes
    assert re.fullmatch(r"the front matter: published is (“.+”, )?not a date like 2022-05-31", note)


@pytest.mark.parametrize(
    "said",
    [
        "title: [", "title: 'x", "a: b: c", "\t- x", "a: *nothing", "? [a]\n: b", "a: " + "[" * 1000,
        "a: \0 " + "b" * 60, 'a: "\\UFFFFFFFF"',
    ],
)  # fmt: skip
def test_front_matter_that_is_not_yaml_is_told_in_one_line(read, said):
    with pytest.raises(UnreadableFile) as refusal:
        read("page.md", page(said))
    assert str(refusal.value).startswith("the front matter is not YAML")
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("title: 1.10", "1.10"), ("title: no", "no"), ("title: 0b_", "0b_"), ("title: 2022-02-30", "2022-02-30"),
        ("title: !!python/object/apply:os.system [x]\nauthor: y", None), ("title: !!int x", "x"),
        ("title: ~", "The ferry"),
    ],
)  # fmt: skip
def test_values_in_front_matter_are_the_text_that_stands_there(read, said, title):
    if title is None:
        with pytest.raises(UnreadableFile, match="title is not text"):
            read("page.md", page(said))
    else:
        assert read("page.md", page(said)).source.title == title


def test_an_endless_field_is_told(read):
    with pytest.raises(UnreadableFile, match=r"^the front matter: title is longer than \d+ characters$"):
        read("page.md", page("title: " + "1" * 5000))


@pytest.mark.parametrize(
    "said", ["no", "0b_", "1.10", "0x1F", "2022-02-30", "1:30", "+5", "NaN", "yes", "9" * 1999, "Null and void"]
)
def test_a_field_of_front_matter_is_the_text_that_stands_there(read, said):
    source = read("page.md", page(f"title: {said}\nlanguage: {said}")).source
    assert (source.title, source.language) == (said, said)


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!int", "!!timestamp", "!own"])
def test_tags_in_front_matter_make_nothing_but_text(read, tag):
    assert read("page.md", page(f"title: {tag} ferry\nother: {tag} x")).source.title == "ferry"


@pytest.mark.parametrize("said", ["", "~", "null", "NULL"])
def test_a_field_left_open_is_not_said(read, said):
    source = read("page.md", page(f"title: {said}\nauthor: {said}\nstatus: {said}")).source
    assert (source.title, source.author, source.status) == ("The ferry", None, None)


ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))


@pytest.mark.parametrize("field", ["title", "status"])
def test_aliases_of_aliases_make_a_short_reason_and_soon(read, field):
    with pytest.raises(UnreadableFile, match=f"^the front matter: {field} is not text$"):
        read("page.md", page(f"{ALIASES}{field}: *a59"))


def test_aliases_of_aliases_make_a_short_note_and_soon(reading):
    notes = reading("page.md", page(f"{ALIASES}published: *a59")).metadata.notes
    assert notes == ("the front matter: published is not a date like 2022-05-31",)


def test_a_reason_quotes_no_more_than_forty_characters(read, reading):
    with pytest.raises(UnreadableFile, match=f"status is “{'x' * 40}…”, not "):
        read("page.md", page(f"status: {'x' * 1000}"))
    [note] = reading("page.md", page(f"published: {'x' * 1000}")).metadata.notes
    assert f"published is “{'x' * 40}…”, not " in note


def test_front_matter_as_long_as_a_book_is_not_parsed(read):
    with pytest.raises(UnreadableFile, match=r"^the front matter is longer than 64 KiB$"):
        read("page.md", page("title: x\n" * 10_000))


def test_a_title_as_long_as_a_page_is_told_rather_than_indexed_with_every_passage(read):
    with pytest.raises(UnreadableFile, match=r"^the front matter: title is longer than 2000 characters$"):
        read("page.md", page(f"title: {'x' * 2001}"))


def test_bad_front_matter_names_the_line(read):
    with pytest.raises(UnreadableFile, match=r"line 3$"):
        read("page.md", page("title: The ferry\nauthor: A: B\nlayout: post"))


@pytest.mark.parametrize(
    "content", ["---\n\nIt left.\n\n---\n", "---\n- a\n- b\n---\n\nx", "---\nno colon here\n---\nx"]
)
def test_a_rule_at_the_top_is_no_front_matter(read, content):
    assert read("page.md", content).furniture == ()


@pytest.mark.parametrize("said", ["title: {a: b}", "author: [A, B]", "publisher: [x]", "status: [x]"])
def test_a_field_that_is_no_text_is_told(read, said):
    with pytest.raises(UnreadableFile, match="is not text"):
        read("page.md", page(said))


def test_a_status_is_known_in_any_case(reading):
    assert reading("page.md", page("status: Retracted")).metadata.status == "retracted"


def test_an_unknown_status_is_told(read):
    with pytest.raises(UnreadableFile, match=r"status is “fine”, not one of corrected, retracted, disputed"):
        read("page.md", page("status: fine"))


@pytest.mark.parametrize("name", ["page.toml", "page.txt.toml"])
def test_a_sidecar_in_toml(read, put, name):
    put(name, 'title = "Boats"\npublished = 2022-05-31\nauthor = "  A.\\n Brandt "\nstatus = "retracted"\n')
    source = read("page.txt", "The ferry\n\nIt left at noon.").source
    assert (source.title, source.published, source.author, source.status) == ("Boats", MAY, "A. Brandt", "retracted")


@pytest.mark.parametrize("name", ["page.json", "page.txt.json"])
def test_a_sidecar_in_json(read, put, name):
    put(name, '{"title": "Boats", "published": "2022-05-31", "unknown": [1]}')
    source = read("page.txt", "The ferry\n\nIt left at noon.").source
    assert (source.title, source.published, source.author) == ("Boats", MAY, None)


def test_a_sidecar_goes_before_front_matter_and_front_matter_before_the_heading(read, put):
    put("page.toml", 'author = "of the sidecar"\n')
    source = read("page.md", page("author: of the front matter\ntitle: of the front matter")).source
    assert (source.author, source.title) == ("of the sidecar", "of the front matter")


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("page.toml", "title = 1984", "1984"), ("page.json", '{"title": 1984}', "1984"),
        ("page.toml", "title = 1.10", "1.10"), ("page.json", '{"title": 1.10}', "1.10"),
        ("page.json", '{"title": "x", "title": "y"}', "y"),
        ("page.json", '{"other": 1' + "0" * 9000 + "}", "The ferry"),
        ("page.toml", "other = 0x" + "F" * 9000, "The ferry"), ("page.toml", "published = 2022", "The ferry"),
        ("page.json", '{"other": NaN, "date": 2022}', "The ferry"),
    ],
)  # fmt: skip
def test_numbers_in_a_sidecar_stay_as_written(read, put, name, content, title):
    put(name, content)
    source = read("page.txt", "The ferry\n\nIt left at noon.").source
    assert (source.title, source.published) == (title, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.toml", "title = 0x" + "F" * 9000),
        ("page.toml", "title = true"), ("page.toml", "title = 1" + "0" * 9000),
        ("page.toml", "a" * 9000 + " = 1\n" + "a" * 9000 + " = 2"),
        ("page.toml", "# " + "x" * 16 * 1024), ("page.json", " " * 1024 * 1024 + "{}"),
        ("page.toml", "a = {" + "b" * 5000 + " = 1, " + "b" * 5000 + " = 2}"), ("page.toml", "a = " + "[" * 9000),
        ("page.toml", "title = "), ("page.json", "{"), ("page.json", '{"status": "retracted"'),
        ("page.json", '{"status": "published"}'), ("page.json", '{"status": true}'), ("page.json", "[" * 100_000),
        ("page.json", '[{"status": "retracted"}]'), ("page.toml", b"title = \"\xff\""), ("page.json", ""),
        ("page.TOML", "title = "), ("page.txt.JSON", "{"),
    ],
)  # fmt: skip
def test_a_sidecar_that_can_not_be_read_is_told_by_name_in_one_line(read, put, name, content):
    put(name, content)
    with pytest.raises(UnreadableFile, match=f"its metadata file {name}") as refusal:
        read("page.txt", "The ferry\n\nIt left at noon.")
    assert len(str(refusal.value).splitlines()) == 1
    assert len(str(refusal.value).encode()) < 250


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.toml", "published = 0x" + "F" * 9000), ("page.json", '{"published": NaN}'),
        ("page.json", '{"published": {"a": "' + "x" * 9000 + '"}}'), ("page.json", '{"published": "\\ud800"}'),
        ("page.json", '{"published": 5}'), ("page.toml", "published = 10:00:00"),
        ("page.toml", 'published = "2022-02-30"'),
    ],
)  # fmt: skip
def test_an_impossible_date_in_a_sidecar_is_noted_and_the_rest_is_read(reading, put, name, content):
    put(name, content)
    metadata = reading("page.txt", "The ferry\n\nIt left at noon.").metadata
    assert (metadata.title, metadata.published) == ("The ferry", None)
    [note] = metadata.notes
    assert note.startswith(f"its metadata file {name}: published is ")
    assert len(note.encode()) < 250
    note.encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[1, 2]", "does not hold named fields, and is left alone"),
        ('"x"', "does not hold named fields, and is left alone"),
        ('{"dependencies": {}}', "has none of the fields that say something here, and is left alone"),
        ('{"title": true}', ": title is not text"), ('{"author": [{"name": "A. Brandt"}]}', ": author is not text"),
        ('{"title": "\\ud800"}', ": title holds half a character"),
    ],
)  # fmt: skip
def test_json_of_another_program_is_noted_and_its_neighbour_is_read(reading, put, content, told):
    put("page.json", content)
    metadata = reading("page.txt", "The ferry\n\nIt left at noon.").metadata
    assert metadata.title == "The ferry"
    [note] = metadata.notes
    assert note.removeprefix("its metadata file page.json").strip() == told


def test_a_retraction_among_fields_that_are_no_metadata_is_not_lost(reading, put):
    put("page.json", '{"status": "Retracted", "status_note": "Forged.", "author": ["A. Brandt"], "title": "The boat"}')
    metadata = reading("page.txt", "The ferry\n\nIt left at noon.").metadata
    assert (metadata.status, metadata.status_note, metadata.title) == ("retracted", "Forged.", "The boat")
    assert metadata.notes == ("its metadata file page.json: author is not text",)


@pytest.mark.parametrize("name", ["page.TOML", "page.txt.TOML"])
def test_an_ending_in_capitals_is_the_same_ending(read, put, name):
    put(name, 'status = "retracted"')
    assert read("page.txt", "The ferry\n\nIt left at noon.").source.status == "retracted"


def test_a_retraction_in_a_second_sidecar_is_not_lost_for_there_being_a_first(read, put):
    put("page.txt.json", '{"author": "A. Brandt"}')
    put("page.toml", 'status = "retracted"\nauthor = "Another"')
    source = read("page.txt", "The ferry\n\nIt left at noon.").source
    assert (source.status, source.author) == ("retracted", "A. Brandt")


def test_a_date_is_never_the_time_of_the_file(read, put):
    path = put("page.txt", "The ferry\n\nIt left at noon.")
    os.utime(path, (0, 0))
    assert read("page.txt").source.published is None


def test_the_collection_is_the_first_folder_unless_it_is_given(read, put):
    text = "The ferry\n\nIt left at noon."
    assert read("page.txt", text).source.collection is None
    assert read("boats/2022/page.txt", text).source.collection == "boats"
    put("boats/given.toml", 'collection = "harbour"')
    assert read("boats/given.txt", text).source.collection == "harbour"


def test_the_context_line_is_title_publisher_and_date(read, put):
    put("page.toml", 'publisher = "Ostrell Courier"\npublished = 2022-05-31\nauthor = "A. Brandt"')
    assert read("page.txt", "The ferry\n\nIt left.").source.context == "The ferry · Ostrell Courier · 2022-05-31"
    assert read("other.txt", "The ferry\n\nIt left.").source.context == "The ferry"
