"""Fits the weights that tell whom a pronoun stands for, and writes `retrieval/excerpting/naming.toml`.

    python -m tests.bench.fit_naming ../shared/data/polnear

On the train split of PolNeAR (Newell et al. 2018), whose `named` is the last name of whom a source that is a pronoun
stands for: of each claim, a logistic model over the features of naming.py for every name near before the pronoun.
`worth` is set by hand, from the figures of `archivist evaluate` on that split.
"""

from __future__ import annotations

import argparse
import datetime
from collections import Counter, defaultdict
from pathlib import Path

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from retrieval.excerpting.naming import candidates, pronoun_of
from retrieval.excerpting.surroundings import surroundings
from retrieval.reading import read_corpus, read_json_lines
from retrieval.spans import Span
from retrieval.splitting import cut_passages

RAREST = 20
LEAST = 0.02
WORTH = 0.0098
NAMING = Path(__file__).parents[2] / "retrieval" / "excerpting" / "naming.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path)
    given = parser.parse_args()
    claims: dict[str, list[tuple[list[Span], str | None]]] = defaultdict(list)
    for _, line in read_json_lines(given.labelled / "attributions.jsonl.gz"):
        if line["split"] == "train":
            content = [Span(*pair) for pair in line["content"]]
            claims[line["doc_id"]].append((content, line.get("named")))
    rows: list[dict[str, float]] = []
    meant: list[bool] = []
    for document in read_corpus(given.labelled / "corpus.jsonl.gz", datetime.date(2024, 1, 1)):
        for passage in cut_passages(document) if document.source.id in claims else ():
            around = surroundings(passage, document)
            for at in range(around.first, around.first + around.count):
                here = [named for content, named in claims[document.source.id] if _meets(around.spans[at], content)]
                pronoun = pronoun_of(around, at) if here else None
                if pronoun is None:
                    continue
                found = candidates(around, at, pronoun)
                for named in here:
                    for surname, (_, signs) in found.items():
                        rows.append(dict.fromkeys(signs, 1.0))
                        meant.append(surname == named)
    counts = Counter(sign for row in rows for sign in row)
    kept = [{sign: 1.0 for sign in row if counts[sign] >= RAREST} for row in rows]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=0.3, max_iter=1000).fit(vectorizer.fit_transform(kept), meant)
    lines = [
        "# How much each sign of naming.py speaks for a name as whom the pronoun of a claim means.",
        "# Written by: python -m tests.bench.fit_naming ../shared/data/polnear",
        f"# {len(rows)} names before pronouns of {len(claims)} articles of PolNeAR's train split; "
        f"{sum(meant)} are meant.",
        f"intercept = {model.intercept_[0]:.2f}",
        f"worth = {WORTH}",
        "",
        "[weights]",
    ]
    for sign, weight in sorted(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)):
        if abs(weight) >= LEAST:
            lines.append(f'"{sign}" = {weight:.2f}')
    NAMING.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[:5]))


def _meets(sentence: Span, spans: list[Span]) -> bool:
    return any(sentence.overlaps(span) for span in spans)


if __name__ == "__main__":
    main()
