"""The verbs that ask, look up, index and say what there is."""

from __future__ import annotations

import contextlib
import datetime
import os

import click

from retrieval.answers import Found
from retrieval.cli.frame import FOUND, NOTHING, archivist, as_json, ending, filter_options, opened, put
from retrieval.cli.progress import progress_bar, progress_lines
from retrieval.presenting import (
    answer_json,
    answer_text,
    furniture_json,
    furniture_text,
    listing_json,
    listing_text,
    report_json,
    report_text,
    status_json,
    status_text,
)
from retrieval.searching import filter_of, parse_date

_NICENESS = 15
"""Of 19."""


@archivist.command()
@click.option("--full", is_flag=True, help="read and index every file anew")
@click.option("--dry-run", is_flag=True, help="print what would change, and change nothing")
@click.option("--nice", is_flag=True, help="let other programs have the processor first")
@click.option("--progress", type=click.Choice(["bar", "lines"]), default="bar", hidden=True)
@as_json
@ending
def index(full: bool, dry_run: bool, nice: bool, progress: str, as_json: bool) -> int:
    """Bring the index in step with the archive folder."""
    if nice:
        _give_way()
    show = progress_lines if progress == "lines" else progress_bar
    with opened() as archive, show() as report:
        done = archive.reindex(full, dry_run, report)
    put(as_json, report_json(done), report_text(done))
    return FOUND


@archivist.command()
@click.argument("question", nargs=-1, required=True)
@filter_options
@click.option("--limit", type=click.IntRange(1, 20), help="most excerpts")
@click.option("--today", help="the day that “last week” is counted from (YYYY-MM-DD); by default today")
@click.option("--as-written", is_flag=True, help="understand no dates, names or phrases: only words")
@as_json
@ending
def ask(
    question: tuple[str, ...],
    limit: int | None,
    today: str | None,
    as_written: bool,
    as_json: bool,
    **given: str | None,
) -> int:
    """Answer QUESTION with excerpts, or say that the archive has no answer."""
    day = parse_date(today, "today") if today is not None else datetime.date.today()
    with opened() as archive:
        answer = archive.ask(" ".join(question), filter_of(given), limit, today=day, as_written=as_written)
    put(as_json, answer_json(answer), answer_text(answer))
    return FOUND if isinstance(answer, Found) else NOTHING


@archivist.command(context_settings={"ignore_unknown_options": True})  # -word is a word to leave out
@click.argument("words", nargs=-1, required=True)
@filter_options
@click.option("--page", type=click.IntRange(1, 1000), default=1)
@as_json
@ending
def search(words: tuple[str, ...], page: int, as_json: bool, **given: str | None) -> int:
    """List the passages that hold all WORDS: "exact phrase", -without, publisher:x after:2022-05-01."""
    with opened() as archive:
        listing = archive.search(" ".join(words), filter_of(given), page)
    put(as_json, listing_json(listing), listing_text(listing))
    return FOUND if listing.excerpts else NOTHING


@archivist.command()
@click.option("--furniture", is_flag=True, help="List what is not indexed as it is no body text, and why.")
@as_json
@ending
def status(furniture: bool, as_json: bool) -> int:
    """Say what is in the archive, and what of it can't be read, has no date, is doubtful or is there twice."""
    with opened() as archive:
        if furniture:
            marked = archive.furniture()
            put(as_json, {"furniture": furniture_json(marked)}, furniture_text(marked))
            return FOUND if marked else NOTHING
        found = archive.status()
    put(as_json, status_json(found), status_text(found))
    return FOUND if found.coverage.documents else NOTHING


def _give_way() -> None:
    """Linux then gives this process, and those that it starts, what no other wants: whoever wakes goes first at once.
    Elsewhere it gets a smaller share.
    """
    with contextlib.suppress(OSError):  # a container may forbid it
        if hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "nice"):
            os.nice(_NICENESS)
