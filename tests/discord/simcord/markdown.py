"""A small reader of Discord's markdown: what a person sees of a message, and everything in it that is live.

Written from the client's rules (a fork of simple-markdown), not from the bot's: it shares no code with what it judges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BLOCKS = re.compile(r"(?P<heading>#{1,3} +)|(?P<small>-# +)|(?P<list> *(?:[-*+]|\d+\.) +)|(?P<rest>>>> )")
_INLINE = re.compile(
    r"""
      \\(?P<escaped>[^0-9A-Za-z\s])
    | (?P<fence>```.+?```)
    | (?P<code>(?P<ticks>`+).+?(?<!`)(?P=ticks)(?!`))
    | <(?P<mention>@[!&]?\d+|\#\d+)>
    | <(?P<time>t:-?\d+(?::[tTdDfFR])?)>
    | <(?P<command>/[^<>:\n]+:\d+)>
    | <(?P<emoji>a?:\w+:\d+)>
    | <(?P<place>id:\w+)>
    | <(?P<autolink>https?://[^\s<>]+)>
    | (?P<url>https?://[^\s<]+)
    | (?P<invite>\b(?:discord\.gg|discord(?:app)?\.com/invite)/\w+)
    | (?P<everyone>@everyone|@here)
    | \[(?P<label>(?:\\.|[^\]\\])+)\]\(\s*<?(?P<target>[A-Za-z][A-Za-z0-9+.-]*:(?:\([^)\s]*\)|[^\s\\])*?)>?\s*\)
    | \*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<underlined>(?:\\.|[^\\])+?)__(?!_)
    | \*(?=\S)(?P<starred>(?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)
    | \b_(?P<slanted>(?:__|\\.|[^\\_])+?)_\b
    | ~~(?P<struck>.+?)~~(?!_)
    | \|\|(?P<spoiler>.+?)\|\|
    """,
    re.VERBOSE | re.DOTALL,
)
_WRAPPERS = {
    "bold": "bold",
    "underlined": "underline",
    "starred": "italic",
    "slanted": "italic",
    "struck": "strike",
    "spoiler": "spoiler",
}
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_NAMED = re.compile("⟦U\\+([0-9A-F]{4,6})⟧")


@dataclass
class Part:
    """Some lines of a message, quoted or not."""

    text: str = ""
    """As a person reads it."""
    live: list[tuple[str, str]] = field(default_factory=list)
    """Everything that is not plain text, as (kind, what it holds), in order."""

    def of(self, kind: str) -> list[str]:
        return [held for name, held in self.live if name == kind]

    @property
    def kinds(self) -> set[str]:
        return {name for name, _ in self.live}


@dataclass
class Page:
    quotes: list[Part]
    rows: list[Part]
    """The lines outside quotes, one each."""
    text: str

    @property
    def kinds(self) -> set[str]:
        return {kind for part in (*self.quotes, *self.rows) for kind in part.kinds}


def read(markdown: str) -> Page:
    """Block by block: a run of lines that begin with `> ` is one quote."""
    page = Page([], [], "")
    shown: list[str] = []
    quoted: list[str] = []

    def end_quote() -> None:
        if quoted:
            page.quotes.append(_lines(quoted))
            shown.append(page.quotes[-1].text)
            quoted.clear()

    for line in markdown.split("\n"):
        if line.startswith("> "):
            quoted.append(line.removeprefix("> "))
            continue
        end_quote()
        page.rows.append(_lines([line]))
        shown.append(page.rows[-1].text)
    end_quote()
    page.text = "\n".join(shown)
    return page


def _lines(lines: list[str]) -> Part:
    part = Part()
    kept = []
    for line in lines:
        block = _BLOCKS.match(line)
        if block is not None:
            part.live.append((str(block.lastgroup), block[0]))
        kept.append(line if block is None or block.lastgroup == "list" else line[block.end() :])
    inner = _inline("\n".join(kept))
    return Part(inner.text, part.live + inner.live)


def _inline(markdown: str) -> Part:
    part = Part()
    at = 0
    for match in _INLINE.finditer(markdown):
        _plain(part, markdown[at : match.start()])
        at = match.end()
        kind = str(match.lastgroup)
        if kind == "escaped":
            _plain(part, match["escaped"])
        elif match["label"] is not None:
            label = _inline(match["label"])
            part.text += label.text
            part.live += [("link", match["target"]), *label.live]
        elif kind in _WRAPPERS:
            inner = _inline(match[kind])
            part.text += inner.text
            part.live += [(_WRAPPERS[kind], inner.text), *inner.live]
        else:
            kind = "code" if kind in ("ticks", "code") else kind
            part.text += match[0]
            part.live.append((kind, match[0]))
    _plain(part, markdown[at:])
    return part


def _plain(part: Part, text: str) -> None:
    part.text += text
    part.live += [("invisible", f"U+{ord(character):04X}") for character in _INVISIBLE.findall(text)]


def as_in_the_source(text: str) -> str:
    """What was read, with the characters that are named (⟦U+202E⟧) in place of their names."""
    return _NAMED.sub(lambda match: chr(int(match[1], 16)), text)
