"""Text into sentences that rejoin exactly, and sentences into passages."""

from retrieval.splitting.passages import cut_passages
from retrieval.splitting.sentences import split_block, split_sentences, split_text

__all__ = ["cut_passages", "split_block", "split_sentences", "split_text"]
