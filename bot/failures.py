"""Where everything that should not happen ends: details in the log under an id, one plain sentence for the person."""

from __future__ import annotations

import logging
import uuid

from bot.catalogue import Line
from bot.rendering.reply import Reply, say

log = logging.getLogger(__name__)


def failure_reply(error: BaseException, where: str) -> Reply:
    """For a defect: logs it with its traceback under a new id and gives the sentence that names the id."""
    return say(Line.FAILED, private=True, name=_logged(error, where))


def outage_reply(error: BaseException, where: str) -> Reply:
    """For the archive, its model or its disk out of order: as above. The reason, which may hold a path, is logged."""
    return say(Line.OUT_OF_SERVICE, private=True, name=_logged(error, where))


def _logged(error: BaseException, where: str) -> str:
    name = uuid.uuid4().hex[:8]
    log.error("failure %s in %s", name, where, exc_info=(type(error), error, error.__traceback__))
    return name
