"""Records as the JSON that product.md section 2 specifies, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from retrieval.answers import Abstained, Answer, Excerpt, Found, Listing, Reason, Searched, Shown
from retrieval.archive import Status
from retrieval.indexing import IndexReport
from retrieval.records import Source
from retrieval.spans import Span
from retrieval.visibility import one_line, visible

Json = dict[str, Any]


def answer_json(answer: Answer) -> Json:
    searched = searched_json(answer.searched)
    match answer:
        case Found(question, excerpts):
            body: Json = {"outcome": "found", "question": question, "generation": answer.searched.generation}
            body["excerpts"] = [excerpt_json(excerpt) for excerpt in excerpts]
        case Abstained(question, reason, _, nearest):
            body = {"outcome": "abstained", "question": question, "generation": answer.searched.generation}
            body["reason"] = reason.value
            body["nearest"] = [
                {"code": miss.passage.code, "title": miss.source.title, "answer": False} for miss in nearest
            ]
    return body | {"searched": searched, "seconds": asdict(answer.seconds)}


def searched_json(searched: Searched) -> Json:
    return {"documents": searched.documents, "passages": searched.passages, "filters": dict(searched.filters)}


def excerpt_json(excerpt: Excerpt) -> Json:
    return {
        "code": excerpt.code,
        "text": excerpt.text,
        "pieces": [_span_json(span) for span in excerpt.pieces],
        "answer": [_span_json(span) for span in excerpt.answer],
        "attribution": [_span_json(mark.span) | {"cue": mark.cue} for mark in excerpt.attribution],
        "voice": excerpt.voice.value,
        "document": source_json(excerpt.source),
        "paragraph": excerpt.passage.paragraph,
        "score": round(excerpt.score, 6),
    }


def source_json(source: Source) -> Json:
    named = ("id", "title", "publisher", "author", "url", "path", "sha256", "collection", "language")
    said: Json = {name: getattr(source, name) for name in named}
    said["published"] = source.published.isoformat() if source.published else None
    said["first_seen"] = source.first_seen.isoformat()
    return said | {"status": source.status, "status_note": source.status_note}


def listing_json(listing: Listing) -> Json:
    return {
        "outcome": "found" if listing.excerpts else "absent",
        "words": listing.words,
        "generation": listing.searched.generation,
        "page": listing.page,
        "more": listing.more,
        "hits": [excerpt_json(excerpt) for excerpt in listing.excerpts],
        "searched": searched_json(listing.searched),
    }


def shown_json(shown: Shown) -> Json:
    return {
        "outcome": "found",
        "generation": shown.generation,
        "passage": excerpt_json(shown.excerpt),
        "context": excerpt_json(shown.context) if shown.context else None,
    }


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
    }


def report_json(report: IndexReport) -> Json:
    return asdict(report)


def answer_text(answer: Answer) -> str:
    match answer:
        case Found(_, excerpts):
            return "\n\n".join(excerpt_text(excerpt) for excerpt in excerpts) + f"\n\n{searched_text(answer.searched)}"
        case Abstained(_, reason, searched, nearest):
            lines = [REASONS[reason], searched_text(searched)]
            if nearest:
                lines.append("Nearest, but not an answer:")
                lines += [f"  {miss.passage.code}  {one_line(miss.source.title)}" for miss in nearest]
            return "\n".join(lines)


REASONS = {
    Reason.NOTHING_INDEXED: "Nothing is indexed yet; run: archivist index",
    Reason.NOTHING_MATCHES_FILTERS: "No document matches these filters.",
    Reason.NOTHING_RELEVANT: "The archive has no answer to this.",
    Reason.NOT_A_QUESTION: "There is no word to search for in this.",
}


def searched_text(searched: Searched) -> str:
    span = f", {searched.first} to {searched.last}" if searched.first else ", undated" if searched.documents else ""
    filters = "".join(f", {name} {one_line(value)}" for name, value in searched.filters.items())
    documents = _counted(searched.documents, "document")
    return f"Searched {documents} and {_counted(searched.passages, 'passage')}{span}{filters}."


def excerpt_text(excerpt: Excerpt) -> str:
    lines = [f"> {line}" for line in visible(excerpt.text).splitlines()]
    lines.append(source_text(excerpt.source, excerpt.passage.paragraph))
    if excerpt.attribution_shown:
        lines.append(f"In the text: {' · '.join(one_line(mark.words) for mark in excerpt.attribution_shown)}")
    return "\n".join([*lines, f"[{excerpt.code}]"])


def source_text(source: Source, paragraph: int) -> str:
    dated = source.published.isoformat() if source.published else "undated"
    said = [source.title, source.publisher, source.author, dated, f"paragraph {paragraph}", source.path, source.url]
    status = [f"{source.status}: {source.status_note}" if source.status_note else source.status]
    return " · ".join(one_line(part) for part in (*said, *status) if part)


def listing_text(listing: Listing) -> str:
    parts = [excerpt_text(excerpt) for excerpt in listing.excerpts]
    if not parts:
        parts = [_no_hits(listing)]
    end = f"page {listing.page}; there are more: --page {listing.page + 1}\n" if listing.more else ""
    return "\n\n".join(parts) + f"\n\n{end}{searched_text(listing.searched)}"


def _no_hits(listing: Listing) -> str:
    if not listing.searched.documents:
        return REASONS[Reason.NOTHING_MATCHES_FILTERS if listing.searched.filters else Reason.NOTHING_INDEXED]
    return "No passage has all of this." if listing.page == 1 else f"There is no page {listing.page}."


def shown_text(shown: Shown) -> str:
    return excerpt_text(shown.context or shown.excerpt)


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
    ]
    text = "\n".join(f"{name:<12}{one_line(value)}" for name, value in rows)
    listed = _listed("undated", status.undated)
    return "\n".join(
        [text, *listed, *(f"  unreadable  {one_line(f.path)}: {one_line(f.reason)}" for f in status.unreadable)]
    )


def report_text(report: IndexReport) -> str:
    verb = "would change" if report.dry_run else "index"
    lines = [one_line(note) for note in report.notes]
    lines.append(
        f"{verb}: + {len(report.added)} added, ~ {len(report.changed)} changed, - {len(report.gone)} gone, "
        f"> {len(report.moved)} moved, = {report.same} same, {len(report.unreadable)} unreadable"
    )
    if report.dry_run:
        for mark, paths in (("+", report.added), ("~", report.changed), ("-", report.gone), (">", report.moved)):
            lines += [f"  {mark} {one_line(path)}" for path in paths]
    lines += [f"  unreadable  {one_line(file.path)}: {one_line(file.reason)}" for file in report.unreadable]
    lines.append(
        f"{_counted(report.documents, 'document')}, {_counted(report.passages, 'passage')}, "
        f"generation {report.generation or 'none'}, {report.seconds:.1f} seconds"
    )
    return "\n".join(lines)


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def _listed(name: str, paths: Iterable[str], most: int = 20) -> Iterator[str]:
    for count, path in enumerate(paths):
        if count == most:
            yield f"  {name}  and more: archivist status --json lists them all"
            return
        yield f"  {name}  {one_line(path)}"


def _span_json(span: Span) -> Json:
    return {"start": span.start, "end": span.end}
