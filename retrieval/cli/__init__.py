"""The archive's verbs for a terminal."""

from retrieval.cli import asking, citing, measuring, verifying  # noqa: F401 - each adds its commands to the group
from retrieval.cli.frame import archivist, command_line, ending

__all__ = ["archivist", "command_line", "ending"]
