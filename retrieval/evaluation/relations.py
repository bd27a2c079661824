"""Who said what, as people labelled it: the rows of `attributions.jsonl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.evaluation.set_files import span_of, text_of, wrong
from retrieval.reading import read_json_lines
from retrieval.spans import Span

REPORTED = ("dev", "test")
"""Splits to measure on; the rest is for fitting."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One claim in one document. Each part may be in several places, or nowhere in the text."""

    document_id: str
    split: str | None
    source: tuple[Span, ...]
    """Who claims it."""
    cue: tuple[Span, ...]
    """The words that say that it is claimed."""
    content: tuple[Span, ...]
    """What is claimed."""
    named: str | None
    """Whom the source stands for, where it is a pronoun."""


def load_relations(path: Path, texts: Mapping[str, str]) -> tuple[Relation, ...]:
    """Those of the split `dev`; where it has none those of `test`; where that has none either, all.

    `texts`: document id -> text. Raises QuestionSetError that names the line.
    """
    found = [_relation(line, texts, path, number) for number, line in read_json_lines(path)]
    for split in REPORTED:
        chosen = tuple(relation for relation in found if relation.split == split)
        if chosen:
            return chosen
    return tuple(found)


def _relation(line: Mapping[str, Any], texts: Mapping[str, str], path: Path, number: int) -> Relation:
    identity = text_of(line, "doc_id", path, number)
    if identity not in texts:
        raise wrong(path, number, f"the set has no document “{identity}”")
    source, cue, content = (
        _spans(line.get(part), part, texts[identity], path, number) for part in ("source", "cue", "content")
    )
    split, named = (
        text_of(line, name, path, number) if line.get(name) is not None else None for name in ("split", "named")
    )
    return Relation(identity, split, source, cue, content, named)


def _spans(value: Any, part: str, text: str, path: Path, number: int) -> tuple[Span, ...]:
    if not isinstance(value, list) or any(not isinstance(pair, list) or len(pair) != 2 for pair in value):
        raise wrong(path, number, f"“{part}” must be a list of [start, end]")
    return tuple(span_of(start, end, text, path, number) for start, end in value)
