"""What became of a quote, as JSON and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.presenting.answers import (
    Json,
    excerpt_json,
    excerpt_text,
    searched_json,
    searched_text,
    source_json,
    span_json,
)
from retrieval.presenting.remarks import remarks_text
from retrieval.verdicts import Difference, Match, Ruling, Verified
from retrieval.visibility import one_line, visible

MOST_DIFFERENCES = 30
"""Shown on a terminal; the JSON has them all."""
SENTENCES = {
    Ruling.EXACT: "Exact: it stands there character for character.",
    Ruling.TYPOGRAPHY: "Typography: the same words; marks, spaces or case differ.",
    Ruling.ALTERED: "Altered: it stands there in other words.",
    Ruling.SPLICED: "Spliced: real fragments that do not stand together.",
    Ruling.ELSEWHERE: "Elsewhere: the words are real, but not as claimed.",
    Ruling.ABSENT: "Absent from this archive, which is not to say that it is untrue.",
    Ruling.CANNOT_CHECK: "It can't be checked.",
}


def verified_json(verified: Verified) -> Json:
    return {
        "verdict": verified.ruling.value,
        "quote": verified.quote,
        "said_by": verified.said_by,
        "flags": [flag.value for flag in verified.flags],
        "differences": [{"claimed": each.claimed, "source": each.source} for each in verified.differences],
        "matches": [_match_json(match) for match in verified.matches],
        "reason": remarks_text(verified.remarks) or None,
        "related": [
            {"code": miss.passage.code, "title": miss.source.title, "match": False} for miss in verified.related
        ],
        "searched": searched_json(verified.searched),
    }


def verified_text(verified: Verified) -> str:
    lines = [SENTENCES[verified.ruling]]
    if verified.remarks:
        lines.append(one_line(remarks_text(verified.remarks)))
    if verified.flags:
        lines.append(f"Differs in: {', '.join(verified.flags)}")
    lines += (line for each in verified.differences[:MOST_DIFFERENCES] for line in _difference(each))
    if len(verified.differences) > MOST_DIFFERENCES:
        lines.append(f"  and {len(verified.differences) - MOST_DIFFERENCES} more differences")
    parts = ["\n".join(lines), *map(_match_text, verified.matches)]
    if verified.related:
        named = (f"  {miss.passage.code}  {one_line(miss.source.title)}" for miss in verified.related)
        parts.append("\n".join(["About the same, but not the quote:", *named]))
    return "\n\n".join([*parts, searched_text(verified.searched)])


def _match_json(match: Match) -> Json:
    return {
        "code": match.excerpt.code,
        "document": source_json(match.excerpt.source),
        "pieces": [span_json(piece) for piece in match.pieces],
        "text": match.text,
        "excerpt": excerpt_json(match.excerpt),
    }


def _match_text(match: Match) -> str:
    words = "\n".join(f"= {line}" for line in visible(match.text).splitlines())
    return f"{words}\n{excerpt_text(match.excerpt)}"


def _difference(each: Difference) -> Iterator[str]:
    """A line of the quote over a line of the source, as diff has them."""
    yield f"  - {_shown(each.claimed)}"
    yield f"  + {_shown(each.source)}"


def _shown(words: str | None) -> str:
    """White space that is no plain space is what may differ: it is shown by its number."""
    if words is None:
        return "(nothing)"
    seen = visible(words).replace("\n", "⏎")
    return "".join(each if each == " " or not each.isspace() else f"⟦U+{ord(each):04X}⟧" for each in seen)
