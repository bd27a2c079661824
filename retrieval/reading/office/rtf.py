"""RTF: the text as striprtf reads it, once all that is no text has been cut out.

striprtf looks at every character by itself, pictures and style sheets too, takes what is hidden for text, and has
patterns that take the square of a crafted line's length. So it is given a plain copy: text, fonts' character sets,
and the few marks that stand for characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Extracted
from retrieval.reading.office.assembling import Assembly, Paragraph, counted
from retrieval.reading.properties import said_by
from retrieval.records import BlockKind

MOST_CHARACTERS = 20_000_000
"""Of the plain copy. striprtf takes about a second for each million."""
_TOKEN = re.compile(
    r"\\bin(?P<binary>\d{1,9})[ ]?|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})?[ ]?|(?P<hex>\\'[0-9A-Fa-f]{2})"
    r"|\\(?P<sign>[^A-Za-z])|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)|\\"
)
_LEFT_OUT = re.compile(
    r"pict|object|objdata|themedata|datastore|(?:header|footer)[lrf]?|footnote|annotation|colortbl|listtable"
    r"|listoverridetable|rsidtbl|latentstyles|generator|colorschememapping|xmlnstbl|filetbl|revtbl|bkmkstart|bkmkend"
    r"|fldinst|pntext|listtext|template|xe|tc|txe|rxe"
)
"""Groups that are no text of the document, and numbers of lists, which its other forms do not hold either."""
_HIDING = frozenset({"v", "deleted"})
_PROPERTIES = frozenset({"title", "author"})
_KEPT = re.compile(r"par|sect|page|row|tab|e[mn](?:dash|space)|qmspace|bullet|[lr](?:dbl)?quote")
_LINE, _CELL, _HEADING, _TITLE = "\ue000", "\ue001", "\ue002", "\ue003"
"""On their way through striprtf: a line's end, for which it writes what it writes for a paragraph's; a cell's, for
which it writes `|`; and what the paragraph is. The file's own characters of these numbers are left out."""
_STYLE_NAMES = re.compile(r"(?:(heading [1-9])|(title))\s*;?", re.IGNORECASE)
_MARKS = {"line": _LINE, "cell": _CELL, "nestcell": _CELL, "nestrow": _LINE}
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127])


def read(content: bytes, declared: str | None) -> Extracted:
    """The text by paragraphs. Raises UnreadableFile where it is not RTF, or holds no text.

    `declared` counts where the file does not name its code page itself.
    """
    written = content.decode("latin-1")
    if not written[:64].lstrip("\xef\xbb\xbf \t\r\n").startswith("{\\rtf"):
        raise UnreadableFile("not RTF")
    plain = _Plain()
    plain.take(written)
    if plain.length > MOST_CHARACTERS:
        raise UnreadableFile(f"holds more than {MOST_CHARACTERS // 1_000_000} million characters")
    encoding = declared if declared is not None and _is_encoding(declared) else "cp1252"
    assembly = Assembly()
    for line in _read(plain.head(), plain.body, encoding).split("\n"):
        kind = BlockKind.HEADING if _HEADING in line or _TITLE in line else BlockKind.PARAGRAPH
        text = line.replace(_HEADING, "").replace(_TITLE, "").replace(_CELL, "\t").replace(_LINE, "\n")
        assembly.add(Paragraph(None, text, kind, "title" if _TITLE in line else None))
    properties: dict[str, str | None] = {
        name: _read(plain.head(), pieces, encoding) for name, pieces in plain.properties.items()
    }
    notes = counted(plain.hidden, "piece of hidden text is", "pieces of hidden text are")
    notes += counted(plain.footnotes, "footnote is", "footnotes are")
    return assembly.extracted(said_by(properties, "the RTF's properties"), notes)


def _read(head: str, pieces: list[str], encoding: str) -> str:
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415 - no other file of this kind may ever come

    found: str = rtf_to_text(f"{head}{''.join(pieces)}}}", encoding=encoding, errors="replace")  # type: ignore[no-untyped-call]
    # It writes what lies beyond the first plane in two halves; a half alone is no character.
    whole = found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.translate(_CONTROLS)


@dataclass
class _State:
    """Of one group; a group inside it begins with a copy."""

    skipped: bool = False
    hidden: bool = False
    fonts: bool = False
    styles: bool = False
    info: bool = False
    field: str | None = None
    """Which property its text is."""


