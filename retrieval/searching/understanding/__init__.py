"""What a question says beside its words: phrases, dates, and names that the archive knows. No language model."""

from retrieval.searching.understanding.dates import Period, warm_up
from retrieval.searching.understanding.meaning import Meaning, as_written, understand
from retrieval.searching.understanding.names import KnownNames

__all__ = ["KnownNames", "Meaning", "Period", "as_written", "understand", "warm_up"]
