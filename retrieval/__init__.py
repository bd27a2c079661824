"""Find passages in an archive of documents and cut out what answers, verbatim. `Archive` is the door."""

from retrieval import cli_measuring as _measuring  # noqa: F401 - its commands are the command line's too
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
from retrieval.archive import Archive, Status
from retrieval.cli import archivist, command_line, ending
from retrieval.codes import parse_code
from retrieval.errors import ArchivistError, QuestionError, SettingsError, UnknownCode
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexing import IndexReport, Progress
from retrieval.records import Source
from retrieval.searching import narrowed
from retrieval.settings import ENV_PREFIX, RetrievalSettings, load_settings
from retrieval.spans import Span
from retrieval.visibility import hidden_again, one_line, visible

__all__ = [
    "ENV_PREFIX",
    "EVERYTHING",
    "GAP",
    "Abstained",
    "Answer",
    "Archive",
    "ArchivistError",
    "Attribution",
    "Copy",
    "Excerpt",
    "Filter",
    "Found",
    "IndexReport",
    "Listing",
    "NearMiss",
    "Progress",
    "QuestionError",
    "Reason",
    "RetrievalSettings",
    "Role",
    "Searched",
    "SettingsError",
    "Shown",
    "Source",
    "Span",
    "Status",
    "Understood",
    "UnknownCode",
    "Voice",
    "archivist",
    "command_line",
    "ending",
    "hidden_again",
    "load_settings",
    "narrowed",
    "one_line",
    "parse_code",
    "visible",
]
