"""The read corridor: question -> candidates -> fusion -> a closer look -> answer or abstain; and lookups by words."""

from retrieval.searching.candidates import rank
from retrieval.searching.closer_look import look_closer
from retrieval.searching.decide import Decision, decide
from retrieval.searching.evidence import Gate, signals_of
from retrieval.searching.lookup import Lookup, narrowed, parse_date, parse_lookup

__all__ = [
    "Decision",
    "Gate",
    "Lookup",
    "decide",
    "look_closer",
    "narrowed",
    "parse_date",
    "parse_lookup",
    "rank",
    "signals_of",
]
