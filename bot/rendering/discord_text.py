"""Replies as pages of Discord's markdown, each within one message and none cut inside a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from unicodedata import bidirectional

from bot.catalogue import Line
from bot.rendering.claims import claim_lines, claims_in
from bot.rendering.escape import escape, escape_signs, safe_link
from bot.rendering.reply import Attachment, Claim, Cut, Meta, Part, Quote, ReceiptOf, Reply, Row, Say
from retrieval import GAP, one_line, visible

PAGE = 4000
"""Characters of text in one message of Discord's second kind of components, counted as UTF-16 code units."""
FILES = 10
"""Files in one message."""
RECEIPTS = 9
"""Buttons of receipts in one message; with the one to share it, two rows."""
LONGEST_META = 200
"""Characters of a title, a name or a path that are shown."""
DOT = " · "
_SMALL = "-# "


@dataclass(frozen=True, slots=True)
class Page:
    """One message."""

    markdown: str
    files: tuple[Attachment, ...] = ()
    """A sentence too long for any message is one: the same characters, encoded as UTF-8."""
    receipts: tuple[str, ...] = ()
    """Codes of the excerpts that end on it; each has a button."""
    shareable: bool = False
    """Only its reader sees it, and it says something that others could be shown."""


def discord_pages(reply: Reply) -> list[Page]:
    """At least one page. Blocks stay in order; a quote goes on at the next page between two sentences."""
    pages: list[Page] = []
    page = Page("")
    for chunk in _chunks(reply):
        joined = _joined(page, chunk)
        if page.markdown and not _fits(joined):
            pages.append(page)
            page = chunk
        else:
            page = joined
    pages.append(replace(page, files=page.files + reply.attached))
    return [replace(one, shareable=True) if reply.private and _says_something(one) else one for one in pages]


def _joined(page: Page, chunk: Page) -> Page:
    text = f"{page.markdown}\n{chunk.markdown}" if page.markdown and chunk.markdown else page.markdown + chunk.markdown
    return Page(text, page.files + chunk.files, tuple(dict.fromkeys(page.receipts + chunk.receipts)))


def _fits(page: Page) -> bool:
    return _length(page.markdown) <= PAGE and len(page.files) <= FILES and len(page.receipts) <= RECEIPTS


def _says_something(page: Page) -> bool:
    return bool(page.receipts or claims_in(page.markdown))


def _chunks(reply: Reply) -> Iterator[Page]:
    """Parts of the reply that fit a page by themselves, and no smaller than need be."""
    for number, block in enumerate(reply.blocks):
        match block:
            case Quote():
                yield from (Page(*part) for part in _quote(block, number))
            case Row():
                yield from (Page(*part) for part in _lines(block, number))
            case Claim():
                yield Page(claim_lines(block))
            case ReceiptOf(code):
                yield Page("", receipts=(code,))


def _quote(block: Quote, number: int) -> Iterator[tuple[str, tuple[Attachment, ...]]]:
    whole = quoted(block, range(len(block.sentences)))
    if _length(whole) <= PAGE:
        yield whole, ()
        return
    start = 0
    for index, cut in enumerate(block.sentences):
        if _length(quoted(block, range(index, index + 1))) > PAGE:
            if index > start:
                yield quoted(block, range(start, index)), ()
            start = index + 1
            gap = GAP.lstrip() if index in block.gaps else ""
            yield f"> {gap}{_part(_in_a_file(cut))}", (Attachment(f"sentence-{number}-{index}.txt", cut.text),)
        elif index > start and _length(quoted(block, range(start, index + 1))) > PAGE:
            yield quoted(block, range(start, index)), ()
            start = index
    if start < len(block.sentences):
        yield quoted(block, range(start, len(block.sentences))), ()


