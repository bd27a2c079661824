"""Which lines at the top and bottom of pages are page numbers and running heads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Literal, NamedTuple, Protocol

_ROWS = 2
"""Rows at each end of a page that may be no part of its text: a head and a number below it."""
_CLOSE = 3.0
"""Sizes of its type that a second row of a head is from the first; the text stands further off, or is not the same."""
_SAME_HEIGHT = 6.0
"""Points. A running head stands at one height."""
_LONGEST_NUMBER = 40
_LONGEST_HEAD = 150
_LARGER = 1.1
_PAGE_NUMBER = re.compile(
    r"\W*(?P<word>page|pag\.?|pg\.?|p\.|seite|página|pagina|strona|sivu|стр(?:аница|\.)?)?\s*"
    r"(?:(?P<digits>\d{1,5})|(?P<roman>[ivxlc]{1,8}))(?:\s*(?:of|von|de|sur|из|/|\|)\s*\d{1,5})?\W*",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_BEFORE = re.compile(r"\d{1,5}(?=\s)")
_BEHIND = re.compile(r"(?<=\s)\d{1,5}\Z")
_DIGITS = re.compile(r"\d+")


class Placed(Protocol):
    """A line as far as its place on the page counts."""

    @property
    def text(self) -> str: ...
    @property
    def baseline(self) -> float: ...
    @property
    def size(self) -> float: ...


class _Edge(NamedTuple):
    """A line near the top or the bottom of its page."""

    page: int
    place: int
    """Of the line, in the order of the page's text."""
    line: Placed
    where: Literal["top", "bottom"]
    row: int
    """From 1, from outside in."""


def margins(pages: Sequence[Sequence[Placed]]) -> dict[int, dict[int, str]]:
    """By number of the page, from 1: why a line of it, by its index, is no body text.

    "page number": a number that counts on with the pages, on at least three of them, or a word that says so.
    "running head": words beside such a number; and the same words, numbers apart, at the same height of at least
    three pages, and of a third of the pages from the first of them to the last, in type no larger than the text's.
    """
    body = _body_size(pages)
    edges = [edge for number, page in enumerate(pages, start=1) for edge in _edges(number, page)]
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for edge in _running_heads(edges, body):
        found[edge.page][edge.place] = "running head"
    for edge, reason in _numbered(edges, body, len(pages)):
        found[edge.page][edge.place] = reason
    return dict(found)


def _body_size(pages: Sequence[Sequence[Placed]]) -> float:
    counted: Counter[float] = Counter()
    for page in pages:
        for line in page:
            counted[line.size] += len(line.text)
    return counted.most_common(1)[0][0] if counted else 0.0


def _edges(number: int, page: Sequence[Placed]) -> Iterator[_Edge]:
    """Of both ends, from outside in. A page of a few rows has them at its top and at its bottom."""
    downward = sorted(range(len(page)), key=lambda index: -page[index].baseline)
    ends: tuple[tuple[Literal["top", "bottom"], list[int]], ...] = (("top", downward), ("bottom", downward[::-1]))
    for where, order in ends:
        row, last = 0, None
        for index in order:
            line = page[index]
            if last is None or abs(line.baseline - last) > line.size / 2:
                row += 1
                if last is not None and abs(line.baseline - last) > _CLOSE * line.size:
                    break
                last = line.baseline
            if row > _ROWS:
                break
            yield _Edge(number, index, line, where, row)


def _numbered(edges: Sequence[_Edge], body: float, pages: int) -> Iterator[tuple[_Edge, str]]:
    """Numbers alone in either row, and words with a number before or behind them in the outer one."""
    counting: dict[int, list[tuple[_Edge, str, bool]]] = defaultdict(list)
    for edge in edges:
        text = edge.line.text
        alone = _PAGE_NUMBER.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
        if alone is not None:
            value = int(alone["digits"]) if alone["digits"] else _roman(alone["roman"].lower())
            counting[value - edge.page].append((edge, "page number", bool(alone["word"] and alone["digits"])))
        elif edge.row == 1 and len(text) <= _LONGEST_HEAD and edge.line.size <= _LARGER * body:
            for value in {int(match[0]) for match in (_BEFORE.match(text), _BEHIND.search(text)) if match}:
                counting[value - edge.page].append((edge, "running head", False))
    for together in counting.values():
        on = [edge.page for edge, _, _ in together]
        certain = _recurs(on) or (pages == 2 and set(on) == {1, 2})
        yield from ((edge, reason) for edge, reason, worded in together if certain or worded)


def _running_heads(edges: Sequence[_Edge], body: float) -> Iterator[_Edge]:
    """Numbers differ in the outer row alone: below it “Part 2” and “Part 3” are headings."""
    same: dict[tuple[str, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        words = edge.line.text.casefold()
        if (
            len(words) <= _LONGEST_HEAD
            and any(character.isalpha() for character in words)
            and edge.line.size <= _LARGER * body
        ):
            same[edge.where, _DIGITS.sub("0", words) if edge.row == 1 else words].append(edge)
    for together in same.values():
        height = median(edge.line.baseline for edge in together)
        level = [edge for edge in together if abs(edge.line.baseline - height) <= _SAME_HEIGHT]
        if _recurs([edge.page for edge in level]):
            yield from level


def _recurs(on: Sequence[int]) -> bool:
    several = set(on)
    return len(several) >= 3 and len(several) * 3 >= max(several) - min(several) + 1


def _roman(numeral: str) -> int:
    values = [_ROMAN[letter] for letter in numeral]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
