"""YAML between two lines of three dashes at the top of a Markdown file."""

from __future__ import annotations

import re
from typing import Any

import yaml

from retrieval.errors import UnreadableFile
from retrieval.reading.metadata import Metadata, metadata_from

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


MOST_CHARACTERS = 64 * 1024
"""Front matter comes to a few hundred; PyYAML takes about a second for this many."""


class _AsWritten(yaml.BaseLoader):
    """Every value is the text that stands there, so `no`, 1.10 and the 30th of February stay what they are.

    BaseLoader knows no tags and merges nothing: what it makes of a document is no larger than the document. Only
    null is told apart, for a field can be left open with it.
    """


_NULL = "tag:yaml.org,2002:null"
_AsWritten.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL)?\Z"), ["~", "n", "N", ""])
_AsWritten.add_constructor(_NULL, lambda loader, node: None)


def read_front_matter(text: str) -> tuple[Metadata, int]:
    """What it says, and how many characters it takes up (0 where there is none). Raises UnreadableFile."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), 0
    if len(match[1]) > MOST_CHARACTERS:
        raise UnreadableFile(f"the front matter is longer than {MOST_CHARACTERS // 1024} KiB")
    try:
        said: Any = yaml.load(match[1], Loader=_AsWritten)  # noqa: S506 - it makes nothing but texts, lists and dicts
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:  # "\UFFFFFFFF" overflows chr()
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 2}" if where is not None else ""
        raise UnreadableFile(f"the front matter is not YAML{line}") from None
    if said is None:
        return Metadata(), match.end()
    if not isinstance(said, dict):
        return Metadata(), 0  # a text that begins with a rule, not front matter
    return metadata_from(said, "the front matter"), match.end()
