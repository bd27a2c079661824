"""The quote that was checked, as a line of Discord's markdown, and read back from such a line.

Only so can a private check be shared after a restart without anybody's words being kept: its own message has them.
"""

from __future__ import annotations

from bot.catalogue import Line
from bot.rendering.escape import escape, unescape

MOST = 700
"""Characters of a quote that are shown. A message holds ten, and what else there is to say of them."""
_LABEL = f"**{Line.CLAIM.value}**"


def claim_line(quote: str) -> str:
    """On one line; a longer quote ends in “…”, and is checked up to there where it is checked again."""
    words = " ".join(quote.split())
    return f"{_LABEL} {escape(words if len(words) <= MOST else words[: MOST - 1] + '…')}"


def claims_in(markdown: str) -> list[str]:
    """The quotes of all such lines, in order."""
    lines = (line for line in markdown.split("\n") if line.startswith(f"{_LABEL} "))
    return [unescape(line[len(_LABEL) + 1 :]) for line in lines]
