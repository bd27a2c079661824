"""What a code stands for as a reply: its passage, a receipt, or what became of its words. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.catalogue import Line
from bot.rendering.answers import excerpt_blocks, landmark_said
from bot.rendering.reply import Attachment, Block, Cut, Meta, Quote, Reply, Row, Say
from retrieval import (
    Fate,
    Fault,
    FileUnreadable,
    Lost,
    OtherBytes,
    OtherReader,
    Receipt,
    Shown,
    Source,
    Span,
    Superseded,
    WordsMoved,
    receipt_json,
)

Cited = Shown | Receipt | Superseded
_BECAME = {
    Fate.CHANGED: Line.SUPERSEDED,
    Fate.STANDS: Line.SUPERSEDED_STANDS,
    Fate.UNREADABLE: Line.SUPERSEDED_UNREADABLE,
    Fate.GONE: Line.SUPERSEDED_GONE,
}


def render_cited(cited: Iterable[Cited], *, private: bool = False) -> Reply:
    """Of passages with context where it was asked for: then what the code names is bold in it."""
    blocks: list[Block] = []
    attached: list[Attachment] = []
    for one in cited:
        match one:
            case Shown(excerpt, context):
                blocks += excerpt_blocks(context or excerpt)
            case Superseded():
                blocks += _superseded(one)
            case Receipt():
                blocks += _receipt(one)
                attached.append(Attachment(f"receipt-{one.code}.json", json.dumps(receipt_json(one), indent=2)))
    return Reply(tuple(blocks), private, attached=tuple(attached))


def _superseded(old: Superseded) -> Iterator[Block]:
    path = old.source.path if old.source else old.retired.path
    yield Row((Say(_BECAME[old.fate], {"code": Meta(old.code), "path": Meta(path)}),))
    if old.asked is not None and old.words is not None:
        yield Row((Say(Line.OLD_WORDS, {"generation": Meta(str(old.retired.generation))}),))
        yield Quote((Cut(old.retired.place, old.asked, old.words),))
    if old.now:
        yield Row((Say(Line.NEW_WORDS),))
    for excerpt in old.now:
        yield from excerpt_blocks(excerpt)


def _receipt(receipt: Receipt) -> Iterator[Block]:
    when = receipt.time.strftime("%Y-%m-%d %H:%M:%S UTC")
    line = Line.RECEIPT_HOLDS if receipt.holds else Line.RECEIPT_FAILS
    yield Row((Say(line, {"code": Meta(receipt.code), "time": Meta(when)}),))
    yield from (Row((Say(Line.RECEIPT_FAULT, {"fault": _fault(fault)}),)) for fault in receipt.faults)
    cuts = [Cut(receipt.source.id, span, words) for span, words in zip(receipt.pieces, receipt.words, strict=True)]
    yield Quote(tuple(cuts), gaps=frozenset(range(1, len(cuts))))
    yield from (Row((Meta(said),), Say(label), small=True) for label, said in _facts(receipt, receipt.source))
    stands = tuple(dict.fromkeys(landmark_said(landmark) for landmark in receipt.landmarks if landmark is not None))
    if stands:
        yield Row(stands, Say(Line.RECEIPT_PLACE), small=True)


def _fault(fault: Fault) -> Say:
    match fault:
        case FileUnreadable(why):
            return Say(Line.FAULT_UNREADABLE, {"why": Meta(why)})
        case OtherBytes(sha256):
            return Say(Line.FAULT_BYTES, {"sha256": Meta(sha256)})
        case Lost.TEXT:
            return Say(Line.FAULT_TEXT)
        case Lost.WORDS:
            return Say(Line.FAULT_WORDS_LOST)
        case WordsMoved(to):
            return Say(Line.FAULT_WORDS_MOVED, {"start": Meta(str(to.start)), "end": Meta(str(to.end))})
        case OtherReader(then, now):
            return Say(Line.FAULT_READER, {"then": Meta(then), "now": Meta(now)})


def _facts(receipt: Receipt, source: Source) -> Iterator[tuple[Line, str]]:
    yield Line.RECEIPT_PATH, source.path
    yield Line.RECEIPT_DOCUMENT, source.id
    yield Line.RECEIPT_FILE, source.sha256
    yield Line.RECEIPT_TEXT, source.text_sha256
    yield Line.RECEIPT_CHARACTERS, _ranges(receipt.pieces)
    if receipt.bytes is not None:
        yield Line.RECEIPT_BYTES, f"{_ranges(receipt.bytes.pieces)}, {receipt.bytes.encoding}"
    yield Line.RECEIPT_READER, source.reader
    yield Line.RECEIPT_GENERATION, str(receipt.generation)


def _ranges(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{span.start}–{span.end}" for span in spans)
