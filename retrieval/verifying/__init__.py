"""From a claimed quote to a verdict: candidates by shingles, the verdict by comparing tokens."""

from retrieval.verifying.contract import CONTRACT
from retrieval.verifying.editing import Claim, read_quote
from retrieval.verifying.fitness import is_unspaced, too_scattered, too_short, unfit
from retrieval.verifying.quoted import MOST_CHECKED, checkable
from retrieval.verifying.related import related, title_with
from retrieval.verifying.ruling import Place, resembles, stands
from retrieval.verifying.shingles import Shingles
from retrieval.verifying.speakers import Speaker, can_be_a_name, speaker
from retrieval.verifying.stretches import stretches

__all__ = [
    "CONTRACT",
    "MOST_CHECKED",
    "Claim",
    "Place",
    "Shingles",
    "Speaker",
    "can_be_a_name",
    "checkable",
    "is_unspaced",
    "read_quote",
    "related",
    "resembles",
    "speaker",
    "stands",
    "stretches",
    "title_with",
    "too_scattered",
    "too_short",
    "unfit",
]
