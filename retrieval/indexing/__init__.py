"""The write corridor: plan (pure) -> build a draft -> publish."""

from retrieval.indexing.build import add_documents
from retrieval.indexing.plan import Plan, compare
from retrieval.indexing.run import IndexReport, Progress, bring_in_step

__all__ = ["IndexReport", "Plan", "Progress", "add_documents", "bring_in_step", "compare"]
