"""Text into vectors: load a model, know exactly which one it is, and never encode the same text twice."""

from retrieval.encoding.cache import VectorCache
from retrieval.encoding.encoder import Encoder
from retrieval.encoding.model import fingerprint_of, load_encoder

__all__ = ["Encoder", "VectorCache", "fingerprint_of", "load_encoder"]
