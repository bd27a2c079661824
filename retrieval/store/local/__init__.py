"""Generations on one machine: SQLite for documents and passages, FAISS for vectors, tantivy for words."""

from retrieval.store.local.backend import LocalBackend

__all__ = ["LocalBackend"]
