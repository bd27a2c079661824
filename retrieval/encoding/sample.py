"""Texts by which it is told whether two ways of running a model give the same vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# Of many lengths, so that some are padded and one is longer than most windows; of several scripts; words, names,
# numbers, signs and nothing at all. What rounds too much or reads a text in another way differs in one of them.
SAMPLE = (
    "",
    "Who?",
    "42",
    "Which ship was sunk off the coast in May?",
    "The ferry left the harbour at noon, and came back three days later with 12 passengers.",
    "“We never said that,” Ms. Adeyemi-O'Neill told the committee; it rose 3.75% (to €1,204.50) all the same.",
    "Паром вышел из гавани в полдень. 渡し船は正午に港を出た。 غادرت العبارة الميناء ظهرا.",
    "kg/m² → 9.81 m/s² ≠ 0x1F; e.g. foo_bar(baz) == None || §12(b)\tTAB",
    "Harbour Notes | The Ostrell Courier | 1 May 2022\nBread is baked with caraway here, and nobody remembers why. "
    "The mayor, who had been a baker, is said to have known; he died in 1911. His daughter sold the house to the town. "
    "According to the town's own chronicle, which was written thirty years later, the recipe went with it.",
    "The council did not vote. " * 9 + "It had been told that the bridge would hold, and that it would not.",
    "A longer report begins with what is known and ends with what is not. " * 80,
)


def vectors_by_library(model: Any, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """As a SentenceTransformer gives them, whatever runs its transformer: (texts, dimensions), rows of unit length."""
    vectors: npt.NDArray[np.float32] = model.encode(
        texts, batch_size=2, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


def least_cosine(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Of each row with the same row of the other; both of unit length. No number where one of them holds none."""
    return float((one * other).sum(axis=1).min())
