"""What a code stands for, as JSON and as text for a terminal: a passage, a receipt, or what became of it."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.answers import Shown
from retrieval.presenting.answers import (
    Json,
    excerpt_json,
    excerpt_text,
    landmark_json,
    shown_json,
    shown_text,
    source_json,
)
from retrieval.receipts import (
    BytePlaces,
    Fate,
    Fault,
    FileUnreadable,
    Lost,
    OtherBytes,
    OtherReader,
    Receipt,
    Superseded,
    WordsMoved,
)
from retrieval.records import LandmarkKind
from retrieval.spans import Span
from retrieval.visibility import one_line, visible

Cited = Shown | Receipt | Superseded


def cited_json(cited: tuple[Cited, ...]) -> Json:
    """One of them; several, for two passages with one code, as a list under `ambiguous`."""
    found = [_json(one) for one in cited]
    return found[0] if len(found) == 1 else {"ambiguous": found}


def cited_text(cited: tuple[Cited, ...]) -> str:
    return "\n\n".join(_text(one) for one in cited)


def _json(cited: Cited) -> Json:
    match cited:
        case Shown():
            return shown_json(cited)
        case Receipt():
            return receipt_json(cited)
        case Superseded():
            return superseded_json(cited)


def _text(cited: Cited) -> str:
    match cited:
        case Shown():
            return shown_text(cited)
        case Receipt():
            return "\n".join(_receipt_lines(cited))
        case Superseded():
            return "\n".join(_superseded_lines(cited))


def receipt_json(receipt: Receipt) -> Json:
    """What `deploy/check-receipt` reads. Offsets are half-open; characters are counted as Unicode code points."""
    places = receipt.bytes
    return {
        "receipt": 1,
        "code": receipt.code,
        "document": {name: getattr(receipt.source, name) for name in ("id", "path", "title")},
        "sha256": receipt.source.sha256,
        "text_sha256": receipt.source.text_sha256,
        "reader": receipt.source.reader,
        "encoding": places.encoding if places else None,
        "byte_order_mark": places.mark if places else None,
        "marked_up": places.marked_up if places else None,
        "pieces": [
            {
                "characters": [span.start, span.end],
                "bytes": _byte_pair(places, number),
                "page": landmark.number if landmark and landmark.kind is LandmarkKind.PAGE else None,
                "landmark": landmark_json(landmark),
                "words": words,
            }
            for number, (span, words, landmark) in enumerate(
                zip(receipt.pieces, receipt.words, receipt.landmarks, strict=True)
            )
        ],
        "passage": {"characters": [receipt.passage.start, receipt.passage.end], "occurrence": receipt.occurrence},
        "generation": receipt.generation,
        "time": receipt.time.isoformat(),
        "holds": receipt.holds,
        "faults": [_fault_text(fault) for fault in receipt.faults],
    }


def _byte_pair(places: BytePlaces | None, number: int) -> list[int] | None:
    return [places.pieces[number].start, places.pieces[number].end] if places else None


def _receipt_lines(receipt: Receipt) -> Iterator[str]:
    source, places = receipt.source, receipt.bytes
    yield f"[{receipt.code}] {'holds' if receipt.holds else 'DOES NOT HOLD'}, {receipt.time.isoformat()}"
    yield from (f"  ! {one_line(_fault_text(fault))}" for fault in receipt.faults)
    yield from (f"> {line}" for words in receipt.words for line in visible(words).splitlines())
    yield f"document    {source.id} · {one_line(source.title)}"
    yield f"path        {one_line(source.path)}"
    yield f"file        sha256 {source.sha256}"
    yield f"text        sha256 {source.text_sha256}, read by {source.reader}"
    yield f"characters  {_ranges(receipt.pieces)}"
    if places is not None:
        yield f"bytes       {_ranges(places.pieces)} ({places.encoding})"
    for kind, number in dict.fromkeys((each.kind, each.number) for each in receipt.landmarks if each is not None):
        yield f"{kind:<12}{number}"
    yield f"generation  {receipt.generation}"


def _fault_text(fault: Fault) -> str:
    match fault:
        case FileUnreadable(why):
            return f"the file can't be read now: {why}"
        case OtherBytes(sha256):
            return f"the file's bytes are not the ones that were indexed: their sha256 is {sha256}"
        case Lost.TEXT:
            return "the text that is read from it is another than the one that was indexed"
        case Lost.WORDS:
            return "these words no longer stand in it"
        case WordsMoved(to):
            return f"these words stand elsewhere in it, at characters {to.start} to {to.end}"
        case OtherReader(then, now):
            return f"it was read by {then} and would now be read by {now}"


def _ranges(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{span.start}-{span.end}" for span in spans)


def superseded_json(old: Superseded) -> Json:
    return {
        "outcome": "superseded",
        "code": old.code,
        "document": source_json(old.source) if old.source else None,
        "path": old.retired.path,
        "title": old.retired.title,
        "last_generation": old.retired.generation,
        "fate": old.fate.value,
        "old": old.words,
        "new": [excerpt_json(excerpt) for excerpt in old.now],
    }


def _superseded_lines(old: Superseded) -> Iterator[str]:
    yield f"[{old.code}] superseded: {_what_became(old)}"
    if old.words is not None:
        yield f"It stood for, up to generation {old.retired.generation}:"
        yield from (f"< {line}" for line in visible(old.words).splitlines())
    for excerpt in old.now:
        yield "The document now says:"
        yield excerpt_text(excerpt)


def _what_became(old: Superseded) -> str:
    path = one_line(old.source.path if old.source else old.retired.path)
    return {
        Fate.CHANGED: f"the words changed in {path}.",
        Fate.STANDS: f"the same words still stand in {path}, in other passages.",
        Fate.UNREADABLE: f"{path} can't be read at present.",
        Fate.GONE: f"{path} is no longer in the archive.",
    }[old.fate]
