"""The help text as a reply: what there is to ask for, and how quotes are matched."""

from __future__ import annotations

from bot.catalogue import Line
from bot.rendering.reply import Meta, Reply, Row, Say
from retrieval import CONTRACT

_LINES = (
    Line.HELP,
    Line.HELP_ASK,
    Line.HELP_SEARCH,
    Line.HELP_SHOW,
    Line.HELP_RECEIPT,
    Line.HELP_VERIFY,
    Line.HELP_REINDEX,
)


def render_help() -> Reply:
    """With the matching contract, whose words are the archive's own: it alone knows how it compares."""
    lines = [Row((Say(line),)) for line in _LINES]
    contract = [Row((Meta(sentence),), small=True) for sentence in CONTRACT]
    return Reply((*lines, Row((Say(Line.HELP_CONTRACT),)), *contract), private=True)
