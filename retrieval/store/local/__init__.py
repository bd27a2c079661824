"""Generations on one machine: SQLite for documents and passages, FAISS for vectors, tantivy for words."""

from retrieval.store.local.backend import LocalBackend
from retrieval.store.local.layering import Sizes

__all__ = ["LocalBackend", "Sizes"]
