"""BM25 as an inner product: what a passage brings to it is stored, what a question brings is asked with.

A term's weight in a passage is tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / usual)), with a `usual` length that
never changes, so that a passage's weights stay what they are while the archive grows. A question multiplies them by
how rare its terms are. Milvus orders by that; `words.py` makes the scores of what it found exact, for the archive's
own mean length, and knows from `stretch` how far the two can lie apart.

Milvus's own BM25 function is not used: it weighs one column, and can neither add a word's weight in the title line to
the one in the passage nor tell the terms of two languages from two words.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

K1, B = 1.2, 0.75
"""As tantivy and Lucene have them (Robertson and Zaragoza 2009)."""
USUAL_LENGTH = {"body": 100.0, "context": 12.0, "exact": 100.0}
"""Words of a passage and of a title line, about; only how fast a search is depends on them."""
_DIMENSIONS = 2**32 - 2
_ALWAYS = _DIMENSIONS
"""Milvus takes no sparse vector without a weight; no question asks for this one."""


def saturation(count: float, length: float, usual: float) -> float:
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length / usual)) if count else 0.0


def stretch(field: str, mean_length: float) -> float:
    """At most so many times its stored weight is a term worth where passages are `mean_length` words long."""
    return max(1.0, mean_length / USUAL_LENGTH[field])


def dimension(field: str, term: str) -> int:
    """Of two terms that share one, each brings the other up as well; what is found is looked at for its own words."""
    digest = hashlib.blake2b(f"{field}\0{term}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % _DIMENSIONS


def weights_of(terms: Mapping[str, Sequence[str]]) -> dict[int, float]:
    """The terms of each field of one passage, as a sparse vector."""
    weights = {_ALWAYS: 1.0}
    for field, said in terms.items():
        for term, count in Counter(said).items():
            at = dimension(field, term)
            weights[at] = weights.get(at, 0.0) + saturation(count, len(said), USUAL_LENGTH[field])
    return weights
