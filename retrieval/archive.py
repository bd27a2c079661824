"""The door: all that the bot and the command line know of the archive."""

from __future__ import annotations

import contextlib
import datetime
import weakref
from collections.abc import Callable, Iterator, Sequence

from retrieval import citing
from retrieval.answering import Asked, answer, unanswerable
from retrieval.answers import Abstained, Answer, Listing, Reason, Searched, Shown
from retrieval.codes import Code, parse_code
from retrieval.encoding import Encoder
from retrieval.errors import ModelError, QuestionError, UnknownCode
from retrieval.excerpting import whole_passage
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexing import IndexReport, Progress, bring_in_step, index_fingerprint
from retrieval.models import Models
from retrieval.reading import Limits
from retrieval.receipts import Receipt, Superseded
from retrieval.searching import Choice, Gate, KnownNames, Meaning, parse_lookup, warm_up
from retrieval.settings import RetrievalSettings
from retrieval.spans import Span
from retrieval.status import Marked, Status, furniture_of, status_of
from retrieval.store.holder import SnapshotHolder
from retrieval.store.lookups import document_of, searched_in
from retrieval.store.opening import store_of
from retrieval.store.protocol import Backend, Snapshot, Vectors
from retrieval.verdicts import CheckedMessage, Verified
from retrieval.verification import Claimed, verify
from retrieval.verifying import checkable

PAGE = 5
"""Hits on a page of a lookup."""
OWN_GATE = "gate.toml"
"""In the data folder: what `archivist calibrate` fitted."""


