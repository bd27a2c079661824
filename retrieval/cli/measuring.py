"""The verbs that measure with a question set, and fit the gate to one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from retrieval.benchmarks import PARTS
from retrieval.cli.frame import FOUND, archivist, as_json, ending, put
from retrieval.settings import RetrievalSettings


@archivist.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(1), help="ask only so many of its questions, spread evenly")
@as_json
@ending
def evaluate(folder: Path, limit: int | None, as_json: bool) -> int:
    """Measure with the question set in FOLDER (BEIR layout), through the same path as the bot."""
    from retrieval.evaluation import evaluate as measured  # noqa: PLC0415 - its libraries are slow to import

    with _bar() as report:
        figures = measured(folder, RetrievalSettings.load(), limit=limit, report=report)
    put(as_json, figures.as_json(), figures.as_table())
    return FOUND


@archivist.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--answered",
    type=click.FloatRange(0.5, 0.99),
    default=0.95,
    show_default=True,
    help="share of the questions with an answer that shall get one",
)
@as_json
@ending
def calibrate(folder: Path, answered: float, as_json: bool) -> int:
    """Fit the gate between answering and silence to the question set in FOLDER, for this archive from now on."""
    from retrieval.evaluation import calibrate as calibrated  # noqa: PLC0415

    with _bar() as report:
        done = calibrated(folder, RetrievalSettings.load(), answered, report)
    put(as_json, done.as_json(), done.as_text())
    return FOUND


@archivist.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="only this; can be given several times")
@click.option(
    "--passages",
    "sizes",
    multiple=True,
    type=click.IntRange(1000),
    default=(10_000, 100_000),
    show_default=True,
    help="sizes of the archives that are searched; 1000000 takes 10 minutes and 7 GB of disk",
)
@as_json
@ending
def bench(folder: Path | None, parts: tuple[str, ...], sizes: tuple[int, ...], as_json: bool) -> int:
    """Measure this machine: starting, encoding, indexing, many askers, asking during a reindex, searching at a size.

    With the texts of FOLDER: a question set (BEIR layout) or documents; without it, those of the archive.
    """
    from retrieval.benchmarks.run import benchmark  # noqa: PLC0415 - it imports nearly all there is

    settings = RetrievalSettings.load()
    figures = benchmark(folder or settings.archive, settings, parts or PARTS, sizes, _say)
    put(as_json, figures, "\n".join(_lines(figures)))
    return FOUND


def _say(part: str) -> None:
    click.echo(f"measuring: {part}", err=True)


def _lines(figures: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in figures.items():
        words = name.replace("_", " ")
        if isinstance(value, Mapping):
            yield f"{indent}{words}"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{words}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    with tqdm(unit=" steps", file=sys.stderr, disable=None, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
