"""What is in the archive, and what of it a keeper should look at: unreadable, undated, doubtful, twice, left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.filters import EVERYTHING
from retrieval.records import Doubtful, Source, Unreadable
from retrieval.store.lookups import doubtful, unreadable
from retrieval.store.protocol import Coverage, Manifest, Snapshot

LONGEST_SHOWN = 200
"""Characters of furniture, of which a front matter or a quoted letter may have thousands."""


@dataclass(frozen=True, slots=True)
class Status:
    """`manifest` is None before the first index."""

    manifest: Manifest | None
    coverage: Coverage
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    """Files, and parts of files."""
    doubtful: tuple[Doubtful, ...] = ()
    duplicates: tuple[tuple[str, ...], ...] = ()
    """Paths of documents that have the same text, character for character."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Words that are not indexed, wherever they stand for the same reason."""

    reason: str
    text: str
    """A slice of a document, its beginning where it is long."""
    documents: int
    path: str
    """Of the first of them."""


def status_of(snapshot: Snapshot | None) -> Status:
    if snapshot is None:
        return Status(None, Coverage(0, 0, None, None))
    sources, told_of = list(snapshot.sources()), snapshot.told_of()
    return Status(
        snapshot.manifest,
        snapshot.coverage(EVERYTHING),
        _named(sources, "publisher"),
        _named(sources, "language"),
        _named(sources, "collection"),
        tuple(source.path for source in sources if source.published is None),
        tuple(unreadable(told_of)),
        tuple(doubtful(told_of)),
        _alike(sources),
    )


def furniture_of(snapshot: Snapshot) -> tuple[Marked, ...]:
    """All that is marked as furniture, by reason, what stands in most documents first. Reads every document."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for source in snapshot.sources():
        document = snapshot.document(source.id)
        marks = document.furniture if document is not None else ()
        text = document.text if document is not None else ""
        for each in {(mark.reason, mark.span.of(text)[:LONGEST_SHOWN]) for mark in marks}:
            counts[each] += 1
            first.setdefault(each, source.path)
    order = sorted(counts, key=lambda each: (each[0], -counts[each], first[each]))
    return tuple(Marked(*each, counts[each], first[each]) for each in order)


def _named(sources: Sequence[Source], name: str) -> tuple[str, ...]:
    return tuple(sorted({value for source in sources if (value := getattr(source, name)) is not None}))


def _alike(sources: Sequence[Source]) -> tuple[tuple[str, ...], ...]:
    by_text: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        by_text[source.text_sha256].append(source.path)
    return tuple(tuple(paths) for paths in by_text.values() if len(paths) > 1)
