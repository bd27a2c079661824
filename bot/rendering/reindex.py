"""The state of a reindex as a reply."""

from __future__ import annotations

from bot.catalogue import Line
from bot.reindex_state import Done, Running, State, Stopped
from bot.rendering.reply import Meta, Reply, Row, Say, say

BAR = 20
"""Characters of the progress bar."""
LISTED = 15
"""Unreadable files that are named; the rest are counted."""


def render_reindex(state: State, *, joined: bool = False) -> Reply:
    match state:
        case Running():
            return _running(state, joined)
        case Done():
            return _done(state)
        case Stopped(reason):
            return say(Line.REINDEX_FAILED, private=True, reason=reason)


def render_reindex_openly(end: State) -> Reply:
    """For a channel that not only administrators read: no file is named, and no reason, which may hold a path."""
    match end:
        case Stopped():
            return say(Line.REINDEX_FAILED_OPENLY)
        case Done():
            return Reply((_counts(end),))
        case Running():
            return say(Line.REINDEX_STARTED)


def _running(state: Running, joined: bool) -> Reply:
    rows = [Row((Say(Line.REINDEX_RUNNING),))] if joined else []
    left = state.seconds_left
    if left is None:
        line = Say(Line.REINDEX_READING, {"files": Meta(str(state.files)), "of_files": Meta(str(state.of_files))})
        reading = line if state.files else Say(Line.REINDEX_STARTED)
        return Reply((*rows, Row((reading,))), private=True, interim=True)
    full = int(BAR * state.share)
    counts = {"files": state.files, "passages": state.passages, "pace": f"{state.pace:.0f}", "left": f"{left:.0f} s"}
    values = {name: Meta(str(value)) for name, value in counts.items()} | {"bar": Meta("█" * full + "░" * (BAR - full))}
    return Reply((*rows, Row((Say(Line.REINDEX_PROGRESS, values),))), private=True, interim=True)


def _counts(done: Done) -> Row:
    line = Line.REINDEX_PLAN if done.report["dry_run"] else Line.REINDEX_DONE
    return Row((Say(line, {name: Meta(value) for name, value in done.counts.items()}),))


def _done(done: Done) -> Reply:
    rows, report = [_counts(done)], done.report
    for file in report["unreadable"][:LISTED]:
        rows.append(Row((Meta(file["path"]), Meta(file["reason"])), Say(Line.UNREADABLE)))
    more = len(report["unreadable"]) - LISTED
    if more > 0:
        rows.append(Row((Say(Line.AND_MORE, {"count": Meta(str(more))}),)))
    return Reply(tuple(rows), private=True)
