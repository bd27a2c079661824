"""A page of HTML as it is read: its visible text in order, the parts of the page, and what its head says.

The tree is not built. A stack of open elements says what is hidden, what keeps its white space and which region of the
page a block stands in; it follows the rules by which browsers close what is left open. Every step costs the same,
however deep the page is nested.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Origin
from retrieval.reading.web import markup
from retrieval.reading.web.markup import Kind, Token, attributes_of, resolved, tokens
from retrieval.reading.web.page_elements import (
    BLOCKS,
    CLOSED_BY,
    ENDS_A_HEADING,
    ENDS_A_PARAGRAPH,
    HEADINGS,
    SCOPES,
    TABLE_PARTS,
    TRACKED,
    VOID,
    is_hidden,
    region_of,
)
from retrieval.reading.web.text_flow import Piece, Region, TextFlow
from retrieval.spans import Span

MOST_TAGS = 500_000
"""What looks like one counts. It takes up to 15 microseconds, so this many some seconds."""
MOST_REFERENCES = 2_000_000
"""`&amp;` and the like: two microseconds each. A whole book may be written in them."""
_MOST_SAID = 10_000
"""Elements of the head that are kept."""
_PRE = {"pre", "listing", "xmp", "plaintext", "textarea"}


@dataclass(slots=True)
class Said:
    """What the page says of itself outside its text, as it stands there."""

    meta: list[dict[str, str]] = field(default_factory=list)
    """Attributes of `meta`, and of `time` and others with an `itemprop`; in order."""
    links: list[dict[str, str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """JSON-LD."""
    title: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    text: str
    pieces: tuple[Piece, ...]
    origin: Origin | None
    said: Said
    headline: Span | None
    """The first `h1`."""
    depth: int
    """Elements inside one another, at most."""
    nesting: int
    """Depths of all elements that matter here, added up."""
    tags: int


class _Element(NamedTuple):
    name: str
    hidden: bool
    as_set: bool
    rank: int
    """Of the heading, 1 to 6; 0 for none."""
    region: Region | None


_ROOT = _Element("", hidden=False, as_set=False, rank=0, region=None)
_SCOPE, _BLOCK = "<scope>", "<block>"  # no element can have such a name


def read_page(source: str, xml: bool = False) -> Page:
    """Of HTML, or in `xml` of XHTML as a reader of books takes it. Raises UnreadableFile beyond the limits above."""
    tags = source.count("<")
    if tags > MOST_TAGS:
        raise UnreadableFile(f"holds more than {MOST_TAGS:,} tags")
    if source.count("&") > MOST_REFERENCES:
        raise UnreadableFile(f"holds more than {MOST_REFERENCES:,} character references")
    reading = _Reading(source, xml)
    for token in tokens(source, xml):
        match token.kind:
            case Kind.TEXT:
                if not reading.top.hidden:
                    reading.flow.add(token.start, token.end, reading.top.as_set)
            case Kind.START:
                reading.start(token)
            case Kind.END:
                reading.end(token)
            case Kind.RAW:
                reading.raw(token)
    text = reading.flow.text()
    pieces = tuple(reading.flow.pieces(text))
    headline = next((piece.block.span for piece in pieces if piece.rank == 1), None)
    return Page(text, pieces, reading.flow.origin(), reading.said, headline, reading.depth, reading.nesting, tags)


class _Reading:
    def __init__(self, source: str, xml: bool) -> None:
        self.flow, self.said, self.top = TextFlow(source), Said(), _ROOT
        self.depth = self.nesting = 0
        self._source, self._xml = source, xml
        self._stack: list[_Element] = []
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        """Of the open elements of each name in the stack; of all scopes, and of all blocks."""
        self._is_json = False

    def start(self, token: Token) -> None:
        name = token.name
        said = attributes_of(token) if token.attributes else {}
        self._note(name, said)
        if name in {"html", "head", "body"}:  # there is one of each, whatever the tags say
            self.flow.end_block()
            return
        if name == "br":
            if not self.top.hidden:
                self.flow.line_break(token.start, self.top.as_set)
            return
        self._close_before(name)
        hidden = is_hidden(name, said)
        if name in {"td", "th"}:
            self.flow.cell(token.start)
        elif name in BLOCKS:
            self.flow.end_block()
        if name in VOID or (token.closed and self._is_foreign(name)):
            return
        if name in TABLE_PARTS and name != "table" and not self._places.get("table") and not self._xml:
            return  # browsers leave it out where there is no table
        if hidden or name in TRACKED or self._places.get(name):
            self._push(name, said, hidden)

    def end(self, token: Token) -> None:
        name = token.name
        if name == "br":  # browsers take `</br>` for `<br>`
            if not self.top.hidden:
                self.flow.line_break(token.start, self.top.as_set)
            return
        # The end of a heading of any rank ends the one that is open.
        place = max(map(self._last, HEADINGS)) if name in HEADINGS else self._last(name)
        around = "table" if name in TABLE_PARTS else _SCOPE if name in TRACKED else _BLOCK
        if place >= 0 and (place >= self._last(around) or name in SCOPES):
            self._pop_to(place)
        elif name == "p":
            self.flow.end_block()

    def raw(self, token: Token) -> None:
        """`textarea` is seen, and CDATA; of the others some say what the page is."""
        match token.name:
            case "title":
                if self.said.title is None and not self._places.get("svg"):
                    self.said.title = resolved(self._source[token.start : token.end])
            case "script":
                if self._is_json and len(self.said.scripts) < _MOST_SAID:
                    self.said.scripts.append(self._source[token.start : token.end])
            case "textarea" | "xmp" | "plaintext" | markup.CDATA:
                if not self.top.hidden:
                    references = token.name == "textarea"
                    self.flow.add(token.start, token.end, self.top.as_set, references)

    def _note(self, name: str, said: dict[str, str]) -> None:
        if name == "html":
            self.said.language = self.said.language or said.get("lang") or said.get("xml:lang")
        elif name == "link" and len(self.said.links) < _MOST_SAID:
            self.said.links.append(said)
        elif (name == "meta" or "itemprop" in said) and len(self.said.meta) < _MOST_SAID:
            self.said.meta.append(said)
        elif name == "script":
            self._is_json = said.get("type", "").strip().lower() == "application/ld+json"

    def _is_foreign(self, name: str) -> bool:
        """Whether `<name/>` has no content: in XML, and in a picture or a formula."""
        return self._xml or name in {"svg", "math"} or bool(self._places.get("svg") or self._places.get("math"))

    def _close_before(self, name: str) -> None:
        """What its start ends, though no end tag says so."""
        if self._xml or name not in BLOCKS:
            return
        if name in CLOSED_BY:
            closed, beyond = CLOSED_BY[name]
            limit = max(self._last(each) for each in beyond)
            open_ones = [place for each in closed if (place := self._last(each)) > limit]
            if open_ones:
                self._pop_to(min(open_ones))
        if name in ENDS_A_PARAGRAPH and self._last("p") > self._last(_SCOPE):
            self._pop_to(self._last("p"))
        if name in ENDS_A_HEADING and self.top.name in HEADINGS:
            self._pop_to(len(self._stack) - 1)

    def _last(self, name: str) -> int:
        places = self._places.get(name)
        return places[-1] if places else -1

    def _push(self, name: str, said: dict[str, str], hidden: bool) -> None:
        place, outer = len(self._stack), self.top
        in_article = bool(self._places.get("article") or self._places.get("main"))
        region = region_of(name, said, in_article)
        if outer.region is not None and (region is None or (outer.region.plain and not region.plain)):
            region = outer.region
        self.top = _Element(
            name,
            outer.hidden or hidden,
            outer.as_set or name in _PRE,
            outer.rank or (int(name[1]) if name in HEADINGS else 0),
            region,
        )
        self._stack.append(self.top)
        self._places[name].append(place)
        if name in SCOPES:
            self._places[_SCOPE].append(place)
        if name in BLOCKS:
            self._places[_BLOCK].append(place)
        self.depth = max(self.depth, place + 1)
        self.nesting += place + 1
        self._tell_the_flow()

    def _pop_to(self, place: int) -> None:
        """That element and what is open in it are over."""
        while len(self._stack) > place:
            name = self._stack.pop().name
            self._places[name].pop()
            if name in SCOPES:
                self._places[_SCOPE].pop()
            if name in BLOCKS:
                self._places[_BLOCK].pop()
                if name not in {"td", "th"}:
                    self.flow.end_block()
        self.top = self._stack[-1] if self._stack else _ROOT
        self._tell_the_flow()

    def _tell_the_flow(self) -> None:
        self.flow.rank = self.top.rank
        self.flow.region = self.top.region
