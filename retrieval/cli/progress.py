"""How far an index run is, for a person at a terminal and for the bot that started it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator

import click
from tqdm import tqdm

from retrieval.indexing import Progress


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """On a terminal only; standard output stays free for the result."""
    with tqdm(unit=" files", file=sys.stderr, disable=None, leave=False) as bar:

        def report(progress: Progress) -> None:
            bar.total = progress.of_files
            bar.set_postfix_str(f"{progress.passages} passages")
            bar.update(progress.files - bar.n)

        yield report


@contextlib.contextmanager
def progress_lines() -> Iterator[Callable[[Progress], None]]:
    """One JSON object a line on standard error, for the bot, which runs this command in a process of its own."""

    def report(progress: Progress) -> None:
        line = {
            "files": progress.files,
            "of_files": progress.of_files,
            "passages": progress.passages,
            "seconds": progress.seconds,
        }
        click.echo(json.dumps(line), err=True)

    yield report
