"""What every verb of the command line has: how it ends, its filters, its JSON.

Each ends 0 for found, 1 for nothing found, 2 for what a person can fix.
"""

from __future__ import annotations

import contextlib
import json
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import click

from retrieval.archive import Archive
from retrieval.errors import ArchivistError, UnknownCode
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


def put(as_json: bool, value: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=True, indent=2) if as_json else text)


as_json = click.option("--json", "as_json", is_flag=True, help="one JSON object on standard output")
