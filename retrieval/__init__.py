"""Find passages in an archive of documents and cut out what answers, verbatim. `Archive` is the door."""

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
from retrieval.codes import CODE_PATTERN, parse_code
from retrieval.errors import ArchivistError, QuestionError, SettingsError, UnknownCode
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexing import IndexReport, Progress
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
from retrieval.records import Retired, Source
from retrieval.searching import filter_of
from retrieval.settings import ENV_PREFIX, RetrievalSettings, load_settings
from retrieval.spans import Span
from retrieval.verdicts import CheckedMessage, Difference, Flag, Match, Ruling, Verified
from retrieval.verifying import CONTRACT, MOST_CHECKED
from retrieval.visibility import hidden_again, one_line, visible

__all__ = [
    "CODE_PATTERN",
    "CONTRACT",
    "ENV_PREFIX",
    "EVERYTHING",
    "GAP",
    "MOST_CHECKED",
    "Abstained",
    "Answer",
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
    "IndexReport",
    "Listing",
    "Lost",
    "Match",
    "NearMiss",
    "OtherBytes",
    "OtherReader",
    "Progress",
    "QuestionError",
    "Reason",
    "Receipt",
    "Retired",
    "RetrievalSettings",
    "Role",
    "Ruling",
    "Searched",
    "SettingsError",
    "Shown",
    "Source",
    "Span",
    "Status",
    "Superseded",
    "Understood",
    "UnknownCode",
    "Verified",
    "Voice",
    "WordsMoved",
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
