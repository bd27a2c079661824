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
_BLANK = re.compile(
    # Unicode's Default_Ignorable_Code_Point beyond the categories above, the braille blank, and noncharacters; the
    # variation selectors of emoji are left alone behind anything but a letter or a digit.
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\uffa0\ufe00-\ufe0d\ufff0-\ufff8\ufffe\uffff"
    "\U000e0000-\U000e0fff]|(?<=[A-Za-z0-9])[\ufe0e\ufe0f\u200c\u200d]"
)


def visible(text: str) -> str:
    """One `⟦U+XXXX⟧` for each character that would not be seen as itself; the opening bracket itself is one of them.

    Windows line ends are shown as the line feeds that they look like, and are the one thing that can't be told back.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(_shown(character) for character in text)
    return _BLANK.sub(lambda match: _code(match[0]), shown)


def one_line(text: str) -> str:
    """As `visible`, for names and reasons, which must not look like several lines: white space is one space."""
    return visible(" ".join(text.split()))


def hidden_again(text: str) -> str:
    """The text that `visible` was given, with line feeds for its Windows line ends."""
    return _SHOWN.sub(lambda match: chr(int(match[1], 16)), text)


def _shown(character: str) -> str:
    if character in _KEPT:
        return character
    if character == _OPENING or unicodedata.category(character) in _INVISIBLE:
        return _code(character)
    return character


def _code(character: str) -> str:
    return f"⟦U+{ord(character):04X}⟧"
