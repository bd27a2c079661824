"""Find passages in an archive of documents and cut out what answers, verbatim. `Archive` is the door.

What it exports is imported when it is first asked for: the processes that read files begin here too, and need no model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.answers import (
        GAP,
        Abstained,
        Answer,
        Attribution,
        Copy,
        Excerpt,
        Found,
        Listing,
        NearMiss,
        Reason,
        Role,
        Searched,
        Shown,
        Understood,
        Voice,
    )
    from retrieval.archive import Archive
    from retrieval.cli import archivist, command_line, ending
    from retrieval.codes import CODE_PATTERN, parse_code
    from retrieval.errors import ArchivistError, QuestionError, SettingsError, UnknownCode
    from retrieval.filters import EVERYTHING, Filter
    from retrieval.indexing import IndexReport, Progress
    from retrieval.parallel import AnsweringProcesses
    from retrieval.presenting import receipt_json
    from retrieval.receipts import (
        Fate,
        Fault,
        FileUnreadable,
        Lost,
        OtherBytes,
        OtherReader,
        Receipt,
        Superseded,
        WordsMoved,
    )
    from retrieval.records import Landmark, LandmarkKind, Retired, Source
    from retrieval.remarks import (
        Fragments,
        Liberty,
        MarksDiffer,
        NoClarification,
        Remark,
        StandsElsewhere,
        TextSays,
        TextSaysOnly,
        TooLong,
        TooScattered,
        TooShort,
        Uncheckable,
        WordsOfATitle,
    )
    from retrieval.searching import filter_of
    from retrieval.settings import ENV_PREFIX, RetrievalSettings, load_settings
    from retrieval.spans import Span
    from retrieval.status import Status
    from retrieval.verdicts import CheckedMessage, Difference, Flag, Match, Ruling, Verified
    from retrieval.verifying import CONTRACT, MOST_CHECKED
    from retrieval.visibility import hidden_again, one_line, visible

_HOMES = {
    "retrieval.answers": (
        "Abstained",
        "Answer",
        "Attribution",
        "Copy",
        "Excerpt",
        "Found",
        "GAP",
        "Listing",
        "NearMiss",
        "Reason",
        "Role",
        "Searched",
        "Shown",
        "Understood",
        "Voice",
    ),
    "retrieval.archive": ("Archive",),
    "retrieval.cli": ("archivist", "command_line", "ending"),
    "retrieval.codes": ("CODE_PATTERN", "parse_code"),
    "retrieval.errors": ("ArchivistError", "QuestionError", "SettingsError", "UnknownCode"),
    "retrieval.filters": ("EVERYTHING", "Filter"),
    "retrieval.indexing": ("IndexReport", "Progress"),
    "retrieval.parallel": ("AnsweringProcesses",),
    "retrieval.presenting": ("receipt_json",),
    "retrieval.receipts": (
        "Fate",
        "Fault",
        "FileUnreadable",
        "Lost",
        "OtherBytes",
        "OtherReader",
        "Receipt",
        "Superseded",
        "WordsMoved",
    ),
    "retrieval.records": ("Landmark", "LandmarkKind", "Retired", "Source"),
    "retrieval.remarks": (
        "Fragments",
        "Liberty",
        "MarksDiffer",
        "NoClarification",
        "Remark",
        "StandsElsewhere",
        "TextSays",
        "TextSaysOnly",
        "TooLong",
        "TooScattered",
        "TooShort",
        "Uncheckable",
        "WordsOfATitle",
    ),
    "retrieval.searching": ("filter_of",),
    "retrieval.settings": ("ENV_PREFIX", "RetrievalSettings", "load_settings"),
    "retrieval.spans": ("Span",),
    "retrieval.status": ("Status",),
    "retrieval.verdicts": ("CheckedMessage", "Difference", "Flag", "Match", "Ruling", "Verified"),
    "retrieval.verifying": ("CONTRACT", "MOST_CHECKED"),
    "retrieval.visibility": ("hidden_again", "one_line", "visible"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CODE_PATTERN",
    "CONTRACT",
    "ENV_PREFIX",
    "EVERYTHING",
    "GAP",
    "MOST_CHECKED",
    "Abstained",
    "Answer",
    "AnsweringProcesses",
    "Archive",
    "ArchivistError",
    "Attribution",
    "CheckedMessage",
    "Copy",
    "Difference",
    "Excerpt",
    "Fate",
    "Fault",
    "FileUnreadable",
    "Filter",
    "Flag",
    "Found",
    "Fragments",
    "IndexReport",
    "Landmark",
    "LandmarkKind",
    "Liberty",
    "Listing",
    "Lost",
    "MarksDiffer",
    "Match",
    "NearMiss",
    "NoClarification",
    "OtherBytes",
    "OtherReader",
    "Progress",
    "QuestionError",
    "Reason",
    "Receipt",
    "Remark",
    "Retired",
    "RetrievalSettings",
    "Role",
    "Ruling",
    "Searched",
    "SettingsError",
    "Shown",
    "Source",
    "Span",
    "StandsElsewhere",
    "Status",
    "Superseded",
    "TextSays",
    "TextSaysOnly",
    "TooLong",
    "TooScattered",
    "TooShort",
    "Uncheckable",
    "Understood",
    "UnknownCode",
    "Verified",
    "Voice",
    "WordsMoved",
    "WordsOfATitle",
    "archivist",
    "command_line",
    "ending",
    "filter_of",
    "hidden_again",
    "load_settings",
    "one_line",
    "parse_code",
    "receipt_json",
    "visible",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
