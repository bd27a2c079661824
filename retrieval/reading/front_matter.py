"""YAML between two lines of three dashes at the top of a Markdown file."""

from __future__ import annotations

import re
from typing import Any

import yaml

from retrieval.errors import UnreadableFile
from retrieval.reading.metadata import Metadata, metadata_from

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


class _DatesAsWritten(yaml.SafeLoader):
    """Leaves dates as text: YAML would refuse a whole file for the 30th of February; we report that one field."""


_DatesAsWritten.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_front_matter(text: str) -> tuple[Metadata, int]:
    """What it says, and how many characters it takes up (0 where there is none). Raises UnreadableFile."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), 0
    try:
        said: Any = yaml.load(match[1], Loader=_DatesAsWritten)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a number or a date that is none
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 2}" if where is not None else ""
        raise UnreadableFile(f"the front matter is not YAML{line}") from None
    if said is None:
        return Metadata(), match.end()
    if not isinstance(said, dict):
        return Metadata(), 0  # a text that begins with a rule, not front matter
    return metadata_from(said, "the front matter"), match.end()
