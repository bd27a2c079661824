"""Generations on a Milvus that many processes share; an alias stands for the published one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from retrieval.errors import IndexDamaged, NothingToRollBackTo, StoreUnavailable
from retrieval.store.drafting import DraftModel
from retrieval.store.milvus.address import Address
from retrieval.store.milvus.draft import Before, MilvusDraft
from retrieval.store.milvus.engine import Engine
from retrieval.store.milvus.leases import Leases, Terms, WriterLease
from retrieval.store.milvus.names import Generation, alias_of
from retrieval.store.milvus.opened import Opened
from retrieval.store.milvus.snapshot import MilvusSnapshot, files_of
from retrieval.store.protocol import Draft, FileRecord, Manifest


class MilvusBackend:
    """See `retrieval.store.protocol` for what it promises. Everything may raise StoreUnavailable: an outage must not
    look like an empty archive.
    """

    def __init__(self, address: Address, token: str = "", terms: Terms | None = None) -> None:
        """Opens nothing yet."""
        self._archive = address.name
        self._engine = Engine(address, token)
        self._leases = Leases(self._engine, terms or Terms())

    def published(self) -> int | None:
        generation = self._published()
        return generation.number if generation else None

    def _published(self) -> Generation | None:
        collection = self._engine.behind(alias_of(self._archive))
        if collection is None:
            return None
        generation = Generation.named(collection, self._archive)
        if generation is None:
            raise IndexDamaged(f"the alias {alias_of(self._archive)} stands for {collection}, which is no generation")
        return generation

    def snapshot(self) -> MilvusSnapshot | None:
        while (generation := self._published()) is not None:
            lease = self._leases.to_read(generation.number)
            try:
                # Whoever publishes keeps the one before, so what is published now, with the lease there, stays.
                if self._published() == generation:
                    return MilvusSnapshot(Opened(self._engine, generation), lease)
            except BaseException:
                lease.release()
                raise
            lease.release()
        return None

    def draft(self, model: str, fingerprint: str, dimensions: int, fresh: bool = False) -> MilvusDraft:
        lease = self._leases.to_write()
        try:
            published = self._published_or_none(fresh)
            # One that was rolled back from has a number, too.
            number = max((each.number for each in self._generations()), default=0) + 1
            self._clear_abandoned(published)
            before = None
            if published is not None:
                opened = Opened(self._engine, published)
                before = Before(opened, None if fresh else opened.standing())
            drafted_with = DraftModel(model, fingerprint, dimensions)
            return MilvusDraft(Opened(self._engine, Generation.new(self._archive, number)), before, drafted_with, lease)
        except BaseException:
            _let_go(lease)
            raise

    def _published_or_none(self, fresh: bool) -> Generation | None:
        try:
            return self._published()
        except IndexDamaged:
            if not fresh:
                raise
            return None

    def publish(self, draft: Draft) -> Manifest:
        if not isinstance(draft, MilvusDraft):
            raise TypeError(f"a {type(draft).__name__} can't be published here")
        generation = draft.opened.generation
        before = None
        try:
            with contextlib.suppress(IndexDamaged):  # an alias for something else is about to be replaced
                before = self._published()
            manifest = draft.finish()
            self._move_pointer(generation)
            self._prune(before, generation)
        finally:
            if self._may_serve(generation):  # whatever may have failed behind the move
                draft.release()
            else:
                draft.discard()
        return manifest

    def roll_back(self) -> int:
        lease = self._leases.to_write()
        try:
            published = self._published()
            earlier = [each for each in self._generations() if published and each.number < published.number]
            if not earlier:
                raise NothingToRollBackTo("no generation before the published one is kept")
            before = max(earlier, key=lambda each: each.number)
            Opened(self._engine, before).standing()
            self._move_pointer(before)
        finally:
            _let_go(lease)
        return before.number

    def remembered(self) -> dict[str, FileRecord]:
        for generation in sorted(self._generations(), key=lambda each: -each.number):
            with contextlib.suppress(IndexDamaged):
                return files_of(Opened(self._engine, generation))
        return {}

    def _may_serve(self, generation: Generation) -> bool:
        """Also where it can't be told, so that nothing is thrown away that may be published."""
        try:
            return self._published() == generation
        except StoreUnavailable:
            return True
        except IndexDamaged:
            return False

    def _move_pointer(self, generation: Generation) -> None:
        """The one step that publishes."""
        self._engine.move(alias_of(self._archive), generation.passages)

    def _prune(self, before: Generation | None, published: Generation) -> None:
        """The published generation and the one before it stay, and those that somebody reads."""
        read = self._leases.being_read()
        self._drop(each for each in self._generations() if each not in (before, published) and each.number not in read)

    def _clear_abandoned(self, published: Generation | None) -> None:
        """What a crash left, which was never published: the lease says that nobody writes to it."""
        newest = published.number if published else 0
        self._drop(each for each in self._generations() if each.number >= newest and each != published)

    def _generations(self) -> set[Generation]:
        named = (Generation.named(collection, self._archive) for collection in self._engine.collections())
        return {generation for generation in named if generation is not None}

    def _drop(self, generations: Iterable[Generation]) -> None:
        for generation in generations:
            for collection in (generation.passages, generation.records):
                with contextlib.suppress(StoreUnavailable):  # tried again after the next run
                    self._engine.drop(collection)


def _let_go(lease: WriterLease) -> None:
    with contextlib.suppress(StoreUnavailable, IndexDamaged):  # it runs out by itself
        lease.release()
