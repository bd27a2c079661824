"""The read corridor: question -> candidates -> fusion -> a closer look -> answer or abstain; and lookups by words."""

from retrieval.searching.candidates import rank
from retrieval.searching.closer_look import Looked, look_closer
from retrieval.searching.evidence import Gate, signals_of
from retrieval.searching.lookup import Lookup, narrowed, parse_date, parse_lookup

__all__ = ["Gate", "Looked", "Lookup", "look_closer", "narrowed", "parse_date", "parse_lookup", "rank", "signals_of"]
