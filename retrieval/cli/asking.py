"""The verbs that ask, look up, index and say what there is."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Callable
from pathlib import Path

import click

from retrieval.answers import Found
from retrieval.cli.frame import FOUND, NOTHING, archivist, as_json, ending, filter_options, opened, put
from retrieval.cli.progress import progress_bar, progress_lines
from retrieval.indexing import Progress
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

_NICENESS = 10
"""Of 19: a tenth of what another process gets where both want all."""


@archivist.command()
@click.option("--full", is_flag=True, help="read and index every file anew")
@click.option("--dry-run", is_flag=True, help="print what would change, and change nothing")
@click.option("--nice", is_flag=True, help="let other programs have the processor first")
@click.option("--progress", type=click.Choice(["bar", "lines"]), default="bar", hidden=True)
@as_json
@ending
def index(full: bool, dry_run: bool, nice: bool, progress: str, as_json: bool) -> int:
    """Bring the index in step with the archive folder."""
    if nice and hasattr(os, "nice"):
        os.nice(_NICENESS)
    show = progress_lines if progress == "lines" else progress_bar
    with opened() as archive, show() as report:
        done = archive.reindex(full, dry_run, _giving_way(report) if nice else report)
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


def _giving_way(report: Callable[[Progress], None]) -> Callable[[Progress], None]:
    """From when all files are read, this process gets what no other wants: whoever asks meanwhile goes first, at once.

    The processes that read are only nice: they are ended after a time by the clock, which must do for their work.
    """

    def told(progress: Progress) -> None:
        if progress.files == progress.of_files:
            _take_the_rest()
        report(progress)

    return told


def _take_the_rest() -> None:
    """Every thread of this process; those to come are as those that start them. Linux alone can do that."""
    if not hasattr(os, "sched_setscheduler"):
        return
    with contextlib.suppress(OSError):  # a container may forbid it, and a thread may just have ended
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))
