"""Passages that were once in the index and are no longer: what a code that was written down stands for.

A document that is gone was taken out of the archive, so its words go, too; that its passage was there is kept. One
whose file is there and can't be read is not gone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from retrieval.errors import IndexDamaged
from retrieval.records import Retired
from retrieval.spans import Span
from retrieval.store.milvus import rows
from retrieval.store.milvus.conditions import one_of
from retrieval.store.milvus.engine import Row
from retrieval.store.milvus.opened import Opened

_AT_ONCE = 100
"""Documents, or codes, that are looked up together."""
Each = TypeVar("Each")


def of_documents(past: Opened, document_ids: Iterable[str]) -> Iterator[Retired]:
    """The passages of those of the documents that `past` holds."""
    for some in _in_batches(document_ids):
        yield from _of(past, past.passage_rows_of("document", some, rows.PLACE_FIELDS))


def not_held(past: Opened, now: Opened) -> Iterator[Retired]:
    """Of an index that was made anew: the passages of `past` whose codes `now` has not, and what it had retired.

    Of a past that is damaged comes over what can be read of it: that is why the index was made anew.
    """
    with contextlib.suppress(IndexDamaged):
        yield from of_before(past)
        for page in past.engine.walk(past.generation.passages, "", rows.PLACE_FIELDS):
            held = _codes_held(now, [row["code"] for row in page])
            yield from _of(past, [row for row in page if row["code"] not in held])


def of_before(past: Opened) -> Iterator[Retired]:
    return (rows.retired_of(said) for _, said in past.records.all(rows.RETIRED))


def settled(told: Iterable[Retired], now: Opened, identities: set[str]) -> Iterator[Retired]:
    """Once a generation is complete: what it holds is not retired, and of documents that are gone no words stay.

    `identities` are those of the files, whether they can be read or not. Of two with one name the later counts.
    """
    latest = {(old.code, old.document_id): old for old in told}
    for some in _in_batches(latest.values()):
        held = _codes_held(now, [old.code for old in some])
        there = identities | now.sources([old.document_id for old in some]).keys()
        for old in some:
            if old.code not in held:
                yield old if old.document_id in there else replace(old, text=None)


def _codes_held(now: Opened, codes: list[str]) -> set[str]:
    return {row["code"] for row in now.passage_rows(one_of("code", codes), ("code",))}


def _of(past: Opened, found: list[Row]) -> Iterator[Retired]:
    for some in _in_batches(dict.fromkeys(row["document"] for row in found)):
        sources = past.sources(some)
        texts = past.texts(sources)
        for row in found:
            if row["document"] not in sources or row["document"] not in some:
                continue
            passage, source = rows.passage_of(row), sources[row["document"]]
            at = passage.span.start
            sentences = tuple(Span(span.start - at, span.end - at) for span in passage.sentences)
            words = passage.span.of(texts[source.id])
            yield Retired(passage.code, source.id, source.path, source.title, past.generation.number, sentences, words)


def _in_batches(of: Iterable[Each]) -> Iterator[list[Each]]:
    left = iter(of)
    while some := list(islice(left, _AT_ONCE)):
        yield some
