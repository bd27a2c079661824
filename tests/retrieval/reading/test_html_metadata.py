"""What a page says of itself: meta first, then JSON-LD; only what is defined so, and never what can't be true."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from retrieval.reading.web.html import read

MAY = datetime.date(2022, 5, 31)


def said(head="", body="<h1>Late</h1><p>It left at noon."):
    return read(f"<html><head>{head}</head><body>{body}".encode(), None).structure.metadata


def meta(name, content):
    return f'<meta name="{name}" content="{content}">'


def linked(**fields):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


def test_a_page_with_all_of_it():
    found = read((Path(__file__).parent / "seeds_html" / "article.html").read_bytes(), None).structure.metadata
    assert found.title == "Ferry of Ostrell late again"
    assert found.author == "Ada Brun, Bo Lind"
    assert found.publisher == "The Ostrell Courier"
    assert found.published == MAY
    assert found.url == "https://courier.ostrell.example/ferry-late"
    assert found.language == "en-GB"
    assert (found.collection, found.status, found.notes) == (None, None, ())


def test_a_page_that_says_nothing():
    found = said(body="<p>It left at noon on 31 May 2022, said Ada Brun.")
    assert (found.title, found.author, found.publisher, found.published, found.url) == (None,) * 5


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Late | The Courier</title>", "Late"),
        ("<title>Late: The Courier</title>", "Late"),
        ("<title>Later than ever</title>", "Late"),
        ("<title>T</title>" + meta("og:title", "Late &amp; \n wet"), "Late & wet"),
        (meta("og:title", "Late - The Courier"), "Late"),
        (meta("dc.title", "Late boats"), "Late boats"),
        (linked(headline="Late boats"), "Late boats"),
    ],
)
def test_the_title_is_the_pages_without_the_name_of_the_site(head, title):
    assert said(head).title == title


def test_without_a_headline_the_title_is_that_of_the_head():
    assert said("<title>Late | The Courier</title>", "<p>It left.").title == "Late | The Courier"


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2022-05-31T23:59:00-08:00">',
        '<meta name="citation_publication_date" content="2022/5/31">',
        '<meta name="DCTERMS.issued" content="2022-05-31">',
        '<time itemprop="datePublished" datetime="2022-05-31">',
        '<meta itemprop="datePublished" content="20220531">',
        linked(datePublished="2022-05-31T10:00:00.000Z"),
    ],
)
def test_a_date_of_publication_is_the_day_that_is_said(head):
    assert said(head).published == MAY


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:modified_time" content="2022-05-31">',
        '<meta name="date" content="2022-05-31">',
        '<meta name="DC.date" content="2022-05-31">',
        '<meta http-equiv="last-modified" content="2022-05-31">',
        '<link rel="canonical" href="https://x.example/2022/05/31/late">',
        '<time datetime="2022-05-31">',
        linked(dateModified="2022-05-31", dateCreated="2022-05-31"),
        '<b itemprop="datePublished" content="2022-05-31"></b><b itemprop="datePublished" content="2022-06-01"></b>',
        '<meta name="pubdate" content="2022">',
    ],
)
def test_no_other_date_is_taken_for_it(head):
    found = said(head)
    assert (found.published, found.notes) == (None, ())


def test_a_date_that_cannot_be_is_told_and_the_next_is_taken():
    found = said(meta("article:published_time", "2022-02-30") + linked(datePublished="2022-05-31"))
    assert found.published == MAY
    assert found.notes == ("the page's head: published is “2022-02-30”, not a date like 2022-05-31",)


def test_authors_are_names_and_not_profiles():
    head = '<meta property="article:author" content="https://x.example/ada">' + linked(author=["Ada", {"name": "Bo"}])
    assert said(head).author == "Ada, Bo"
    assert (
        said(meta("citation_author", "Brun, A.") + meta("citation_author", "Lind, B.")).author == "Brun, A., Lind, B."
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/late",
        "ftp://x.example/a",
        "http://",
        "http://[x",
        "https://x.example/a b",
    ],
)
def test_an_address_is_one_of_the_web(url):
    assert said(f'<link rel="canonical" href="{url}">' + linked(url="https://x.example/1")).url == "https://x.example/1"


@pytest.mark.parametrize(
    ("fields", "status", "note"),
    [
        ({"creativeWorkStatus": "Retracted"}, "retracted", None),
        ({"creativeWorkStatus": "Published"}, None, None),
        ({"correction": "The ferry had two masts."}, "corrected", "The ferry had two masts."),
        ({"correction": {"@type": "CorrectionComment", "text": "Two\nmasts."}}, "corrected", "Two masts."),
        ({"correction": "https://x.example/corrections"}, "corrected", None),
        ({"correction": {}}, None, None),
        ({"correctionsPolicy": "We correct."}, None, None),
    ],
)
def test_a_status_is_one_that_schema_org_has_a_field_for(fields, status, note):
    found = said(linked(**fields))
    assert (found.status, found.status_note) == (status, note)


def test_of_several_articles_the_one_that_the_page_is_counts():
    others = linked(headline="Early", author="Bo", url="https://x.example/2")
    own = linked(headline="Late", author="Ada", url="https://x.example/1")
    assert said(others + own).author == "Ada"
    assert said('<link rel="canonical" href="https://x.example/2">' + own + others).author == "Bo"
    assert said(others + others, "<p>It left.").author is None


@pytest.mark.parametrize(
    "script",
    [
        "", "{", "[[[]]]", "null", "3", '"x"', '{"@type": {}}', '{"@type": "Article", "author": [[[3]]]}',
        '{"@type": "Article", "headline": {}, "datePublished": {}, "publisher": {"@id": "#x"}}',
        '{"@type": "Article", "headline": "half \\ud800 a character", "url": "http://[", "inLanguage": [[]]}',
        '{"@graph": {"@graph": 3}}', "[" * 100_000, '{"a":' * 100_000, "9" * 10_000, "NaN",
    ],
)  # fmt: skip
def test_json_that_says_nothing_of_use_is_passed_over(script):
    found = said(f'<script type="application/ld+json">{script}</script>')
    assert (found.title, found.author, found.publisher, found.published, found.url) == ("Late", None, None, None, None)


def test_json_is_read_as_it_is_found():
    kinds = '["Thing", "http://schema.org/BlogPosting"]'
    script = f'<!--{{"@type": {kinds}, "headline": "Late\n boats", "inLanguage": "nb_NO"}}-->'
    found = said(f'<script type="APPLICATION/LD+JSON">{script}</script>')
    assert (found.title, found.language) == ("Late boats", "nb-NO")


def test_what_no_field_can_hold_is_not_said():
    found = said(
        meta("author", "x" * 3000)
        + meta("og:title", "La\u202ete")
        + meta("og:site_name", "  ")
        + "<meta name=author><meta content=x>"
    )
    assert (found.author, found.title, found.publisher) == (None, "La te", None)
