"""Words by BM25, with filters and phrases inside the engine. The only file that knows tantivy.

Queries are built from terms, never parsed from what somebody typed, so nothing typed can be an operator by mistake.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import os
import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from retrieval.filters import NAMED_FIELDS, Filter, filter_key
from retrieval.records import Source
from retrieval.store.protocol import WordQuery
from retrieval.store.terms import analyzer, searchable, terms_of, written

BODY, EXACT, CONTEXT, KEY, PUBLISHED = "body", "exact", "context", "key", "published"
_ANALYZED, _AS_WRITTEN = "analyzed", "as_written"
CONTEXT_BOOST = 0.5
"""Weight of a word in the title line beside one in the passage. On squad2_a 0.5 and 0 differ by 0.001 of r@1; in
news the title often holds the only name of what the passage is about."""
_WRITER_BYTES = 64_000_000
_LARGE = 100_000
_COMMON = 0.1
"""In a large archive, words that stand in more of the passages than that only cost time in a search for any of several
words: with them it took 19 ms at a million passages.
"""
_FEWEST_TELLING = 2
_MOST_TERMS = 200
"""Distinct words of a query that are searched; a question is at most 500 characters, a pasted message may be longer."""


def _already_analyzed() -> tantivy.TextAnalyzer:
    """For fields that are given terms: the stemmer that makes them is the document's, which a field can't know."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(KEY, stored=False, indexed=True, fast=True)
    builder.add_text_field(BODY, tokenizer_name=_ANALYZED, index_option="freq")
    builder.add_text_field(EXACT, tokenizer_name=_AS_WRITTEN, index_option="position")
    builder.add_text_field(CONTEXT, tokenizer_name=_ANALYZED, index_option="freq")
    for name in NAMED_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(PUBLISHED, stored=False, indexed=True, fast=True)
    return builder.build()