@dataclass
class _Plain:
    """The plain copy, and what was found on the way."""

    body: list[str] = field(default_factory=list)
    properties: dict[str, list[str]] = field(default_factory=dict)
    length: int = 0
    hidden: int = 0
    footnotes: int = 0
    _fonts: dict[int, int] = field(default_factory=dict)
    _font: int | None = None
    _code_page: int | None = None
    _default_font: int | None = None
    _style: int | None = None
    _styles: dict[int, str] = field(default_factory=dict)
    """Marks of headings and titles, by number of their style."""
    _now: _State = field(default_factory=_State)

    def head(self) -> str:
        """What a plain copy begins with: the code page and the fonts' character sets, as far as Python has them."""
        from striprtf.striprtf import charset_map  # noqa: PLC0415 - as above

        page = f"\\ansicpg{self._code_page}" if self._code_page is not None else ""
        default = f"\\deff{self._default_font}\\f{self._default_font}" if self._default_font is not None else ""
        fonts = "".join(
            f"{{\\f{font}\\fcharset{charset} x;}}\n"
            for font, charset in self._fonts.items()
            if charset in charset_map and _is_encoding(charset_map[charset])
        )
        return f"{{\\rtf1{page}{{\\fonttbl\n{fonts}}}{default} "

    def take(self, written: str) -> None:
        stack: list[_State] = []
        opened = False
        for match in _tokens(written):
            brace, word, sign = match["brace"], match["word"], match["sign"]
            if brace == "{":
                stack.append(self._now)
                self._now = replace(self._now)
                self._put(brace)
            elif brace == "}":
                self._put(brace)
                self._now = stack.pop() if stack else _State(skipped=True)
                if not stack:
                    return  # what stands behind the document's own group is no part of it
            elif word is not None:
                self._word(word, int(match["number"]) if match["number"] else None)
            elif sign is not None:
                if sign == "*" and opened:
                    self._now.skipped = True
                elif sign in "~-_{}\\\n\r":
                    self._put("\\\n" if sign == "\r" else f"\\{sign}", is_text=True)
            elif match["hex"] is not None:
                self._put(match["hex"], is_text=True)
            elif self._now.styles:
                self._style_is_named(match["text"] or "")
            elif match["text"] is not None:
                self._put(_seven_bits(match["text"]), is_text=True)
            opened = brace == "{"

    def _style_is_named(self, name: str) -> None:
        known = _STYLE_NAMES.fullmatch(name.strip())
        if known is not None and self._style is not None:
            self._styles.setdefault(self._style, _TITLE if known[2] else _HEADING)

    def _word(self, word: str, number: int | None) -> None:
        now = self._now
        if _LEFT_OUT.fullmatch(word):
            self.footnotes += word == "footnote" and not now.skipped
            now.skipped = True
        elif word == "info":
            now.info = True
        elif now.info and word in _PROPERTIES:
            now.field = word
        elif word == "fonttbl":
            now.fonts = True
        elif word == "stylesheet":
            now.styles, self._style = True, None
        elif word in _HIDING:
            self.hidden += not now.hidden and number != 0 and not now.skipped
            now.hidden = number != 0
        elif word == "plain":
            now.hidden = False
        elif word == "f" and now.fonts:
            self._font = number
        elif word == "fcharset" and self._font is not None and number is not None:
            self._fonts.setdefault(self._font, number)
        elif word == "ansicpg" and number is not None and _is_encoding(f"cp{number}"):
            self._code_page = number
        elif word == "deff":
            self._default_font = number
        else:
            self._mark(word, number)

    def _mark(self, word: str, number: int | None) -> None:
        """Words that striprtf is to see; all others are about looks."""
        if _KEPT.fullmatch(word):
            self._put(f"\\{word} ", is_text=True)
        elif word == "s" and number is not None:
            if self._now.styles:
                self._style = number
            else:
                self._put(self._styles.get(number, ""))
        elif word in _MARKS:
            self._put(_MARKS[word], is_text=True)
        elif word == "outlinelevel" and number is not None and 0 <= number < 9:
            if not self._now.styles:
                self._put(_HEADING)
            elif self._style is not None:
                self._styles.setdefault(self._style, _HEADING)
        elif number is not None and (word == "uc" or (word == "f" and number >= 0)):
            self._put(f"\\{word}{min(abs(number), 10**6)} ")
        elif word == "u" and number is not None:
            code = number + 0x10000 if number < 0 else number
            if 0 < code <= 0x10FFFF and chr(code) not in (_LINE, _CELL, _HEADING, _TITLE):
                self._put(f"\\u{code} ", is_text=True)

    def _put(self, piece: str, is_text: bool = False) -> None:
        now = self._now
        if now.skipped or now.fonts or now.styles or (is_text and now.hidden) or (now.info and now.field is None):
            return
        self.length += len(piece)
        (self.body if now.field is None else self.properties.setdefault(now.field, [])).append(piece)


def _tokens(written: str) -> Iterator[re.Match[str]]:
    at = 0
    while (match := _TOKEN.match(written, at)) is not None:
        at = match.end() + int(match["binary"] or 0)
        yield match


def _seven_bits(text: str) -> str:
    """Bytes that should have been written as `\\'e9`, so that they are read in their font's character set."""
    return text if text.isascii() else "".join(c if c < "\x80" else f"\\'{ord(c):02x}" for c in text)


def _is_encoding(name: str) -> bool:
    try:
        return b"a".decode(name) == "a" and bool(b"\xff\x80 a".decode(name, "replace"))
    except (LookupError, ValueError, TypeError):
        return False
