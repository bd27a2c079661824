"""What the rest of the house knows of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from retrieval.spans import Span
from retrieval.store.protocol import PassageVectors, Vectors


class Encoder(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Equal fingerprints mean the same vectors for the same texts, but for rounding (a cosine of at least 0.999):
        made from the model's own files.
        """
        ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Questions: (n, dimensions) float32, rows of unit length, in the order given.

        Safe to call from several threads, as `encode_passages` is.
        """
        ...

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        """What is to be found by questions. `sentences` are spans of each text."""
        ...
