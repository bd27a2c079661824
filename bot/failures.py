"""Where everything that should not happen ends: details in the log under an id, one plain sentence for the person."""

from __future__ import annotations

import logging
import uuid

from bot.catalogue import Line
from bot.rendering.reply import Reply, say

log = logging.getLogger(__name__)


def failure_reply(error: BaseException, where: str) -> Reply:
    """Logs the error with its traceback under a new id and gives the sentence that names the id."""
    name = uuid.uuid4().hex[:8]
    log.error("failure %s in %s", name, where, exc_info=(type(error), error, error.__traceback__))
    return say(Line.FAILED, private=True, name=name)
