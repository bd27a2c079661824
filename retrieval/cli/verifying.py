"""The verb that checks a quote against the archive."""

from __future__ import annotations

import click

from retrieval.cli.frame import FOUND, NOTHING, archivist, as_json, ending, filter_options, opened, put
from retrieval.presenting import verified_json, verified_text
from retrieval.searching import filter_of
from retrieval.verdicts import Ruling


@archivist.command()
@click.argument("quote", nargs=-1, required=True)
@click.option("--said-by", metavar="NAME", help="who is claimed to have said it")
@click.option("--document", metavar="NAME", help="id, path or title of the document that it is claimed to stand in")
@filter_options
@as_json
@ending
def verify(
    quote: tuple[str, ...], said_by: str | None, document: str | None, as_json: bool, **given: str | None
) -> int:
    """Check QUOTE word for word. Ends 0 where the archive has its words, altered or not, and 1 where it has not."""
    with opened() as archive:
        verified = archive.verify(" ".join(quote), said_by, document, filter_of(given))
    put(as_json, verified_json(verified), verified_text(verified))
    return NOTHING if verified.ruling in (Ruling.ABSENT, Ruling.CANNOT_CHECK) else FOUND
