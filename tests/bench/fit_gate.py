"""Fits the gate that decides between answering and silence, and writes `retrieval/searching/gate.toml`.

    python -m tests.bench.fit_gate ../shared/data/squad1_train /tmp/fitting

On archives of 1 to 300 documents drawn from the question set (SQuAD 1.1 training articles); see drawn_archives.py for
what is asked of them. Questions of one archive are fitted together or held out together. The folder keeps the vectors.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from retrieval.encoding import load_encoder
from retrieval.evaluation.fitting import as_toml, fit_gate
from retrieval.filters import EVERYTHING
from retrieval.searching import Choice, Signals, decide
from retrieval.searching.understanding import KnownNames, understand
from tests.bench.drawn_archives import draw

SEED = 20232
SIZES = (1,) * 40 + (5,) * 20 + (40,) * 10 + (300,) * 6
"""Documents of each archive: people begin with one and end with many."""
ANSWERED = 0.95
GATE = Path(__file__).parents[2] / "retrieval" / "searching" / "gate.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("place", type=Path)
    given = parser.parse_args()
    encoder = load_encoder("all-MiniLM-L6-v2")
    signals: list[Signals] = []
    answerable: list[bool] = []
    groups: list[int] = []
    kinds: list[str] = []
    archives = draw(
        given.articles, SIZES, lambda size: int(20 + 12 * size**0.5), seed=SEED, encoder=encoder, place=given.place
    )
    for number, drawn in enumerate(archives):
        vectors = encoder.encode([one.question.text for one in drawn.asked])
        for one, vector in zip(drawn.asked, vectors, strict=True):
            meaning = understand(one.question.text, EVERYTHING, KnownNames({}), None)
            signals.append(decide(meaning, vector, drawn.snapshot, Choice(3)).signals)
            answerable.append(one.answerable)
            groups.append(number)
            kinds.append(one.kind)
        drawn.snapshot.close()
    fitted = fit_gate(signals, answerable, ANSWERED, groups)
    evidence = np.array([fitted.gate.evidence(one) for one in signals])
    let_through = {
        kind: round(float(np.mean(evidence[[k == kind for k in kinds]] >= fitted.gate.threshold)), 3)
        for kind in Counter(kinds)
    }
    text = as_toml(
        fitted.gate,
        [
            "Weights of the gate between answering and silence; evidence.py says what each signal is.",
            f"Written by: python -m tests.bench.fit_gate ../shared/data/{given.articles.resolve().name} FOLDER",
            f"Seed {SEED}; {len(signals)} questions of {max(groups) + 1} archives: {dict(Counter(kinds))}.",
            f"Cross-validated: AUROC {fitted.auroc:.3f}, answered of answerable {fitted.answered_of_answerable:.3f}, "
            f"of unanswerable {fitted.answered_of_unanswerable:.3f}.",
            f"Let through, by kind: {let_through}",
        ],
        encoder.fingerprint,
    )
    GATE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
