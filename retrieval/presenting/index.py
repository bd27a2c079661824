"""What is in the archive, and what a run of indexing did, as JSON and as text for a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from retrieval.answers import Reason
from retrieval.indexing import IndexReport
from retrieval.presenting.answers import REASONS, Json, counted
from retrieval.records import Unreadable
from retrieval.status import Marked, Status
from retrieval.visibility import one_line, visible

NO_READER = "no reader for "
MOST_LINES = 20
"""Of one reason, shown on a terminal."""


def status_json(status: Status) -> Json:
    made = status.manifest
    return {
        "generation": made.generation if made else None,
        "made": made.made.isoformat() if made else None,
        "model": made.model if made else None,
        "documents": status.coverage.documents,
        "passages": status.coverage.passages,
        "first": status.coverage.first.isoformat() if status.coverage.first else None,
        "last": status.coverage.last.isoformat() if status.coverage.last else None,
        "publishers": list(status.publishers),
        "languages": list(status.languages),
        "collections": list(status.collections),
        "undated": list(status.undated),
        "unreadable": [asdict(file) for file in status.unreadable],
        "doubtful": [asdict(file) for file in status.doubtful],
        "duplicates": [list(paths) for paths in status.duplicates],
    }


def furniture_json(marked: Sequence[Marked]) -> list[Json]:
    return [asdict(each) for each in marked]


def report_json(report: IndexReport) -> Json:
    return asdict(report)


def status_text(status: Status) -> str:
    if status.manifest is None:
        return REASONS[Reason.NOTHING_INDEXED]
    covered, made = status.coverage, status.manifest
    dates = f"{covered.first} to {covered.last}" if covered.first else "none is dated"
    rows = [
        ("documents", str(covered.documents)),
        ("passages", str(covered.passages)),
        ("dates", dates),
        ("publishers", ", ".join(status.publishers) or "none named"),
        ("languages", ", ".join(status.languages) or "none named"),
        ("collections", ", ".join(status.collections) or "none"),
        ("generation", f"{made.generation}, made {made.made.isoformat()}"),
        ("model", made.model),
        ("undated", str(len(status.undated))),
        ("unreadable", str(len(status.unreadable))),
        ("doubtful", str(len(status.doubtful))),
        ("duplicates", str(len(status.duplicates))),
    ]
    text = "\n".join(f"{name:<12}{one_line(value)}" for name, value in rows)
    listed = (
        *_listed("undated", status.undated),
        *_listed("doubtful", (f"{each.path}: {each.note}" for each in status.doubtful)),
        *_listed("duplicates", (" = ".join(paths) for paths in status.duplicates)),
        *_unreadable(status.unreadable),
    )
    return "\n".join([text, *listed])


def furniture_text(marked: Sequence[Marked]) -> str:
    """By reason; of what is longer than a line its beginning."""
    lines: list[str] = []
    for reason, of_it in groupby(marked, key=lambda each: each.reason):
        held = list(of_it)
        lines.append(f"{reason}: {counted(len(held), 'line')}")
        for each in held[:MOST_LINES]:
            where = f"in {counted(each.documents, 'document')}" if each.documents > 1 else each.path
            lines.append(f"  {one_line(visible(each.text))}  — {one_line(where)}")
        if len(held) > MOST_LINES:
            lines.append("  and more: archivist status --furniture --json lists them all")
    return "\n".join(lines) or "Nothing is marked as furniture."


def report_text(report: IndexReport) -> str:
    verb = "would change" if report.dry_run else "index"
    reread = f" ({report.reread} of them read again)" if report.reread else ""
    lines = [one_line(note) for note in report.notes]
    lines.append(
        f"{verb}: + {len(report.added)} added, ~ {len(report.changed)} changed, - {len(report.gone)} gone, "
        f"> {len(report.moved)} moved, = {report.same} same{reread}, {len(report.unreadable)} unreadable"
    )
    if report.dry_run:
        for mark, paths in (("+", report.added), ("~", report.changed), ("-", report.gone), (">", report.moved)):
            lines += [f"  {mark} {one_line(path)}" for path in paths]
    lines += _unreadable(report.unreadable)
    lines += _listed("doubtful", (f"{each.path}: {each.note}" for each in report.doubtful))
    lines.append(
        f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')}, "
        f"generation {report.generation or 'none'}, {report.seconds:.1f} seconds"
    )
    return "\n".join(lines)


def _unreadable(files: Sequence[Unreadable]) -> Iterator[str]:
    """One by one, but for files that nobody would read: pictures are counted by their ending."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for file in files:
        by_reason[file.reason if file.reason.startswith(NO_READER) else f"{file.path}\0{file.reason}"].append(file.path)
    for reason, paths in by_reason.items():
        where = paths[0] if len(paths) == 1 else f"{len(paths)} files, the first {paths[0]}"
        yield f"  unreadable  {one_line(where)}: {one_line(reason.rpartition(chr(0))[2])}"


def _listed(name: str, paths: Iterable[str], most: int = 20) -> Iterator[str]:
    for count, path in enumerate(paths):
        if count == most:
            yield f"  {name}  and more: archivist status --json lists them all"
            return
        yield f"  {name}  {one_line(path)}"
