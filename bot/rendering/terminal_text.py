"""Replies as plain text for the console: the same words, blocks and order as on Discord."""

from __future__ import annotations

from bot.catalogue import Line
from bot.rendering.escape import with_line_feeds
from bot.rendering.reply import Claim, Cut, Meta, Part, Quote, ReceiptOf, Reply, Row, Say
from retrieval import GAP, one_line, visible

_BOLD, _PLAIN = "\033[1m", "\033[0m"
DOT = " · "


def terminal_text(reply: Reply, *, styled: bool = False) -> str:
    """With `styled`, the answering sentences are bold by terminal codes; the text itself can't bring in any."""
    shown = (_block(block, styled) for block in reply.blocks if not isinstance(block, ReceiptOf))  # nothing to press
    return "\n".join(shown)


def _block(block: Quote | Row | Claim, styled: bool) -> str:
    match block:
        case Quote(sentences, bold, gaps):
            text = ""
            for index, cut in enumerate(sentences):
                shown = visible(with_line_feeds(cut.text))
                text += (GAP if index in gaps else "") + (
                    f"{_BOLD}{shown}{_PLAIN}" if styled and index in bold else shown
                )
            return "\n".join(f"> {line}" for line in text.rstrip().split("\n"))
        case Claim(quote, said_by):
            speaker = f"\n{Line.CLAIMED_SPEAKER.value} {one_line(said_by)}" if said_by is not None else ""
            return f"{Line.CLAIM.value} {one_line(quote)}{speaker}"
        case Row(parts, label):
            return (f"{_part(label)} " if label else "") + DOT.join(_part(part) for part in parts)


def _part(part: Part) -> str:
    match part:
        case Cut():
            return one_line(part.text)
        case Meta(text, url):
            shown = one_line(text)
            return f"{shown} ({visible(url)})" if url else shown
        case Say(line, values):
            return line.value.format_map({name: _part(value) for name, value in values.items()})
