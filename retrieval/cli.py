"""The archive's verbs for a terminal. Each ends 0 for found, 1 for nothing found, 2 for what a person can fix."""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import click

from retrieval import presenting, presenting_index
from retrieval.answers import Found
from retrieval.archive import Archive
from retrieval.cli_progress import progress_bar, progress_lines
from retrieval.errors import ArchivistError, UnknownCode
from retrieval.filters import EVERYTHING, Filter
from retrieval.searching import narrowed, parse_date
from retrieval.settings import RetrievalSettings
from retrieval.visibility import visible

FOUND, NOTHING, FIXABLE, DEFECT = 0, 1, 2, 70
"""Exit statuses; 70 is sysexits' EX_SOFTWARE, for what only a developer can fix."""
Parameters = ParamSpec("Parameters")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def archivist() -> None:
    """Answers from an archive of documents, in the archive's own words."""


def command_line() -> NoReturn:
    """Runs the command that the arguments name. What is wrong with them is one line, as every other error."""
    try:
        sys.exit(archivist.main(prog_name="archivist", standalone_mode=False) or FOUND)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "archivist"
        click.echo(f"archivist: {visible(error.format_message())} See {where} --help", err=True)
        sys.exit(FIXABLE)
    except click.Abort:
        sys.exit(130)  # 128 + SIGINT


def ending(command: Callable[Parameters, int]) -> Callable[Parameters, NoReturn]:
    """Ends the process with the command's status; an error becomes one line on standard error."""

    @wraps(command)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> NoReturn:
        sys.exit(status_of(lambda: command(*args, **kwargs)))

    return run


def status_of(action: Callable[[], int]) -> int:
    try:
        return action()
    except UnknownCode as error:
        click.echo(f"archivist: {visible(str(error))}", err=True)
        return NOTHING
    except ArchivistError as error:
        click.echo(f"archivist: {visible(str(error))}", err=True)
        return FIXABLE
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        return FOUND
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        click.echo(f"archivist: {error.strerror or error}{where}", err=True)
        return FIXABLE
    except Exception:  # a defect: its details go to a file, a person gets one line
        click.echo(f"archivist: something went wrong that should not; {_kept(traceback.format_exc())}", err=True)
        return DEFECT


def _kept(details: str) -> str:
    """Where the details are: in the data folder, or, where that can't be written, in this line."""
    try:
        folder = RetrievalSettings.load().data / "errors"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = folder / f"{uuid.uuid4().hex[:8]}.txt"
        place.write_text(details, encoding="utf-8")
    except (ArchivistError, OSError):
        return visible(details.strip().splitlines()[-1])
    return f"details are in {place}"


@contextlib.contextmanager
def opened() -> Iterator[Archive]:
    archive = Archive(RetrievalSettings.load())
    try:
        yield archive
    finally:
        archive.close()


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    meant = {
        "after": "published on this day or later (YYYY-MM-DD)",
        "before": "published on this day or earlier (YYYY-MM-DD)",
        "publisher": "by this publisher, named in full",
        "author": "by this author, named in full",
        "collection": "of this collection",
        "language": "in this language (such as en)",
    }
    for name, text in reversed(meant.items()):
        command = click.option(f"--{name}", help=f"only documents {text}")(command)
    return command


def filter_from(given: dict[str, str | None]) -> Filter:
    where = EVERYTHING
    for name, value in given.items():
        if value is not None:
            where = narrowed(where, name, value)
    return where


def put(as_json: bool, value: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=True, indent=2) if as_json else text)


as_json = click.option("--json", "as_json", is_flag=True, help="one JSON object on standard output")


@archivist.command()
@click.option("--full", is_flag=True, help="read and index every file anew")
@click.option("--dry-run", is_flag=True, help="print what would change, and change nothing")
@click.option("--progress", type=click.Choice(["bar", "lines"]), default="bar", hidden=True)
@as_json
@ending
def index(full: bool, dry_run: bool, progress: str, as_json: bool) -> int:
    """Bring the index in step with the archive folder."""
    show = progress_lines if progress == "lines" else progress_bar
    with opened() as archive, show() as report:
        done = archive.reindex(full, dry_run, report)
    put(as_json, presenting_index.report_json(done), presenting_index.report_text(done))
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
        answer = archive.ask(" ".join(question), filter_from(given), limit, today=day, as_written=as_written)
    put(as_json, presenting.answer_json(answer), presenting.answer_text(answer))
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
        listing = archive.search(" ".join(words), filter_from(given), page)
    put(as_json, presenting.listing_json(listing), presenting.listing_text(listing))
    return FOUND if listing.excerpts else NOTHING


@archivist.command()
@as_json
@ending
def status(as_json: bool) -> int:
    """Say what is in the archive."""
    with opened() as archive:
        found = archive.status()
    put(as_json, presenting_index.status_json(found), presenting_index.status_text(found))
    return FOUND if found.coverage.documents else NOTHING
