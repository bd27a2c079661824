"""What can go wrong that a person can fix. The message is one line that says what and where.

Anything else that is raised is a defect: the command line and the bot show an id for it and log the details.
"""

from __future__ import annotations


class ArchivistError(Exception):
    """Base of everything below; its text may be shown to whoever asked."""


class SettingsError(ArchivistError):
    """A setting has a value that can't be used."""


class ArchiveFolderError(ArchivistError):
    """The archive folder is missing, empty or can't be listed; the index is left as it was."""


class UnreadableFile(ArchivistError):
    """One file can't be read; the others go on. The text is the reason, without the file's name."""


class ModelError(ArchivistError):
    """The embedding model is missing, is not what it should be, or does not fit the index."""


class DiskError(ArchivistError):
    """What has to be written to the disk finds no room there, or the disk fails."""


class IndexBusy(ArchivistError):
    """Another process is bringing this index in step."""


class NothingToRollBackTo(ArchivistError):
    """No generation before the published one is kept."""


class IndexDamaged(ArchivistError):
    """The published index can't be opened or contradicts itself."""


class StoreUnavailable(ArchivistError):
    """The store that holds the index can't be reached or does not answer; nothing is known of what it holds."""


class ProcessEnded(ArchivistError):
    """A process that was answering a question ended, or had to be ended, before it had."""


class QuestionError(ArchivistError):
    """What was asked can't be understood as asked: a bad date, a malformed code, an empty question."""


class UnknownCode(ArchivistError):
    """No passage in the archive has this code."""


class QuestionSetError(ArchivistError):
    """A question set for `evaluate` is missing a file or has a line that can't be read."""
