"""The read corridor: understanding -> candidates -> close reading -> a learned order -> answer or abstain; lookups."""

from retrieval.searching.candidates import candidates
from retrieval.searching.copies import Group
from retrieval.searching.decide import Choice, Decision, decide, judged_closely
from retrieval.searching.evidence import Gate, Signals, signals_of
from retrieval.searching.lookup import Lookup, filter_of, parse_date, parse_lookup
from retrieval.searching.question import is_chatter
from retrieval.searching.ranking import Judged, Weights
from retrieval.searching.understanding import KnownNames, Meaning, as_written, understand, warm_up

__all__ = [
    "Choice",
    "Decision",
    "Gate",
    "Group",
    "Judged",
    "KnownNames",
    "Lookup",
    "Meaning",
    "Signals",
    "Weights",
    "as_written",
    "candidates",
    "decide",
    "filter_of",
    "is_chatter",
    "judged_closely",
    "parse_date",
    "parse_lookup",
    "signals_of",
    "understand",
    "warm_up",
]
