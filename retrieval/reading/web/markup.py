"""HTML as a row of tags and texts, each with its place in the source. Written here because a receipt needs the places.

The rules are those of WHATWG's tokenizer, whose result is the same on every Python; html.parser changed its own within
3.11. Two things differ: a quote that is never closed does not swallow the page, and nothing is an error. Each pattern
looks at a character once (possessive quantifiers), so that any source takes time in proportion to its length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from enum import Enum
from itertools import islice
from typing import NamedTuple

_SPACE = r"[\t\n\f\r ]"
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    rf"(?:{_SPACE}*+={_SPACE}*+(?:\"([^\"]*+)\"|'([^']*+)'|(?![\"'])([^\t\n\f\r >]++)))?+"
)
_TAG = re.compile(rf"<(/?)([A-Za-z][^\t\n\f\r />]*+)((?:{_ATTRIBUTE.pattern})*+)[\t\n\f\r /]*+>")
_TAG_BEGINS = re.compile("</?[A-Za-z]")
_TEXT = re.compile(r"(?:[^<]++|<(?![A-Za-z/!?]))++")
CDATA = "![CDATA["
_CDATA = f"<{CDATA}"
_SUBSET = re.compile(r"<!DOCTYPE[^>\[]*+\[[^\]]*+\][\t\n\f\r ]*+>")
"""A document type with declarations of its own, of which none is followed."""
_COMMENT_END = re.compile(r"--!?>")
_MOST_ATTRIBUTES = 1000
"""Of one tag; those behind are not looked at."""
_NO_MARKUP = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript")
}
"""Elements in which nothing but their own end is a tag. `noscript` as in a browser that runs scripts."""
REFERENCE = r"&(?:#[0-9]++|#[xX][0-9A-Fa-f]++|[A-Za-z][A-Za-z0-9]{1,31}+);?+"
"""A character reference, or what looks like one."""
_LONGEST_NUMBER = 12
"""Characters of a numeric reference; a longer one is past Unicode's last character, or all noughts."""


class Kind(Enum):
    START = "start"
    END = "end"
    TEXT = "text"
    RAW = "raw"
    """What stands in an element that holds no markup, as a script."""


class Token(NamedTuple):
    kind: Kind
    start: int
    """Of the whole tag or text, in characters of the source, as is `end`."""
    end: int
    name: str = ""
    """Of the element, in small letters; of RAW too."""
    attributes: str = ""
    """As written; see `attributes_of`."""
    closed: bool = False
    """`<br/>`: true to XML, and without meaning in HTML."""


def tokens(source: str, xml: bool = False) -> Iterator[Token]:
    """Tags and texts in order; comments, doctypes and instructions are left out. In `xml` an element closed in its own
    tag has no content, and CDATA is text. Raises nothing.
    """
    at, last = 0, len(source)
    while at < last:
        if text := _TEXT.match(source, at):
            yield Token(Kind.TEXT, at, text.end())
            at = text.end()
            continue
        tag = _TAG.match(source, at)
        if tag is None:
            if _TAG_BEGINS.match(source, at):
                return  # a tag that the file ends in
            start, end, at = _declaration(source, at, xml)
            if start < end:
                yield Token(Kind.RAW, start, end, CDATA)
            continue
        name, closed = tag[2].lower(), source[tag.end() - 2] == "/"
        at = tag.end()
        yield Token(Kind.END if tag[1] else Kind.START, tag.start(), at, name, tag[3], closed)
        if name in _NO_MARKUP and not tag[1] and not (closed and xml):
            closing = _NO_MARKUP[name].search(source, at)
            end = closing.start() if closing else last
            if at < end:
                yield Token(Kind.RAW, at, end, name)
            at = end
        elif name == "plaintext" and not tag[1]:
            yield Token(Kind.RAW, at, last, name)
            return


def _declaration(source: str, at: int, xml: bool) -> tuple[int, int, int]:
    """Where the content of CDATA begins and ends, and where it, a comment, doctype or instruction is over."""
    last = len(source)
    if xml and source.startswith(_CDATA, at):
        end = source.find("]]>", at)
        return (at + 9, last, last) if end < 0 else (at + 9, end, end + 3)
    if source.startswith("<!--", at):
        if source.startswith((">", "->"), at + 4):
            return at, at, source.index(">", at) + 1
        comment_end = _COMMENT_END.search(source, at + 4)
        return at, at, comment_end.end() if comment_end else last
    subset = xml and _SUBSET.match(source, at)
    end = subset.end() - 1 if subset else source.find(">", at)
    return at, at, last if end < 0 else end + 1


def attributes_of(token: Token) -> dict[str, str]:
    """By name in small letters, with references resolved; the first of two of one name counts."""
    found: dict[str, str] = {}
    for match in islice(_ATTRIBUTE.finditer(token.attributes), _MOST_ATTRIBUTES):
        value = match[2] or match[3] or match[4] or ""
        found.setdefault(match[1].lower(), resolved(value) if "&" in value else value)
    return found


_REFERENCES = re.compile(REFERENCE)


def resolved(text: str) -> str:
    """With its character references resolved, as browsers do."""
    return _REFERENCES.sub(lambda match: character(match[0]), text)


def character(reference: str) -> str:
    """What one reference stands for; what only looks like one stands for itself."""
    if reference[1] == "#" and len(reference) > _LONGEST_NUMBER:
        return "\ufffd"
    return html.unescape(reference)
