"""A question set of our own invention, and what writes it to a folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

CORPUS = [
    {
        "_id": "harbour",
        "title": "The harbour of Ostrell",
        "text": "The harbour of Ostrell was dredged in 1931. It takes ships of nine metres draught.",
        "metadata": {"publisher": "Ostrell Courier", "published": "1932-04-02"},
    },
    {
        "_id": "bakery",
        "title": "Bread on Quill Street",
        "text": "Miriam Tolk opened the bakery on Quill Street.\n\nThe rye bread is gone by noon.",
    },
    {
        "_id": "orchestra",
        "title": "A winter concert",
        "text": "The town orchestra rehearsed in the boathouse. Its conductor, Pell Ardin, broke his baton twice.",
    },
    {"_id": "blank", "title": "A page without a word", "text": "  "},
]
QUERIES = [
    {"_id": "q1", "text": "When was the harbour of Ostrell dredged?"},
    {"_id": "q2", "text": "Who opened the bakery on Quill Street?"},
    {"_id": "q3", "text": "Who conducts the town orchestra?"},
    {"_id": "q4", "text": "What does a ferry ticket to Mirrenholm cost?"},
]
QRELS = [("q1", "harbour", 1), ("q2", "bakery", 2), ("q3", "orchestra", 1)]
LABELLED = {"q1": ("harbour", "1931"), "q2": ("bakery", "Miriam Tolk"), "q3": ("orchestra", "Pell Ardin")}
TEXTS: dict[str, str] = {str(line["_id"]): str(line["text"]) for line in CORPUS}


def answer_lines() -> list[dict[str, Any]]:
    lines = []
    for question, (document, words) in LABELLED.items():
        start = TEXTS[document].index(words)
        lines.append({"query_id": question, "doc_id": document, "start": start, "end": start + len(words)})
    return lines


def put(path: Path, content: str, zipped: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if zipped:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content.encode()))
    else:
        path.write_text(content, encoding="utf-8")


def json_lines(lines: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


def write_set(folder: Path, zipped: bool = False) -> Path:
    put(folder / "corpus.jsonl", json_lines(CORPUS), zipped)
    put(folder / "queries.jsonl", json_lines(QUERIES), zipped)
    qrels = "".join(f"{question}\t{document}\t{grade}\n" for question, document, grade in QRELS)
    put(folder / "qrels" / "test.tsv", f"query-id\tcorpus-id\tscore\n{qrels}", zipped)
    put(folder / "answers.jsonl", json_lines(answer_lines()), zipped)
    return folder
