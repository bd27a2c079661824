"""A passage among the sentences before and behind it, word by word: what is in quotation marks, where paragraphs begin.

It ends a few paragraphs from the passage, so that an excerpt of a long document costs no more than of a short one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, NamedTuple, TypeVar, overload

from retrieval.records import Block, BlockKind, Document, Passage
from retrieval.spans import Span
from retrieval.splitting import split_block

BEFORE = 2000
"""Characters before the passage that are read, to the paragraph's beginning: about 15 sentences of news."""
LONGEST_PARAGRAPH = 6000
"""Characters. What is longer is a list or a table, of which nothing is read but the passage's own sentences."""
LONGEST_SENTENCE = 2000
"""Characters. What a splitter leaves in one piece beyond this is a list or a table, in which rules find nothing."""
_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*|''|[^\w\s]|_")
_MARKS = frozenset('“”"') | {"''"}
_DRAWN_IN = re.compile(r"[’'](?:s|d|m|ll|ve|re)\Z")


class Word(NamedTuple):
    start: int
    end: int
    small: str
    """In small letters; a punctuation mark is a word too."""
    is_capital: bool
    is_quoted: bool
    is_mark: bool
    """A quotation mark."""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def bare(self) -> str:
        """Without a verb or a genitive drawn into it: of "he’s" that is "he"."""
        return self.small if self.small.isalnum() else _DRAWN_IN.sub("", self.small)


class Sentence(NamedTuple):
    span: Span
    words: tuple[Word, ...]
    begins_paragraph: bool
    begins_quoted: bool
    """Inside a quotation that an earlier sentence of the paragraph opens."""
    ends_quoted: bool


class Sentences(Sequence[Sentence]):
    """Read when they are asked for: an excerpt looks closely at a few of those around it."""

    def __init__(self, text: str, spans: Sequence[Span], paragraphs: Sequence[int]) -> None:
        self._text, self._spans, self._paragraphs = text, spans, paragraphs
        self._read: list[Sentence | None] = [None] * len(spans)

    def __len__(self) -> int:
        return len(self._spans)

    @overload
    def __getitem__(self, at: int) -> Sentence: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Sentence]: ...
    def __getitem__(self, at: int | slice) -> Sentence | Sequence[Sentence]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        begin = at
        while self._read[begin] is None and not self._begins_paragraph(begin):
            begin -= 1
        for each in range(begin, at + 1):
            if self._read[each] is None:
                self._read[each] = self._one(each)
        found = self._read[at]
        assert found is not None  # noqa: S101 - it was read just now
        return found

    def _begins_paragraph(self, at: int) -> bool:
        return at == 0 or self._paragraphs[at - 1] != self._paragraphs[at]

    def _one(self, at: int) -> Sentence:
        """Those before it in its paragraph are read already. Every paragraph of a long quotation opens it anew."""
        begins = self._begins_paragraph(at)
        before = None if begins else self._read[at - 1]
        quoted = before is not None and before.ends_quoted
        words, left_open = _words(self._text, self._spans[at], quoted)
        return Sentence(self._spans[at], words, begins, quoted, left_open)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """`sentences[first : first + count]` are the passage's own."""

    text: str
    spans: tuple[Span, ...]
    paragraphs: tuple[int, ...]
    """Of each sentence: where its paragraph begins."""
    first: int
    count: int
    told: dict[Any, Any] = field(default_factory=dict)
    """What `once_for_each` remembers."""

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.text, self.spans, self.paragraphs)


Told = TypeVar("Told")


def once_for_each(rule: Callable[[Surroundings, int], Told]) -> Callable[[Surroundings, int], Told]:
    """What a rule tells of a sentence is worked out once: an excerpt grows by asking the same of it several times."""

    @wraps(rule)
    def remembering(around: Surroundings, at: int) -> Told:
        if (rule, at) not in around.told:
            around.told[rule, at] = rule(around, at)
        told: Told = around.told[rule, at]
        return told

    return remembering


def surroundings(passage: Passage, document: Document) -> Surroundings:
    """The passage, about `BEFORE` characters before it, and the paragraph behind it."""
    here = max(_begun_by(passage.span.start, document) - 1, 0)
    end = _begun_by(passage.span.end - 1, document)
    begin = here
    while begin > 0 and passage.span.start - document.blocks[begin].span.start < BEFORE:
        begin -= 1
    split = [
        (sentence, block.span.start)
        for block in document.blocks[begin : end + 1]
        if not passage.span.contains(block.span)
        for sentence in _sentences(block, document)
    ]
    before = [each for each in split if each[0].end <= passage.span.start]
    own = [
        (sentence, document.blocks[max(_begun_by(sentence.start, document) - 1, 0)].span.start)
        for sentence in passage.sentences
    ]
    behind = [each for each in split if each[0].start >= passage.span.end]
    spans, paragraphs = zip(*before, *own, *behind, strict=True)
    return Surroundings(document.text, spans, paragraphs, len(before), len(own))


def _begun_by(place: int, document: Document) -> int:
    """How many of the blocks begin there or before."""
    return bisect_right(document.blocks, place, key=lambda block: block.span.start)


def _sentences(block: Block, document: Document) -> tuple[Span, ...]:
    if block.kind is not BlockKind.PARAGRAPH or len(block.span) > LONGEST_PARAGRAPH:
        return ()
    return split_block(document, block)


def _words(text: str, sentence: Span, quoted: bool) -> tuple[tuple[Word, ...], bool]:
    """The words, and whether a quotation is open behind the last; none of a sentence that is too long."""
    if len(sentence) > LONGEST_SENTENCE:
        return (), False
    words: list[Word] = []
    for match in _WORD.finditer(text, sentence.start, sentence.end):
        written = match[0]
        is_mark = written in _MARKS
        if is_mark:
            quoted = written == "“" or (written != "”" and not quoted)
        words.append(
            Word(*match.span(), written.lower(), written[0].isupper(), quoted and not is_mark, is_mark),
        )
    return tuple(words), quoted
