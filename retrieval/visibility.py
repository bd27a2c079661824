"""Text that could change how it is read, made visible: for every surface, a terminal as much as Discord.

Control characters, bidirectional overrides, zero-width characters and lone surrogates are shown as ⟦U+202E⟧, so that
what a reader sees is, character for character, what the document holds. `hidden_again` is the inverse.
"""

from __future__ import annotations

import re
import unicodedata

_KEPT = frozenset("\n\t\u200c\u200d")
"""Line feed and tab are seen as what they are; the joiners shape emoji and several scripts."""
_OPENING = "⟦"
_SHOWN = re.compile(r"⟦U\+([0-9A-F]{4,6})⟧")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    """One `⟦U+XXXX⟧` for each character that would not be seen as itself; the opening bracket itself is one of them.

    Windows line ends are shown as the line feeds that they look like, and are the one thing that can't be told back.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def hidden_again(text: str) -> str:
    """The text that `visible` was given, with line feeds for its Windows line ends."""
    return _SHOWN.sub(lambda match: chr(int(match[1], 16)), text)


def _shown(character: str) -> str:
    if character in _KEPT:
        return character
    if character == _OPENING or unicodedata.category(character) in _INVISIBLE:
        return f"⟦U+{ord(character):04X}⟧"
    return character