def _lines(row: Row, number: int) -> Iterator[tuple[str, tuple[Attachment, ...]]]:
    """The row, or where it is too long a line for each part, with a file for words that fit no line."""
    whole = _row(row)
    if _length(whole) <= PAGE:
        yield whole, ()
        return
    for index, part in enumerate(row.parts):
        line = _row(replace(row, parts=(part,)))
        if isinstance(part, Cut) and _length(line) > PAGE:
            note = _in_a_file(part)
            said = _row(replace(row, parts=(note,)))
            said = said if _length(said) <= PAGE else _cut_short(row, note)
            yield said, (Attachment(f"words-{number}-{index}.txt", part.text),)
        elif _length(line) > PAGE:
            yield _cut_short(row, part), ()
        else:
            yield line, ()


def _cut_short(row: Row, part: Part) -> str:
    """Values that are together too long for any page, as plain text that ends where the page does.

    Cut before it is escaped, so that no escape is: escaped, a character is two code units at most, as without.
    """
    shown = f"{_plain(row.label)} {_plain(part)}" if row.label else _plain(part)
    mark = _SMALL if row.small else ""
    return mark + escape_signs(_clipped(shown, (PAGE - len(mark)) // 2))


def _plain(part: Part) -> str:
    match part:
        case Cut():
            return part.text
        case Meta(text):
            return text
        case Say(line, values):
            return line.value.format_map({name: _plain(value) for name, value in values.items()})


def _in_a_file(cut: Cut) -> Say:
    return Say(Line.IN_A_FILE, {"length": Meta(str(len(cut.text)))})


def quoted(block: Quote, indices: range) -> str:
    """Those sentences as a block quote, the answering ones bold."""
    text = ""
    for (bold, _), group in groupby(indices, key=lambda index: (index in block.bold, _gaps_up_to(block, index))):
        run = list(group)
        if run[0] in block.gaps:
            text += escape_signs(
                GAP if text else GAP.lstrip()
            )  # also where a page begins: two pieces are never neighbours
        words = "".join(block.sentences[index].text for index in run)
        text += _bold(words) if bold else escape(words)
    return "\n".join(f"> {line}" for line in text.rstrip().split("\n"))


def _gaps_up_to(block: Quote, index: int) -> int:
    return sum(gap <= index for gap in block.gaps)


def _bold(text: str) -> str:
    """Each line by itself, as a quote's lines are marked one by one; white space at its ends stays outside."""
    lines = []
    for line in escape(text).split("\n"):
        inner = line.strip()
        before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
        lines.append(f"{before}**{inner}**{after}" if inner else line)
    return "\n".join(lines)


def _row(row: Row) -> str:
    label = f"{_part(row.label)} " if row.label else ""
    return (_SMALL if row.small else "") + label + DOT.join(_part(part) for part in row.parts)


def _part(part: Part) -> str:
    match part:
        case Cut():
            return f"*{escape_signs(one_line(part.text))}*"
        case Meta(text, url, whole):
            # Never as a masked link: its label ends at the first bracket that closes, escaped or not, so a title or a
            # quote before it could lead elsewhere; and inside it Discord shows the backslashes of escapes.
            link = safe_link(url) if url else None
            return escape_signs(_clipped(text, PAGE if whole else LONGEST_META)) + (f" (<{link}>)" if link else "")
        case Say(line, values):
            return line.value.format_map({name: _part(value) for name, value in values.items()})


def _clipped(text: str, most: int = LONGEST_META) -> str:
    """Titles, names and what somebody typed: on one line, made visible, and no longer than is read."""
    words = " ".join(text.split())
    shown = visible(words)
    if len(shown) <= most:
        return _isolated(shown)
    kept = sum(length < most for length in accumulate(len(visible(character)) for character in words[:most]))
    return _isolated(visible(words[:kept]) + "…")


def _isolated(text: str) -> str:
    """A name written from right to left is kept from turning round the dates and numbers beside it (UAX #9)."""
    return f"\u2068{text}\u2069" if any(bidirectional(c) in ("R", "AL", "AN") for c in text) else text


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
