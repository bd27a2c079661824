"""Where something stands in a document: the one unit that every room shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open [start, end), counted in characters of Document.text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The slice itself. Raises ValueError where the text is too short to hold it."""
        if self.end > len(text):
            raise ValueError(f"[{self.start}, {self.end}) is outside a text of {len(text)} characters")
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def clip(self, bounds: Span) -> Span | None:
        """The part of this span inside `bounds`, or None where they do not meet."""
        start, end = max(self.start, bounds.start), min(self.end, bounds.end)
        return Span(start, end) if start < end else None

    def shifted(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def trimmed(self, text: str) -> Span | None:
        """Without white space at either end; None where there is nothing else."""
        inside = self.of(text)
        start = self.start + len(inside) - len(inside.lstrip())
        end = self.end - (len(inside) - len(inside.rstrip()))
        return Span(start, end) if start < end else None


def cover(spans: Iterable[Span]) -> Span:
    """The smallest span that holds all of them. Raises ValueError for none."""
    held = list(spans)
    if not held:
        raise ValueError("nothing to cover")
    return Span(min(s.start for s in held), max(s.end for s in held))


def subtract(span: Span, holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `span` once the holes are cut out, in order."""
    left: list[Span] = []
    start = span.start
    for hole in sorted(holes):
        if hole.end <= start or hole.start >= span.end:
            continue
        if hole.start > start:
            left.append(Span(start, hole.start))
        start = hole.end
    if start < span.end:
        left.append(Span(start, span.end))
    return tuple(left)


def pieces(text: str, spans: Sequence[Span]) -> list[str]:
    """The slices, in the order given."""
    return [span.of(text) for span in spans]
