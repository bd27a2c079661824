"""Any sentence-transformers model: every text, and every sentence, is a pass of the model of its own."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrieval.encoding.sentences import directions_of
from retrieval.encoding.traits import Traited, Traits
from retrieval.spans import Span
from retrieval.store.protocol import PassageVectors, Vectors

BATCH = 32


class WholeTexts(Traited):
    """An Encoder over a loaded SentenceTransformer."""

    def __init__(self, traits: Traits, model: Any) -> None:
        super().__init__(traits)
        self._model = model
        self._one_at_a_time = threading.Lock()  # two batches on the same cores only slow each other down

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._vectors([self.traits.before_question + text for text in texts])

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        whole = self._vectors([self.traits.before_passage + text for text in texts])
        every = [(text, span) for text, spans in zip(texts, sentences, strict=True) for span in spans]
        rows = self._sentences(every)
        ends = list(itertools.accumulate(map(len, sentences), initial=0))
        return PassageVectors(whole, tuple(directions_of(rows[a:b]) for a, b in itertools.pairwise(ends)))

    def _sentences(self, places: Sequence[tuple[str, Span]]) -> Vectors:
        """(n, dimensions): each by itself."""
        return self._vectors([self.traits.before_passage + span.of(text) for text, span in places])

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        return np.asarray(self._run([encodable(text) for text in texts], convert_to_numpy=True), np.float32)

    def _run(self, texts: Sequence[str], **options: Any) -> Any:
        with self._one_at_a_time:
            return self._model.encode(
                texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, **options
            )


def encodable(text: str) -> str:
    """As long as `text`: lone surrogates, which stop tokenizers, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
