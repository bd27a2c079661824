"""The quote that was checked, as lines of Discord's markdown, and read back from such lines.

Only so can a private check be shared after a restart without anybody's words being kept: its own message has them.
"""

from __future__ import annotations

from bot.catalogue import Line
from bot.rendering.escape import escape, unescape
from bot.rendering.reply import Claim

MOST = 1500
"""Characters of a quote that are shown. Of a longer one no line can be read back, so that half of it is never shared as
the whole."""
_QUOTE, _SPEAKER, _PART = (f"**{line.value}** " for line in (Line.CLAIM, Line.CLAIMED_SPEAKER, Line.PART_OF_CLAIM))


def claim_lines(claim: Claim) -> str:
    """The quote on one line; under it, who is said to have said it."""
    words = " ".join(claim.quote.split())
    line = f"{_QUOTE}{escape(words)}" if len(words) <= MOST else f"{_PART}{escape(words[:MOST])}…"
    if claim.said_by is None:
        return line
    return f"{line}\n{_SPEAKER}{escape(' '.join(claim.said_by.split()))}"


def claims_in(markdown: str) -> list[Claim]:
    """Of all such lines, in order."""
    found: list[Claim] = []
    last = ""
    for line in markdown.split("\n"):
        if line.startswith(_QUOTE):
            found.append(Claim(unescape(line.removeprefix(_QUOTE))))
        elif line.startswith(_SPEAKER) and last.startswith(_QUOTE):
            found[-1] = Claim(found[-1].quote, unescape(line.removeprefix(_SPEAKER)))
        last = line
    return found
