"""What a source says of itself: from a sidecar, then front matter, then its own text; never guessed."""

from __future__ import annotations

import datetime
import os

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
        ("title: x", None),
    ],
)  # fmt: skip
def test_dates_in_front_matter(read, said, expected):
    assert read("page.md", page(said)).source.published == expected


@pytest.mark.parametrize(
    "said",
    [
        "published: 2022-02-30", "date: 2022-13-01", "published: yesterday", "published: [2022]", "published: true",
        "published: 20220531000", "published: 0000-01-01",
    ],
)  # fmt: skip
def test_a_date_that_is_none_is_told_and_never_guessed(read, said):
    with pytest.raises(UnreadableFile, match=r"^the front matter: published is “.+”, not a date like 2022-05-31$"):
        read("page.md", page(said))


@pytest.mark.parametrize(
    "said",
    [
        "title: [", "title: 'x", "a: b: c", "\t- x", "title: !!python/object:os.system x", "a: *nothing", "? [a]\n: b",
        "title: 0b_", "a: " + "[" * 1000, "title: " + "1" * 5000, "a: !!timestamp 2022-02-30", "a: !!int x",
        "a: \0 " + "b" * 60,
    ],
)  # fmt: skip
def test_front_matter_that_is_not_yaml_is_told_in_one_line(read, said):
    with pytest.raises(UnreadableFile) as refusal:
        read("page.md", page(said))
    assert str(refusal.value).startswith("the front matter is not YAML")
    assert len(str(refusal.value).splitlines()) == 1


def test_bad_front_matter_names_the_line(read):
    with pytest.raises(UnreadableFile, match=r"line 3$"):
        read("page.md", page("title: The ferry\nauthor: A: B\nlayout: post"))


@pytest.mark.parametrize(
    "content", ["---\n\nIt left.\n\n---\n", "---\n- a\n- b\n---\n\nx", "---\nno colon here\n---\nx"]
)
def test_a_rule_at_the_top_is_no_front_matter(read, content):
    assert read("page.md", content).furniture == ()


@pytest.mark.parametrize("said", ["title: {a: b}", "author: [A, B]", "publisher: [x]"])
def test_a_field_that_is_no_text_is_told(read, said):
    with pytest.raises(UnreadableFile, match="is not text"):
        read("page.md", page(said))


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
    ("name", "content"),
    [
        ("page.toml", "title = "), ("page.toml", "published = 2022-02-30"), ("page.json", "{"), ("page.json", "[1, 2]"),
        ("page.json", '"x"'), ("page.json", "[" * 100_000), ("page.toml", b"title = \"\xff\""), ("page.json", ""),
        ("page.json", '{"published": 5}'), ("page.toml", "published = 10:00:00"), ("page.json", '{"title": "\\ud800"}'),
    ],
)  # fmt: skip
def test_a_sidecar_that_can_not_be_read_is_told_by_name_in_one_line(read, put, name, content):
    put(name, content)
    with pytest.raises(UnreadableFile, match=f"its metadata file {name}") as refusal:
        read("page.txt", "The ferry\n\nIt left at noon.")
    assert len(str(refusal.value).splitlines()) == 1


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
