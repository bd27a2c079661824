"""The write corridor: look -> plan (pure) -> gather -> count what repeats -> build a draft -> publish."""

from retrieval.indexing.build import add_documents, index_fingerprint, indexed_text
from retrieval.indexing.plan import Plan, compare
from retrieval.indexing.run import IndexReport, Progress, bring_in_step

__all__ = [
    "IndexReport",
    "Plan",
    "Progress",
    "add_documents",
    "bring_in_step",
    "compare",
    "index_fingerprint",
    "indexed_text",
]
