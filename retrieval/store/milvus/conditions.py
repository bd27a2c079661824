"""Conditions in Milvus's language, with the meaning of `Filter.matches`.

Nothing typed reaches that language: names go in as digests, terms as letters and digits, days as numbers. So nothing
typed can be an operator, or open a filter that was meant to be closed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from retrieval.filters import NAMED_FIELDS, Filter, filter_key
from retrieval.records import Source
from retrieval.store.milvus.engine import Row

_PLAIN = re.compile(r"[A-Za-z0-9._/-]{1,120}")
_UNDATED = 0
_ESCAPE = "zq"


def filtered_columns(source: Source) -> Row:
    """What conditions are compared with, of a document."""
    digests = {name: _digest(value) for name in NAMED_FIELDS if (value := getattr(source, name)) is not None}
    published = source.published.toordinal() if source.published else _UNDATED
    return {name: digests.get(name, "") for name in NAMED_FIELDS} | {"published": published}


NOT_FILTERED: Row = dict.fromkeys(NAMED_FIELDS, "") | {"published": _UNDATED}
"""Of rows that no filter is asked for."""


def matching(where: Filter) -> list[str]:
    """Each must hold; there are none for a filter that leaves everything."""
    conditions = [
        f'{name} == "{_digest(wanted)}"' for name in NAMED_FIELDS if (wanted := getattr(where, name, None)) is not None
    ]
    if where.after is not None or where.before is not None:
        first = where.after.toordinal() if where.after else _UNDATED + 1
        conditions.append(f"published >= {first}")
    if where.before is not None:
        conditions.append(f"published <= {where.before.toordinal()}")
    return conditions


def _digest(value: str) -> str:
    return hashlib.sha256(filter_key(value).encode("utf-8")).hexdigest()


def all_of(conditions: Iterable[str]) -> str:
    return " and ".join(f"({condition})" for condition in conditions)


def any_of(conditions: Iterable[str]) -> str:
    return " or ".join(f"({condition})" for condition in conditions)


def one_of(column: str, values: Iterable[str] | Iterable[int]) -> str:
    """Values that no code or id of ours can be are left out: no row has them."""
    plain = [str(value) if isinstance(value, int) else f'"{value}"' for value in values if _is_plain(value)]
    return f"{column} in [{', '.join(plain)}]"


def _is_plain(value: object) -> bool:
    return isinstance(value, int) or _PLAIN.fullmatch(str(value)) is not None


def token(term: str) -> str:
    """The term as one word to every analyzer, whatever its script."""
    if term.isascii() and term.isalnum() and not term.startswith(_ESCAPE):
        return term
    return _ESCAPE + term.encode("utf-8").hex()


def holds_any(column: str, tokens: Sequence[str]) -> str:
    return f'text_match({column}, "{" ".join(tokens)}")'
