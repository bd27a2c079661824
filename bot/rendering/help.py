"""The help text as a reply."""

from __future__ import annotations

from bot.catalogue import Line
from bot.rendering.reply import Reply, Row, Say

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
    return Reply(tuple(Row((Say(line),)) for line in _LINES), private=True)
