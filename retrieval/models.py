"""The models that the settings name, each loaded when it is first needed and then kept."""

from __future__ import annotations

import threading

from retrieval.encoding import Encoder, Reranker, fingerprint_of, load_encoder, load_reranker
from retrieval.settings import RetrievalSettings


class Models:
    """Safe to use from several threads: whoever needs a model while another loads it waits for that."""

    def __init__(self, settings: RetrievalSettings, encoder: Encoder | None = None) -> None:
        """`encoder` stands in for the one that the settings name."""
        self._settings = settings
        self._encoder = encoder
        self._reranker: Reranker | None = None
        self._loading = threading.Lock()

    @property
    def are_loaded(self) -> bool:
        """The one that no question can do without is."""
        return self._encoder is not None

    def encoder(self) -> Encoder:
        """Takes seconds the first time. Raises ModelError."""
        with self._loading:
            if self._encoder is None:
                settings = self._settings
                self._encoder = load_encoder(
                    settings.model, settings.offline, settings.threads, keep=settings.data / "cache" / "model"
                )
            return self._encoder

    def reranker(self) -> Reranker | None:
        """None where the settings name none. Raises ModelError."""
        with self._loading:
            settings = self._settings
            if self._reranker is None and settings.reranker is not None:
                self._reranker = load_reranker(settings.reranker, settings.offline, settings.threads)
            return self._reranker

    def fingerprint(self) -> str | None:
        """Of the encoder; where it is not loaded as far as its files tell. Raises ModelError."""
        return self._encoder.fingerprint if self._encoder else fingerprint_of(self._settings.model)
