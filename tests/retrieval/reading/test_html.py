"""HTML: the visible text of a page, where it stands in the source, and what of it is not its article."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.reading.web.html import read, read_xhtml
from retrieval.records import BlockKind
from retrieval.spans import Span

SEEDS = Path(__file__).parent / "seeds_html"
ARTICLE = (SEEDS / "article.html").read_bytes()


def page(source, reader=read):
    return reader(source.encode() if isinstance(source, str) else source, None)


def blocks(found, kind=None):
    return [block.span.of(found.text) for block in found.structure.blocks if kind in {None, block.kind}]


def furniture(found):
    return {mark.span.of(found.text): mark.reason for mark in found.structure.furniture}


def body(found):
    marked = {mark.span for mark in found.structure.furniture}
    return [block.span.of(found.text) for block in found.structure.blocks if block.span not in marked]


def source_of(found, words):
    start = found.text.index(words)
    return found.origin.of(Span(start, start + len(words))).of(found.decoded.text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>It   left\n\tat <i>noon</i> .", "It left at noon ."),
        ("<p>It <b>left </b> at noon", "It left at noon"),
        ("<p> It left </p> <p> at noon </p>", "It left\n\nat noon"),
        ("It left<br>at noon", "It left\nat noon"),
        ("It left <br> \n at noon", "It left\nat noon"),
        ("It left<br><br/>at noon", "It left\n\nat noon"),
        ("<div>It left<div>at noon</div>and came back", "It left\n\nat noon\n\nand came back"),
        ("<ul><li>one<li>two<ul><li>three</ul></ul>", "one\n\ntwo\n\nthree"),
        ("<table><tr><th>pier<th>boat<tr><td>1<td>Ada</table>", "pier\tboat\n\n1\tAda"),
        ("<p>a<pre>\n  b\n\n    c &amp; d\n</pre>e", "a\n\n  b\n\n    c & d\n\ne"),
        ("<pre>a\r\nb\rc</pre>", "a\nb\nc"),
        ("a&amp;b &lt;i> &#65;&#x42; &notit; &copy2022 &nosuch; &", "a&b <i> AB ¬it; ©2022 &nosuch; &"),
        ("a&#0;b&#xD800;c&#1114112;d&#99999999999999;e", "a\ufffdb\ufffdc\ufffdd\ufffde"),
        ("a < b && c <3 d", "a < b && c <3 d"),
        ("a<!-- no -->b<!-->c<!x>d<?e>f</ g>h<![CDATA[i]]>j", "abcdfhj"),
        ("<title>no</title>a<script>if (1<2) '</b>'</script><style>no</style>b", "ab"),
        ("<template><p>no</template><noscript>no</noscript><iframe>no</iframe>yes", "yes"),
        ("<p>a <span hidden>no <span>no</span> no</span>b", "a b"),
        ("<p>a<p style='color:red; DISPLAY : none'>no</p><p>b", "a\n\nb"),
        ("<svg><text>no</text><path/></svg>yes", "yes"),
        ("<p>no<b>break</b>here<wbr>at&shy;all", "nobreakhereat\u00adall"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢字"),
        (
            "It left at noon\0 and came back to the harbour in the evening.",
            "It left at noon and came back to the harbour in the evening.",
        ),
        ("<a title='>' alt=\">\" x=> >y</a>", ">y"),
        ("<P CLASS=a>It left</P><BR>", "It left"),
        ("<h2>Times</h3><p>noon", "Times\n\nnoon"),
        ("it left <a href='unfinished", "it left"),
        ("<plaintext>a <b> &amp;", "a <b> &amp;"),
    ],
)
def test_the_text_is_what_browsers_show(source, text):
    assert page(source).text == text


def test_blocks_are_the_paragraphs_and_headings():
    found = page(
        "<h1>Tides</h1>loose <p>one<p>two<blockquote>three</blockquote><h3>Later</h3><dl><dt>four<dd>five</dl>"
    )
    assert blocks(found, BlockKind.HEADING) == ["Tides", "Later"]
    assert blocks(found, BlockKind.PARAGRAPH) == ["loose", "one", "two", "three", "four", "five"]


def test_a_heading_that_is_never_closed_does_not_swallow_the_page():
    found = page("<h2>Times<p>It left at noon.<h2>Afterwards<div>" + "It came back. " * 30 + "</div>")
    assert blocks(found, BlockKind.HEADING) == ["Times", "Afterwards"]
    assert blocks(found, BlockKind.PARAGRAPH) == ["It left at noon.", ("It came back. " * 30).strip()]


def test_no_break_spaces_around_a_paragraph_are_not_part_of_it():
    assert blocks(page("<p>&nbsp;</p><p>&nbsp;It left.&nbsp;</p>")) == ["It left."]


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("two hours late on Monday", "two hours late</b> on\nMonday"),
        ("Vale & his deputy.", "Vale &amp; his deputy."),
        ("“We waited", "&ldquo;We waited"),
        ("tide,”", "tide,&rdquo;"),
        ("Jon\u00a0Vale", "Jon&nbsp;Vale"),
        ("Ostrell late", "Ostrell   late"),
        ("1\tAda", "1</td><td>Ada"),
        ("Asked why, he shrugged.", "Asked why, he shrugged."),
    ],
)
def test_every_slice_is_found_again_in_the_source(words, source):
    assert source_of(page(ARTICLE), words) == source


def test_an_entity_at_either_end_is_whole_in_the_source():
    found = page("<p><b>a</b>&lt;&gt;<i>b</i>&amp; c</p>")
    assert source_of(found, "<>") == "&lt;&gt;"
    assert source_of(found, "<") == "&lt;"
    assert source_of(found, ">") == "&gt;"
    assert source_of(found, "b&") == "b</i>&amp;"


def test_what_is_not_the_article_is_marked_with_what_it_is():
    found = page(ARTICLE)
    marks = furniture(found)
    assert marks["Ferry of Ostrell late again"] == "title"
    assert marks["News"] == "menu"
    assert marks["The Ostrell Courier"] == "page header"
    assert marks["We use cookies to improve this site. Accept all"] == "cookie notice"
    assert marks["Facebook Mail"] == "share links"
    assert marks["Old boat sold"] == "beside the article"
    assert marks["© 2022 The Ostrell Courier. All rights reserved."] == "page footer"


def test_the_article_is_all_there():
    assert [words[:26] for words in body(page(ARTICLE))] == [
        "The ferry to Ostrell left ",
        "“We waited for the tide,” ",
        "Asked why, he shrugged.",
        "What comes next",
        "The next ferry leaves at n",
        "Tickets stay valid.",
        "Pier\tBoat",
        "1\tAda",
        "The council will meet on T",
    ]


def test_on_a_page_without_an_article_the_tags_decide():
    found = page("<nav>Home</nav><header>Courier</header>It left.<form>Search <button>Go</button></form>")
    assert furniture(found)["Home"] == "menu"
    assert "It left." in body(found)


def test_a_page_of_nothing_but_furniture_keeps_it():
    assert body(page("<nav><p>Home</p><p>News</p></nav>")) == ["Home", "News"]


def test_a_page_larger_than_trafilatura_is_asked_about_is_told_by_its_tags():
    found = page("<nav>Home</nav>" + "<p>It left at noon and came back.</p>" * 40_000)
    assert list(furniture(found)) == ["Home"]
    assert found.notes == ("larger or deeper than most pages: its article is told by its tags alone",)


def test_the_encoding_is_the_one_that_the_page_says():
    found = page((SEEDS / "cyrillic.html").read_bytes())
    assert found.text == "Паром отплыл в полдень."
    assert found.decoded.encoding == "cp1251"
    assert found.notes == ()


@pytest.mark.parametrize("said", ["utf-7", "punycode", "unicode_escape", "rot13", "zlib", "nosuch", "utf-16", "\0"])
def test_a_page_is_never_read_in_an_encoding_that_pages_are_not_written_in(said):
    found = page(f"<meta charset='{said}'><p>+2AA- \\ud800 It left, at noon – déjà vu.")
    assert found.text == "+2AA- \\ud800 It left, at noon – déjà vu."


def test_what_is_said_beside_the_file_counts_before_what_the_page_says():
    found = read("<meta charset=utf-8><p>déjà".encode("cp1252"), "cp1252")
    assert (found.text, found.decoded.encoding) == ("déjà", "cp1252")


def test_in_xhtml_an_element_may_end_where_it_begins():
    found = page((SEEDS / "book.xhtml").read_bytes(), read_xhtml)
    assert blocks(found) == ["The boat sank & rose.", "It came back."]
    assert source_of(found, "sank & rose") == "sank & rose"
    assert found.structure.metadata.language == "en"