class WordIndex:
    """Passages under integer keys. Open for reading from any thread; `writer` is for a draft alone."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        index.register_tokenizer(_ANALYZED, _already_analyzed())
        index.register_tokenizer(_AS_WRITTEN, analyzer(None))
        index.config_reader("manual", 0)  # a generation never changes under its readers
        self._index = index
        self._folder = folder
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path) -> WordIndex:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(tantivy.Index(_schema(), path=str(folder), reuse=False), folder)

    @classmethod
    def open(cls, folder: Path) -> WordIndex:
        """Raises ValueError for a folder that holds no readable index."""
        if os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            return cls(tantivy.Index.open(str(folder)), folder)
        # tantivy takes a lock even to read. Where nothing may be written it gets links to the files, and maps those.
        with tempfile.TemporaryDirectory() as links:
            for file in (file for file in folder.iterdir() if file.suffix != ".lock"):
                Path(links, file.name).symlink_to(file.resolve())
            return cls(tantivy.Index.open(links), folder)

    def __len__(self) -> int:
        return self._searcher.num_docs

    def segments(self) -> dict[str, int]:
        """Its parts, of which each is replaced as a whole, and how many passages were removed from each: their terms,
        with their places, are still in its files.
        """
        parts = json.loads((self._folder / "meta.json").read_text(encoding="utf-8"))["segments"]
        return {part["segment_id"]: part["deletes"]["num_deleted_docs"] if part["deletes"] else 0 for part in parts}

    def keys_in(self, segments: Collection[str]) -> list[int]:
        """Of the passages in these segments that were not removed, ascending."""
        numbers = {number for number, name in enumerate(self.segments()) if name in segments}
        if not numbers or not len(self):
            return []
        every = self._searcher.search(Query.all_query(), len(self), count=False).hits
        addresses = [address for _, address in every if address.segment_ord in numbers]
        return sorted(int(key or 0) for key in self._searcher.fast_field_values(KEY, addresses))

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """ln(1 + (N - n + 0.5) / (n + 0.5)) over the passages' bodies, as BM25 in Lucene and tantivy has it."""
        count = len(self)
        return {term: self._inverse_frequency(count, term) for term in set(terms)}

    def _inverse_frequency(self, count: int, term: str) -> float:
        holding = self._searcher.doc_freq(BODY, term)
        return math.log(1 + (max(count - holding, 0) + 0.5) / (holding + 0.5))

    def writer(self) -> WordWriter:
        return WordWriter(self._index)

    def search(
        self, query: WordQuery, where: Filter, limit: int, skip: int = 0, languages: Sequence[str | None] = (None,)
    ) -> list[tuple[int, float]]:
        """`languages`: those of the documents, as a word may have another stem in each."""
        built = self._query(query, where, languages)
        if built is None or limit <= 0:
            return []
        hits = self._searcher.search(built, limit, count=False, offset=skip).hits
        keys = self._searcher.fast_field_values(KEY, [address for _, address in hits])
        found = [(int(key or 0), float(score)) for key, (score, _) in zip(keys, hits, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def _query(self, query: WordQuery, where: Filter, languages: Sequence[str | None]) -> Query | None:
        """None where there is nothing to look for."""
        in_each = zip(*(terms_of(query.words, language) for language in languages), strict=True)
        words = list(dict.fromkeys(tuple(dict.fromkeys(stems)) for stems in in_each))[:_MOST_TERMS]
        if not query.every_word:
            words = self._telling(words)
        each = [self._word(stems) for stems in words]
        phrases = [self._phrase(words) for words in query.phrases if any(map(str.isalnum, words))]
        must: list[Query] = [phrase for phrase in phrases if phrase is not None]
        if len(must) < len(phrases):  # words that the index can't hold, as they are too long, stand nowhere
            return None
        if each and query.every_word:
            must += [Query.boolean_query([(Occur.Should, part) for part in parts]) for parts in each]
        elif each:
            must.append(Query.boolean_query([(Occur.Should, part) for parts in each for part in parts]))
        if not must:
            return None
        # A filter's own score must not reach the ranking, so it counts for nothing.
        must += [Query.const_score_query(condition, 0.0) for condition in self._conditions(where)]
        unwanted = [phrase for words in query.without if (phrase := self._phrase(words)) is not None]
        if len(must) == 1 and not unwanted:
            return must[0]  # tantivy leaves out what can't be among the best only where nothing is around the words
        return Query.boolean_query(
            [(Occur.Must, part) for part in must] + [(Occur.MustNot, part) for part in unwanted],
        )

    def _telling(self, words: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Without those that tell next to nothing, where there are others."""
        if len(self) < _LARGE:
            return words
        most = len(self) * _COMMON
        telling = [stems for stems in words if any(self._searcher.doc_freq(BODY, stem) <= most for stem in stems)]
        return telling if len(telling) >= _FEWEST_TELLING else words

    def _word(self, stems: Sequence[str]) -> list[Query]:
        """One word of the question, as parts of which the scores are added; in several languages the best of its stems
        counts.
        """
        each = [self._term(stem) for stem in stems]
        if len(each) == 1:
            return each[0]
        return [
            Query.disjunction_max_query(
                [Query.boolean_query([(Occur.Should, part) for part in parts]) for parts in each]
            )
        ]

    def _term(self, term: str) -> list[Query]:
        context = Query.boost_query(Query.term_query(self._schema, CONTEXT, term), CONTEXT_BOOST)
        return [Query.term_query(self._schema, BODY, term), context]

    def _phrase(self, words: str) -> Query | None:
        terms = written(words)
        if not terms:
            return None
        if len(terms) == 1:
            return Query.term_query(self._schema, EXACT, terms[0])
        return Query.phrase_query(self._schema, EXACT, list(terms))

    def _conditions(self, where: Filter) -> Iterable[Query]:
        if where.after is not None or where.before is not None:
            yield Query.range_query(
                self._schema,
                PUBLISHED,
                tantivy.FieldType.Integer,
                (where.after or datetime.date.min).toordinal(),
                (where.before or datetime.date.max).toordinal(),
            )
        for name in NAMED_FIELDS:
            wanted = getattr(where, name)
            if wanted is not None:
                yield Query.term_query(self._schema, name, filter_key(wanted))


class WordWriter:
    """Collects changes to one index and writes them all at `commit`."""

    def __init__(self, index: tantivy.Index) -> None:
        # One thread: segments, so scores, come out the same on every machine, and the model gets the other cores.
        self._writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)

    def add(self, key: int, words: str, source: Source) -> None:
        """A passage's words."""
        fields: dict[str, object] = {
            KEY: key,
            BODY: " ".join(terms_of(words, source.language)),
            EXACT: searchable(words),
            CONTEXT: " ".join(terms_of(source.context, source.language)),
        }
        for name in NAMED_FIELDS:
            value = getattr(source, name)
            if value is not None:
                fields[name] = filter_key(value)
        if source.published is not None:
            fields[PUBLISHED] = source.published.toordinal()
        self._writer.add_document(tantivy.Document(**fields))

    def remove(self, keys: Sequence[int]) -> None:
        for key in keys:
            self._writer.delete_documents_by_term(KEY, key)

    def commit(self) -> None:
        self._writer.commit()
        self._writer.wait_merging_threads()

    def abandon(self) -> None:
        """Ends its threads, which would go on writing to the folder. Nothing to end after `commit`."""
        with contextlib.suppress(ValueError, RuntimeError):
            self._writer.wait_merging_threads()
