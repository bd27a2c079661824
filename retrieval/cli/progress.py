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
    shape = "{desc} {percentage:3.0f}% |{bar}| {elapsed}, {remaining} left"
    with tqdm(total=1.0, bar_format=shape, file=sys.stderr, disable=None, leave=False) as bar:

        def report(progress: Progress) -> None:
            passages = f"{progress.passages} passages" + (f", {progress.pace:.0f}/s" if progress.pace else "")
            bar.set_description_str(f"{progress.files} of {progress.of_files} files, {passages}")
            bar.update(progress.share - bar.n)

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
            "share": progress.share,
            "pace": progress.pace,
        }
        click.echo(json.dumps(line), err=True)

    yield report