class Archive:
    """Ask, look up, show, prove, check a quote, bring in step. Safe to use from several threads; close it when done."""

    def __init__(
        self,
        settings: RetrievalSettings,
        backend: Backend | None = None,
        encoder: Encoder | None = None,
        *,
        checks: bool = True,
    ) -> None:
        """Opens nothing yet. `backend` and `encoder` stand in for what the settings name. Raises SettingsError.

        Without `checks` another Archive of this index is relied upon to check what opening it does not.
        """
        self.settings = settings
        self._backend = backend or store_of(settings)
        self._holder = SnapshotHolder(self._backend, checks=checks)
        self._models = Models(settings, encoder)
        self._names: weakref.WeakKeyDictionary[Snapshot, KnownNames] = weakref.WeakKeyDictionary()

    def warm(self) -> None:
        """Loads the models and opens the index, so that no question has to. Raises ModelError, IndexDamaged;
        SettingsError where `archivist calibrate` has to be run again.
        """
        self.encoder()
        self._choice(None)
        warm_up()
        with self._holder.reading() as snapshot:
            self._known_names(snapshot)

    def encoder(self) -> Encoder:
        """The model, which is loaded now where it was not. Raises ModelError."""
        return self._models.encoder()

    @property
    def is_warm(self) -> bool:
        return self._models.are_loaded

    def close(self) -> None:
        self._holder.close()

    def ask(
        self,
        question: str,
        where: Filter = EVERYTHING,
        limit: int | None = None,
        *,
        today: datetime.date | None = None,
        as_written: bool = False,
    ) -> Answer:
        """Excerpts that answer, or why there are none. `today` is the asker's; `as_written` takes the question for its
        words alone. Raises ModelError or IndexDamaged: an outage is not silence.
        """
        with self._holder.reading() as snapshot:
            meaning, searched, said = self._understood(question, where, today, as_written, snapshot)
            if snapshot is None or said is not None:
                return said or Abstained(question, Reason.NOTHING_INDEXED, searched)
            return answer(meaning, searched, snapshot, self._encoder_for(snapshot), self._choice(limit))

    def encoded(
        self,
        question: str,
        where: Filter = EVERYTHING,
        *,
        today: datetime.date | None = None,
        as_written: bool = False,
    ) -> dict[str, Vectors]:
        """What `ask` will have encoded of it, and that encoded: (dimensions,). Raises ModelError, IndexDamaged."""
        with self._holder.reading() as snapshot:
            meaning, _, said = self._understood(question, where, today, as_written, snapshot)
            if snapshot is None or said is not None:
                return {}
            return {meaning.topic: self._encoder_for(snapshot).encode([meaning.topic])[0]}

    def _understood(
        self, question: str, where: Filter, today: datetime.date | None, as_written: bool, snapshot: Snapshot | None
    ) -> tuple[Meaning, Searched, Abstained | None]:
        """What is meant, what is searched for it, and the answer where that needs no search."""
        asked = Asked(question, where, today, as_written or not self.settings.understand)
        meaning = asked.meaning(self._known_names(snapshot))
        searched = searched_in(snapshot, meaning.where)
        return meaning, searched, unanswerable(asked, meaning, searched)

    def search(self, words: str, where: Filter = EVERYTHING, page: int = 1, size: int = PAGE) -> Listing:
        """One page of the passages that hold all the words. Needs no model. Raises QuestionError, IndexDamaged."""
        lookup = parse_lookup(words, where)
        if page < 1:
            raise QuestionError("the first page is 1")
        with self._holder.reading() as snapshot:
            searched = searched_in(snapshot, lookup.where)
            if snapshot is None:
                return Listing(words, (), page, False, searched)
            scores = snapshot.by_words(lookup.query, lookup.where, size + 1, skip=(page - 1) * size)
            passages = snapshot.passages([key for key, _ in scores])
            excerpts = []
            for key, score in scores[:size]:
                document = document_of(snapshot, passages[key].document_id)
                excerpts.append(whole_passage(passages[key], document, score))
            return Listing(words, tuple(excerpts), page, len(scores) > size, searched)

    def show(self, code: str, around: int = 0) -> tuple[Shown | Superseded, ...]:
        """The passage with that code or the sentences that it names, with `around` paragraphs of context; what became
        of them where the words have changed. More than one only should two passages ever share a code. Raises
        QuestionError for what is no code, UnknownCode.
        """
        with self._cited(code) as (wanted, snapshot):
            return citing.show(wanted, snapshot, around)

    def receipt(self, code: str) -> tuple[Receipt | Superseded, ...]:
        """What it takes to check them without this archive; the file is read again for it, now. As `show` otherwise."""
        with self._cited(code) as (wanted, snapshot):
            return citing.receipt(wanted, snapshot, self.settings.archive, self._limits)

    @contextlib.contextmanager
    def _cited(self, code: str) -> Iterator[tuple[Code, Snapshot]]:
        wanted = parse_code(code)
        with self._holder.reading() as snapshot:
            if snapshot is None:
                raise UnknownCode(f"no passage in the archive has the code {wanted.passage}")
            yield wanted, snapshot

    def verify(
        self, quote: str, said_by: str | None = None, document: str | None = None, where: Filter = EVERYTHING
    ) -> Verified:
        """Whether the archive has this quote, and by whom. `document` is its id, path or title. Needs no model.

        Raises QuestionError for a document that there is none of and a speaker that is no name, IndexDamaged.
        """
        with self._holder.reading() as snapshot:
            return verify(Claimed(quote, said_by, document), where, snapshot, searched_in(snapshot, where))

    def check(self, message: str, where: Filter = EVERYTHING) -> CheckedMessage:
        """Each quotation of a message, and each sentence that has none, in order; MOST_CHECKED of them. Needs no
        model.
        """
        places, left_out = checkable(message)
        with self._holder.reading() as snapshot:
            searched = searched_in(snapshot, where)
            checked = (verify(Claimed(at.of(message)), where, snapshot, searched) for at in places)
            return CheckedMessage(tuple(checked), left_out)

    def slices(self, places: Sequence[tuple[str, Span]]) -> list[str | None]:
        """What the store holds at each (document id, span) now; None where it holds no such place. A retired passage
        is a text of its own, under its `place`.

        All from one generation, and each document is taken from the store once. Raises IndexDamaged.
        """
        with self._holder.reading() as snapshot:
            if snapshot is None:
                return [None] * len(places)
            texts = {identity: citing.text_at(identity, snapshot) for identity in {identity for identity, _ in places}}
            cut = ((texts[identity], span) for identity, span in places)
            return [span.of(text) if text is not None and span.end <= len(text) else None for text, span in cut]

    def status(self) -> Status:
        with self._holder.reading() as snapshot:
            return status_of(snapshot)

    def furniture(self) -> tuple[Marked, ...]:
        """All that is not indexed, and why. Reads every document of the archive."""
        with self._holder.reading() as snapshot:
            return furniture_of(snapshot) if snapshot is not None else ()

    def reindex(
        self, full: bool = False, dry_run: bool = False, report: Callable[[Progress], None] = lambda _: None
    ) -> IndexReport:
        """As `bring_in_step`, for the folder and the model of the settings."""
        cache = self.settings.data / "cache" / "vectors.sqlite"
        return bring_in_step(
            self.settings.archive,
            self._backend,
            self.settings.model,
            self._models.encoder,
            cache,
            limits=self._limits,
            fingerprint=self._models.fingerprint,
            full=full,
            dry_run=dry_run,
            report=report,
        )

    @property
    def _limits(self) -> Limits:
        settings = self.settings
        return Limits(settings.read_seconds, settings.read_megabytes, settings.read_processes)

    def _choice(self, limit: int | None) -> Choice:
        settings = self.settings
        own = settings.data / OWN_GATE
        gate = Gate.read(own, self.encoder().fingerprint) if own.exists() else None
        return Choice(limit or settings.excerpts, settings.excerpts_of_one_document, gate, self._models.reranker())

    def _known_names(self, snapshot: Snapshot | None) -> KnownNames:
        if snapshot is None:
            return KnownNames({})
        if snapshot not in self._names:
            self._names[snapshot] = KnownNames.of(snapshot)
        return self._names[snapshot]

    def _encoder_for(self, snapshot: Snapshot) -> Encoder:
        encoder = self.encoder()
        if index_fingerprint(encoder.fingerprint) != snapshot.manifest.fingerprint:
            raise ModelError(
                f"the index was made with another model or version ({snapshot.manifest.model}) than {encoder.name}; "
                "archivist index makes it anew"
            )
        return encoder
