"""The door: all that the bot and the command line know of the archive."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.answers import Abstained, Answer, Found, Listing, NearMiss, Reason, Searched, Seconds, Shown
from retrieval.codes import parse_code
from retrieval.encoding import Encoder, fingerprint_of, load_encoder
from retrieval.errors import ModelError, QuestionError, UnknownCode
from retrieval.excerpting import chosen_sentences, excerpt_around, in_context, whole_passage
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexing import IndexReport, Progress, bring_in_step, index_fingerprint
from retrieval.records import Document, Source, Unreadable
from retrieval.searching import decide, parse_lookup
from retrieval.settings import RetrievalSettings
from retrieval.spans import Span
from retrieval.store.holder import SnapshotHolder
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Backend, Coverage, Manifest, Snapshot

PAGE = 5
"""Hits on a page of a lookup."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the archive. `manifest` is None before the first index."""

    manifest: Manifest | None
    coverage: Coverage
    publishers: tuple[str, ...]
    languages: tuple[str, ...]
    collections: tuple[str, ...]
    undated: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]


class Archive:
    """Ask, look up, show, bring in step. Safe to use from several threads; close it when done."""

    def __init__(
        self, settings: RetrievalSettings, backend: Backend | None = None, encoder: Encoder | None = None
    ) -> None:
        """Opens nothing yet. `backend` and `encoder` stand in for those that the settings name."""
        self._settings = settings
        self._backend = backend or LocalBackend(settings.data)
        self._holder = SnapshotHolder(self._backend)
        self._encoder = encoder
        self._loading = threading.Lock()

    def warm(self) -> None:
        """Loads the model and opens the index, so that the first question need not. Raises ModelError, IndexDamaged."""
        self._load_encoder()
        with self._holder.reading():
            pass

    @property
    def is_warm(self) -> bool:
        return self._encoder is not None

    def close(self) -> None:
        self._holder.close()

    def ask(self, question: str, where: Filter = EVERYTHING, limit: int | None = None) -> Answer:
        """Excerpts that answer, or why there are none. Raises ModelError or IndexDamaged: an outage is not silence."""
        with self._holder.reading() as snapshot:
            searched = _searched(snapshot, where)
            if snapshot is None or not snapshot.manifest.passages:
                return Abstained(question, Reason.NOTHING_INDEXED, searched)
            if not any(character.isalnum() for character in question):
                return Abstained(question, Reason.NOT_A_QUESTION, searched)
            if not searched.passages:
                return Abstained(question, Reason.NOTHING_MATCHES_FILTERS, searched)
            encoder = self._encoder_for(snapshot)
            started = time.perf_counter()
            vector = encoder.encode([question])[0]
            encoded = time.perf_counter()
            decision = decide(question, vector, snapshot, encoder, where=where, limit=limit or self._settings.excerpts)
            searched_for = time.perf_counter() - encoded
            if not decision.shown:
                return Abstained(
                    question,
                    Reason.NOTHING_RELEVANT,
                    searched,
                    tuple(NearMiss(item.hit.passage, item.document.source) for item in decision.nearest),
                    decision.ranking,
                    decision.evidence,
                    Seconds(encoded - started, searched_for),
                )
            excerpts = tuple(excerpt_around(item.answer, item.hit, item.document) for item in decision.shown)
            seconds = Seconds(encoded - started, searched_for, time.perf_counter() - encoded - searched_for)
            return Found(question, excerpts, searched, decision.ranking, decision.evidence, seconds)

    def search(self, words: str, where: Filter = EVERYTHING, page: int = 1, size: int = PAGE) -> Listing:
        """One page of the passages that hold all the words. Needs no model. Raises QuestionError, IndexDamaged."""
        lookup = parse_lookup(words, where)
        if page < 1:
            raise QuestionError("the first page is 1")
        with self._holder.reading() as snapshot:
            searched = _searched(snapshot, lookup.where)
            if snapshot is None:
                return Listing(words, (), page, False, searched)
            scores = snapshot.by_words(lookup.query, lookup.where, size + 1, skip=(page - 1) * size)
            passages = snapshot.passages([key for key, _ in scores])
            excerpts = []
            for key, score in scores[:size]:
                document = _document(snapshot, passages[key].document_id)
                excerpts.append(whole_passage(passages[key], document, score))
            return Listing(words, tuple(excerpts), page, len(scores) > size, searched)

    def show(self, code: str, around: int = 0) -> tuple[Shown, ...]:
        """The passage with that code, or the sentences of it that the code names, and `around` paragraphs of context.

        More than one only should two passages ever share a code. Raises QuestionError for what is no code, UnknownCode.
        """
        wanted = parse_code(code)
        with self._holder.reading() as snapshot:
            passages = snapshot.with_code(wanted.passage) if snapshot else []
            if snapshot is None or not passages:
                raise UnknownCode(f"no passage in the archive has the code {wanted.passage}")
            shown = []
            for passage in passages:
                document = _document(snapshot, passage.document_id)
                excerpt = chosen_sentences(passage, wanted, document)
                context = in_context(excerpt, document, around) if around else None
                shown.append(Shown(excerpt, context, snapshot.manifest.generation))
            return tuple(shown)

    def slices(self, places: Sequence[tuple[str, Span]]) -> list[str | None]:
        """What the store holds at each (document id, span) now; None where it holds no such place.

        All from one generation, and each document is taken from the store once. Raises IndexDamaged.
        """
        with self._holder.reading() as snapshot:
            if snapshot is None:
                return [None] * len(places)
            texts = {identity: snapshot.text(identity) for identity in {identity for identity, _ in places}}
            cut = ((texts[identity], span) for identity, span in places)
            return [span.of(text) if text is not None and span.end <= len(text) else None for text, span in cut]

    def status(self) -> Status:
        with self._holder.reading() as snapshot:
            if snapshot is None:
                return Status(None, Coverage(0, 0, None, None), (), (), (), (), ())
            sources = list(snapshot.sources())
            return Status(
                snapshot.manifest,
                snapshot.coverage(EVERYTHING),
                _named(sources, "publisher"),
                _named(sources, "language"),
                _named(sources, "collection"),
                tuple(source.path for source in sources if source.published is None),
                tuple(snapshot.unreadable()),
            )

    def reindex(
        self, full: bool = False, dry_run: bool = False, report: Callable[[Progress], None] = lambda _: None
    ) -> IndexReport:
        """As `bring_in_step`, for the folder and the model of the settings."""
        cache = self._settings.data / "cache" / "vectors.sqlite"
        return bring_in_step(
            self._settings.archive,
            self._backend,
            self._settings.model,
            self._load_encoder,
            cache,
            fingerprint=self._fingerprint,
            full=full,
            dry_run=dry_run,
            report=report,
        )

    def _load_encoder(self) -> Encoder:
        with self._loading:
            if self._encoder is None:
                settings = self._settings
                self._encoder = load_encoder(settings.model, settings.offline, settings.threads)
            return self._encoder

    def _fingerprint(self) -> str | None:
        return self._encoder.fingerprint if self._encoder else fingerprint_of(self._settings.model)

    def _encoder_for(self, snapshot: Snapshot) -> Encoder:
        encoder = self._load_encoder()
        if index_fingerprint(encoder.fingerprint) != snapshot.manifest.fingerprint:
            raise ModelError(
                f"the index was made with another model or version ({snapshot.manifest.model}) than {encoder.name}; "
                "archivist index makes it anew"
            )
        return encoder


def _searched(snapshot: Snapshot | None, where: Filter) -> Searched:
    if snapshot is None:
        return Searched(0, 0, 0, filters=where.given())
    covered = snapshot.coverage(where)
    return Searched(
        snapshot.manifest.generation, covered.documents, covered.passages, covered.first, covered.last, where.given()
    )


def _document(snapshot: Snapshot, document_id: str) -> Document:
    document = snapshot.document(document_id)
    if document is None:
        raise LookupError(f"passages of {document_id} without their document")
    return document


def _named(sources: list[Source], name: str) -> tuple[str, ...]:
    return tuple(sorted({value for source in sources if (value := getattr(source, name)) is not None}))
