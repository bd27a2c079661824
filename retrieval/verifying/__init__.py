"""From a claimed quote to a verdict: candidates by shingles, the verdict by comparing tokens."""

from retrieval.verifying.contract import CONTRACT
from retrieval.verifying.editing import Claim, read_quote
from retrieval.verifying.fitness import hidden_in_a_word, too_short, unfit
from retrieval.verifying.quoted import checkable
from retrieval.verifying.related import related, title_with
from retrieval.verifying.ruling import Judged, Place, resembles, stands
from retrieval.verifying.shingles import Shingles
from retrieval.verifying.speakers import Speaker, names_in_words, names_somebody, speaker
from retrieval.verifying.stretches import stretches

__all__ = [
    "CONTRACT",
    "Claim",
    "Judged",
    "Place",
    "Shingles",
    "Speaker",
    "checkable",
    "hidden_in_a_word",
    "names_in_words",
    "names_somebody",
    "read_quote",
    "related",
    "resembles",
    "speaker",
    "stands",
    "stretches",
    "title_with",
    "too_short",
    "unfit",
]
