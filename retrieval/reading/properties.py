"""What an office or PDF file says of itself in its own properties, less what programs fill in by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from retrieval.reading.field_text import LANGUAGE, drawn_together
from retrieval.reading.metadata import LONGEST_FIELD, Metadata, metadata_from

_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word document|adobe .*|untitled\b.*|unknown"
    r"|none|null|document ?\d*|title|scan.{0,20}|(?:microsoft )?(?:word|powerpoint|excel) ?- .*"
    r"|[^ ]*\.(?:docx?|odt|rtf|pdf|indd|qxd|tex|dvi|ps|pptx?|xlsx?|html?|txt|pages|wpd|p65|eps|tiff?|jpe?g))",
    re.IGNORECASE,
)
"""What word processors, scanners and distillers write where nobody gave a title: most often the file's name."""
_NO_AUTHOR = re.compile(
    r"(?:administrator|admin|root|user|owner|author|unknown|none|null|anonymous|default|python-docx|microsoft"
    r"(?: office)?(?: user)?|(?:\(|un)?unspecified\)?|(?:\(|un)?anonymous\)?|pc|hp|dell|windows|office)",
    re.IGNORECASE,
)


def said_by(properties: Mapping[str, str | None], where: str) -> Metadata:
    """Title, author and language of `properties`. Raises nothing: what can't be a field is a note or left out.

    A date of such properties is when the file was made, saved or printed; none is a date of publication.
    """
    fields: dict[str, str] = {}
    notes: list[str] = []
    for name in ("title", "author", "language"):
        value = _as_text(properties.get(name))
        if len(value) > LONGEST_FIELD:
            notes.append(f"{where}: {name} is longer than {LONGEST_FIELD} characters")
        elif value and not _is_filler(name, value):
            fields[name] = value
    said = metadata_from(fields, where)
    return Metadata(title=said.title, author=said.author, language=said.language, notes=(*notes, *said.notes))


def _as_text(value: str | None) -> str:
    whole = (value or "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return drawn_together(whole)


def _is_filler(name: str, value: str) -> bool:
    match name:
        case "title":
            return _NO_TITLE.fullmatch(value) is not None
        case "author":
            return _NO_AUTHOR.fullmatch(value) is not None
        case _:  # x-none is Word's for text that is not to be checked
            return LANGUAGE.fullmatch(value) is None or value.lower().startswith(("x-", "zxx", "und"))
