"""Text into what is compared: words, numbers and the signs that mean something. The rest stands between tokens.

A token is compared by its key: the normal form, small letters, without the commas of thousands and the dots of
initials. Quote marks, dashes, brackets, commas, dots and spaces are no tokens; a question mark is one, since it turns
a statement round, and so are “%”, “$”, a minus sign and the dash of “7–10”.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import regex

from retrieval.normal_form import normal_form
from retrieval.spans import Span

# Scripts that put no space between words: each of their characters is a token.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# `plain` is a `word` of the most usual kind, told at once.
_TOKEN = regex.compile(
    rf"""
      (?P<plain> (?<![\p{{L}}\p{{M}}\p{{N}}'.]) [A-Za-z]{{2,}}+ (?=[ ,\n]) )
    | (?P<number> (?:(?<![^\s(\["'])-(?=\p{{Nd}}))? \p{{Nd}}+ (?:[.,:/]\p{{Nd}}+)*
                  (?:(?:st|nd|rd|th|s|ST|ND|RD|TH|S)(?!\p{{L}}))? )
    | (?P<initials> (?<![\p{{L}}\p{{M}}]) \p{{L}} (?:\.\p{{L}})+ (?![\p{{L}}\p{{M}}]) )
    | (?P<unspaced> [{_UNSPACED}] \p{{M}}* )
    | (?P<word> [\p{{L}}--[{_UNSPACED}]] [[\p{{L}}\p{{M}}\p{{Nd}}]--[{_UNSPACED}]]* (?:'[\p{{L}}\p{{M}}]+)* )
    | (?P<part> [\p{{No}}\p{{Nl}}] | (?<=\p{{Nd}})[ ]?-(?=[ ]?\p{{Nd}}) )
    | (?P<sign> [<>](?=[ ]?\p{{Nd}}) | [?؟]+ | [%‰&′″] | [\p{{S}}--[`^~|<>´¨]] )
    """,
    regex.VERBOSE | regex.VERSION1,
)
_THOUSANDS = regex.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_LINE_HYPHEN = regex.compile(r"-[ ]*\n\s*\Z")
_SENTENCE_END = regex.compile(r"[.!?][\"')\]]*(?:\s|\Z)|\n\s*\n")
_CLAUSE_END = regex.compile(r"[,;:()\[\]—\"]")
_LONGEST_ABBREVIATION = 4
"""Letters of “Brig.” and of what else ends in a dot without ending a sentence."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign. `start` and `end` count characters of the text that it was cut from."""

    key: str
    written: str
    """The normal form with its capitals."""
    kind: str
    """`number`, `initials`, `unspaced`, `word`, `part` (of a number) or `sign`."""
    start: int
    end: int
    before: str
    """The normal form of what stands between the token before, or the beginning, and this one."""
    opens: bool
    """Whether a sentence begins here, as far as the marks before it tell."""

    @property
    def opens_a_clause(self) -> bool:
        """Whether a comma, a bracket, a quote mark or the like stands before it, or a sentence begins."""
        return self.opens or (self.before != " " and bool(_CLAUSE_END.search(self.before)))

    @property
    def is_word(self) -> bool:
        return self.kind not in ("sign", "part")

    @property
    def is_number(self) -> bool:
        return self.kind in ("number", "part") or any(map(str.isdigit, self.key))


def tokenise(text: str, parts: Iterable[Span] | None = None) -> list[Token]:
    """Of the whole text, or of the parts of it, one after the other."""
    found: list[Token] = []
    for part in parts if parts is not None else ([Span(0, len(text))] if text else []):
        normal = normal_form(text, part)
        last = 0
        for match in _TOKEN.finditer(normal.text):
            start, end = match.span()
            before, written, kind = normal.text[last:start], match[0], match.lastgroup or "sign"
            opens = not found or (before != " " and _ends_a_sentence(before, found[-1]))
            key = written.lower() if kind == "plain" else _key(written, kind)
            kind = "word" if kind == "plain" else kind
            found.append(Token(key, written, kind, normal.starts[start], normal.ends[end - 1], before, opens))
            last = end
    return found


def rejoined(tokens: Sequence[Token], known: Collection[str]) -> list[Token]:
    """With “inter-” at a line's end and “national” behind it as one word, where `known` has that word."""
    joined: list[Token] = []
    for token in tokens:
        if joined and _LINE_HYPHEN.match(token.before) and joined[-1].key + token.key in known:
            first = joined[-1]
            joined[-1] = replace(first, key=first.key + token.key, written=first.written + token.written, end=token.end)
        else:
            joined.append(token)
    return joined


def _key(written: str, kind: str) -> str:
    if kind == "number":
        return written.replace(",", "") if _THOUSANDS.match(written) else written.casefold()
    if kind == "initials":
        return written.replace(".", "").casefold()
    if kind == "part" and written.strip() == "-":
        return "-"
    return "?" if written[0] in "?؟" else written.casefold()


def _ends_a_sentence(before: str, previous: Token) -> bool:
    """As far as the marks tell; “Gen. Hromov”: one dot behind a short word with a capital is an abbreviation's."""
    short = len(previous.written) <= _LONGEST_ABBREVIATION and previous.written[:1].isupper()
    abbreviated = before.rstrip(" ") == "." and (short or previous.kind == "initials")
    return bool(_SENTENCE_END.search(before)) and not abbreviated
