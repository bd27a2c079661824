"""Which of a page's blocks are its article, as trafilatura judges. The only file that knows it.

trafilatura (Apache-2.0) rewrites what it takes, so its result is only compared with ours, word by word.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence

from retrieval.reading.web.page import Page

MOST_CHARACTERS = 2_000_000
"""Of source. trafilatura takes one or two seconds and 100 MB for as much as these limits allow."""
DEEPEST = 200
"""Elements inside one another. libxml2 itself stops at 256, and trafilatura's own walks are recursive."""
MOST_TAGS = 60_000
MOST_NESTING = 1_000_000
"""Depths of all elements, added up. Ordinary pages come to less than a tenth; tables in one another took nine seconds
for twice as much.
"""
_SHORT = 8
"""Words. A shorter block can stand in a sentence by chance, so it must be a line of its own."""
_RUN = 4
"""Words that are looked for together."""
_WORD = re.compile(r"\w+")


def is_within_limits(source: str, page: Page) -> bool:
    """Whether trafilatura may be asked about it."""
    return (
        len(source) <= MOST_CHARACTERS
        and page.tags <= MOST_TAGS
        and page.depth <= DEEPEST
        and page.nesting <= MOST_NESTING
    )


def in_article(source: str, blocks: Sequence[str]) -> list[bool] | None:
    """Whether each of the page's blocks is part of its article, as extracted from `source`; None where nothing is."""
    lines = _extracted(source)
    if not lines:
        return None
    whole = {" ".join(words) for words in lines}
    runs = {run for words in lines for run in _runs(words)}
    return [_is_among(_words(block), whole, runs) for block in blocks]


def _extracted(source: str) -> list[list[str]]:
    # Imported here because it takes half a second, which commands that read no page should not.
    import trafilatura  # noqa: PLC0415

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # an empty page is no error of ours
    text = trafilatura.extract(source, favor_recall=True, include_comments=False, include_tables=True)
    return [words for line in (text or "").splitlines() if (words := _words(line))]


def _is_among(words: list[str], whole: set[str], runs: set[str]) -> bool:
    if not words:
        return False
    if len(words) < _SHORT:
        return " ".join(words) in whole
    own = list(_runs(words))
    return 2 * sum(run in runs for run in own) >= len(own)


def _runs(words: list[str]) -> Iterator[str]:
    return (" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
