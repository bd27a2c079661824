"""Text into vectors: load a model, know exactly which one it is, and never encode the same text twice."""

from retrieval.encoding.cache import VectorCache
from retrieval.encoding.encoder import Encoder
from retrieval.encoding.model import Reranker, fingerprint_of, load_encoder, load_reranker, load_uncompiled
from retrieval.encoding.sentences import cosines_with, cosines_with_each, directions_of

__all__ = [
    "Encoder",
    "Reranker",
    "VectorCache",
    "cosines_with",
    "cosines_with_each",
    "directions_of",
    "fingerprint_of",
    "load_encoder",
    "load_reranker",
    "load_uncompiled",
]
