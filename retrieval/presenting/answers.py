"""Answers and lookups as JSON and as text for a terminal; what the other presenters share."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from retrieval.answers import Abstained, Answer, Excerpt, Found, Listing, Reason, Role, Searched, Shown, Understood
from retrieval.records import Landmark, Source
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
    body["understood"] = [asdict(one) for one in answer.understood]
    return body | {"searched": searched, "seconds": asdict(answer.seconds)}


def searched_json(searched: Searched) -> Json:
    return {"documents": searched.documents, "passages": searched.passages, "filters": dict(searched.filters)}


def excerpt_json(excerpt: Excerpt) -> Json:
    return {
        "code": excerpt.code,
        "text": excerpt.text,
        "pieces": [span_json(span) for span in excerpt.pieces],
        "answer": [span_json(span) for span in excerpt.answer],
        "attribution": [span_json(mark.span) | {"cue": mark.cue} for mark in excerpt.attribution],
        "voice": excerpt.voice.value,
        "document": source_json(excerpt.source),
        "paragraph": excerpt.passage.paragraph,
        "landmark": landmark_json(excerpt.landmark),
        "score": round(excerpt.score, 6),
        "copies": [
            {
                "code": copy.code,
                "title": copy.source.title,
                "publisher": copy.source.publisher,
                "path": copy.source.path,
            }
            for copy in excerpt.copies
        ],
    }


def source_json(source: Source) -> Json:
    named = (
        "id",
        "title",
        "publisher",
        "author",
        "url",
        "path",
        "sha256",
        "collection",
        "language",
        "language_is_detected",
    )
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


def answer_text(answer: Answer) -> str:
    match answer:
        case Found(_, excerpts):
            end = "\n".join([*_understood(answer.understood), searched_text(answer.searched)])
            return "\n\n".join(excerpt_text(excerpt) for excerpt in excerpts) + f"\n\n{end}"
        case Abstained(_, reason, searched, nearest):
            lines = [REASONS[reason], *_understood(answer.understood), searched_text(searched)]
            if nearest:
                lines.append("Nearest, but not an answer:")
                lines += [f"  {miss.passage.code}  {one_line(miss.source.title)}" for miss in nearest]
            return "\n".join(lines)


def _understood(understood: Iterable[Understood]) -> Iterator[str]:
    said = [
        f"word for word “{one_line(one.value)}”"
        if one.field == "phrase"
        else f"{'only' if one.role is Role.REQUIRED else 'preferably'} {one.field} {one_line(one.value)} "
        f"(“{one_line(one.words)}”)"
        for one in itertools.islice(understood, MOST_UNDERSTOOD)
    ]
    if said:
        yield f"Understood: {'; '.join(said)}. --as-written leaves that out."


MOST_UNDERSTOOD = 6
REASONS = {
    Reason.NOTHING_INDEXED: "Nothing is indexed yet; run: archivist index",
    Reason.NOTHING_MATCHES_FILTERS: "No document matches these filters.",
    Reason.NOTHING_RELEVANT: "The archive has no answer to this.",
    Reason.NOT_A_QUESTION: "There is nothing to look up in this.",
}


def searched_text(searched: Searched) -> str:
    span = f", {searched.first} to {searched.last}" if searched.first else ", undated" if searched.documents else ""
    filters = "".join(f", {name} {one_line(value)}" for name, value in searched.filters.items())
    documents = counted(searched.documents, "document")
    return f"Searched {documents} and {counted(searched.passages, 'passage')}{span}{filters}."


def excerpt_text(excerpt: Excerpt) -> str:
    lines = [f"> {line}" for line in visible(excerpt.text).splitlines()]
    lines.append(source_text(excerpt))
    if excerpt.attribution_shown:
        lines.append(f"In the text: {' · '.join(one_line(mark.words) for mark in excerpt.attribution_shown)}")
    lines.append(f"[{excerpt.code}]")
    if excerpt.copies:
        named = (f"{_copy_text(copy.source)} [{copy.code}]" for copy in excerpt.copies)
        lines.append(f"Nearly word for word in: {', '.join(named)}")
    return "\n".join(lines)


def _copy_text(source: Source) -> str:
    said = (source.title, source.publisher, source.published.isoformat() if source.published else None)
    return ", ".join(one_line(part) for part in said if part)


def source_text(excerpt: Excerpt) -> str:
    source, landmark = excerpt.source, excerpt.landmark
    dated = source.published.isoformat() if source.published else "undated"
    stands = [f"{landmark.kind} {landmark.number}"] if landmark is not None else []
    stands += [f"paragraph {excerpt.passage.paragraph}"] if excerpt.has_paragraphs else []
    said = [source.title, source.publisher, source.author, dated, *stands, source.path, source.url]
    status = [f"{source.status}: {source.status_note}" if source.status_note else source.status]
    return "— " + " · ".join(one_line(part) for part in (*said, *status) if part)


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


def counted(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def landmark_json(landmark: Landmark | None) -> Json | None:
    return {"kind": landmark.kind.value, "number": landmark.number} if landmark is not None else None


def span_json(span: Span) -> Json:
    return {"start": span.start, "end": span.end}
