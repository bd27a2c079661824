"""Logging: to standard error, without tokens and without what people ask."""

from __future__ import annotations

import logging
import re

_TOKENS = re.compile(
    r"""
      [MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,45}     # a bot's token
    | (?<=/webhooks/)\d{15,22}/[\w-]{20,}             # an interaction's token in an address
    | (?<=/interactions/)\d{15,22}/[\w-]{20,}
    """,
    re.VERBOSE,
)
REDACTED = "(token)"


class RedactingFormatter(logging.Formatter):
    """Replaces tokens in the finished line, tracebacks included."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, REDACTED)
        return _TOKENS.sub(REDACTED, line)


def set_up_logging(secrets: tuple[str, ...] = ()) -> None:
    """`secrets` never appear in a line, whatever logs it."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # At DEBUG these print whole events and request bodies: people's words and interaction tokens.
    for name in ("discord", "discord.http", "discord.gateway", "discord.client"):
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("httpx", "sentence_transformers", "transformers", "filelock", "watchfiles"):
        logging.getLogger(name).setLevel(logging.WARNING)
