"""The verbs that take a code: what it stands for, and a receipt for it."""

from __future__ import annotations

from collections.abc import Callable

import click

from retrieval.archive import Archive
from retrieval.cli.frame import FOUND, NOTHING, archivist, as_json, ending, opened, put
from retrieval.errors import UnknownCode
from retrieval.presenting import Cited, cited_json, cited_text
from retrieval.receipts import Receipt, Superseded


@archivist.command()
@click.argument("code")
@click.option("--around", type=click.IntRange(0, 20), default=0, help="paragraphs of context on either side")
@as_json
@ending
def show(code: str, around: int, as_json: bool) -> int:
    """Show the passage with CODE, or what became of it."""
    return _cite(code, as_json, lambda archive: archive.show(code, around))


@archivist.command()
@click.argument("code")
@as_json
@ending
def receipt(code: str, as_json: bool) -> int:
    """Print what proves the passage with CODE: its file is read and hashed again, now."""
    return _cite(code, as_json, lambda archive: archive.receipt(code))


def _cite(code: str, as_json: bool, look: Callable[[Archive], tuple[Cited, ...]]) -> int:
    """Nothing is found where the code stands for nothing any more, and where a receipt does not hold."""
    with opened() as archive:
        try:
            cited = look(archive)
        except UnknownCode as error:
            if as_json:
                put(as_json, {"outcome": "absent", "code": code, "reason": str(error)}, "")
            raise
    put(as_json, cited_json(cited), cited_text(cited))
    lost = any(isinstance(one, Superseded) or (isinstance(one, Receipt) and not one.holds) for one in cited)
    return NOTHING if lost else FOUND
