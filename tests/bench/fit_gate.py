"""Fits the gate that decides between answering and silence, and writes `retrieval/searching/gate.toml`.

    python -m tests.bench.fit_gate ../shared/data/squad1_train ../shared/data/timeqa /tmp/fitting

On archives of 1 to 300 documents drawn from the first question set (SQuAD 1.1 training articles); see
drawn_archives.py for what is asked of them. Questions of one archive are fitted together or held out together. Beside
them the second set as it is: its unanswerable questions name times of which the document says nothing. The folder
keeps the vectors.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from retrieval.encoding import Encoder, load_encoder
from retrieval.evaluation.fitting import Decided, as_toml, fit_gate, let_through_beside
from retrieval.filters import EVERYTHING
from retrieval.searching import Choice, Signals, decide
from retrieval.searching.understanding import KnownNames, understand
from tests.bench.drawn_archives import Drawn, draw, whole

SEED = 20232
SIZES = (1,) * 40 + (5,) * 20 + (40,) * 10 + (300,) * 6
"""Documents of each archive: people begin with one and end with many."""
ANSWERED = 0.96
GATE = Path(__file__).parents[2] / "retrieval" / "searching" / "gate.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("beside", type=Path)
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
        signals += taken(drawn, encoder)
        answerable += [one.answerable for one in drawn.asked]
        groups += [number] * len(drawn.asked)
        kinds += [one.kind for one in drawn.asked]
        drawn.snapshot.close()
    other = whole(given.beside, encoder, given.place)
    beside = Decided.of(taken(other, encoder), [one.answerable for one in other.asked])
    other.snapshot.close()
    decided = Decided.of(signals, answerable)
    fitted = fit_gate(decided, ANSWERED, groups, beside)
    evidence = np.array([fitted.gate.evidence(one) for one in signals])
    let_through = {
        kind: round(float(np.mean(evidence[[k == kind for k in kinds]] >= fitted.gate.threshold)), 3)
        for kind in Counter(kinds)
    }
    text = as_toml(
        fitted.gate,
        [
            "Weights of the gate between answering and silence; evidence.py says what each signal is.",
            f"Written by: python -m tests.bench.fit_gate {given.articles} {given.beside} FOLDER",
            f"Seed {SEED}; {len(signals)} questions of {max(groups) + 1} archives: {dict(Counter(kinds))}.",
            f"Cross-validated: AUROC {fitted.auroc:.3f}, answered of answerable {fitted.answered_of_answerable:.3f}, "
            f"of unanswerable {fitted.answered_of_unanswerable:.3f}.",
            f"Let through, by kind: {let_through}",
            f"{given.beside.name}, at 0.85 of its answerable questions, of its unanswerable ones: "
            f"{let_through_beside(decided, beside, 0.85):.3f} (cross-validated).",
        ],
        encoder.fingerprint,
    )
    GATE.write_text(text, encoding="utf-8")
    print(text)


def taken(drawn: Drawn, encoder: Encoder) -> list[Signals]:
    """Of each question that is asked of the archive."""
    vectors = encoder.encode([one.question.text for one in drawn.asked])
    meanings = [understand(one.question.text, EVERYTHING, KnownNames({}), None) for one in drawn.asked]
    return [
        decide(meaning, vector, drawn.snapshot, Choice(3)).signals
        for meaning, vector in zip(meanings, vectors, strict=True)
    ]


if __name__ == "__main__":
    main()
