"""Generations on Milvus: vectors, words and filters in one collection, documents beside them in another."""
