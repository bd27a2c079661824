"""Fits the weights that tell a claim that is somebody's, and writes `retrieval/excerpting/voice.toml`.

    python -m tests.bench.fit_voice ../shared/data/polnear

On the train split of PolNeAR (Newell et al. 2018): a sentence is somebody's claim where it holds labelled content.
A logistic model over the features of voice_features.py; those of fewer than 8 sentences are left out. The thresholds
are taken from predictions on documents that were not fitted on, as are the figures beside the weights; as a sentence
without a cue is never called a claim, it is not counted as called (cues are those of the weights before).
"""

from __future__ import annotations

import argparse
import datetime
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from retrieval.excerpting.surroundings import surroundings
from retrieval.excerpting.voice import cue_of
from retrieval.excerpting.voice_features import features
from retrieval.reading import read_corpus, read_json_lines
from retrieval.spans import Span
from retrieval.splitting import cut_passages

RAREST = 8
PRECISION = 0.903
"""Of the sentences that are called claims, on unseen documents; a little over the 0.90 that is wanted of others."""
REPORTERS = 0.9
"""Of the sentences with less evidence than `reported`: without labelled content."""
VOICE = Path(__file__).parents[2] / "retrieval" / "excerpting" / "voice.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path)
    given = parser.parse_args()
    contents: dict[str, list[Span]] = defaultdict(list)
    for _, line in read_json_lines(given.labelled / "attributions.jsonl.gz"):
        if line["split"] == "train":
            contents[line["doc_id"]] += (Span(*pair) for pair in line["content"])
    rows: list[dict[tuple[str, str], float]] = []
    labels: list[bool] = []
    groups: list[int] = []
    cued: list[bool] = []
    for number, document in enumerate(read_corpus(given.labelled / "corpus.jsonl.gz", datetime.date(2024, 1, 1))):
        if document.source.id not in contents:
            continue
        for passage in cut_passages(document):
            around = surroundings(passage, document)
            for at in range(around.first, around.first + around.count):
                rows.append(features(around.sentences, at, document.text))
                labels.append(any(around.spans[at].overlaps(span) for span in contents[document.source.id]))
                groups.append(number)
                cued.append(cue_of(around, at) is not None)
    counts = Counter(feature for row in rows for feature in row)
    kept = [{"\0".join(feature): row[feature] for feature in row if counts[feature] >= RAREST} for row in rows]
    vectorizer = DictVectorizer()
    matrix, known = vectorizer.fit_transform(kept), np.array(labels)
    model = LogisticRegression(C=0.5, max_iter=1000)
    unseen = cross_val_predict(model, matrix, known, groups=groups, cv=GroupKFold(5), method="predict_proba")[:, 1]
    model.fit(matrix, known)
    order = np.argsort(-unseen)
    callable_ = order[np.array(cued)[order]]
    precision = np.cumsum(known[callable_]) / np.arange(1, len(callable_) + 1)
    last = int(np.flatnonzero(precision >= PRECISION)[-1])
    rest = np.cumsum(~known[order[::-1]]) / np.arange(1, len(order) + 1)
    lowest = int(np.flatnonzero(rest >= REPORTERS)[-1])
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for feature, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True):
        table, name = feature.split("\0")
        if abs(weight) >= 0.005:
            weights[table][name] = float(weight)
    lines = [
        "# How much each feature of voice_features.py speaks for a claim that is somebody's.",
        "# Written by: python -m tests.bench.fit_voice ../shared/data/polnear",
        f"# {len(known)} sentences of {len(contents)} articles of PolNeAR's train split. Of unseen ones of them,",
        f"# those with evidence of at least `claimed` are somebody's claim: precision {precision[last]:.3f}, recall "
        f"{known[callable_[: last + 1]].sum() / known.sum():.3f}.",
        f"intercept = {model.intercept_[0]:.2f}",
        f"claimed = {unseen[callable_[last]]:.3f}",
        f"reported = {unseen[order[::-1]][lowest]:.3f}",
    ]
    for table, named in sorted(weights.items()):
        lines += ["", f'[weights."{table}"]', *(f'"{name}" = {weight:.2f}' for name, weight in sorted(named.items()))]
    VOICE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines[:7]))


if __name__ == "__main__":
    main()
